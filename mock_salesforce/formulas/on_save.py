"""Formulas that are computed when a record is saved: the conditions of validation rules, and default values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood
from mock_salesforce.formulas.formula import Formula, understood
from mock_salesforce.formulas.names import Names, Reading
from mock_salesforce.formulas.parts import Facts
from mock_salesforce.formulas.values import Type, Value, from_stored, shown_by, to_stored, type_of
from mock_salesforce.schema import Field, Schema, SObject
from mock_salesforce.soql.scope import path_value
from simulator.store import quoted

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org
    from mock_salesforce.triggers.model import ValidationRule

PROFILE_NAME = "System Administrator"


def condition(text: str, schema: Schema, sobject: SObject) -> Formula:
    """The formula that says when a record is refused. Raises `NotUnderstood`."""
    formula = understood(text, Names(schema, sobject, people=True, changes=True))
    if formula.type not in (Type.TRUTH, Type.NULL):
        raise NotUnderstood(f"it gives {formula.type.value}, and a rule's condition is true or false")
    return formula


def default_value(text: str, schema: Schema, sobject: SObject, field: Field) -> Formula:
    """The formula of a field's default value, which reads no field of the record. Raises `NotUnderstood`."""
    formula = understood(text, Names(schema, sobject, people=True))
    own = next((each for each in formula.references if not each.is_global), None)
    if own is not None:
        raise NotUnderstood(f"it reads {own.text}, and a default value cannot read the record")
    wanted = type_of(field.kind)
    if formula.type not in (wanted, Type.NULL) and not (formula.type is Type.TEXT and wanted is Type.PICKLIST):
        raise NotUnderstood(f"it gives {formula.type.value} where the field is {wanted.value}")
    return formula


@dataclass(frozen=True, slots=True)
class Met:
    """A record, by id, that meets a condition, or, with `trouble`, one of which that cannot be told."""

    id: str
    trouble: str = ""


class SavedFormulas:
    """The formulas of one schema that saving needs, read once each."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._read_ones: dict[tuple[str, str], Formula] = {}

    def check(self, rules: Iterable[ValidationRule]) -> None:
        """Raise `ValueError` for a rule whose formula cannot be computed."""
        for rule in rules:
            sobject = self._schema.sobject(rule.sobject)
            if not rule.formula or sobject is None:
                continue
            try:
                self._condition(sobject, rule.formula)
            except NotUnderstood as error:
                raise ValueError(f"the validation rule {rule.sobject}.{rule.name}: {error}") from None

    def _condition(self, sobject: SObject, text: str) -> Formula:
        key = (sobject.name, text)
        if key not in self._read_ones:
            self._read_ones[key] = condition(text, self._schema, sobject)
        return self._read_ones[key]

    def _default(self, sobject: SObject, field: Field) -> Formula:
        key = (f"{sobject.name}.{field.name}", field.default_formula)
        if key not in self._read_ones:
            self._read_ones[key] = default_value(field.default_formula, self._schema, sobject, field)
        return self._read_ones[key]

    def met(
        self, org: Org, sobject: str, text: str, before: Mapping[str, Mapping[str, object] | None], user_id: str
    ) -> list[Met]:
        """The saved records that meet a condition; `before` has each as it was, by id, None for a new one."""
        described = self._schema.required(sobject)
        formula = self._condition(described, text)
        shared = _globals(org, formula.references, user_id)
        now, found = org.now().astimezone(org.zone), []
        rows = _read(org, described, [each for each in formula.references if _of_record(each)], list(before))
        for identifier, values in rows.items():
            was = before[identifier]
            current = iter(values)
            given = [
                next(current) if _of_record(each) else shared[each] if each.is_global else _prior(each, was)
                for each in formula.references
            ]
            try:
                if formula.value(Facts(given, now, is_new=was is None)) is True:
                    found.append(Met(identifier))
            except CannotCompute as error:
                found.append(Met(identifier, str(error)))
        return found

    def default(self, org: Org, sobject: SObject, field: Field, user_id: str | None) -> object:
        """What a new record has in a field that nothing was sent for; None when the formula gives nothing."""
        formula = self._default(sobject, field)
        shared = _globals(org, formula.references, user_id or "")
        try:
            now = org.now().astimezone(org.zone)
            value = formula.value(Facts([shared[each] for each in formula.references], now))
            return to_stored(shown_by(field), value)
        except CannotCompute:
            return None


def _read(org: Org, sobject: SObject, readings: Sequence[Reading], ids: Sequence[str]) -> dict[str, list[Value]]:
    """The values of all records in one question."""
    columns = "".join(f", {path_value(org.schema, sobject, each.path, 't')}" for each in readings)
    rows = org.store.execute(
        f'SELECT t."Id"{columns} FROM {quoted(sobject.name)} t WHERE t."Id" IN (SELECT value FROM json_each(?))',
        [json.dumps(list(ids))],
    )
    return {
        row[0]: [from_stored(each.kind, value) for each, value in zip(readings, tuple(row)[1:], strict=True)]
        for row in rows
    }


def _globals(org: Org, readings: Sequence[Reading], user_id: str) -> dict[Reading, Value]:
    """What belongs to the user and the org; a user that is nobody has nothing."""
    return {
        each: from_stored(each.kind, _WHERE[each.path[0]](org, each, user_id)) for each in readings if each.is_global
    }


def _of_record(reading: Reading) -> bool:
    return not (reading.prior or reading.is_global)


def _prior(reading: Reading, was: Mapping[str, object] | None) -> Value:
    return from_stored(reading.kind, None if was is None else was[reading.path[0]])


def _user(org: Org, reading: Reading, user_id: str) -> object:
    sobject = org.schema.required("User")
    value = path_value(org.schema, sobject, reading.path[1:], "t")
    rows = org.store.execute(f'SELECT {value} FROM "User" t WHERE t."Id" = ?', [user_id])
    return rows[0][0] if rows else None


def _profile(org: Org, reading: Reading, _: str) -> object:
    return org.profile_id if reading.path[1] == "Id" else PROFILE_NAME


def _organization(org: Org, reading: Reading, _: str) -> object:
    return org.id if reading.path[1] == "Id" else org.name


def _setup(org: Org, reading: Reading, _: str) -> object:
    return org.store.execute(f"SELECT {path_value(org.schema, org.schema.required('User'), reading.path, 't')}")[0][0]


_WHERE: Mapping[str, Callable[[Org, Reading, str], object]] = {
    "$User": _user,
    "$Profile": _profile,
    "$Organization": _organization,
    "$Setup": _setup,
}
