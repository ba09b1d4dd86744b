"""What a mock hands in so that faults come in its vendor's shape and rules can ask who calls about what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from simulator.soap import SoapFault


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call: the username, and every name that the tenant (org) and the entity go by."""

    user: str = ""
    tenant: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fault that a rule asks for: what is "" or None is left to the dialect. `path` tells the version called."""

    operation: str
    path: str
    code: str
    message: str = ""
    kind: str = ""
    http_status: int | None = None


def _nobody(_session: str) -> Caller:
    return Caller()


def _nobody_at_all(_username: str, _entity: str) -> Caller:
    return Caller()


def _no_objects(_operation: str, _payload: etree._Element) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class FaultDialect:
    """One vendor's ways.

    `soap_path` is how the paths of the SOAP endpoint begin, `operations` are those that rules may name, `codes` the
    fault codes (empty: any), `row_codes` those of rows.
    `kinds` are the declared fault types. `rows` tells, for each operation that writes rows, the names of the elements
    that stand for one each. `soap_fault` writes a fault; `row_error` has the usual words for a row's code;
    `too_many_requests` and `unavailable` take the path and the seconds of Retry-After. `caller_of_session` knows who
    has a session, `caller_of_login` who logs in with a username to an entity ("" for the home entity). `objects`
    adds what only the mock can know of a call's objects, such as what a query locator or an id stands for.
    """

    service: str
    soap_path: str
    operations: frozenset[str]
    codes: frozenset[str]
    row_codes: frozenset[str]
    kinds: frozenset[str]
    rows: Mapping[str, frozenset[str]]
    soap_fault: Callable[[Wanted], SoapFault]
    row_error: Callable[[str], str]
    too_many_requests: Callable[[str, int], SoapFault]
    unavailable: Callable[[str, int | None], SoapFault]
    caller_of_session: Callable[[str], Caller] = field(default=_nobody)
    caller_of_login: Callable[[str, str], Caller] = field(default=_nobody_at_all)
    objects: Callable[[str, etree._Element], Iterable[str]] = field(default=_no_objects)
