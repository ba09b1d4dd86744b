"""The rules of semi-joins and anti-joins: where they may stand, and which fields they may compare."""

from __future__ import annotations

from mock_salesforce.schema import Field, Kind
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.scope import Scope
from mock_salesforce.soql.tree import Combined, Condition, Expression, Negated, Path, Query, Within

MAX_JOINS = 2


def check(where: Condition) -> None:
    """Look over where in a WHERE joins stand. Raises `SoqlError`."""
    found: list[Within] = []
    waiting: list[tuple[Condition, str]] = [(where, "")]
    while waiting:
        condition, under = waiting.pop()
        if isinstance(condition, Combined):
            waiting += [(part, "OR" if condition.operator == "OR" else under) for part in condition.parts]
        elif isinstance(condition, Negated):
            waiting.append((condition.condition, under or "NOT"))
        elif isinstance(condition, Within) and condition.query is not None:
            if under:
                words = f"Semi join sub-selects are not allowed with the '{under}' operator"
                raise _refused(words, condition.path)
            _check_inside(condition.query)
            found.append(condition)
    if len(found) > MAX_JOINS:
        raise _refused(f"Cannot have more than {MAX_JOINS} semi join sub-selects", found[0].path)


def _check_inside(query: Query) -> None:
    waiting = [query.where] if query.where is not None else []
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, Combined):
            waiting += condition.parts
        elif isinstance(condition, Negated):
            waiting.append(condition.condition)
        elif isinstance(condition, Within) and condition.query is not None:
            raise _refused("Nesting of semi join sub-selects is not supported", condition.path)


def only_field(query: Query) -> Path:
    """The one field a join's query selects. Raises `SoqlError` for a query that none may have."""
    plain = query.limit is None and not query.offset and not query.order and not query.group
    if not plain or len(query.items) != 1 or not isinstance(query.items[0], Path):
        words = "a semi-join selects exactly one field, without an order, a group or a limit"
        raise SoqlError("MALFORMED_QUERY", words, query.at)
    return query.items[0]


def check_ends(outer: Scope, left: Expression, inner: Scope, wanted: Path) -> None:
    """Look over the two fields a join compares. Raises `SoqlError`."""
    _, _, selected = inner.find(wanted)
    _, compared = outer.resolve(left)
    if outer.sobject.name == inner.sobject.name:
        raise _refused("The inner and outer selects should not be on the same object type", left)
    if isinstance(left, Path) and len(outer.trimmed(left)) > 1:
        raise _refused(f"The left operand '{left.text}' cannot have more than one level of relationships", left)
    if len(inner.trimmed(wanted)) > 1:
        words = f"The inner select field '{wanted.text}' cannot have more than one level of relationships"
        raise _refused(words, wanted)
    if _target(outer, compared) is None:
        words = "The left operand field in the where expression for outer query should be an id field, cannot use: "
        raise _refused(f"{words}'{left.text}'", left)
    if _target(inner, selected) is None:
        raise _refused(f"Semi join sub-selects can only query id fields, cannot use: '{wanted.text}'", wanted)
    if _target(outer, compared) != _target(inner, selected):
        words = (
            f"The selected field '{wanted.text}' in the subquery and the left operand field in the where expression "
            f"in the outer query '{left.text}' should point to the same object type"
        )
        raise _refused(words, left)


def _target(scope: Scope, made: Field) -> str | None:
    """The object whose ids a field has."""
    if made.kind is Kind.ID:
        return scope.sobject.name
    return made.refers_to or None if made.kind is Kind.REFERENCE else None


def _refused(words: str, at: Expression) -> SoqlError:
    return SoqlError("MALFORMED_QUERY", words, at.at)
