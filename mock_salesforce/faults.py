"""Faults as the Partner API writes them: `sf:` codes, a typed detail, and a place in the text for query faults."""

from __future__ import annotations

from simulator.soap import SoapFault, escape

UNEXPECTED = "UnexpectedErrorFault"
LOGIN = "LoginFault"
INVALID_ID = "InvalidIdFault"
INVALID_OLD_PASSWORD = "InvalidOldPasswordFault"  # noqa: S105 - a fault's name
INVALID_NEW_PASSWORD = "InvalidNewPasswordFault"  # noqa: S105 - a fault's name
INVALID_FIELD = "InvalidFieldFault"
INVALID_SOBJECT = "InvalidSObjectFault"
MALFORMED_QUERY = "MalformedQueryFault"
MALFORMED_SEARCH = "MalformedSearchFault"
INVALID_LOCATOR = "InvalidQueryLocatorFault"
_WITH_PLACE = frozenset({INVALID_FIELD, INVALID_SOBJECT, MALFORMED_QUERY, MALFORMED_SEARCH})

_REFERENCE = "Please reference your WSDL or the describe call for the appropriate names."


def api_fault(code: str, message: str, kind: str = UNEXPECTED, *, row: int = -1, column: int = -1) -> SoapFault:
    """A fault of the API. `row` and `column` count from 1 and are written for the faults that have a place;
    -1 says that the fault is of the whole request.
    """
    name = kind.encode()
    place = b""
    if kind in _WITH_PLACE:
        place = b"<sf:row>%d</sf:row><sf:column>%d</sf:column>" % (row, column)
    detail = (
        b'<sf:%b xsi:type="sf:%b"><sf:exceptionCode>%b</sf:exceptionCode>'
        b"<sf:exceptionMessage>%b</sf:exceptionMessage>%b</sf:%b>"
    ) % (name, name, code.encode(), escape(message), place, name)
    return SoapFault(f"sf:{code}", f"{code}: {message}", detail=detail)


def client_fault(message: str) -> SoapFault:
    """A fault of the message itself, before any operation has seen it."""
    return SoapFault("soapenv:Client", message)


def too_large(megabytes: float) -> SoapFault:
    """The message is larger than the API takes."""
    return api_fault("EXCEEDED_MAX_SIZE_REQUEST", f"The request is larger than {megabytes:.0f} MB")


_AMPERSAND = "xmlParseEntityRef: no name"


def malformed(words: str, _flaw: str) -> SoapFault:
    """The message is not XML; `words` are the parser's, put in the service's own where those are known."""
    if words.startswith(_AMPERSAND):
        return client_fault("The entity name must immediately follow the '&' in the entity reference.")
    return client_fault(words)


def unknown_operation(name: str) -> SoapFault:
    """The Body holds an element, `{namespace}name`, that is not an operation of this API."""
    return client_fault(f"No operation available for request {name}, please check the WSDL for the service.")


def no_such_column(name: str, entity: str) -> str:
    """The words for a field that an object does not have."""
    return (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        f"append the '__c' after the custom field name. {_REFERENCE}"
    )


def no_such_type(name: str) -> str:
    """The words for an object type that the org does not have."""
    return (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        f"the '__c' after the entity name. {_REFERENCE}"
    )


def no_such_relationship(name: str, where: str) -> str:
    """The words for a relationship that an object does not have; `where` says in which part of the query."""
    return (
        f"Didn't understand relationship '{name}' in {where}. If you are attempting to use a custom relationship, "
        f"be sure to append the '__r' after the custom relationship name. {_REFERENCE}"
    )


def invalid_column(name: str, entity: str) -> SoapFault:
    """A write names a field that its object does not have: nothing of the request is done."""
    return api_fault("INVALID_FIELD", no_such_column(name, entity), INVALID_FIELD)


def invalid_type(name: str) -> SoapFault:
    """A request names an object type that the org does not have."""
    return api_fault("INVALID_TYPE", no_such_type(name), INVALID_SOBJECT)
