"""The faults the service answers with, in its own shape, and the error of one row.

A fault means that nothing of the call was done; a `RowError` that this row was not, whatever became of the others.
"""

from __future__ import annotations

from simulator.soap import SoapFault, escape

FAULT_NAMESPACE = b"http://fault.api.zuora.com/"

SYNTAX_ERROR = "You have an error in your ZOQL syntax"
WRONG_LOGIN = "Invalid login. User name and password do not match."
RESTRICTED_IP = "Your IP address may be restricted. Please contact the administrator at your company for help."
TOO_MANY_REQUESTS = (
    "The total number of concurrent requests has exceeded the limit allowed by the system."
    " Please resubmit your request later."
)
FIRST_VERSION_WITH_REQUEST_LIMIT = 51.0
"""From this version on exceeding a limit has an error code of its own."""


class RowError(Exception):
    """One row of a create, update or delete could not be done."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def api_fault(
    kind: str, code: str, message: str, *, http_status: int = 500, headers: tuple[tuple[str, str], ...] = ()
) -> SoapFault:
    """A declared fault: `kind` names its type (LoginFault, ...), `code` is the ErrorCode."""
    name, fault_code = kind.encode(), code.encode()
    detail = (
        b"<fns:" + name + b"><fns:FaultCode>" + fault_code + b"</fns:FaultCode><fns:FaultMessage>"
        + escape(message) + b"</fns:FaultMessage></fns:" + name + b">"
    )  # fmt: skip
    return SoapFault(
        f"fns:{code}",
        message,
        detail=detail,
        http_status=http_status,
        attributes=b'xmlns:fns="' + FAULT_NAMESPACE + b'"',
        headers=headers,
    )


def login_fault(message: str = WRONG_LOGIN) -> SoapFault:
    """The login was refused; refusals all carry INVALID_VALUE."""
    return api_fault("LoginFault", "INVALID_VALUE", message)


def query_fault(code: str, message: str) -> SoapFault:
    """A query could not be run: its syntax, object, field, or value is wrong."""
    return api_fault("MalformedQueryFault", code, message)


def syntax_fault(message: str = SYNTAX_ERROR) -> SoapFault:
    """The text is no ZOQL."""
    return query_fault("MALFORMED_QUERY", message)


def locator_fault(locator: str) -> SoapFault:
    """The locator is unknown, another session's, or older than its 15 minutes."""
    return api_fault("InvalidQueryLocatorFault", "INVALID_VALUE", f"invalid query locator: {locator}")


def session_fault() -> SoapFault:
    """The session is unknown or has run out."""
    return api_fault("UnexpectedErrorFault", "INVALID_SESSION", "invalid session")


def type_fault(name: str) -> SoapFault:
    """There is no such object, or it takes no part in the call."""
    return api_fault("InvalidTypeFault", "INVALID_TYPE", f"invalid type specified: {name}")


def too_many_requests(version: float, retry_after_s: int) -> SoapFault:
    """A limit of concurrency or rate is used up; the code is the one of the WSDL version asked for."""
    code = "REQUEST_EXCEEDED_LIMIT" if version >= FIRST_VERSION_WITH_REQUEST_LIMIT else "UNKNOWN_ERROR"
    headers = (("Retry-After", str(retry_after_s)),)
    return api_fault("UnexpectedErrorFault", code, TOO_MANY_REQUESTS, http_status=429, headers=headers)


def no_permission_fault() -> SoapFault:
    """The user's role lets them read through the API and not write."""
    words = "You do not have permission to write through the API. The user's role needs API Write Access."
    return api_fault("UnexpectedErrorFault", "NO_PERMISSION", words)


def api_disabled_fault() -> SoapFault:
    """The tenant has no API."""
    return api_fault("UnexpectedErrorFault", "API_DISABLED", "The API is disabled for this tenant.")


def request_too_large_fault(most_bytes: int) -> SoapFault:
    """The request is larger than the tenant's figure allows."""
    words = f"The request is larger than the {most_bytes} bytes allowed."
    return api_fault("UnexpectedErrorFault", "REQUEST_REJECTED", words)


def too_many_fault(most: int) -> SoapFault:
    """The call carries more rows than the service takes."""
    return api_fault(
        "UnexpectedErrorFault",
        "MAX_RECORDS_EXCEEDED",
        f"The maximum number of records was exceeded: {most} are allowed in one call.",
    )


def unavailable(message: str, retry_after_s: int | None = None) -> SoapFault:
    """The service is down: HTTP 503, with Retry-After when it is known."""
    headers = () if retry_after_s is None else (("Retry-After", str(retry_after_s)),)
    return api_fault("UnexpectedErrorFault", "SERVER_UNAVAILABLE", message, http_status=503, headers=headers)


def unreadable(message: str) -> SoapFault:
    """The message could not be read at all: wrong order of elements, broken XML, an operation that is not there."""
    return SoapFault("soapenv:Server", message)
