"""What an org holds against what the table says it has to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mock_salesforce import Org
from offline.scenarios.ids import check_characters
from tests.offline.oracle.books import Books, Row
from tests.offline.oracle.fields import ACCOUNT_SIDE, CATALOG_SIDE, NAMED, WORDS
from tests.offline.oracle.worked import WORKED

KEYS = ("Zuora__EXT_ID__c", "Zuora__External_Id__c", "zqu__ZuoraId__c")
SHARED = ("Zuora__Product__c",)
"""Records that stay when no account uses them any more."""
OF_SALESFORCE = {
    *("Id", "OwnerId", "IsDeleted", "CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate"),
    "SystemModstamp",
}


def disagreements(org: Org, books: Sequence[Books], *, catalog: bool = False) -> list[str]:
    """Everything that is not as the table says, a line each; with `catalog` the products of the entities too."""
    handles = _handles(org)
    found: list[str] = []
    for (sobject, kind), lines in {**ACCOUNT_SIDE, **(CATALOG_SIDE if catalog else {})}.items():
        wanted: dict[str, dict[str, Any]] = {}
        for each in books:
            rows = each.belonging[kind] if (sobject, kind) in ACCOUNT_SIDE else each.in_catalog(kind)
            wanted |= {key: dict(_expected(each, kind, row, lines)) for key, row in rows.items()}
        held = {str(handles[row["Id"]]): row for row in org.rows(sobject)}
        found += [f"{sobject} {key} is missing" for key in wanted.keys() - held.keys()]
        if sobject not in SHARED:
            found += [f"{sobject} {key} should not be there" for key in held.keys() - wanted.keys()]
        for key in wanted.keys() & held.keys():
            found += _differences(f"{sobject} {key}", wanted[key], held[key], handles)
    return sorted(found)


def unspoken(org: Org) -> set[str]:
    """The fields that have a value in some record and that the table does not speak of."""
    silent = set()
    spoken = {sobject: _names(lines) for (sobject, _), lines in {**ACCOUNT_SIDE, **CATALOG_SIDE}.items()}
    spoken |= {sobject: set(names.split()) for sobject, names in NAMED.items()}
    for described in org.schema.sobjects:
        if described.name in ("User", "Account", "Zuora__Sync_History__c", "Organization"):
            continue
        own = {field.name for field in described.fields if field.createable} - OF_SALESFORCE
        for row in org.rows(described.name):
            filled = {name for name in own if row[name] not in (None, False)}
            silent |= {f"{described.name}.{name}" for name in filled - spoken.get(described.name, set())}
    return silent


def _names(lines: str) -> set[str]:
    return {line.split()[0] for line in lines.strip().splitlines()}


def _handles(org: Org) -> dict[Any, str]:
    """What a record is called outside of Salesforce, by its id."""
    handles: dict[Any, str] = {}
    for sobject in {*(name for name, _ in ACCOUNT_SIDE), *(name for name, _ in CATALOG_SIDE), *NAMED}:
        for row in org.rows(sobject):
            handles[row["Id"]] = str(next(row[key] for key in KEYS if row.get(key)))
    return handles


def _expected(books: Books, kind: str, row: Row, lines: str) -> Iterator[tuple[str, Any]]:
    for line in lines.strip().splitlines():
        field, source, form, *of = line.split()
        value = WORKED[source[1:]](books, row) if source.startswith(":") else books.at(kind, row, source)
        if form == "of":
            yield field, value if value in books.belonging[of[0]] else None
        elif form == "say":
            yield field, None if value is None else WORDS[of[0]].get(str(value), str(value))
        else:
            yield field, _formed(value, form, books)


def _formed(value: Any, form: str, books: Books) -> Any:
    """A value of Zuora in the form that the field holds it in."""
    if form == "yes":
        return bool(value)
    if value is None or value == "":
        return None
    if form == "id18":
        return value if len(value) == 18 else value + check_characters(value)
    if form[0] == "n" and form[1:].isdigit():
        step = Decimal(1).scaleb(-int(form[1:]))
        return float(Decimal(value).quantize(step, rounding=ROUND_HALF_UP))
    if form == "day":
        return (value.astimezone(books.zone).date() if isinstance(value, datetime) else value).isoformat()
    if form == "moment":
        if not isinstance(value, datetime):
            assert isinstance(value, date)
            return f"{value.isoformat()}T00:00:00.000Z"
        # Salesforce keeps whole seconds
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return written[:80] if form == "name" else written


def _differences(what: str, wanted: dict[str, Any], held: Row, handles: dict[Any, str]) -> Iterator[str]:
    for field, value in wanted.items():
        now = handles.get(held[field], held[field])
        if now != value:
            yield f"{what} {field}: should be {value!r}, is {now!r}"
