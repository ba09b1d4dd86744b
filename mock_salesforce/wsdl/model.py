"""The part of the Partner API that the mock serves, as data for its WSDL: types, messages, headers, operations.

An element is written `name type [?] [*] [nil]`: `?` may be left out, `*` repeats from none on (`*100`: up to 100
times), `nil` may be xsi:nil.
Types without a prefix are XML Schema's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_DESCRIBED_START = (
    "activateable boolean",
    "associateEntityType string nil",
    "associateParentEntity string nil",
)

TYPES: Mapping[str, tuple[str, ...]] = {
    "QueryResult": ("done boolean", "queryLocator tns:QueryLocator nil", "records ens:sObject * nil", "size int"),
    "ExtendedErrorDetails": ("extendedErrorCode string",),
    "Error": (
        "extendedErrorDetails tns:ExtendedErrorDetails * nil",
        "fields string * nil",
        "message string",
        "statusCode tns:StatusCode",
    ),
    "SaveResult": ("errors tns:Error *", "id tns:ID nil", "success boolean"),
    "UpsertResult": ("created boolean", "errors tns:Error *", "id tns:ID nil", "success boolean"),
    "DeleteResult": ("errors tns:Error * nil", "id tns:ID nil", "success boolean"),
    "UndeleteResult": ("errors tns:Error *", "id tns:ID nil", "success boolean"),
    "GetServerTimestampResult": ("timestamp dateTime",),
    "LoginResult": (
        "metadataServerUrl string nil",
        "passwordExpired boolean",
        "sandbox boolean",
        "serverUrl string nil",
        "sessionId string nil",
        "userId tns:ID nil",
        "userInfo tns:GetUserInfoResult ?",
    ),
    "GetUserInfoResult": (
        "accessibilityMode boolean",
        "chatterExternal boolean",
        "currencySymbol string nil",
        "orgAttachmentFileSizeLimit int",
        "orgDefaultCurrencyIsoCode string nil",
        "orgDefaultCurrencyLocale string nil",
        "orgDisallowHtmlAttachments boolean",
        "orgHasPersonAccounts boolean",
        "organizationId tns:ID",
        "organizationMultiCurrency boolean",
        "organizationName string",
        "profileId tns:ID",
        "roleId tns:ID nil",
        "sessionSecondsValid int",
        "userDefaultCurrencyIsoCode string nil",
        "userEmail string",
        "userFullName string",
        "userId tns:ID",
        "userLanguage string",
        "userLocale string",
        "userName string",
        "userTimeZone string",
        "userType string",
        "userUiSkin string",
    ),
    "DescribeGlobalResult": (
        "encoding string nil",
        "maxBatchSize int",
        "sobjects tns:DescribeGlobalSObjectResult *",
    ),
    "DescribeGlobalSObjectResult": (
        *_DESCRIBED_START,
        "createable boolean",
        "custom boolean",
        "customSetting boolean",
        "deepCloneable boolean",
        "deletable boolean",
        "deprecatedAndHidden boolean",
        "feedEnabled boolean",
        "hasSubtypes boolean",
        "idEnabled boolean",
        "isInterface boolean",
        "isSubtype boolean",
        "keyPrefix string nil",
        "label string",
        "labelPlural string",
        "layoutable boolean",
        "mergeable boolean",
        "mruEnabled boolean",
        "name string",
        "queryable boolean",
        "replicateable boolean",
        "retrieveable boolean",
        "searchable boolean",
        "triggerable boolean",
        "undeletable boolean",
        "updateable boolean",
    ),
    "DescribeSObjectResult": (
        *_DESCRIBED_START,
        "childRelationships tns:ChildRelationship *",
        "compactLayoutable boolean",
        "createable boolean",
        "custom boolean",
        "customSetting boolean",
        "deepCloneable boolean",
        "defaultImplementation string nil",
        "deletable boolean",
        "deprecatedAndHidden boolean",
        "feedEnabled boolean",
        "fields tns:Field * nil",
        "hasSubtypes boolean",
        "idEnabled boolean",
        "implementedBy string nil",
        "implementsInterfaces string nil",
        "isInterface boolean",
        "isSubtype boolean",
        "keyPrefix string nil",
        "label string",
        "labelPlural string",
        "layoutable boolean",
        "mergeable boolean",
        "mruEnabled boolean",
        "name string",
        "networkScopeFieldName string nil",
        "queryable boolean",
        "replicateable boolean",
        "retrieveable boolean",
        "searchable boolean",
        "triggerable boolean ?",
        "undeletable boolean",
        "updateable boolean",
        "urlDetail string nil",
        "urlEdit string nil",
        "urlNew string nil",
    ),
    "ChildRelationship": (
        "cascadeDelete boolean",
        "childSObject string",
        "deprecatedAndHidden boolean",
        "field string",
        "relationshipName string ?",
        "restrictedDelete boolean ?",
    ),
    "PicklistEntry": ("active boolean", "defaultValue boolean", "label string nil", "value string"),
    "Field": (
        "aggregatable boolean",
        "aiPredictionField boolean",
        "autoNumber boolean",
        "byteLength int",
        "calculated boolean",
        "cascadeDelete boolean ?",
        "caseSensitive boolean",
        "createable boolean",
        "custom boolean",
        "defaultValue anyType ?",
        "defaultedOnCreate boolean",
        "deprecatedAndHidden boolean",
        "digits int",
        "externalId boolean ?",
        "extraTypeInfo string ?",
        "filterable boolean",
        "groupable boolean",
        "idLookup boolean",
        "label string",
        "length int",
        "name string",
        "nameField boolean",
        "nillable boolean",
        "permissionable boolean",
        "picklistValues tns:PicklistEntry * nil",
        "polymorphicForeignKey boolean",
        "precision int",
        "queryByDistance boolean",
        "referenceTo string * nil",
        "relationshipName string ?",
        "relationshipOrder int ?",
        "restrictedDelete boolean ?",
        "restrictedPicklist boolean",
        "scale int",
        "searchPrefilterable boolean",
        "soapType string",
        "sortable boolean ?",
        "type string",
        "unique boolean",
        "updateable boolean",
        "writeRequiresMasterRead boolean ?",
    ),
    "GetUpdatedResult": ("ids tns:ID *", "latestDateCovered dateTime"),
    "GetDeletedResult": (
        "deletedRecords tns:DeletedRecord *",
        "earliestDateAvailable dateTime",
        "latestDateCovered dateTime",
    ),
    "DeletedRecord": ("deletedDate dateTime", "id tns:ID"),
    "InvalidateSessionsResult": ("errors tns:Error *", "success boolean"),
    "SetPasswordResult": (),
    "ChangeOwnPasswordResult": (),
    "SearchResult": ("queryId string one", "searchRecords tns:SearchRecord *"),
    "SearchRecord": ("record ens:sObject",),
    "AdditionalInformationMap": ("name string", "value string"),
    "MergeRequest": (
        "additionalInformationMap tns:AdditionalInformationMap *",
        "masterRecord ens:sObject",
        "recordToMergeIds tns:ID *",
    ),
    "MergeResult": (
        "errors tns:Error *",
        "id tns:ID nil",
        "mergedRecordIds tns:ID *",
        "success boolean",
        "updatedRelatedIds tns:ID *",
    ),
    "FieldDiff": ("difference tns:differenceType one", "name string"),
    "MatchRecord": (
        "additionalInformation tns:AdditionalInformationMap *",
        "fieldDiffs tns:FieldDiff *",
        "matchConfidence double",
        "record ens:sObject",
    ),
    "MatchResult": (
        "entityType string",
        "errors tns:Error *",
        "matchEngine string",
        "matchRecords tns:MatchRecord *",
        "rule string",
        "size int",
        "success boolean",
    ),
    "DuplicateResult": (
        "allowSave boolean",
        "duplicateRule string",
        "duplicateRuleEntityType string",
        "errorMessage string nil",
        "matchResults tns:MatchResult *",
    ),
    "EmptyRecycleBinResult": ("errors tns:Error *", "id tns:ID nil", "success boolean"),
    "PackageVersion": ("majorNumber int", "minorNumber int", "namespace string"),
    "LogInfo": ("category string", "level string"),
    "OwnerChangeOption": ("type string", "execute boolean"),
    "LimitInfo": ("current long", "limit long", "type string"),
}

EXTENDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "DuplicateError": ("Error", ("duplicateResult tns:DuplicateResult",)),
}
"""Types that extend another of these."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "SessionHeader": ("sessionId string",),
    "CallOptions": ("client string nil", "defaultNamespace string nil"),
    "QueryOptions": ("batchSize int ?",),
    "AllowFieldTruncationHeader": ("allowFieldTruncation boolean",),
    "AllOrNoneHeader": ("allOrNone boolean",),
    "LoginScopeHeader": ("organizationId tns:ID", "portalId tns:ID ?"),
    "DebuggingHeader": ("categories tns:LogInfo *", "debugLevel string"),
    "DebuggingInfo": ("debugLog string",),
    "PackageVersionHeader": ("packageVersions tns:PackageVersion *",),
    "DisableFeedTrackingHeader": ("disableFeedTracking boolean",),
    "StreamingEnabledHeader": ("streamingEnabled boolean",),
    "DuplicateRuleHeader": ("allowSave boolean", "includeRecordDetails boolean", "runAsCurrentUser boolean"),
    "MruHeader": ("updateMru boolean",),
    "EmailHeader": ("triggerAutoResponseEmail boolean", "triggerOtherEmail boolean", "triggerUserEmail boolean"),
    "AssignmentRuleHeader": ("assignmentRuleId tns:ID nil", "useDefaultRule boolean nil"),
    "UserTerritoryDeleteHeader": ("transferToUserId tns:ID nil",),
    "LocaleOptions": ("language string ?", "localizeErrors boolean ?"),
    "OwnerChangeOptions": ("options tns:OwnerChangeOption * nil",),
    "CurrencyConversionHeader": ("skipCurrencyConversion boolean",),
    "LimitInfoHeader": ("limitInfo tns:LimitInfo *",),
}

