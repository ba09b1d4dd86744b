"""Writing records as the Partner API does, fast: column by column, so that Python takes few steps a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

from mock_salesforce.schema import NUMBERS, TEXTS, Kind
from mock_salesforce.soql.plan import Column, Item, Parent, Plan
from mock_salesforce.values import WIRE
from simulator.soap import escape

XSD = b'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
"""What must be declared around records with typed values."""

_TYPES = {
    Kind.INT: "int",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "dateTime",
    **dict.fromkeys(NUMBERS - {Kind.INT}, "double"),
}
_ESCAPED = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PLAIN_KINDS = frozenset({Kind.ID, Kind.REFERENCE, Kind.DATE, Kind.DATETIME, Kind.TIME})
"""Kinds whose stored values are written as they are, and never need escaping."""

Row = Sequence[object]
Subresults = Mapping[str, Sequence[str]]
"""For each subquery by name, the inside of the QueryResult of each row, "" where there is none."""


def written(plan: Plan, rows: Sequence[Row], subresults: Subresults, tag: str = "records") -> list[str]:
    """Each row as an element `tag`."""
    cells = _record(plan.type_name, 0, plan.items, list(zip(*rows, strict=True)), len(rows), subresults)
    opening, closing = f'<{tag} xsi:type="sf:sObject">', f"</{tag}>"
    return ["".join(parts) for parts in zip(repeat(opening), *cells, repeat(closing))]


def query_result(records: Iterable[str], size: int, locator: str | None = None) -> str:
    """What stands inside a QueryResult: a page of records, and the locator of the next one when there is one."""
    done, at = "true", '<queryLocator xsi:nil="true"/>'
    if locator is not None:
        done, at = "false", f"<queryLocator>{locator}</queryLocator>"
    return f"<done>{done}</done>{at}{''.join(records)}<size>{size}</size>"


def _record(
    type_name: str,
    id_index: int,
    items: Sequence[Item],
    columns: Sequence[Sequence[object]],
    count: int,
    subresults: Subresults,
) -> list[Iterable[str]]:
    """The inside of records, as what comes after what. The Id has a place of its own before the fields, empty unless
    it was selected.
    """
    head = f"<sf:type>{type_name}</sf:type>"
    cells: list[Iterable[str]] = []
    if any(isinstance(item, Column) and item.kind is Kind.ID and not item.typed for item in items):
        cells.append([f"{head}<sf:Id>{value}</sf:Id>" for value in columns[id_index]] if count else [])
    else:
        cells.append(repeat(f'{head}<sf:Id xsi:nil="true"/>'))
    for item in items:
        if isinstance(item, Column):
            cells.append(_column(item, columns[item.index]) if count else [])
        elif isinstance(item, Parent):
            cells.append(_parent(item, columns, count) if count else [])
        else:
            cells.append(_subresult(item.name, subresults.get(item.name, ())))
    return cells


def _parent(item: Parent, columns: Sequence[Sequence[object]], count: int) -> list[str]:
    opening, closing = f'<sf:{item.name} xsi:type="sf:sObject">', f"</sf:{item.name}>"
    nil = f'<sf:{item.name} xsi:nil="true"/>'
    inside = _record(item.sobject, item.id_index, item.items, columns, count, {})
    whole = ["".join(parts) for parts in zip(repeat(opening), *inside, repeat(closing))]
    ids = columns[item.id_index]
    return [nil if there is None else each for there, each in zip(ids, whole, strict=True)]


def _subresult(name: str, results: Sequence[str]) -> list[str]:
    opening, closing, nil = f'<sf:{name} xsi:type="QueryResult">', f"</sf:{name}>", f'<sf:{name} xsi:nil="true"/>'
    return [f"{opening}{each}{closing}" if each else nil for each in results]


def _column(item: Column, values: Sequence[object]) -> list[str]:
    name = item.name
    nil, closing = f'<sf:{name} xsi:nil="true"/>', f"</sf:{name}>"
    kind = f' xsi:type="xsd:{_TYPES.get(item.kind, "string")}"' if item.typed else ""
    opening = f"<sf:{name}{kind}>"
    texts = _texts(item.kind, values)
    return [nil if each is None else f"{opening}{each}{closing}" for each in texts]


def _texts(kind: Kind, values: Sequence[object]) -> Sequence[object]:
    """The values as text that may stand in an element, None where there is none."""
    if kind in TEXTS:
        joined = "".join([each for each in values if each is not None])  # type: ignore[misc]  # text columns hold text
        if _is_plain(joined):
            return values
        return [None if each is None else escape(str(each)).decode() for each in values]
    if kind in _PLAIN_KINDS:
        return values
    to_text = WIRE[kind]
    return [None if each is None else to_text(each) for each in values]


def _is_plain(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return "&" not in text and "<" not in text and ">" not in text
    return _ESCAPED.search(text) is None
