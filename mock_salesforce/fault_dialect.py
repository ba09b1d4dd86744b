"""Salesforce's dialect of fault rules: its codes, fault types and words, and who calls about what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from mock_salesforce import faults
from mock_salesforce.cursors import Cursors
from mock_salesforce.login import REFUSED, login_fault
from mock_salesforce.orgs import Org
from mock_salesforce.sessions import Sessions
from mock_salesforce.users import OrgUser
from simulator.faults import Caller, FaultDialect, Wanted
from simulator.soap import SoapFault, children, text

_IDS = frozenset({"ids", "id"})  # some clients call them so
ROWS = {
    "create": frozenset({"sObjects"}),
    "update": frozenset({"sObjects"}),
    "upsert": frozenset({"sObjects"}),
    "delete": _IDS,
    "undelete": _IDS,
}
"""The elements that stand for one row each, by the operation that writes them."""

ROW_LOCKED = "unable to obtain exclusive access to this record"
_WORDS = {
    "API_CURRENTLY_DISABLED": "API is currently disabled for this user",
    "ENTITY_IS_DELETED": "entity is deleted",
    "INVALID_CROSS_REFERENCE_KEY": "invalid cross reference id",
    "INVALID_LOGIN": REFUSED,
    "INVALID_QUERY_LOCATOR": "invalid query locator",
    "INVALID_SESSION_ID": "Invalid Session ID found in SessionHeader: Illegal Session",
    "QUERY_TIMEOUT": "Your query request was running for too long.",
    "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
    "REQUEST_RUNNING_TOO_LONG": "Your request was running for too long, and has been stopped.",
    "SERVER_UNAVAILABLE": "The server is temporarily unavailable. Please try again later.",
    "STORAGE_LIMIT_EXCEEDED": "storage limit exceeded",
    "UNABLE_TO_LOCK_ROW": ROW_LOCKED,
    "UNKNOWN_EXCEPTION": "An unexpected error occurred.",
}
_CONCURRENT = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
_KINDS = {
    "INVALID_FIELD": faults.INVALID_FIELD,
    "INVALID_QUERY_LOCATOR": faults.INVALID_LOCATOR,
    "INVALID_TYPE": faults.INVALID_SOBJECT,
    "MALFORMED_ID": faults.INVALID_ID,
    "MALFORMED_QUERY": faults.MALFORMED_QUERY,
}
_OF_LOGIN = ("INVALID_LOGIN", "LOGIN_", "PASSWORD_", "INVALID_OPERATION", "ORG_LOCKED", "API_")


def fault_dialect(
    operations: Iterable[str], orgs: Mapping[str, Org], sessions: Sessions, cursors: Cursors
) -> FaultDialect:
    """The dialect of a mock with these orgs, whose sessions and cursors it asks and leaves as they are."""

    def by_session(session_id: str) -> Caller:
        session = sessions.peek(session_id)
        return Caller() if session is None else _caller(session.user, session.org)

    def by_login(username: str, _entity: str) -> Caller:
        for org in orgs.values():
            for user in org.users:
                if user.username.lower() == username.lower():
                    return _caller(user, org)
        return Caller(username)

    def objects(operation: str, payload: etree._Element) -> Iterable[str]:
        if operation == "queryMore":
            return (cursors.object_of(text(payload, "queryLocator") or ""),)
        if operation not in ("delete", "undelete"):
            return ()
        ids = [(each.text or "").strip() for each in children(payload, *_IDS)]
        found = [org.schema.of_id(each) for org in orgs.values() for each in ids]
        return {each.name for each in found if each is not None}

    return FaultDialect(
        service="salesforce",
        soap_path="/services/Soap/",
        operations=frozenset(operations),
        # Some two hundred, and more with each release: any is taken.
        codes=frozenset(),
        row_codes=frozenset(),
        kinds=frozenset({faults.LOGIN, faults.UNEXPECTED, *_KINDS.values()}),
        rows=ROWS,
        soap_fault=_soap_fault,
        row_error=_words,
        too_many_requests=lambda _path, _seconds: faults.api_fault("REQUEST_LIMIT_EXCEEDED", _CONCURRENT),
        unavailable=_unavailable,
        caller_of_session=by_session,
        caller_of_login=by_login,
        objects=objects,
    )


def _caller(user: OrgUser, org: Org) -> Caller:
    return Caller(user.username, (org.id, org.id[:15], org.name))


def _soap_fault(wanted: Wanted) -> SoapFault:
    if wanted.code.startswith("soapenv:"):
        fault = SoapFault(wanted.code, wanted.message or _words("UNKNOWN_EXCEPTION"))
    elif wanted.kind in ("", faults.LOGIN) and wanted.operation == "login" and wanted.code.startswith(_OF_LOGIN):
        fault = login_fault(wanted.code, wanted.message or _words(wanted.code))
    else:
        kind = wanted.kind or _KINDS.get(wanted.code, faults.UNEXPECTED)
        fault = faults.api_fault(wanted.code, wanted.message or _words(wanted.code), kind)
    fault.http_status = wanted.http_status or fault.http_status
    return fault


def _unavailable(_path: str, retry_after_s: int | None) -> SoapFault:
    fault = faults.api_fault("SERVER_UNAVAILABLE", _words("SERVER_UNAVAILABLE"))
    fault.http_status = 503
    if retry_after_s is not None:
        fault.headers = (("Retry-After", str(retry_after_s)),)
    return fault


def _words(code: str) -> str:
    """The service's words for a code when a rule gives none."""
    return _WORDS.get(code, code.replace("_", " ").lower())
