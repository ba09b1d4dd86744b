"""The Partner API's WSDL, as it is served."""

from __future__ import annotations

from lxml import etree

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, endpoint
from contracts.salesforce.scenarios import EMPTY

fact = SALESFORCE.fact

XSD, WSDL = "{http://www.w3.org/2001/XMLSchema}", "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def _document(client: SalesforceClient) -> etree._Element:
    reply = client.get(f"{endpoint()}?wsdl")
    same(reply.status, 200, "the status")
    return reply.root


def _named(root: etree._Element, tag: str, name: str) -> etree._Element:
    found = [each for each in root.iter(tag) if each.get("name") == name]
    require(found, f"there is no {name}")
    return found[0]


def _elements(root: etree._Element, kind: str, name: str) -> list[str]:
    return [
        str(each.get("name"))
        for each in _named(root, f"{XSD}{kind}", name).iter(f"{XSD}element")
        if each.get("name") != name
    ]


@fact(
    "salesforce.wsdl.namespaces",
    "There are three namespaces: the partner's, the sobjects' and the faults'.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def namespaces(client: SalesforceClient) -> None:
    root = _document(client)
    spaces = {each.get("targetNamespace") for each in root.iter(f"{XSD}schema")}
    same(
        spaces,
        {"urn:partner.soap.sforce.com", "urn:sobject.partner.soap.sforce.com", "urn:fault.partner.soap.sforce.com"},
        "the namespaces",
    )
    same(root.get("targetNamespace"), "urn:partner.soap.sforce.com", "the WSDL's own")


@fact(
    "salesforce.wsdl.sobject",
    "An sObject is type, fieldsToNull, a nillable Id, and any element of its namespace.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def sobject(client: SalesforceClient) -> None:
    root = _document(client)
    same(_elements(root, "complexType", "sObject"), ["type", "fieldsToNull", "Id"], "the elements")
    kind = _named(root, f"{XSD}complexType", "sObject")
    wildcard = kind.find(f".//{XSD}any")
    require(wildcard is not None, "there is no any")
    assert wildcard is not None  # noqa: S101 - required above
    same((wildcard.get("namespace"), wildcard.get("processContents")), ("##targetNamespace", "lax"), "the any")
    same(_named(kind, f"{XSD}element", "Id").get("nillable"), "true", "whether Id is nillable")


@fact("salesforce.wsdl.id", "An ID is 18 letters and digits.", source=sources.WSDL_66, sure=Sure.WSDL, scenario=EMPTY)
def id_type(client: SalesforceClient) -> None:
    kind = _named(_document(client), f"{XSD}simpleType", "ID")
    pattern = kind.find(f".//{XSD}pattern")
    same(None if pattern is None else pattern.get("value"), "[a-zA-Z0-9]{18}", "the pattern")


@fact(
    "salesforce.wsdl.soap-action",
    "Every operation is document and literal, its SOAPAction empty.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def soap_action(client: SalesforceClient) -> None:
    root = _document(client)
    actions = {each.get("soapAction") for each in root.iter(f"{SOAP}operation")}
    same(actions, {""}, "the actions")
    same({each.get("use") for each in root.iter(f"{SOAP}body")}, {"literal"}, "the use")


@fact(
    "salesforce.wsdl.address",
    "The port's address is where the WSDL was asked for, with its version.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=EMPTY,
)
def address(client: SalesforceClient) -> None:
    found = [str(each.get("location")) for each in _document(client).iter(f"{SOAP}address")]
    require(len(found) == 1 and found[0].endswith(endpoint()), f"the addresses are {found}")


_REQUESTS = {
    "login": ["username", "password"],
    "query": ["queryString"],
    "queryAll": ["queryString"],
    "queryMore": ["queryLocator"],
    "create": ["sObjects"],
    "update": ["sObjects"],
    "upsert": ["externalIDFieldName", "sObjects"],
    "delete": ["ids"],
    "undelete": ["ids"],
    "emptyRecycleBin": ["ids"],
    "retrieve": ["fieldList", "sObjectType", "ids"],
    "describeSObject": ["sObjectType"],
    "describeSObjects": ["sObjectType"],
    "describeGlobal": [],
    "getUpdated": ["sObjectType", "startDate", "endDate"],
    "getDeleted": ["sObjectType", "startDate", "endDate"],
    "search": ["searchString"],
    "merge": ["request"],
    "invalidateSessions": ["sessionIds"],
    "getUserInfo": [],
    "getServerTimestamp": [],
    "logout": [],
    "setPassword": ["userId", "password"],
    "changeOwnPassword": ["oldPassword", "newPassword"],
}
_TYPES = {
    "LoginResult": ["metadataServerUrl", "passwordExpired", "sandbox", "serverUrl", "sessionId", "userId", "userInfo"],
    "QueryResult": ["done", "queryLocator", "records", "size"],
    "SaveResult": ["errors", "id", "success"],
    "UpsertResult": ["created", "errors", "id", "success"],
    "DeleteResult": ["errors", "id", "success"],
    "UndeleteResult": ["errors", "id", "success"],
    "EmptyRecycleBinResult": ["errors", "id", "success"],
    "Error": ["extendedErrorDetails", "fields", "message", "statusCode"],
    "MergeRequest": ["additionalInformationMap", "masterRecord", "recordToMergeIds"],
    "MergeResult": ["errors", "id", "mergedRecordIds", "success", "updatedRelatedIds"],
    "GetUpdatedResult": ["ids", "latestDateCovered"],
    "GetDeletedResult": ["deletedRecords", "earliestDateAvailable", "latestDateCovered"],
    "DeletedRecord": ["deletedDate", "id"],
    "ApiFault": ["exceptionCode", "exceptionMessage", "extendedErrorDetails"],
    "LimitInfo": ["current", "limit", "type"],
    "InvalidateSessionsResult": ["errors", "success"],
}
_TYPES |= {
    "GetUserInfoResult": [
        "accessibilityMode", "chatterExternal", "currencySymbol", "orgAttachmentFileSizeLimit",
        "orgDefaultCurrencyIsoCode", "orgDefaultCurrencyLocale", "orgDisallowHtmlAttachments", "orgHasPersonAccounts",
        "organizationId", "organizationMultiCurrency", "organizationName", "profileId", "roleId",
        "sessionSecondsValid", "userDefaultCurrencyIsoCode", "userEmail", "userFullName", "userId", "userLanguage",
        "userLocale", "userName", "userTimeZone", "userType", "userUiSkin",
    ],
    "GetServerTimestampResult": ["timestamp"],
    "DescribeGlobalResult": ["encoding", "maxBatchSize", "sobjects"],
    "DuplicateError": ["duplicateResult"],
    "ApiQueryFault": ["row", "column"],
}  # fmt: skip
_HEADERS = {
    "SessionHeader": ["sessionId"],
    "CallOptions": ["client", "defaultNamespace"],
    "QueryOptions": ["batchSize"],
    "AllOrNoneHeader": ["allOrNone"],
    "AllowFieldTruncationHeader": ["allowFieldTruncation"],
    "AssignmentRuleHeader": ["assignmentRuleId", "useDefaultRule"],
    "MruHeader": ["updateMru"],
    "EmailHeader": ["triggerAutoResponseEmail", "triggerOtherEmail", "triggerUserEmail"],
    "DuplicateRuleHeader": ["allowSave", "includeRecordDetails", "runAsCurrentUser"],
    "PackageVersionHeader": ["packageVersions"],
    "LocaleOptions": ["language", "localizeErrors"],
    "OwnerChangeOptions": ["options"],
    "DisableFeedTrackingHeader": ["disableFeedTracking"],
    "StreamingEnabledHeader": ["streamingEnabled"],
    "DebuggingHeader": ["categories", "debugLevel"],
    "UserTerritoryDeleteHeader": ["transferToUserId"],
    "LoginScopeHeader": ["organizationId", "portalId"],
    "CurrencyConversionHeader": ["skipCurrencyConversion"],
    "LimitInfoHeader": ["limitInfo"],
}
_BOUND = {
    "create": [
        "SessionHeader",
        "CallOptions",
        "AssignmentRuleHeader",
        "MruHeader",
        "AllowFieldTruncationHeader",
        "DisableFeedTrackingHeader",
        "StreamingEnabledHeader",
        "AllOrNoneHeader",
        "DuplicateRuleHeader",
        "LocaleOptions",
        "DebuggingHeader",
        "PackageVersionHeader",
        "EmailHeader",
    ],
    "query": ["SessionHeader", "CallOptions", "QueryOptions", "MruHeader", "PackageVersionHeader"],
    "queryAll": ["SessionHeader", "CallOptions", "QueryOptions"],
    "queryMore": ["SessionHeader", "CallOptions", "QueryOptions"],
    "login": ["LoginScopeHeader", "CallOptions"],
}
_BOUND["update"] = _BOUND["upsert"] = [*_BOUND["create"], "OwnerChangeOptions"]


def _state_request(name: str, expected: list[str]) -> None:
    told = ", ".join(expected) or "nothing"

    @fact(
        f"salesforce.wsdl.request-{name.lower()}",
        f"`{name}` asks with {told}.",
        source=sources.WSDL_66,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )
    def check(client: SalesforceClient) -> None:
        same(_elements(_document(client), "element", name), expected, "the elements")


def _state_type(kind: str, name: str, expected: list[str]) -> None:
    @fact(
        f"salesforce.wsdl.{'header' if kind == 'element' else 'type'}-{name.lower()}",
        f"`{name}` is {', '.join(expected)}, in this order.",
        source=sources.WSDL_66,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )
    def check(client: SalesforceClient) -> None:
        same(_elements(_document(client), kind, name), expected, "the elements")


def _state_bound(name: str, expected: list[str]) -> None:
    @fact(
        f"salesforce.wsdl.headers-of-{name.lower()}",
        f"`{name}` takes the headers {', '.join(expected)}.",
        source=sources.WSDL_66,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )
    def check(client: SalesforceClient) -> None:
        binding = _document(client).find(f"{WSDL}binding")
        require(binding is not None, "there is no binding")
        assert binding is not None  # noqa: S101 - required above
        bound = _named(binding, f"{WSDL}operation", name).find(f"{WSDL}input")
        found = [] if bound is None else [str(each.get("part")) for each in bound.iter(f"{SOAP}header")]
        same(found, expected, "the headers")


for _name, _expected in _REQUESTS.items():
    _state_request(_name, _expected)
for _name, _expected in _TYPES.items():
    _state_type("complexType", _name, _expected)
for _name, _expected in _HEADERS.items():
    _state_type("element", _name, _expected)
for _name, _expected in _BOUND.items():
    _state_bound(_name, _expected)

_FAULTS = {
    "create": {"InvalidSObjectFault", "UnexpectedErrorFault", "InvalidIdFault", "InvalidFieldFault"},
    "update": {"InvalidSObjectFault", "UnexpectedErrorFault", "InvalidIdFault", "InvalidFieldFault"},
    "upsert": {"InvalidSObjectFault", "UnexpectedErrorFault", "InvalidIdFault", "InvalidFieldFault"},
    "query": {
        "InvalidSObjectFault",
        "UnexpectedErrorFault",
        "InvalidIdFault",
        "InvalidFieldFault",
        "MalformedQueryFault",
        "InvalidQueryLocatorFault",
    },
    "delete": {"UnexpectedErrorFault"},
    "logout": {"UnexpectedErrorFault"},
    "getUserInfo": {"UnexpectedErrorFault"},
}


def _state_faults(name: str, expected: set[str]) -> None:
    @fact(
        f"salesforce.wsdl.faults-of-{name.lower()}",
        f"`{name}` declares the faults {', '.join(sorted(expected))}.",
        source=sources.WSDL_66,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )
    def check(client: SalesforceClient) -> None:
        port = _document(client).find(f"{WSDL}portType")
        require(port is not None, "there is no port type")
        assert port is not None  # noqa: S101 - required above
        declared = {str(each.get("name")) for each in _named(port, f"{WSDL}operation", name).iter(f"{WSDL}fault")}
        same(declared, expected, "the faults")


for _operation, _faults in _FAULTS.items():
    _state_faults(_operation, _faults)

_FAULT_TYPES = {
    "ApiFault": [
        "LoginFault", "InvalidIdFault", "InvalidNewPasswordFault", "InvalidOldPasswordFault",
        "InvalidQueryLocatorFault", "UnexpectedErrorFault", "ApiQueryFault",
    ],
    "ApiQueryFault": ["InvalidFieldFault", "InvalidSObjectFault", "MalformedQueryFault", "MalformedSearchFault"],
}  # fmt: skip


@fact(
    "salesforce.wsdl.fault-types",
    "Four faults have a place in a query, and extend ApiQueryFault; the six others extend ApiFault.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def fault_types(client: SalesforceClient) -> None:
    root = _document(client)
    for base, names in _FAULT_TYPES.items():
        found = [
            str(each.get("name"))
            for each in root.iter(f"{XSD}complexType")
            if [part.get("base") for part in each.iter(f"{XSD}extension")] == [f"fns:{base}"]
        ]
        same(sorted(found), sorted(names), f"what extends {base}")


@fact(
    "salesforce.wsdl.codes",
    "The WSDL of 66.0 lists 615 codes of rows' errors and 320 of faults.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def codes(client: SalesforceClient) -> None:
    root = client.get(f"{endpoint('66.0')}?wsdl").root
    counted = [
        len(list(_named(root, f"{XSD}simpleType", name).iter(f"{XSD}enumeration")))
        for name in ("StatusCode", "ExceptionCode")
    ]
    same(counted, [615, 320], "how many there are")
