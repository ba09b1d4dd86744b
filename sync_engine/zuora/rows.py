"""The rows of one reading, found by id or by what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync_engine.model import ZuoraRow


class RowSet:
    """Zuora rows by object, each under its root: the account or product it was read for.

    A record that several roots use, such as a product, is kept under the first of them.
    """

    def __init__(self, roots: Sequence[str] = (), unreadable: Iterable[tuple[str, str]] = ()) -> None:
        self._rows: dict[str, dict[str, ZuoraRow]] = {}
        self._roots: dict[tuple[str, str], str] = {}
        self._order = {root: position for position, root in enumerate(roots)}
        self._indexes: dict[tuple[str, str], dict[str, list[ZuoraRow]]] = {}
        self.unreadable = set(unreadable)
        """(object, field) pairs that this tenant does not have."""
        self.absent: set[str] = set()
        """Objects that this tenant does not have."""

    def add(self, zuora_object: str, row: ZuoraRow, root: str) -> None:
        """Keep `row`. Fields of a row of the same id that was read before are joined to it."""
        known = self._rows.setdefault(zuora_object, {}).setdefault(row["Id"], {})
        known.update(row)
        self._roots.setdefault((zuora_object, row["Id"]), root)
        self._order.setdefault(root, len(self._order))
        self._forget_indexes(zuora_object)

    def keep_only(self, zuora_object: str, ids: Iterable[str]) -> None:
        """Drop the rows of an object whose id is not among `ids`."""
        wanted = set(ids)
        rows = self._rows.get(zuora_object, {})
        self._rows[zuora_object] = {key: row for key, row in rows.items() if key in wanted}
        self._forget_indexes(zuora_object)

    def drop_root(self, root: str) -> None:
        """Drop every row that was read for `root`."""
        for zuora_object, rows in self._rows.items():
            for key in [key for key in rows if self._roots[zuora_object, key] == root]:
                del rows[key]
            self._forget_indexes(zuora_object)

    def of(self, zuora_object: str) -> list[ZuoraRow]:
        """The rows of an object, those of one root together and then by id: Zuora promises no order of its own."""
        rows = self._rows.get(zuora_object, {})
        return sorted(rows.values(), key=lambda row: (self._order[self.root(zuora_object, row["Id"])], row["Id"]))

    def get(self, zuora_object: str, row_id: str | None) -> ZuoraRow | None:
        """The row of that id, if it was read."""
        return self._rows.get(zuora_object, {}).get(row_id) if row_id else None

    def where(self, zuora_object: str, column: str, value: str | None) -> list[ZuoraRow]:
        """The rows of an object whose `column` equals `value`."""
        if not value:
            return []
        if column == "Id":
            row = self.get(zuora_object, value)
            return [] if row is None else [row]
        index = self._indexes.get((zuora_object, column))
        if index is None:
            index = self._indexes[zuora_object, column] = {}
            for row in self.of(zuora_object):
                if column in row:
                    index.setdefault(row[column], []).append(row)
        return index.get(value, [])

    def root(self, zuora_object: str, row_id: str) -> str:
        """The account or product the row was read for."""
        return self._roots[zuora_object, row_id]

    def count(self, zuora_object: str) -> int:
        """How many rows of an object there are."""
        return len(self._rows.get(zuora_object, {}))

    def _forget_indexes(self, zuora_object: str) -> None:
        for key in [key for key in self._indexes if key[0] == zuora_object]:
            del self._indexes[key]
