"""Whole pages of records, written by SQLite itself: faster than row by row, and the same bytes; and kept for a while.

SQLite joins the values of a row into its record. It cannot escape text for XML, nor leave out an element whose value
is null; so the page is counted afterwards: a text that needs escaping shows itself by a character too many, a null by
a value too few. Such rows are written again with more care.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from operator import methodcaller

from mock_zuora.objects import Field, FieldType
from mock_zuora.records import RecordWriter, midnight, opening
from mock_zuora.zoql import Plan
from simulator.results import Result
from simulator.store import RecordStore, quoted

_ARGUMENTS_MAX = 90  # SQLite takes at most 127 in one call of a function
_TAGS_A_RECORD = 4  # of the record and of its Id
_RECORD, _FULL, _SPARSE = 1, 2, 3  # places in the rows that are read, after the Id

KEPT_BYTES = 64 * 1024 * 1024
"""How much of the pages last written is kept for each entity, in case the same query comes again."""

_AMPERSAND_IN, _RETURN_IN = methodcaller("__contains__", b"&"), methodcaller("__contains__", b"\r")
_OPENING, _CLOSING = methodcaller("count", b"<"), methodcaller("count", b">")


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page of a result of `size` rows, and the fields that are known to be null in some."""

    records: list[bytes]
    size: int
    sparse: frozenset[str]

    @property
    def length(self) -> int:
        """Bytes of all records."""
        return sum(map(len, self.records))


PageKey = tuple[str, tuple[object, ...], float, int, int]
"""What makes a page: the query as SQL, its parameters, the WSDL version, the first row and how many at most."""


class Pages:
    """The pages written last, up to `KEPT_BYTES`, for as long as nobody writes to the tables they are from.

    Hold the store's lock to use them.
    """

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._kept: dict[PageKey, tuple[tuple[int, ...], Page]] = {}
        self._bytes = 0

    def find(self, key: PageKey, tables: Collection[str]) -> Page | None:
        """The page, when it still is as it was."""
        found = self._forget(key)
        if found is None or found[0] != self._store.writes(tables):
            return None
        self.keep(key, tables, found[1])  # the latest used comes last
        return found[1]

    def keep(self, key: PageKey, tables: Collection[str], page: Page) -> None:
        """Keep a page that was written from these tables, and let go of those used longest ago."""
        self._forget(key)
        self._kept[key] = self._store.writes(tables), page
        self._bytes += page.length
        while self._bytes > KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: PageKey) -> tuple[tuple[int, ...], Page] | None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= found[1].length
        return found


class PageWriter:
    """Writes pages of one query's result; `sparse` names fields that are null in some rows, as far as is known."""

    def __init__(self, plan: Plan, *, zone: tzinfo, version: float, sparse: Collection[str] = ()) -> None:
        self._plan = plan
        self._version = version
        self.sparse = frozenset(sparse)
        self._exactly = RecordWriter(plan, zone=zone, version=version)

    def write(self, result: Result, start: int, count: int) -> list[bytes]:
        """The records from number `start` on, at most `count` of them."""
        with result.lock:
            rows = self._read(result, start, count)
            if not all(row[_FULL] for row in rows):
                self.sparse = frozenset(field.name for field in self._plan.fields)
                rows = self._read(result, start, count)
            records = [row[_RECORD] for row in rows]
            tags = len(rows) * self._least_tags + 2 * sum(row[_SPARSE] for row in rows)
            if not _are_plain(records, tags):
                self._correct(records, rows, result.read(self._plan.outputs, start, count))
        return records

    @property
    def _full(self) -> list[Field]:
        return [field for field in self._plan.fields if field.name not in self.sparse]

    @property
    def _least_tags(self) -> int:
        return _TAGS_A_RECORD + 2 * len(self._full)

    def _read(self, result: Result, start: int, count: int) -> list[sqlite3.Row]:
        """Rows of an Id, its record, whether all fields but the sparse have a value, and how many of those have."""
        template, arguments = [_literal(opening(self._plan).decode() + "<ns2:Id>%s</ns2:Id>")], [['"Id"']]
        for field in self._plan.fields:
            if len(arguments[-1]) == _ARGUMENTS_MAX:
                template.append("")
                arguments.append([])
            start_tag, end_tag = f"<ns2:{field.name}>", f"{midnight(field, self._version)}</ns2:{field.name}>"
            if field.name in self.sparse:  # joined to null, the tags are null too, and written as nothing
                template[-1] += "%s"
                arguments[-1].append(f"'{start_tag}' || {_text(field)} || '{end_tag}'")
            else:
                template[-1] += f"{start_tag}%s{end_tag}"
                arguments[-1].append(_text(field))
        template[-1] += "</ns1:records>"
        pieces = [f"printf('{form}', {', '.join(values)})" for form, values in zip(template, arguments, strict=True)]
        sparse = [field for field in self._plan.fields if field.name in self.sparse]
        record = f"CAST({' || '.join(pieces)} AS BLOB)"
        return result.read(f"{record}, {_all_given(self._full)}, {_number_given(sparse)}", start, count)

    def _correct(self, records: list[bytes], rows: Sequence[sqlite3.Row], exact: Sequence[sqlite3.Row]) -> None:
        for place, row in enumerate(rows):
            if not _are_plain(records[place : place + 1], self._least_tags + 2 * row[_SPARSE]):
                records[place] = self._exactly.one(exact[place])


def _are_plain(records: Sequence[bytes], tags: int) -> bool:
    """Whether all that looks like markup is the `tags` that were put there, and nothing else needs escaping."""
    return (
        not any(map(_AMPERSAND_IN, records))
        and not any(map(_RETURN_IN, records))
        and sum(map(_OPENING, records)) == tags
        and sum(map(_CLOSING, records)) == tags
    )


def _text(field: Field) -> str:
    column = quoted(field.name)
    if field.type is FieldType.BOOLEAN:
        return f"CASE {column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"
    if field.type is FieldType.DECIMAL:
        return f"CASE typeof({column}) WHEN 'integer' THEN {column} ELSE zuora_number({column}) END"
    if field.type is FieldType.DATE_TIME:
        return f"zuora_moment({column})"
    return column


def _all_given(fields: Sequence[Field]) -> str:
    """SQL for whether none of the fields is null: the least of several values is null if one of them is."""
    names = [quoted(field.name) for field in fields]
    groups = [names[first : first + _ARGUMENTS_MAX] for first in range(0, len(names), _ARGUMENTS_MAX)]
    return " AND ".join(f"min({', '.join(each)}, 1) IS NOT NULL" for each in groups) or "1"


def _number_given(fields: Sequence[Field]) -> str:
    """SQL for how many of the fields are not null."""
    return " + ".join(f"({quoted(field.name)} IS NOT NULL)" for field in fields) or "0"


def _literal(text: str) -> str:
    return text.replace("'", "''")
