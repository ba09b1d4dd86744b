"""Names in a query: which field of which object a path means, and the SQL that reads it."""

from __future__ import annotations

from mock_salesforce import faults
from mock_salesforce.schema import Field, Rollup, Schema, SObject
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.functions import function
from mock_salesforce.soql.rollup_filters import filter_sql
from mock_salesforce.soql.tree import Call, Expression, Path, Place
from simulator.store import quoted

MAX_PARENT_LEVELS = 5
MAX_PARENTS = 55


def expression(schema: Schema, sobject: SObject, field: Field, alias: str, depth: int = 0) -> str:
    """The SQL that reads a field of the record under `alias`: a column, or a formula's or sum's subquery.

    Formulas reach fields that the user does not see.
    """
    schema, sobject = schema.whole, schema.whole.required(sobject.name)
    if field.rollup is not None and not schema.keeps(sobject, field):
        return _rollup(schema, field.rollup, alias, depth)
    if field.calculation is not None:
        values = ", ".join(path_value(schema, sobject, path, alias, depth) for path in field.calculation.paths)
        value = f"{field.calculation.function}({values})"
        return f"{value} COLLATE NOCASE" if field.folds_case else value
    if field.formula is None:
        return f"{alias}.{quoted(field.name)}"
    value = path_value(schema, sobject, field.formula, alias, depth)
    # A subquery forgets its column's collation.
    return f"{value} COLLATE NOCASE" if field.folds_case and value != "NULL" else value


def path_value(schema: Schema, sobject: SObject, path: tuple[str, ...], alias: str, depth: int = 0) -> str:
    """The SQL that reads what a path leads to, NULL where it leads nowhere; `$Setup` begins one to a setting."""
    if not path:
        return "NULL"
    if path[0] == "$Setup":
        settings = schema.required(path[1])
        value = path_value(schema, settings, path[2:], f"f{depth}", depth + 1)
        return f'(SELECT {value} FROM {quoted(settings.name)} f{depth} WHERE f{depth}."IsDeleted" = 0 LIMIT 1)'
    if len(path) == 1:
        field = sobject.field(path[0])
        return "NULL" if field is None else expression(schema, sobject, field, alias, depth)
    reference = sobject.parent(path[0])
    parent = schema.sobject(reference.refers_to) if reference else None
    if reference is None or parent is None:
        return "NULL"
    inner = f"f{depth}"
    value = path_value(schema, parent, path[1:], inner, depth + 1)
    return f'(SELECT {value} FROM {quoted(parent.name)} {inner} WHERE {inner}."Id" = {alias}.{quoted(reference.name)})'


def _rollup(schema: Schema, rollup: Rollup, alias: str, depth: int) -> str:
    """The SQL of a roll-up: over the living children that its filters let through."""
    child = f"c{depth}"
    sobject = schema.required(rollup.child)
    conditions = [f'{child}.{quoted(rollup.reference)} = {alias}."Id"', f'{child}."IsDeleted" = 0']
    for each in rollup.filters:
        made = sobject.field(each.field)
        value = "NULL" if made is None else expression(schema, sobject, made, child, depth + 1)
        conditions.append(filter_sql(each, made, value))
    summed = sobject.field(rollup.field)
    value = "NULL" if summed is None else expression(schema, sobject, summed, child, depth + 1)
    made_of = {"count": "COUNT(*)", "sum": f"COALESCE(SUM({value}), 0.0)"}
    what = made_of.get(rollup.operation, f"{rollup.operation.upper()}({value})")
    return f"(SELECT {what} FROM {quoted(sobject.name)} {child} WHERE {' AND '.join(conditions)})"


class Scope:
    """The records one level of a query ranges over, and the parents its paths reach."""

    def __init__(self, schema: Schema, sobject: SObject, alias: str, second_name: str = "") -> None:
        self.schema = schema
        self.sobject = sobject
        self.alias = alias
        self._own_names = {sobject.name.lower(), second_name.lower()}
        self.joins: list[str] = []
        self._aliases: dict[tuple[str, ...], tuple[str, SObject]] = {(): (alias, sobject)}

    def _join(self, alias: str, reference: Field, at: Place, written: str) -> tuple[str, SObject]:
        parent = self.schema.sobject(reference.refers_to)
        if parent is None:
            raise SoqlError("INVALID_FIELD", faults.no_such_relationship(written, "field path"), at)
        if len(self.joins) >= MAX_PARENTS:
            raise SoqlError("MALFORMED_QUERY", f"a query reaches at most {MAX_PARENTS} parents", at)
        made = f"{self.alias}_{len(self.joins)}"
        self.joins.append(f'LEFT JOIN {quoted(parent.name)} {made} ON {made}."Id" = {alias}.{quoted(reference.name)}')
        return made, parent

    def owner(self, names: tuple[str, ...], at: Place) -> tuple[str, SObject]:
        """The alias and object that a chain of relationship names leads to. Raises `SoqlError`."""
        key = tuple(name.lower() for name in names)
        if key in self._aliases:
            return self._aliases[key]
        if len(names) > MAX_PARENT_LEVELS:
            raise SoqlError(
                "MALFORMED_QUERY", f"only {MAX_PARENT_LEVELS} levels of parent relationships are allowed", at
            )
        alias, sobject = self.owner(names[:-1], at)
        reference = sobject.parent(names[-1])
        if reference is None:
            raise SoqlError("INVALID_FIELD", faults.no_such_relationship(names[-1], "field path"), at)
        self._aliases[key] = self._join(alias, reference, at, names[-1])
        return self._aliases[key]

    def trimmed(self, path: Path) -> tuple[str, ...]:
        """The path's names, without the object's own name in front."""
        names = path.names
        if len(names) > 1 and names[0].lower() in self._own_names and not self.sobject.parent(names[0]):
            return names[1:]
        return names

    def resolve(self, wanted: Expression, *, aggregates: bool = False) -> tuple[str, Field]:
        """The SQL that reads a path or a function of one, and its field. Raises `SoqlError`."""
        if isinstance(wanted, Call):
            return function(wanted, *self.resolve(wanted.path), aggregates=aggregates)
        path = wanted
        names = self.trimmed(path)
        alias, sobject = self.owner(names[:-1], path.at)
        field = sobject.field(names[-1])
        if field is None:
            raise SoqlError("INVALID_FIELD", faults.no_such_column(names[-1], sobject.name), path.at)
        return expression(self.schema, sobject, field, alias), field
