"""Queries of groups: each selected field is one that records are grouped by, or an aggregate of a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mock_salesforce.schema import Field, Kind
from mock_salesforce.soql.conditions import Parameters, condition_sql
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.functions import AGGREGATES
from mock_salesforce.soql.plan import Column, Item, Plan
from mock_salesforce.soql.tree import Call, Combined, Condition, Expression, Negated, Path, Query

if TYPE_CHECKING:
    from mock_salesforce.soql.compiler import Level

MAX_ROLLED_UP = 3
"""How many fields ROLLUP or CUBE may have."""


def is_aggregate(wanted: object) -> bool:
    """Whether something selected is an aggregate of many records."""
    return isinstance(wanted, Call) and wanted.function in (*AGGREGATES, "GROUPING")


@dataclass(frozen=True, slots=True)
class _Key:
    """A field that records are grouped by: the SQL of its value, which is null in rows that sum over it."""

    sql: str
    field: Field
    bit: int = 0
    """Of the mask of a row of ROLLUP or CUBE: set when the row sums over it."""


def plan(level: Level) -> Plan:
    """The plan of a query of groups. Raises `SoqlError`."""
    query = level.query
    keys, masks = _keys(level)
    items: list[Item] = []
    columns = ["NULL"]
    unnamed, names = 0, set[str]()
    for item in query.items:
        sql, made = _selected(level, item, keys)
        columns.append(sql)
        name = item.alias if isinstance(item, Path | Call) else ""
        if not name:
            name = level.setting.schema.shown(made.name) if isinstance(item, Path) else f"expr{unnamed}"
            unnamed += not isinstance(item, Path)
        if name.lower() in names:
            raise SoqlError("MALFORMED_QUERY", f"duplicate alias: {name}", item.at)
        names.add(name.lower())
        items.append(Column(name, len(columns) - 1, made.kind, typed=isinstance(item, Call)))
    base = level.base(tuple(columns))
    parameters: Parameters = list(base.parameters)
    having = ""
    if query.having is not None:
        _check_having(query.having, keys)
        having = f" HAVING {condition_sql(query.having, level.scope, parameters, aggregates=True)}"
    order = [*_order(level, keys), *(each.sql for each in keys.values())]
    by = [*(each.sql for each in keys.values()), *(["rolled.mask"] if masks else [])]
    return replace(
        base,
        type_name="AggregateResult",
        joins=" ".join([*level.scope.joins, *_rolled(masks)]),
        group=f" GROUP BY {', '.join(by)}" if by else "",
        having=having,
        order=", ".join(order),
        parameters=tuple(parameters),
        items=tuple(items),
        grouped=True,
    )


def _keys(level: Level) -> tuple[Mapping[str, _Key], list[int]]:
    """What records are grouped by, by its text in lower case; and of ROLLUP or CUBE the masks of its rows."""
    (first, *others) = level.query.group or (None,)
    if isinstance(first, Call) and first.function in ("ROLLUP", "CUBE"):
        if others or not 0 < len(first.arguments) <= MAX_ROLLED_UP:
            words = f"GROUP BY {first.function} takes up to {MAX_ROLLED_UP} fields, and nothing beside them"
            raise SoqlError("MALFORMED_QUERY", words, first.at)
        keys = {}
        for place, each in enumerate(first.arguments):
            bit = 1 << (len(first.arguments) - 1 - place)
            key = _key(level, each)
            keys[each.text.lower()] = _Key(
                f"CASE WHEN rolled.mask & {bit} THEN NULL ELSE {key.sql} END", key.field, bit
            )
        last = 1 << len(first.arguments)
        cube = first.function == "CUBE"
        # ROLLUP sums over fields from the right: masks 0, 1, 11, 111.
        return keys, [mask for mask in range(last) if cube or mask & (mask + 1) == 0]
    return {each.text.lower(): _key(level, each) for each in level.query.group}, []


def _key(level: Level, wanted: Expression) -> _Key:
    sql, field = level.scope.resolve(wanted)
    if isinstance(wanted, Path) and not field.is_groupable:
        raise SoqlError("MALFORMED_QUERY", f"field '{field.name}' can not be grouped in a query call", wanted.at)
    return _Key(sql, field)


def _rolled(masks: Iterable[int]) -> list[str]:
    rows = " UNION ALL ".join(f"SELECT {mask} AS mask" for mask in masks)
    return [f"CROSS JOIN ({rows}) rolled"] if rows else []


def _selected(level: Level, item: Path | Call | Query, keys: Mapping[str, _Key]) -> tuple[str, Field]:
    if isinstance(item, Query):
        raise SoqlError("MALFORMED_QUERY", "Aggregate queries have no subqueries", item.at)
    found = keys.get(item.text.lower())
    if found is not None:
        return found.sql, found.field
    if isinstance(item, Call) and item.function == "GROUPING":
        rolled = keys.get(item.arguments[0].text.lower()) if len(item.arguments) == 1 else None
        if rolled is None or not rolled.bit:
            raise SoqlError("MALFORMED_QUERY", f"Field must be in GROUP BY ROLLUP or CUBE: {item.text}", item.at)
        return f"(rolled.mask & {rolled.bit}) <> 0", replace(rolled.field, kind=Kind.INT)
    if not is_aggregate(item):
        raise SoqlError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {item.text}", item.at)
    if isinstance(item, Call) and not item.arguments:
        raise SoqlError("MALFORMED_QUERY", "Grouped query cannot use COUNT(), use COUNT(fieldName)", item.at)
    return level.scope.resolve(item, aggregates=True)


def _order(level: Level, keys: Mapping[str, _Key]) -> list[str]:
    ordered = []
    for each in level.query.order:
        found = keys.get(each.path.text.lower())
        if found is None and not is_aggregate(each.path):
            level.scope.resolve(each.path)
            words = f"Ordered field must be grouped or aggregated: {each.path.text}"
            raise SoqlError("MALFORMED_QUERY", words, each.path.at)
        if found is None:
            ordered += level.order_keys((each,), aggregates=True)
            continue
        direction = "DESC" if each.descending else "ASC"
        ordered.append(f"{found.sql} {direction} NULLS {'LAST' if each.nulls_last else 'FIRST'}")
    return ordered


def _check_having(having: Condition, keys: Mapping[str, _Key]) -> None:
    waiting = [having]
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, Combined):
            waiting += condition.parts
        elif isinstance(condition, Negated):
            waiting.append(condition.condition)
        elif not is_aggregate(condition.path) and condition.path.text.lower() not in keys:
            words = f"Field must be grouped or aggregated: {condition.path.text}"
            raise SoqlError("MALFORMED_QUERY", words, condition.path.at)
