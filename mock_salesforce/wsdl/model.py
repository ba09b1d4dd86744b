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
        "statusCode string",
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
    "LimitInfo": ("current long", "limit long", "type string"),
}

HEADERS: Mapping[str, tuple[str, ...]] = {
    "SessionHeader": ("sessionId string",),
    "CallOptions": ("client string nil", "defaultNamespace string nil"),
    "QueryOptions": ("batchSize int ?",),
    "AllowFieldTruncationHeader": ("allowFieldTruncation boolean",),
    "AllOrNoneHeader": ("allOrNone boolean",),
    "LimitInfoHeader": ("limitInfo tns:LimitInfo *",),
}

FAULTS: Mapping[str, str] = {
    "LoginFault": "ApiFault",
    "InvalidQueryLocatorFault": "ApiFault",
    "InvalidIdFault": "ApiFault",
    "UnexpectedErrorFault": "ApiFault",
    "InvalidFieldFault": "ApiQueryFault",
    "InvalidSObjectFault": "ApiQueryFault",
    "MalformedQueryFault": "ApiQueryFault",
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
_WRITE = (*_SESSION, "AllowFieldTruncationHeader", "AllOrNoneHeader")
_DELETE = (*_SESSION, "AllOrNoneHeader")
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
        ("CallOptions",),
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
    WsdlOperation("update", ("sObjects ens:sObject *",), ("result tns:SaveResult *",), _WRITE, _OF_ROWS),
    WsdlOperation(
        "upsert",
        ("externalIDFieldName string", "sObjects ens:sObject *"),
        ("result tns:UpsertResult *",),
        _WRITE,
        _OF_ROWS,
    ),
    WsdlOperation("delete", ("ids tns:ID *",), ("result tns:DeleteResult *",), _DELETE, _ANY),
    WsdlOperation("undelete", ("ids tns:ID *",), ("result tns:UndeleteResult *",), _DELETE, _ANY),
    WsdlOperation(
        "retrieve",
        ("fieldList string", "sObjectType string", "ids tns:ID *"),
        ("result ens:sObject * nil",),
        _QUERY,
        ("InvalidSObjectFault", "InvalidFieldFault", "MalformedQueryFault", "UnexpectedErrorFault", "InvalidIdFault"),
    ),
    WsdlOperation("logout", (), (), ("SessionHeader",), _ANY),
    WsdlOperation("query", ("queryString string",), ("result tns:QueryResult",), _QUERY, _OF_QUERY),
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