FAULTS: Mapping[str, str] = {
    "LoginFault": "ApiFault",
    "InvalidQueryLocatorFault": "ApiFault",
    "InvalidIdFault": "ApiFault",
    "InvalidNewPasswordFault": "ApiFault",
    "InvalidOldPasswordFault": "ApiFault",
    "UnexpectedErrorFault": "ApiFault",
    "InvalidFieldFault": "ApiQueryFault",
    "InvalidSObjectFault": "ApiQueryFault",
    "MalformedQueryFault": "ApiQueryFault",
    "MalformedSearchFault": "ApiQueryFault",
}
"""Each fault and what it extends."""


@dataclass(frozen=True, slots=True)
class WsdlOperation:
    """One operation: the elements of its request and of its reply, its headers, and the faults it declares."""

    name: str
    request: tuple[str, ...]
    reply: tuple[str, ...]
    headers: tuple[str, ...]
    faults: tuple[str, ...]


_SESSION = ("SessionHeader", "CallOptions")
_QUERY = (*_SESSION, "QueryOptions")
_FIRST_QUERY = (*_QUERY, "MruHeader", "PackageVersionHeader")
_RECORDS = (
    *_SESSION,
    "AssignmentRuleHeader",
    "MruHeader",
    "AllowFieldTruncationHeader",
    "DisableFeedTrackingHeader",
    "StreamingEnabledHeader",
)
_TAIL = ("DuplicateRuleHeader", "LocaleOptions", "DebuggingHeader", "PackageVersionHeader", "EmailHeader")
_WRITE = (*_RECORDS, "AllOrNoneHeader", *_TAIL)
_CHANGE = (*_WRITE, "OwnerChangeOptions")
_MERGE = (*_RECORDS, *_TAIL)
_UNDELETE = (
    *_SESSION,
    "AllowFieldTruncationHeader",
    "DisableFeedTrackingHeader",
    "StreamingEnabledHeader",
    "AllOrNoneHeader",
    *_TAIL[:-1],
)
_DELETE = (
    *_SESSION,
    "UserTerritoryDeleteHeader",
    "EmailHeader",
    *_UNDELETE[len(_SESSION) :],
)
_SPAN = ("sObjectType string", "startDate dateTime", "endDate dateTime")
_ANY = ("UnexpectedErrorFault",)
_OF_TYPE = ("InvalidSObjectFault", "UnexpectedErrorFault")
_OF_ROWS = ("InvalidSObjectFault", "UnexpectedErrorFault", "InvalidIdFault", "InvalidFieldFault")
_OF_QUERY = (
    "InvalidSObjectFault",
    "InvalidFieldFault",
    "MalformedQueryFault",
    "InvalidIdFault",
    "UnexpectedErrorFault",
    "InvalidQueryLocatorFault",
)

