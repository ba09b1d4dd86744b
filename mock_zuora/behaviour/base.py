"""What an object does beyond the rules that all objects share."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.objects import ObjectType


class Behaviour:
    """Hooks around creating, changing and deleting one object's rows; each may raise `RowError`.

    They run inside the row's savepoint: what a hook wrote before it, or a later one, raised is taken back.
    """

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check and complete the values of a new row. `parts` are the rows that came inside it."""

    def make(self, books: Books, target: ObjectType, values: Row, parts: Sequence[Row]) -> str:
        """Write the new row and its parts; returns its id."""
        row_id = books.add(target.name, values)
        if target.children is not None:
            for number, part in enumerate(parts, start=1):
                numbered = {"Tier": number} if "tier" in books.catalogue[target.children.object].by_name else {}
                books.add(target.children.object, {**numbered, **part, target.children.parent: row_id})
        return row_id

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """Write what follows from the new row."""

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check and complete the changes of a row; only what differs from before is among them."""

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Write what follows from the change."""

    def deleting(self, books: Books, row: Row) -> None:
        """Refuse that the row is deleted."""

    def deleted(self, books: Books, row: Row) -> None:
        """Write what follows from a row being gone."""


def refuse(message: str, code: str = "INVALID_VALUE") -> RowError:
    """The row error for what the service does not do."""
    return RowError(code, message)


def missing(field_name: str) -> RowError:
    """The row error for a value that is needed and not there."""
    return RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {field_name}")


def fixed(before: Row, changes: Row, *names: str, when: str) -> None:
    """Refuse a change of these fields."""
    for name in names:
        if name in changes:
            raise refuse(f"The {name} of {before['Id']} cannot be changed {when}.")
