"""From a SOQL tree to a plan: the clauses of one level, and the subqueries inside of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mock_salesforce import faults
from mock_salesforce.schema import Field, Schema, SObject
from mock_salesforce.soql import grouping, joins
from mock_salesforce.soql.asking import Mine
from mock_salesforce.soql.conditions import Parameters, condition_sql
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.parser import parse
from mock_salesforce.soql.plan import Children, Plan
from mock_salesforce.soql.scope import Scope
from mock_salesforce.soql.selecting import Selection
from mock_salesforce.soql.tree import Expression, Order, Query
from mock_salesforce.versions import NEWEST
from simulator.store import quoted

MAX_SUBQUERIES = 20
MAX_CHILD_LEVELS = 5
"""Of objects one below the other, the first among them."""
FIRST_VERSION_WITH_GRANDCHILDREN = 58.0
TOO_COMPLICATED = "Query is either selecting too many fields or the filter conditions are too complicated."
_TOO_DEEP = "SOQL statements cannot query aggregate relationships more than {} level away from the root entity object."


def compile_soql(
    text: str, schema: Schema, *, include_deleted: bool = False, version: float = NEWEST, zone: str = "UTC"
) -> Plan:
    """The plan of a query in a version of the API, for someone whose time zone has this name. Raises `SoqlError`."""
    query = parse(text)
    sobject = None if query.prefix else schema.sobject(query.source)
    if sobject is None:
        name = f"{query.prefix}.{query.source}" if query.prefix else query.source
        raise SoqlError("INVALID_TYPE", faults.no_such_type(name), query.at)
    setting = Setting(schema, include_deleted, version, zone)
    try:
        return Level(setting, sobject, "t", query).plan()
    except RecursionError:
        raise SoqlError("QUERY_TOO_COMPLICATED", TOO_COMPLICATED) from None


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for all levels of a query."""

    schema: Schema
    include_deleted: bool
    version: float
    zone: str


class Level:
    """One level: the query itself, or a subquery on the children of `link`, so many levels below the first."""

    def __init__(
        self,
        setting: Setting,
        sobject: SObject,
        alias: str,
        query: Query,
        *,
        link: Field | None = None,
        depth: int = 0,
    ) -> None:
        self.setting = setting
        self.sobject = sobject
        self.alias = alias
        self.query = query
        self.scope = Scope(setting.schema, sobject, alias, query.aliases, setting.zone)
        self._link = "" if link is None else f"{alias}.{quoted(link.name)}"
        self._depth = depth
        self._subqueries = 0

    def plan(self) -> Plan:
        """The level's statements and layout."""
        query = self.query
        if query.group or any(grouping.is_aggregate(item) for item in query.items):
            return grouping.plan(self)
        selection = Selection(self.scope, self.sobject, query, self.setting.version)
        if self._link:
            selection.columns.append(self._link)
        for item in query.items:
            if isinstance(item, Query):
                selection.add_children(self._children(item), item.at)
            else:
                selection.add(item)
        order = ", ".join([*self.order_keys(query.order), f'{self.alias}."Id"'])
        made = self.base(tuple(selection.columns))
        return replace(
            made,
            order=order,
            items=selection.items(),
            link=self._link,
            count=query.count,
            in_key_order=not query.order,
            long_texts=selection.long_texts,
            has_files=selection.has_files,
        )

    def base(self, columns: tuple[str, ...]) -> Plan:
        """The plan without what is selected: source, conditions and limits."""
        query, parameters = self.query, []  # type: Query, Parameters
        if query.where is not None:
            joins.check(query.where)
        where = self.where(parameters)
        alive = "" if self.setting.include_deleted else f'{self.alias}."IsDeleted" = 0'
        return Plan(
            sobject=self.sobject.name,
            type_name=self.setting.schema.shown(self.sobject.name),
            columns=columns,
            source=f"FROM {quoted(self.sobject.name)} {self.alias}",
            joins=" ".join(self.scope.joins),
            alive=alive,
            where=where,
            order="",
            parameters=tuple(parameters),
            items=(),
            limit=query.limit,
            offset=query.offset,
        )

    def where(self, parameters: Parameters) -> str:
        """The query's own conditions."""
        parts = []
        if self.query.where is not None:
            parts.append(condition_sql(self.query.where, self.scope, parameters, self._subselect))
        if self.query.mine and self.sobject.field("OwnerId") is not None:
            parts.append(f'{self.alias}."OwnerId" = ?')
            parameters.append(Mine())
        return " AND ".join(parts)

    def order_keys(self, order: tuple[Order, ...], *, aggregates: bool = False) -> list[str]:
        """The keys of ORDER BY as SQL."""
        keys = []
        for key in order:
            sql, field = self.scope.resolve(key.path, aggregates=aggregates)
            if not field.is_sortable:
                words = f"field '{field.name}' can not be sorted in a query call"
                raise SoqlError("MALFORMED_QUERY", words, key.path.at)
            direction = "DESC" if key.descending else "ASC"
            keys.append(f"{sql} {direction} NULLS {'LAST' if key.nulls_last else 'FIRST'}")
        return keys

    def _subselect(self, left: Expression, query: Query, parameters: Parameters) -> str:
        """The statement of a semi-join's query: one field of one object."""
        sobject = None if query.prefix else self.setting.schema.sobject(query.source)
        if sobject is None:
            raise SoqlError("INVALID_TYPE", faults.no_such_type(query.source), query.at)
        inner = Level(self.setting, sobject, f"{self.alias}s", query)
        wanted = joins.only_field(query)
        joins.check_ends(self.scope, left, inner.scope, wanted)
        sql, _ = inner.scope.resolve(wanted)
        plan = inner.base((sql,))
        parameters.extend(plan.parameters)
        return plan.statement(sql, f"{sql} IS NOT NULL")

    def _children(self, query: Query) -> Children:
        link = self.sobject.child(query.source)
        own = (self.sobject.name.lower(), self.setting.schema.shown(self.sobject.name).lower())
        if link is None or (query.prefix and query.prefix.lower() not in own):
            words = faults.no_such_relationship(query.source, "FROM part of query call")
            raise SoqlError("INVALID_TYPE", words, query.at)
        most = MAX_CHILD_LEVELS if self.setting.version >= FIRST_VERSION_WITH_GRANDCHILDREN else 2
        if self._depth + 1 >= most:
            raise SoqlError("MALFORMED_QUERY", _TOO_DEEP.format(most - 1), query.at)
        self._subqueries += 1
        if self._subqueries > MAX_SUBQUERIES:
            raise SoqlError("MALFORMED_QUERY", f"a query has at most {MAX_SUBQUERIES} subqueries", query.at)
        if query.count or query.group or any(map(grouping.is_aggregate, query.items)):
            raise SoqlError("MALFORMED_QUERY", "aggregates and groups are not allowed in a subquery", query.at)
        sobject = self.setting.schema.required(link.child)
        level = Level(self.setting, sobject, "c", query, link=link.field, depth=self._depth + 1)
        return Children(self.setting.schema.shown(link.name), level.plan())
