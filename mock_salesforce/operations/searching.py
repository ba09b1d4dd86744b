"""search: records found by words in their names and other short texts."""

from __future__ import annotations

import re

from mock_salesforce import faults, queries, sosl
from mock_salesforce.operations.desk import Request
from mock_salesforce.operations.querying import question
from mock_salesforce.schema import TEXTS, Field, Kind, SObject

_SEARCHED_BY_DEFAULT = ("Account", "Contact")
_WHERE = re.compile(r"WHERE\s+(.*?)(?=\bORDER\s+BY\b|\bLIMIT\b|\Z)", re.IGNORECASE | re.DOTALL)
_KINDS = {"EMAIL": frozenset({Kind.EMAIL}), "PHONE": frozenset({Kind.PHONE})}


def search(request: Request) -> bytes:
    """The records that have every word of the search."""
    asked = sosl.parse(request.text("searchString"))
    default = (sosl.Wanted(name) for name in _SEARCHED_BY_DEFAULT if request.schema.sobject(name) is not None)
    wanted = asked.wanted or tuple(default)
    records: list[str] = []
    for each in wanted:
        records += _found(request, asked, each)
    body = b"".join(b"<searchRecords>" + record.encode() + b"</searchRecords>" for record in records[: asked.limit])
    return b"<searchResponse><result><queryId>0</queryId>%b</result></searchResponse>" % body


def _found(request: Request, asked: sosl.Search, wanted: sosl.Wanted) -> list[str]:
    sobject = request.schema.sobject(wanted.sobject)
    if sobject is None:
        raise faults.invalid_type(wanted.sobject)
    names = _searched(sobject, asked.group)
    if not names:
        return []
    words = " AND ".join(
        "(" + " OR ".join(f"{name} LIKE '{pattern}'" for name in names) + ")" for pattern in asked.patterns
    )
    own = _WHERE.search(wanted.tail)
    condition = f"({words}) AND ({own[1].strip()})" if own else f"({words})"
    tail = _WHERE.sub("", wanted.tail)
    text = f"SELECT {wanted.fields} FROM {sobject.name} WHERE {condition} {tail}"
    return queries.records(question(request), request.desk.cursors, text, sosl.MAX_FOUND, "record")


def _searched(sobject: SObject, group: str) -> list[str]:
    if group in _KINDS:
        return [field.name for field in sobject.stored_fields if field.kind in _KINDS[group]]
    if group == "NAME":
        return [sobject.name_field.name]
    return [field.name for field in sobject.stored_fields if field.kind in TEXTS and _is_searched(field)]


def _is_searched(field: Field) -> bool:
    """Whether a text is one that people look records up by."""
    known = field.is_name or field.id_lookup or field.name.endswith("Number")
    return not field.is_long_text and (known or field.kind in (Kind.EMAIL, Kind.PHONE))
