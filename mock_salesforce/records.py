"""Writing records as the Partner API does, fast: whole pages of bytes joined from parts made once a query."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mock_salesforce.schema import NUMBERS, TEXTS, Kind
from mock_salesforce.soql.plan import Children, Column, Item, Parent, Plan
from mock_salesforce.values import WIRE
from simulator.soap import escape
from simulator.store import RecordStore

_SCHEMA = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
_XSD = {
    Kind.INT: "int",
    Kind.DATE: "date",
    Kind.DATETIME: "dateTime",
    **dict.fromkeys(NUMBERS - {Kind.INT}, "double"),
}

Row = Sequence[object]
Writer = Callable[[Row], bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's rows, whole, as they were when it was asked, and how to write each."""

    rows: Sequence[Row]
    write: Writer
    size: int
    sobject: str
    grouped: bool = False
    long_texts: int = 0


def answer(store: RecordStore, plan: Plan, tag: bytes = b"records") -> Answer:
    """Run a plan. For COUNT() there are no rows, only the size."""
    if plan.count:
        ((size,),) = store.execute(plan.sql, plan.parameters)
        return Answer((), lambda _: b"", int(size), plan.sobject)
    rows = [tuple(row) for row in store.execute(plan.sql, plan.parameters)]
    write = record_writer(store, plan, rows, tag)
    return Answer(rows, write, len(rows), plan.sobject, plan.grouped, plan.long_texts)


def record_writer(store: RecordStore, plan: Plan, rows: Sequence[Row], tag: bytes = b"records") -> Writer:
    """A function that writes one of `rows` as an element `tag`; subqueries are answered here, for all rows at once."""
    inside = _record(plan.sobject, 0, plan.items, _children_of(store, plan, rows))
    opening, closing = b"<" + tag + b' xsi:type="sf:sObject">', b"</" + tag + b">"
    return lambda row: opening + inside(row) + closing


def _children_of(store: RecordStore, plan: Plan, rows: Sequence[Row]) -> Mapping[str, Mapping[object, bytes]]:
    """By subquery and parent's id, the QueryResult's bytes; parents without children are not there."""
    found: dict[str, Mapping[object, bytes]] = {}
    for item in plan.items:
        if isinstance(item, Children):
            ids = json.dumps([row[0] for row in rows])
            children = [tuple(row) for row in store.execute(item.plan.sql, (ids, *item.plan.parameters))]
            write = record_writer(store, item.plan, children)
            groups: dict[object, list[bytes]] = {}
            for child in children:
                groups.setdefault(child[1], []).append(write(child))
            found[item.name] = {parent: query_result(group, len(group)) for parent, group in groups.items()}
    return found


def query_result(records: Sequence[bytes], size: int, locator: str | None = None) -> bytes:
    """What stands inside a QueryResult: a page of records, and the locator of the next one when there is one."""
    done = b"true" if locator is None else b"false"
    at = (
        b'<queryLocator xsi:nil="true"/>'
        if locator is None
        else b"<queryLocator>" + locator.encode() + b"</queryLocator>"
    )
    return b"<done>%b</done>%b%b<size>%d</size>" % (done, at, b"".join(records), size)


def _record(
    sobject: str, id_index: int, items: Sequence[Item], children: Mapping[str, Mapping[object, bytes]]
) -> Writer:
    """Write a record's inside. The Id has a place of its own before the fields, empty unless it was selected."""
    head = b"<sf:type>" + sobject.encode() + b"</sf:type>"
    writers = [_item(item, children) for item in items]
    if not any(isinstance(item, Column) and item.kind is Kind.ID and not item.typed for item in items):
        head += b'<sf:Id xsi:nil="true"/>'
        return lambda row: head + b"".join([write(row) for write in writers])
    return lambda row: (
        head + b"<sf:Id>" + str(row[id_index]).encode() + b"</sf:Id>" + b"".join([write(row) for write in writers])
    )


def _item(item: Item, children: Mapping[str, Mapping[object, bytes]]) -> Writer:
    if isinstance(item, Column):
        return _column(item)
    name = item.name.encode()
    nil = b"<sf:" + name + b' xsi:nil="true"/>'
    closing = b"</sf:" + name + b">"
    if isinstance(item, Parent):
        opening = b"<sf:" + name + b' xsi:type="sf:sObject">'
        inside = _record(item.sobject, item.id_index, item.items, {})
        at = item.id_index
        return lambda row: nil if row[at] is None else opening + inside(row) + closing
    opening = b"<sf:" + name + b' xsi:type="QueryResult">'
    results = children[item.name]

    def write(row: Row) -> bytes:
        result = results.get(row[0])
        return nil if result is None else opening + result + closing

    return write


def _column(item: Column) -> Writer:
    name, at = item.name.encode(), item.index
    nil = b"<sf:" + name + b' xsi:nil="true"/>'
    kind = f' {_SCHEMA} xsi:type="xsd:{_XSD.get(item.kind, "string")}"'.encode() if item.typed else b""
    opening, closing = b"<sf:" + name + kind + b">", b"</sf:" + name + b">"
    to_text = WIRE[item.kind]
    if item.kind in TEXTS:
        return lambda row: nil if row[at] is None else opening + escape(row[at]) + closing  # type: ignore[arg-type]
    return lambda row: nil if row[at] is None else opening + to_text(row[at]).encode() + closing
