"""What operations, headers and results consist of: the facts of `messages.tsv` and `operations.tsv`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mock_zuora.parts import Part, Sequences

ERROR_CODES = (
    "API_DISABLED",
    "CANNOT_DELETE",
    "CREDIT_CARD_PROCESSING_FAILURE",
    "DUPLICATE_VALUE",
    "INVALID_FIELD",
    "INVALID_LOGIN",
    "INVALID_SESSION",
    "INVALID_TYPE",
    "INVALID_ID",
    "INVALID_VALUE",
    "INVALID_VERSION",
    "LOCK_COMPETITION",
    "MALFORMED_QUERY",
    "MAX_RECORDS_EXCEEDED",
    "MISSING_REQUIRED_VALUE",
    "NO_PERMISSION",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_ERROR",
    "TRANSACTION_FAILED",
    "INVALID_TEMPLATE",
    "ACCOUNTING_PERIOD_CLOSED",
    "BATCH_FAIL_ERROR",
    "PDF_QUERY_ERROR",
    "REQUEST_EXCEEDED_LIMIT",
    "REQUEST_EXCEEDED_RATE",
    "REQUEST_REJECTED",
    "TEMPORARY_ERROR",
    "TRANSACTION_TERMINATED",
    "TRANSACTION_TIMEOUT",
)

FAULTS = (
    "LoginFault",
    "InvalidTypeFault",
    "InvalidValueFault",
    "MalformedQueryFault",
    "InvalidQueryLocatorFault",
    "UnexpectedErrorFault",
)

HEADER_PARTS = ("CallOptions", "QueryOptions", "SessionHeader")

ENTITY_ELEMENTS = frozenset({"entityId", "entityName"})
"""The elements of login that only a tenant of several entities has."""


@dataclass(frozen=True, slots=True)
class OperationShape:
    """One operation: the elements of its request and reply, the header parts it takes, the faults it declares."""

    name: str
    request: str
    response: str
    headers: tuple[str, ...]
    faults: tuple[str, ...]


@cache
def operation_shapes() -> tuple[OperationShape, ...]:
    """Every operation that is known, whether or not the mock has it."""
    return tuple(
        OperationShape(name, request, response, _listed(headers), _listed(faults))
        for name, request, response, headers, faults in _rows("operations.tsv")
    )


@cache
def complex_types() -> Sequences:
    """The types of the API namespace, by name."""
    return _sequences("type")


@cache
def elements() -> Sequences:
    """The elements of requests, replies and headers, by name."""
    return _sequences("element")


def reached(start: Iterable[str], types: Sequences) -> frozenset[str]:
    """The names of the complex types of the API namespace that these WSDL types lead to."""
    found: set[str] = set()
    left = list(start)
    while left:
        prefix, _, name = left.pop().rpartition(":")
        if prefix == "zns" and name in types and name not in found:
            found.add(name)
            left += [part.type for part in types[name]]
    return frozenset(found)


def _sequences(kind: str) -> Sequences:
    found: dict[str, list[Part]] = {}
    for row_kind, owner, name, type_, occurs, nil, default, since in _rows("messages.tsv"):
        if row_kind != kind:
            continue
        parts = found.setdefault(owner, [])
        if name != "-":
            least, _, most = occurs.partition("-")
            given = "" if default == "-" else default
            parts.append(Part(name, type_, least, most, nil == "nil", given, float(since)))
    return {owner: tuple(parts) for owner, parts in found.items()}


def _rows(name: str) -> list[list[str]]:
    lines = files("mock_zuora").joinpath(name).read_text(encoding="utf-8").splitlines()
    facts = [line for line in lines if not line.startswith("#")]
    return [line.split("\t") for line in facts[1:]]


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))
