"""From a SOQL tree to SQL on the record store."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from mock_salesforce import faults
from mock_salesforce.schema import Field, Schema, SObject
from mock_salesforce.soql.conditions import Parameters, condition_sql
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.functions import is_aggregate
from mock_salesforce.soql.parser import parse
from mock_salesforce.soql.plan import Children, Column, Item, Parent, Plan
from mock_salesforce.soql.scope import Scope, expression
from mock_salesforce.soql.tree import Call, Expression, Path, Query
from simulator.store import quoted

MAX_FIELDS_ROWS = 200
MAX_SUBQUERIES = 20
TOO_COMPLICATED = "Query is either selecting too many fields or the filter conditions are too complicated."


def compile_soql(text: str, schema: Schema, *, include_deleted: bool = False) -> Plan:
    """The plan of a query. Raises `SoqlError`."""
    query = parse(text)
    sobject = schema.sobject(query.source)
    if sobject is None:
        raise SoqlError("INVALID_TYPE", faults.no_such_type(query.source), query.at)
    try:
        level = _Level(schema, sobject, "t", include_deleted=include_deleted, second_name=query.alias)
        return level.plan(query)
    except RecursionError:
        raise SoqlError("QUERY_TOO_COMPLICATED", TOO_COMPLICATED) from None


@dataclass(slots=True)
class _Node:
    """A parent among the selected items while they are gathered, with its items in the order they were named."""

    name: str = ""
    sobject: str = ""
    id_index: int = 0
    items: list[Column | Children | _Node] = attribute(default_factory=list)
    parents: dict[str, _Node] = attribute(default_factory=dict)


class _Level:
    """One level: the query itself, or a subquery on the children of `link`."""

    def __init__(
        self,
        schema: Schema,
        sobject: SObject,
        alias: str,
        *,
        include_deleted: bool,
        link: Field | None = None,
        second_name: str = "",
    ) -> None:
        self._schema = schema
        self._sobject = sobject
        self.scope = Scope(schema, sobject, alias, second_name)
        self._alias = alias
        self._include_deleted = include_deleted
        self._link = link
        self._selected = [f'{alias}."Id"']
        self._long_texts = 0
        self._subqueries: list[str] = []
        if link is not None:
            self._selected.append(f"{alias}.{quoted(link.name)}")

    def plan(self, query: Query) -> Plan:
        """The level's statement and layout."""
        if query.locking is not None:
            raise SoqlError("MALFORMED_QUERY", "FOR UPDATE is not supported in this context", query.locking)
        if query.group or any(is_aggregate(item) for item in query.items):
            return self._grouped(query)
        root = _Node()
        seen: set[str] = set()
        for item in query.items:
            if isinstance(item, Query):
                root.items.append(self._children(item, seen))
            elif isinstance(item, Call):
                self._select_function(item, query, root, seen)
            else:
                self._select(item, root, seen)
        parameters: Parameters = []
        where = self.where(query, parameters)
        order = self._order(query)
        sql = self._statement(query, f"{self.source()} WHERE {where}", order, parameters)
        return Plan(self._sobject.name, sql, tuple(parameters), _frozen(root), query.count, long_texts=self._long_texts)

    def _grouped(self, query: Query) -> Plan:
        """Groups of records: each selected field is one they are grouped by, or an aggregate."""
        keys = {each.text.lower(): self._group_key(each) for each in query.group}
        items: list[Item] = []
        unnamed = 0
        for item in query.items:
            if isinstance(item, Query):
                raise SoqlError("MALFORMED_QUERY", "Aggregate queries have no subqueries", item.at)
            if not is_aggregate(item) and item.text.lower() not in keys:
                raise SoqlError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {item.text}", item.at)
            sql, field = self.scope.resolve(item, aggregates=True)
            self._selected.append(sql)
            name = item.alias or (field.name if isinstance(item, Path) else f"expr{unnamed}")
            unnamed += not item.alias and isinstance(item, Call)
            items.append(Column(name, len(self._selected) - 1, field.kind, typed=isinstance(item, Call)))
        parameters: Parameters = []
        where = self.where(query, parameters)
        grouping = f" GROUP BY {', '.join(keys.values())}" if keys else ""
        if query.having is not None:
            having = condition_sql(query.having, self.scope, parameters, self._subselect, aggregates=True)
            grouping += f" HAVING {having}"
        order = ", ".join([*self._order_keys(query, aggregates=True), *keys.values()])
        selected = ", ".join(["NULL", *self._selected[1:]])
        body = f"{self.source()} WHERE {where}{grouping}"
        sql = f"SELECT {selected} {body}{f' ORDER BY {order}' if order else ''}{self._limit(query, parameters)}"
        return Plan("AggregateResult", sql, tuple(parameters), tuple(items), grouped=True)

    def _group_key(self, wanted: Expression) -> str:
        sql, field = self.scope.resolve(wanted)
        if isinstance(wanted, Path) and not field.is_groupable:
            raise SoqlError("MALFORMED_QUERY", f"field '{field.name}' can not be grouped in a query call", wanted.at)
        return sql

    def _select_function(self, item: Call, query: Query, root: _Node, seen: set[str]) -> None:
        """A function that is no aggregate: FIELDS stands for many fields, the others for one value."""
        if item.function == "FIELDS":
            for path in self._fields(item, query):
                self._select(path, root, seen)
            return
        sql, field = self.scope.resolve(item)
        if item.text.lower() in seen:
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {item.text}", item.at)
        seen.add(item.text.lower())
        self._selected.append(sql)
        root.items.append(Column(item.alias or field.name, len(self._selected) - 1, field.kind))

    def _fields(self, item: Call, query: Query) -> list[Path]:
        group = item.path.text.upper()
        if group not in ("ALL", "STANDARD", "CUSTOM"):
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{item.path.text}'", item.path.at)
        if group != "STANDARD" and (query.limit is None or query.limit > MAX_FIELDS_ROWS):
            raise SoqlError(
                "MALFORMED_QUERY", f"The SOQL FIELDS function must have a LIMIT of at most {MAX_FIELDS_ROWS}", item.at
            )
        wanted = [f for f in self._sobject.fields if group == "ALL" or f.custom is (group == "CUSTOM")]
        return [Path((f.name,), item.at) for f in wanted]

    def _statement(self, query: Query, body: str, order: str, parameters: Parameters) -> str:
        if query.count:
            inner = f'SELECT {self._alias}."Id" {body}{self._limit(query, parameters)}'
            return f"SELECT COUNT(*) FROM ({inner})"
        selected = ", ".join(self._selected)
        if self._link is None:
            return f"SELECT {selected} {body} ORDER BY {order}{self._limit(query, parameters)}"
        if query.limit is None and not query.offset:
            return f"SELECT {selected} {body} ORDER BY {order}"
        named = ", ".join(f"{sql} AS v{place}" for place, sql in enumerate(self._selected))
        partition = f"PARTITION BY {self._selected[1]} ORDER BY {order}"
        values = ", ".join(f"v{place}" for place in range(len(self._selected)))
        last = -1 if query.limit is None else query.offset + query.limit
        parameters += [query.offset, last, last]
        return (
            f"SELECT {values} FROM (SELECT {named}, ROW_NUMBER() OVER ({partition}) AS place {body}) "
            f"WHERE place > ? AND (? < 0 OR place <= ?) ORDER BY place"
        )

    def source(self) -> str:
        """FROM with every parent that a path has reached so far."""
        return " ".join([f"FROM {quoted(self._sobject.name)} {self._alias}", *self.scope.joins])

    def _limit(self, query: Query, parameters: Parameters) -> str:
        if query.limit is None and not query.offset:
            return ""
        parameters += [-1 if query.limit is None else query.limit, query.offset]
        return " LIMIT ? OFFSET ?"

    def where(self, query: Query, parameters: Parameters) -> str:
        """WHERE of this level, with the conditions that every query has."""
        parts = []
        if self._link is not None:
            parts.append(f"{self._alias}.{quoted(self._link.name)} IN (SELECT value FROM json_each(?))")
        if not self._include_deleted:
            parts.append(f'{self._alias}."IsDeleted" = 0')
        if query.where is not None:
            parts.append(condition_sql(query.where, self.scope, parameters, self._subselect))
        return " AND ".join(parts) or "1"

    def _subselect(self, query: Query, parameters: Parameters) -> str:
        """The statement of a semi-join's query: one field of one object."""
        sobject = self._schema.sobject(query.source)
        if sobject is None:
            raise SoqlError("INVALID_TYPE", faults.no_such_type(query.source), query.at)
        if len(query.items) != 1 or not isinstance(query.items[0], Path) or query.limit is not None:
            raise SoqlError("MALFORMED_QUERY", "a semi-join selects exactly one field, without a limit", query.at)
        inner = _Level(
            self._schema, sobject, f"{self._alias}s", include_deleted=self._include_deleted, second_name=query.alias
        )
        sql, _ = inner.scope.resolve(query.items[0])
        where = inner.where(query, parameters)
        return f"SELECT {sql} {inner.source()} WHERE {where} AND {sql} IS NOT NULL"

    def _order(self, query: Query) -> str:
        # The service promises no order without ORDER BY; one by id makes every run the same.
        return ", ".join([*self._order_keys(query), f'{self._alias}."Id"'])

    def _order_keys(self, query: Query, *, aggregates: bool = False) -> list[str]:
        keys = []
        for key in query.order:
            sql, field = self.scope.resolve(key.path, aggregates=aggregates)
            if field.is_long_text:
                raise SoqlError(
                    "MALFORMED_QUERY", f"field '{field.name}' can not be sorted in a query call", key.path.at
                )
            direction = "DESC" if key.descending else "ASC"
            keys.append(f"{sql} {direction} NULLS {'LAST' if key.nulls_last else 'FIRST'}")
        return keys

    def _select(self, path: Path, root: _Node, seen: set[str]) -> None:
        if path.alias:
            raise SoqlError("MALFORMED_QUERY", "only aggregate expressions use field aliasing", path.at)
        names = self.scope.trimmed(path)
        wanted = ".".join(names).lower()
        if wanted in seen:
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {path.text}", path.at)
        seen.add(wanted)
        alias, sobject = self.scope.owner(names[:-1], path.at)
        field = sobject.field(names[-1])
        if field is None:
            raise SoqlError("INVALID_FIELD", faults.no_such_column(names[-1], sobject.name), path.at)
        node = self._node(names[:-1], root, path)
        self._selected.append(expression(self._schema, sobject, field, alias))
        self._long_texts += field.custom and field.is_long_text
        node.items.append(Column(field.name, len(self._selected) - 1, field.kind))

    def _node(self, names: tuple[str, ...], root: _Node, path: Path) -> _Node:
        node, owner = root, self._sobject
        for depth, name in enumerate(names):
            reference = owner.parent(name)
            if reference is None:
                raise SoqlError("INVALID_FIELD", faults.no_such_relationship(name, "field path"), path.at)
            alias, owner = self.scope.owner(names[: depth + 1], path.at)
            if name.lower() not in node.parents:
                self._selected.append(f'{alias}."Id"')
                made = _Node(reference.relationship, owner.name, len(self._selected) - 1)
                node.parents[name.lower()] = made
                node.items.append(made)
            node = node.parents[name.lower()]
        return node

    def _children(self, query: Query, seen: set[str]) -> Children:
        link = self._sobject.child(query.source)
        if link is None or self._link is not None:
            raise SoqlError(
                "INVALID_TYPE", faults.no_such_relationship(query.source, "FROM part of query call"), query.at
            )
        if link.name.lower() in seen:
            raise SoqlError("MALFORMED_QUERY", f"the relationship {link.name} is selected twice", query.at)
        seen.add(link.name.lower())
        if len(self._subqueries) >= MAX_SUBQUERIES:
            raise SoqlError("MALFORMED_QUERY", f"a query has at most {MAX_SUBQUERIES} subqueries", query.at)
        self._subqueries.append(link.name)
        sobject = self._schema.required(link.child)
        level = _Level(
            self._schema,
            sobject,
            "c",
            include_deleted=self._include_deleted,
            link=link.field,
            second_name=query.alias,
        )
        return Children(link.name, level.plan(query))


def _frozen(node: _Node) -> tuple[Item, ...]:
    return tuple(
        Parent(item.name, item.sobject, item.id_index, _frozen(item)) if isinstance(item, _Node) else item
        for item in node.items
    )
