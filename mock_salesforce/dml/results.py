"""What became of each row of a write, and how that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.soap import escape


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row failed: the status code, the words, and the fields it is about."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class RowResult:
    """One row's outcome; it succeeded when there are no errors. `created` is written for upserts only."""

    id: str | None = None
    created: bool = False
    errors: list[RowError] = field(default_factory=list)

    def fail(self, code: str, message: str, *fields: str) -> None:
        """Note why the row failed."""
        self.errors.append(RowError(code, message, fields))


ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def results_xml(operation: str, results: Sequence[RowResult], *, upsert: bool = False) -> bytes:
    """The reply of a write: one result a row, in the request's order."""
    name = operation.encode()
    body = b"".join(_result(result, upsert=upsert) for result in results)
    return b"<" + name + b"Response>" + body + b"</" + name + b"Response>"


def _result(result: RowResult, *, upsert: bool) -> bytes:
    parts = [b"<result>"]
    if upsert:
        parts.append(b"<created>true</created>" if result.created else b"<created>false</created>")
    parts += [error_xml(error) for error in result.errors]
    parts.append(b"<id>" + result.id.encode() + b"</id>" if result.id else b'<id xsi:nil="true"/>')
    parts.append(b"<success>false</success></result>" if result.errors else b"<success>true</success></result>")
    return b"".join(parts)


def error_xml(error: RowError) -> bytes:
    """One error of a row, as every kind of result has it."""
    fields = b"".join(b"<fields>" + escape(name) + b"</fields>" for name in error.fields)
    return (
        b"<errors>" + fields + b"<message>" + escape(error.message) + b"</message><statusCode>"
        + error.code.encode() + b"</statusCode></errors>"
    )  # fmt: skip
