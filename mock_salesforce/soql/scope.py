"""Names in a query: which field of which object a path means, and the SQL that reads it."""

from __future__ import annotations

from collections.abc import Sequence

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
    """The records one level of a query ranges over, and the parents its paths reach.

    `aliases` are second names with the paths they stand for; an empty one is the object itself.
    """

    def __init__(
        self,
        schema: Schema,
        sobject: SObject,
        alias: str,
        aliases: Sequence[tuple[str, tuple[str, ...]]] = (),
        zone: str = "UTC",
    ) -> None:
        self.schema = schema
        self.sobject = sobject
        self.alias = alias
        self.joins: list[str] = []
        self._aliases = {each.lower(): path for each, path in aliases}
        self._own_names = {sobject.name.lower(), schema.shown(sobject.name).lower()}
        self._reached: dict[tuple[str, ...], tuple[str, SObject]] = {(): (alias, sobject)}
        self._joined: dict[str, tuple[str, str, SObject]] = {}
        self._zone = zone

    def owner(self, names: tuple[str, ...], at: Place) -> tuple[str, SObject]:
        """The alias and object that a chain of relationship names leads to. Raises `SoqlError`."""
        key = tuple(name.lower() for name in names)
        if key in self._reached:
            return self._reached[key]
        if len(names) > MAX_PARENT_LEVELS:
            words = f"only {MAX_PARENT_LEVELS} levels of parent relationships are allowed"
            raise SoqlError("MALFORMED_QUERY", words, at)
        alias, sobject = self.owner(names[:-1], at)
        reference = sobject.parent(names[-1])
        found = self.schema.sobject(reference.refers_to) if reference else None
        if reference is None or found is None:
            raise SoqlError("INVALID_FIELD", faults.no_such_relationship(names[-1], "field path"), at)
        self._reached[key] = self._join(alias, reference, found, at)
        return self._reached[key]

    def _join(self, alias: str, reference: Field, parent: SObject, at: Place) -> tuple[str, SObject]:
        """Reach a parent, once for each field that points there, whatever a path calls it."""
        for made, (source, field, found) in self._joined.items():
            if source == alias and field == reference.name:
                return made, found
        if len(self.joins) >= MAX_PARENTS:
            raise SoqlError("MALFORMED_QUERY", f"a query reaches at most {MAX_PARENTS} parents", at)
        made = f"{self.alias}_{len(self.joins)}"
        self.joins.append(f'LEFT JOIN {quoted(parent.name)} {made} ON {made}."Id" = {alias}.{quoted(reference.name)}')
        self._joined[made] = alias, reference.name, parent
        return made, parent

    def trimmed(self, path: Path) -> tuple[str, ...]:
        """The path's names from the object on: without its own name in front, second names put in full."""
        first, *rest = path.names
        leads = self._aliases.get(first.lower()) if rest else None
        if leads is not None:
            return self.trimmed(Path((*leads, *rest), path.at)) if leads and leads[0] != first else tuple(rest)
        if rest and first.lower() in self._own_names and not self.sobject.parent(first):
            return tuple(rest)
        return path.names

    def find(self, path: Path) -> tuple[str, SObject, Field]:
        """The alias and the object a path leads to, and the field there. Raises `SoqlError`."""
        names = self.trimmed(path)
        alias, sobject = self.owner(names[:-1], path.at)
        field = sobject.field(names[-1])
        if field is None:
            entity = self.schema.shown(sobject.name)
            raise SoqlError("INVALID_FIELD", faults.no_such_column(names[-1], entity), path.at)
        return alias, sobject, field

    def resolve(self, wanted: Expression, *, aggregates: bool = False) -> tuple[str, Field]:
        """The SQL that reads a path or a function of one, and its field. Raises `SoqlError`."""
        if isinstance(wanted, Call):
            return function(wanted, *self._argument(wanted), aggregates=aggregates, zone=self._zone)
        alias, sobject, field = self.find(wanted)
        return expression(self.schema, sobject, field, alias), field

    def _argument(self, wanted: Call) -> tuple[str, Field]:
        """What the one argument of a function is."""
        if len(wanted.arguments) != 1:
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{wanted.function}'", wanted.at)
        return self.resolve(wanted.arguments[0])
