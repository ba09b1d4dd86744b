"""Zuora's dialect of fault rules: its codes, fault types and words, and who calls about what."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from mock_zuora.cursors import Cursors
from mock_zuora.faults import SYNTAX_ERROR, WRONG_LOGIN, api_fault, too_many_requests, unavailable
from mock_zuora.messages import ERROR_CODES, FAULTS
from mock_zuora.objects import standard_catalogue
from mock_zuora.operations import OPERATIONS
from mock_zuora.reading import version_in
from mock_zuora.sessions import Sessions
from mock_zuora.tenants import EntitySpec, Tenant, UserSpec
from simulator.faults import Caller, FaultDialect, Wanted
from simulator.soap import SoapFault, local, text

ROWS = {
    "create": frozenset({"zObjects"}),
    "update": frozenset({"zObjects"}),
    "generate": frozenset({"zObjects"}),
    "delete": frozenset({"ids"}),
    "subscribe": frozenset({"subscribes"}),
    "amend": frozenset({"requests"}),
}
"""The elements that stand for one row each, by the operation that writes them."""

RETRY_AFTER_S = 120
LOCKED = "Operation failed due to a lock competition, please retry later."
_WORDS = {
    "BATCH_FAIL_ERROR": "optimistic locking failed",
    "CANNOT_DELETE": "The object cannot be deleted: another object refers to it.",
    "INVALID_ID": "invalid id",
    "INVALID_LOGIN": WRONG_LOGIN,
    "INVALID_SESSION": "invalid session",
    "LOCK_COMPETITION": LOCKED,
    "MALFORMED_QUERY": SYNTAX_ERROR,
    "MAX_RECORDS_EXCEEDED": "The maximum number of records was exceeded.",
    "NO_PERMISSION": "You do not have permission to do this.",
    "SERVER_UNAVAILABLE": "The service is temporarily unavailable. Please resubmit your request later.",
    "TEMPORARY_ERROR": "A temporary error occurred. Please resubmit your request later.",
    "TRANSACTION_FAILED": "The transaction failed.",
    "TRANSACTION_TERMINATED": "The transaction was terminated. Please resubmit your request later.",
    "TRANSACTION_TIMEOUT": "The transaction timed out. Please resubmit your request later.",
    "UNKNOWN_ERROR": "An unexpected error occurred.",
}
_OF_LOGIN = frozenset({"API_DISABLED", "INVALID_LOGIN", "INVALID_VALUE", "NO_PERMISSION"})
_OF_QUERY = frozenset({"INVALID_FIELD", "INVALID_TYPE", "INVALID_VALUE", "MALFORMED_QUERY"})


def fault_dialect(tenants: Callable[[], Iterable[Tenant]], sessions: Sessions, cursors: Cursors) -> FaultDialect:
    """The dialect of a mock with these tenants, whose sessions and cursors it asks and leaves as they are."""

    def by_session(session_id: str) -> Caller:
        try:
            session = sessions.known(session_id)
        except SoapFault:
            return Caller()
        return _caller(session.user, session.tenant, session.entity)

    def by_login(username: str, entity: str) -> Caller:
        for tenant in tenants():
            user = tenant.user(username)
            if user is not None:
                entered = tenant.entity(id_=entity, name=entity) if entity else tenant.home_of(user)
                return _caller(user, tenant, entered)
        return Caller(username)

    def objects(operation: str, payload: etree._Element) -> Iterable[str]:
        if operation == "queryMore":
            return (cursors.object_of(text(payload, "queryLocator") or ""),)
        return _inside(payload) if operation in ("subscribe", "amend") else ()

    return FaultDialect(
        service="zuora",
        soap_path="/apps/services/a/",
        operations=frozenset(OPERATIONS),
        codes=frozenset(ERROR_CODES),
        row_codes=frozenset(ERROR_CODES),
        kinds=frozenset(FAULTS),
        rows=ROWS,
        soap_fault=_soap_fault,
        row_error=_words,
        too_many_requests=lambda path, seconds: too_many_requests(version_in(path) or 0.0, seconds),
        unavailable=lambda _path, seconds: unavailable(_words("SERVER_UNAVAILABLE"), seconds),
        caller_of_session=by_session,
        caller_of_login=by_login,
        objects=objects,
    )


def _caller(user: UserSpec, tenant: Tenant, entity: EntitySpec | None) -> Caller:
    named = () if entity is None else (entity.id, entity.name)
    return Caller(user.username, (tenant.spec.id, tenant.spec.name), named)


def _inside(payload: etree._Element) -> Iterable[str]:
    """The objects that a subscribe or amend request is made of, whose elements carry no types."""
    known = {each.name for each in standard_catalogue()}
    # amend calls its list of them so
    names = {"Amendment" if local(element) == "Amendments" else local(element) for element in payload.iter()}
    return names & known


def _soap_fault(wanted: Wanted) -> SoapFault:
    message = wanted.message or _words(wanted.code)
    if wanted.code.startswith("soapenv:"):
        return SoapFault(wanted.code, wanted.message or "unknown", http_status=wanted.http_status or 500)
    if wanted.code == "REQUEST_EXCEEDED_LIMIT" and not (wanted.message or wanted.kind or wanted.http_status):
        return too_many_requests(version_in(wanted.path) or 0.0, RETRY_AFTER_S)
    kind = wanted.kind or _kind(wanted.operation, wanted.code)
    return api_fault(kind, wanted.code, message, http_status=wanted.http_status or 500)


def _kind(operation: str, code: str) -> str:
    """The declared fault type that an operation answers this code with."""
    if operation == "login" and code in _OF_LOGIN:
        return "LoginFault"
    if operation == "query" and code in _OF_QUERY:
        return "MalformedQueryFault"
    if operation == "queryMore" and code == "INVALID_VALUE":
        return "InvalidQueryLocatorFault"
    if operation == "delete" and code == "INVALID_VALUE":
        return "InvalidValueFault"
    return "InvalidTypeFault" if code == "INVALID_TYPE" else "UnexpectedErrorFault"


def _words(code: str) -> str:
    """The service's words for a code when a rule gives none."""
    return _WORDS.get(code, code.replace("_", " ").capitalize() + ".")
