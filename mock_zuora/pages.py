"""Whole pages of records, written by SQLite itself: some times faster than row by row, and the same bytes.

SQLite joins the values of a row into its record. It cannot escape text for XML, nor leave out an element whose value
is null; so the page is counted afterwards: a text that needs escaping shows itself by a character too many, a null by
a value too few. Such rows are written again with more care.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import tzinfo

from mock_zuora.objects import Field, FieldType
from mock_zuora.records import RecordWriter, midnight, opening
from mock_zuora.zoql import Plan
from simulator.results import Result
from simulator.store import quoted

_ARGUMENTS_MAX = 90  # SQLite takes at most 127 in one call of a function
_TAGS_A_RECORD = 4  # of the record and of its Id


class PageWriter:
    """Writes pages of one query's result; `sparse` names fields that are null in some rows, as far as is known."""

    def __init__(self, plan: Plan, *, zone: tzinfo, version: float, sparse: Collection[str] = ()) -> None:
        self._plan = plan
        self._version = version
        self._sparse = frozenset(sparse)
        self._exactly = RecordWriter(plan, zone=zone, version=version)

    def write(self, result: Result, start: int, count: int) -> bytes:
        """The records from number `start` on, at most `count` of them."""
        with result.lock:
            rows = self._read(result, start, count)
            if sum(row["full"] for row in rows) != len(rows) * len(self._full):
                self._sparse = frozenset(field.name for field in self._plan.fields)
                rows = self._read(result, start, count)
            texts = [row["record"] for row in rows]
            page = "".join(texts)
            tags = len(rows) * self._least_tags + 2 * sum(row["sparse"] for row in rows)
            if not _is_plain(page, tags):
                self._correct(texts, rows, result.read(self._plan.outputs, start, count))
                page = "".join(texts)
        return page.encode()

    @property
    def _full(self) -> list[Field]:
        return [field for field in self._plan.fields if field.name not in self._sparse]

    @property
    def _least_tags(self) -> int:
        return _TAGS_A_RECORD + 2 * len(self._full)

    def _read(self, result: Result, start: int, count: int) -> list[sqlite3.Row]:
        """Rows of `record`, its text, and how many `full` and `sparse` fields of it have a value."""
        template, arguments = [_literal(opening(self._plan).decode() + "<ns2:Id>%s</ns2:Id>")], [['"Id"']]
        for field in self._plan.fields:
            if len(arguments[-1]) == _ARGUMENTS_MAX:
                template.append("")
                arguments.append([])
            start_tag, end_tag = f"<ns2:{field.name}>", f"{midnight(field, self._version)}</ns2:{field.name}>"
            if field.name in self._sparse:  # joined to null, the tags are null too, and written as nothing
                template[-1] += "%s"
                arguments[-1].append(f"'{start_tag}' || {_text(field)} || '{end_tag}'")
            else:
                template[-1] += f"{start_tag}%s{end_tag}"
                arguments[-1].append(_text(field))
        template[-1] += "</ns1:records>"
        pieces = [f"printf('{form}', {', '.join(values)})" for form, values in zip(template, arguments, strict=True)]
        sparse = [field for field in self._plan.fields if field.name in self._sparse]
        outputs = f"{' || '.join(pieces)} AS record, {_values(self._full)} AS full, {_values(sparse)} AS sparse"
        return result.read(outputs, start, count)

    def _correct(self, texts: list[str], rows: Sequence[sqlite3.Row], exact: Sequence[sqlite3.Row]) -> None:
        for place, row in enumerate(rows):
            if not _is_plain(texts[place], self._least_tags + 2 * row["sparse"]):
                texts[place] = self._exactly.one(exact[place]).decode()


def _is_plain(text: str, tags: int) -> bool:
    """Whether all that looks like markup is the `tags` that were put there, and nothing else needs escaping."""
    return "&" not in text and "\r" not in text and text.count("<") == tags and text.count(">") == tags


def _text(field: Field) -> str:
    column = quoted(field.name)
    if field.type is FieldType.BOOLEAN:
        return f"CASE {column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"
    if field.type is FieldType.DECIMAL:
        return f"CASE typeof({column}) WHEN 'integer' THEN {column} ELSE zuora_number({column}) END"
    if field.type is FieldType.DATE_TIME:
        return f"zuora_moment({column})"
    return column


def _values(fields: Sequence[Field]) -> str:
    return " + ".join(f"({quoted(field.name)} IS NOT NULL)" for field in fields) or "0"


def _literal(text: str) -> str:
    return text.replace("'", "''")
