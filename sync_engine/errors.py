"""Every error the engine raises, in one tree.

    OnDemandSyncError                 what happened, and what to do next
    ├── SettingsError                 a setting is missing or wrong                      exit 2
    ├── RequestRefused                the request breaks a rule of what may be asked     exit 2
    ├── ServiceError                  a service, named
    │   ├── ServiceUnreachable        nothing answered                                   exit 3
    │   ├── LoginRefused              it answered no to the login                        exit 3
    │   ├── SoapFaultError            it answered a call with a fault
    │   ├── UnreadableReply           it answered something that is not the protocol
    │   └── ReplyLost                 a write was sent and its reply never came
    ├── StillRunning                  the session that is to be gone on with may be alive   exit 4
    ├── LeaseLost                     this session's hold on the account ran out
    ├── LimitWouldBeExceeded          the next call would be refused                     exit 5
    ├── EntityMissing                 the org has no billing entity record
    ├── CrmIdMissing                  the account names no Salesforce account
    └── StoreError                    the engine's own database cannot be used           exit 2

No message ever holds a password, a token or a session id.
"""

from __future__ import annotations

import re
from datetime import datetime


class OnDemandSyncError(Exception):
    """The base: `message` says what happened to which record, `what_to_do` what to do next.

    `code` is a service's own where one was given, else made of the class's name: SERVICE_UNREACHABLE for
    `ServiceUnreachable`. The catalogue knows them all.
    """

    exit_code = 1
    code = "ON_DEMAND_SYNC_ERROR"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).upper()

    def __init__(self, message: str, what_to_do: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        return f"{self.message} {self.what_to_do}".rstrip()


class SettingsError(OnDemandSyncError):
    """A setting is missing or wrong."""

    exit_code = 2


class RequestRefused(OnDemandSyncError):
    """The request as a whole breaks a rule of what may be asked; nothing was leased or sent."""

    exit_code = 2


class StoreError(OnDemandSyncError):
    """The engine's own database cannot be opened or written."""

    exit_code = 2


class ServiceError(OnDemandSyncError):
    """Something about one of the two services; `service` is "Zuora" or "Salesforce"."""

    exit_code = 1

    def __init__(self, service: str, message: str, what_to_do: str = "") -> None:
        super().__init__(message, what_to_do)
        self.service = service


_CHECK_THE_NETWORK = "Check the address in the settings, the network and the service's status page, then run it again."
_OF_THE_NETWORK = {
    "CERTIFICATE_VERIFY_FAILED": "If your network has an authority of its own, name its certificate in [network]"
    " ca_file or SSL_CERT_FILE; if not, somebody else answered: send nothing.",
    "407 ": "The proxy asks who you are: put USER:PASSWORD@ before its host in [network] proxy or HTTPS_PROXY.",
}


class ServiceUnreachable(ServiceError):
    """Nothing answered at the service's address."""

    exit_code = 3

    def __init__(self, service: str, url: str, cause: str) -> None:
        super().__init__(
            service,
            f"{service} could not be reached at {url}: {cause}.",
            next((words for sign, words in _OF_THE_NETWORK.items() if sign in cause), _CHECK_THE_NETWORK),
        )
        self.url = url


class LoginRefused(ServiceError):
    """The service answered no to the login."""

    exit_code = 3

    def __init__(self, service: str, username: str, message: str, code: str = "", what_to_do: str = "") -> None:
        super().__init__(
            service,
            f"{service} refused the login of {username}: {message}",
            what_to_do
            or "Check the username, the password (for Salesforce also the token), and that the user may use the API.",
        )
        self.username = username
        self.code = code or self.code


class SoapFaultError(ServiceError):
    """The service answered a call with a fault: the whole call failed and nothing of it was done."""

    def __init__(self, service: str, code: str, message: str, operation: str, what_to_do: str = "") -> None:
        super().__init__(service, f"{service} answered {operation} with {code}: {message}", what_to_do)
        self.code = code
        self.fault_message = message
        self.operation = operation


class UnreadableReply(ServiceError):
    """The service answered with something that is not its protocol, such as an HTML error page."""

    exit_code = 3

    def __init__(self, service: str, operation: str, status: int, excerpt: str, what_to_do: str = "") -> None:
        super().__init__(
            service,
            f"{service} answered {operation} with HTTP {status} and something that is not SOAP: {excerpt}",
            what_to_do or "This is usually a proxy or a maintenance page; check the address and try again later.",
        )
        self.operation = operation
        self.status = status


class ReplyLost(ServiceError):
    """A write was sent and its reply never came: it may or may not have been done."""

    def __init__(self, service: str, operation: str, cause: str) -> None:
        super().__init__(
            service,
            f"The reply of {service} to {operation} was lost: {cause}.",
            "The rows are settled by reading them back.",
        )
        self.operation = operation


class StillRunning(OnDemandSyncError):
    """The session may still be alive, so no other may go on with it."""

    exit_code = 4

    def __init__(self, session_id: str, until: datetime | None) -> None:
        when = "when it has ended" if until is None else f"after {until:%Y-%m-%d %H:%M:%S} UTC, when its leases run out"
        super().__init__(
            f"Session {session_id} has not ended: another process may be running it.",
            f"Try again {when}. If you know that its process is gone: ondemand-sync leases break.",
        )


class LeaseLost(OnDemandSyncError):
    """This session's hold on the account ran out, so it must not write any more."""


class LimitWouldBeExceeded(OnDemandSyncError):
    """The next call would be refused by a limit that is already known, or the last one was."""

    exit_code = 5

    def __init__(self, message: str, what_to_do: str = "", code: str = "") -> None:
        super().__init__(message, what_to_do)
        self.code = code or self.code


class EntityMissing(OnDemandSyncError):
    """The org has no billing entity record for the entity an object belongs to."""


class CrmIdMissing(OnDemandSyncError):
    """The billing account names no Salesforce account."""
