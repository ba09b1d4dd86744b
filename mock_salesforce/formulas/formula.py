"""A formula that was understood: what it gives, what it reads, and its value for a record."""

from __future__ import annotations

import decimal
from collections.abc import Callable

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood
from mock_salesforce.formulas.functions import FUNCTIONS, Function
from mock_salesforce.formulas.logic import LOGIC, all_of, any_of, negated
from mock_salesforce.formulas.names import Names, Reading
from mock_salesforce.formulas.operators import Combine, combined
from mock_salesforce.formulas.parser import parse
from mock_salesforce.formulas.parts import Facts, Part, References, Run, constant, wanted
from mock_salesforce.formulas.tree import Call, Chain, Constant, Name, Node, Signed
from mock_salesforce.formulas.values import ARITHMETIC, Type, Value

MAX_REFERENCES = 100
"""SQLite's functions have a limit near it, and no formula of 5,000 compiled characters comes close."""

_NUMBER = frozenset({Type.NUMBER})


class Formula:
    """What a text means. `references` are the values it reads, in the order in which `Facts.values` has them."""

    def __init__(self, text: str, part: Part, references: tuple[Reading, ...]) -> None:
        self.text = text
        self.type = part.type
        self.references = references
        self._run = part.run

    def value(self, facts: Facts) -> Value:
        """Its value. Raises `CannotCompute` where there is none."""
        try:
            found: Value = self._run(facts)
        except CannotCompute:
            raise
        except decimal.Overflow:
            raise CannotCompute("a number is too large") from None
        except (decimal.DecimalException, ValueError, OverflowError) as error:
            raise CannotCompute(_why(error)) from None
        return found


def _why(error: Exception) -> str:
    if isinstance(error, decimal.DecimalException):
        return "a number cannot be computed"
    return f"a value is out of range: {error}"


def understood(text: str, names: Names) -> Formula:
    """The formula that a text is for records of one object. Raises `NotUnderstood`."""
    references = References(names)
    part = _part(parse(text), references)
    found = references.all()
    if len(found) > MAX_REFERENCES:
        raise NotUnderstood(f"it reads more than {MAX_REFERENCES} fields")
    return Formula(text, part, found)


def _part(node: Node, references: References) -> Part:
    if isinstance(node, Constant):
        return constant(node.value)
    if isinstance(node, Name):
        return references.part(references.names.find(node.path))
    if isinstance(node, Signed):
        return _signed(node.operator, _part(node.operand, references), references)
    if isinstance(node, Chain):
        return _chain(node, references)
    return _call(node, references)


def _signed(operator: str, part: Part, references: References) -> Part:
    if operator == "!":
        return negated([part], references)
    run = wanted(part, _NUMBER, f"the sign {operator!r}")
    if operator == "+":
        return Part(Type.NUMBER, run)

    def value(facts: Facts) -> Value:
        found = run(facts)
        return None if found is None else ARITHMETIC.minus(found)

    return Part(Type.NUMBER, value)


def _chain(node: Chain, references: References) -> Part:
    operators = {operator for operator, _ in node.rest}
    first, rest = _part(node.first, references), [_part(each, references) for _, each in node.rest]
    if operators <= {"&&"}:
        return all_of([first, *rest], references)
    if operators <= {"||"}:
        return any_of([first, *rest], references)
    type_ = first.type
    if type_ in (Type.PICKLIST, Type.MULTIPICKLIST) and first.reading is not None:
        raise NotUnderstood(
            f"{first.reading.text} is a {type_.value}. Picklist fields are only supported in certain functions, such "
            "as ISPICKVAL and TEXT"
        )
    steps: list[tuple[Combine, Run]] = []
    for (operator, _), part in zip(node.rest, rest, strict=True):
        type_, combine = combined(operator, type_, part)
        steps.append((combine, part.run))

    def value(facts: Facts) -> Value:
        found = first.run(facts)
        for combine, run in steps:
            found = combine(found, run(facts))
        return found  # type: ignore[no-any-return]  # a part gives a value

    return Part(type_, value)


def _call(node: Call, references: References) -> Part:
    parts = [_part(each, references) for each in node.arguments]
    if node.function in LOGIC:
        return LOGIC[node.function](parts, references)
    if node.function not in FUNCTIONS:
        raise NotUnderstood(f"the mock has no function {node.function[:40]}")
    function = FUNCTIONS[node.function]
    most = len(function.parameters)
    if not most - function.optional <= len(parts) <= most:
        raise NotUnderstood(f"{node.function} takes {_counted(most, function.optional)} arguments, not {len(parts)}")
    runs = [
        wanted(part, types, node.function) for part, types in zip(parts, function.parameters[: len(parts)], strict=True)
    ]
    return Part(function.result or parts[0].type, _applied(function, runs))


def _counted(most: int, optional: int) -> str:
    return str(most) if not optional else f"{most - optional} to {most}"


def _applied(function: Function, runs: list[Run]) -> Callable[[Facts], Value]:
    apply = function.apply
    if not function.strict:
        return lambda facts: apply(*[run(facts) for run in runs])

    def value(facts: Facts) -> Value:
        values = [run(facts) for run in runs]
        return None if any(each is None for each in values) else apply(*values)

    return value
