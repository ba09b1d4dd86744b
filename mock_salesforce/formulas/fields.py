"""Formula fields: from a formula that was understood to what the schema keeps of it, and the functions SQL calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood
from mock_salesforce.formulas.formula import Formula, understood
from mock_salesforce.formulas.names import Names
from mock_salesforce.formulas.parts import Facts
from mock_salesforce.formulas.values import Type, from_stored, shown_by, to_stored, type_of
from mock_salesforce.schema import Calculation, Field, Kind, Schema, SObject
from simulator.store import RecordStore

Stored = str | int | float | None


def calculated(field: Field, text: str, schema: Schema, sobject: SObject, *, blanks_as_zero: bool) -> Field:
    """A field of an object with a formula that computes it. Raises `NotUnderstood`."""
    formula = understood(text, Names(schema, sobject))
    wanted = type_of(field.kind)
    if formula.type not in (wanted, Type.NULL):
        raise NotUnderstood(f"it gives {formula.type.value} where the field is {wanted.value}")
    paths = tuple(each.path for each in formula.references if each.path[0] != "$Organization")
    calculation = Calculation(text, f"formula_{sobject.name}_{field.name}", paths, blanks_as_zero)
    return replace(field, calculation=calculation, calculated=True, createable=False, updateable=False)


def teach(store: RecordStore, schema: Schema, org: Mapping[str, str], now: Callable[[], datetime]) -> None:
    """Let the store's SQL call every formula field's function; `org` has its Id and Name."""
    for sobject in schema.sobjects:
        for field in sobject.fields:
            if field.calculation is not None:
                function = _function(field, field.calculation, Names(schema, sobject), org, now)
                store.teach(field.calculation.function, function, len(field.calculation.paths))


def _function(
    field: Field, calculation: Calculation, names: Names, org: Mapping[str, str], now: Callable[[], datetime]
) -> Callable[..., Stored]:
    """What SQL calls with a value for each path; a formula without a value is null, as the API has it."""
    shown = shown_by(field)

    @cache
    def formula() -> Formula:
        return understood(calculation.text, names)

    def compute(*stored: object) -> Stored:
        made, given = formula(), iter(stored)
        values = [
            from_stored(Kind.STRING, org[each.path[1]])
            if each.path[0] == "$Organization"
            else from_stored(each.kind, next(given), blanks_as_zero=calculation.blanks_as_zero)
            for each in made.references
        ]
        try:
            return to_stored(shown, made.value(Facts(values, now())))
        except CannotCompute:
            return None

    return compute