OPERATIONS: tuple[WsdlOperation, ...] = (
    WsdlOperation(
        "login",
        ("username string", "password string"),
        ("result tns:LoginResult",),
        ("LoginScopeHeader", "CallOptions"),
        ("LoginFault", "UnexpectedErrorFault", "InvalidIdFault"),
    ),
    WsdlOperation(
        "describeSObject", ("sObjectType string",), ("result tns:DescribeSObjectResult nil",), _SESSION, _OF_TYPE
    ),
    WsdlOperation(
        "describeSObjects",
        ("sObjectType string *100",),
        ("result tns:DescribeSObjectResult *100 nil",),
        _SESSION,
        _OF_TYPE,
    ),
    WsdlOperation("describeGlobal", (), ("result tns:DescribeGlobalResult",), _SESSION, _ANY),
    WsdlOperation("create", ("sObjects ens:sObject *",), ("result tns:SaveResult *",), _WRITE, _OF_ROWS),
    WsdlOperation("update", ("sObjects ens:sObject *",), ("result tns:SaveResult *",), _CHANGE, _OF_ROWS),
    WsdlOperation(
        "upsert",
        ("externalIDFieldName string", "sObjects ens:sObject *"),
        ("result tns:UpsertResult *",),
        _CHANGE,
        _OF_ROWS,
    ),
    WsdlOperation("delete", ("ids tns:ID *",), ("result tns:DeleteResult *",), _DELETE, _ANY),
    WsdlOperation("undelete", ("ids tns:ID *",), ("result tns:UndeleteResult *",), _UNDELETE, _ANY),
    WsdlOperation("emptyRecycleBin", ("ids tns:ID *",), ("result tns:EmptyRecycleBinResult *",), _SESSION, _ANY),
    WsdlOperation(
        "merge",
        ("request tns:MergeRequest *",),
        ("result tns:MergeResult *",),
        _MERGE,
        ("InvalidSObjectFault", "UnexpectedErrorFault", "InvalidIdFault", "InvalidFieldFault"),
    ),
    WsdlOperation("getUpdated", _SPAN, ("result tns:GetUpdatedResult",), _SESSION, _OF_TYPE),
    WsdlOperation("getDeleted", _SPAN, ("result tns:GetDeletedResult",), _SESSION, _OF_TYPE),
    WsdlOperation(
        "search",
        ("searchString string",),
        ("result tns:SearchResult",),
        (*_SESSION, "PackageVersionHeader"),
        ("InvalidSObjectFault", "InvalidFieldFault", "MalformedSearchFault", "UnexpectedErrorFault"),
    ),
    WsdlOperation(
        "invalidateSessions", ("sessionIds string *",), ("result tns:InvalidateSessionsResult *",), _SESSION, _ANY
    ),
    WsdlOperation(
        "setPassword",
        ("userId tns:ID", "password string"),
        ("result tns:SetPasswordResult",),
        _SESSION,
        ("InvalidIdFault", "InvalidNewPasswordFault", "UnexpectedErrorFault"),
    ),
    WsdlOperation(
        "changeOwnPassword",
        ("oldPassword string", "newPassword string"),
        ("result tns:ChangeOwnPasswordResult",),
        _SESSION,
        ("InvalidOldPasswordFault", "InvalidNewPasswordFault", "UnexpectedErrorFault"),
    ),
    WsdlOperation(
        "retrieve",
        ("fieldList string", "sObjectType string", "ids tns:ID *"),
        ("result ens:sObject * nil",),
        _QUERY,
        ("InvalidSObjectFault", "InvalidFieldFault", "MalformedQueryFault", "UnexpectedErrorFault", "InvalidIdFault"),
    ),
    WsdlOperation("logout", (), (), ("SessionHeader",), _ANY),
    WsdlOperation("query", ("queryString string",), ("result tns:QueryResult",), _FIRST_QUERY, _OF_QUERY),
    WsdlOperation("queryAll", ("queryString string",), ("result tns:QueryResult",), _QUERY, _OF_QUERY),
    WsdlOperation(
        "queryMore",
        ("queryLocator tns:QueryLocator",),
        ("result tns:QueryResult",),
        _QUERY,
        ("InvalidQueryLocatorFault", "UnexpectedErrorFault"),
    ),
    WsdlOperation("getServerTimestamp", (), ("result tns:GetServerTimestampResult",), _SESSION, _ANY),
    WsdlOperation("getUserInfo", (), ("result tns:GetUserInfoResult",), _SESSION, _ANY),
)
