"""What of a shape is computed: roll-ups, formula fields, default values and validation rules.

Each is tried against the whole schema. What cannot be computed here is told with the reason: such a field reads as
null, such a default is none, such a rule is left off, and so is whatever relies on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mock_salesforce.formulas import NotUnderstood
from mock_salesforce.formulas.fields import calculated
from mock_salesforce.formulas.names import Reading
from mock_salesforce.formulas.on_save import condition, default_value
from mock_salesforce.schema import NUMBERS, Field, Kind, Rollup, RollupFilter, Schema, SObject, Summed
from mock_salesforce.shape.model import LeftOut, Shape, ShapeField, ShapeSummary
from mock_salesforce.triggers.model import ValidationRule

MAX_LEVELS = 12
"""How many computed fields may stand on one another."""
MAX_READ = 300
"""How many fields a formula may read with all that it stands on: SQL has to write each of them out."""

Key = tuple[str, str]


def computed(schema: Schema, shape: Shape) -> tuple[Schema, list[LeftOut]]:
    """The schema with its roll-ups, formulas and default values at work, and those that cannot be."""
    work = _Work(schema, shape)
    return work.done(), work.left_out


class _Work:
    """The computed fields of one schema while they are worked out."""

    def __init__(self, schema: Schema, shape: Shape) -> None:
        self.left_out: list[LeftOut] = []
        self._sent: dict[Key, ShapeField] = {}
        for theirs in shape.objects:
            own = schema.sobject(theirs.name)
            for each in theirs.fields if own is not None else ():
                made = own.field(each.name) if own is not None else None
                if own is not None and made is not None and (each.calculated or each.default_formula):
                    self._sent[own.name, made.name] = each
        self._schema = schema

    def done(self) -> Schema:
        """Roll-ups first, whose kinds formulas rely on."""
        self._replace(dict(self._summed()))
        self._replace(dict(self._formulas()))
        self._without(self._standing_on_nothing())
        self._replace(dict(self._defaults()))
        return self._schema

    def _replace(self, changes: dict[Key, Field]) -> None:
        if not changes:
            return
        self._schema = Schema(
            replace(each, fields=tuple(changes.get((each.name, made.name), made) for made in each.fields), derived={})
            for each in self._schema.sobjects
        )

    def _placeholders(self) -> Iterator[tuple[SObject, Field, ShapeField]]:
        """The shape's computed fields; one that the catalogue has is none of them."""
        for (owner, name), sent in self._sent.items():
            sobject = self._schema.required(owner)
            made = sobject.field(name)
            if made is not None and sent.calculated and made.formula == () and made.calculated:
                yield sobject, made, sent

    def _tell(self, sobject: SObject, made: Field, why: str) -> None:
        what, file = f"{sobject.name}.{made.name}", self._sent[sobject.name, made.name].file
        self.left_out.append(LeftOut(what, f"it reads as null, because {why}", file))

    def _summed(self) -> Iterator[tuple[Key, Field]]:
        for sobject, made, sent in self._placeholders():
            if sent.summary is None:
                continue
            try:
                yield (sobject.name, made.name), self._rollup(sobject, made, sent.summary)
            except NotUnderstood as error:
                self._tell(sobject, made, str(error))

    def _rollup(self, sobject: SObject, made: Field, sent: ShapeSummary) -> Field:
        child = self._schema.sobject(sent.child)
        if child is None:
            raise NotUnderstood(f"there is no object {sent.child} to sum up")
        reference = child.field(sent.reference)
        if reference is None or reference.refers_to != sobject.name:
            raise NotUnderstood(f"{child.name}.{sent.reference} does not point here")
        filters = []
        for each in sent.filters:
            compared = child.field(each.field)
            if compared is None:
                raise NotUnderstood(f"its filter names {child.name}.{each.field}, which is not there")
            filters.append(RollupFilter(compared.name, each.operation, each.value))
        operation, summed = Summed(sent.operation), child.field(sent.field)
        kind, scale = Kind.DOUBLE, 0
        if operation is not Summed.COUNT:
            if summed is None:
                raise NotUnderstood(f"{child.name}.{sent.field} is not there")
            if summed.kind not in NUMBERS and (
                operation is Summed.SUM or summed.kind not in (Kind.DATE, Kind.DATETIME)
            ):
                raise NotUnderstood(f"{child.name}.{summed.name} is {summed.kind.value} and cannot be summed up")
            kind, scale = summed.kind, summed.scale
        name = "" if summed is None else summed.name
        rollup = Rollup(child.name, name, reference.name, operation, tuple(filters))
        return replace(made, formula=None, rollup=rollup, kind=kind, precision=18, scale=scale)

    def _formulas(self) -> Iterator[tuple[Key, Field]]:
        for sobject, made, sent in self._placeholders():
            if sent.summary is not None:
                continue
            if not sent.formula:
                self._tell(sobject, made, "a describe does not tell how it is computed; its metadata does (--sfdx)")
                continue
            try:
                yield (
                    (sobject.name, made.name),
                    replace(
                        calculated(made, sent.formula, self._schema, sobject, blanks_as_zero=sent.blanks_as_zero),
                        formula=None,
                    ),
                )
            except NotUnderstood as error:
                self._tell(sobject, made, str(error))

    def _standing_on_nothing(self) -> dict[Key, str]:
        """Why fields that were understood cannot be computed after all: what they stand on cannot, or is too much."""
        weights, wrong = _Weights(self._schema), {}
        for key in self._sent:
            made = self._schema.required(key[0]).field(key[1])
            if made is not None and (made.calculation is not None or made.rollup is not None):
                try:
                    weights.of(key)
                except NotUnderstood as error:
                    wrong[key] = str(error)
        return wrong

    def _without(self, wrong: dict[Key, str]) -> None:
        changes = {}
        for key, why in wrong.items():
            sobject = self._schema.required(key[0])
            made = sobject.field(key[1])
            if made is not None:
                self._tell(sobject, made, why)
                changes[key] = replace(made, calculation=None, rollup=None, formula=())
        self._replace(changes)

    def _defaults(self) -> Iterator[tuple[Key, Field]]:
        for (owner, name), sent in self._sent.items():
            sobject = self._schema.required(owner)
            made = sobject.field(name)
            if made is None or not made.default_formula or made.default_formula != sent.default_formula:
                continue
            try:
                default_value(made.default_formula, self._schema, sobject, made)
            except NotUnderstood as error:
                self.left_out.append(LeftOut(f"{owner}.{name}", f"it has no default value, because {error}", sent.file))
                yield (owner, name), replace(made, default_formula="")


class _Weights:
    """How many fields a computed field reads, and how many levels it stands on, with all that it stands on."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[Key, tuple[int, int]] = {}

    def of(self, key: Key, above: int = 0) -> tuple[int, int]:
        """Fields read and levels; `above` are the levels on top. Raises `NotUnderstood` for what cannot be computed."""
        if key not in self._known:
            self._known[key] = self._found(key, above)
        return self._known[key]

    def _found(self, key: Key, above: int) -> tuple[int, int]:
        sobject = self._schema.required(key[0])
        made = sobject.field(key[1])
        if made is None or not made.calculated:
            return 1, 0
        if made.formula == ():
            raise NotUnderstood(f"it stands on {key[0]}.{key[1]}, which is not computed")
        read, levels = 0, 0
        if above <= MAX_LEVELS:
            for each in self._reads(sobject, made):
                fields, below = self.of(each, above + 1)
                read, levels = read + fields, max(levels, below)
        if above > MAX_LEVELS or levels >= MAX_LEVELS:
            raise NotUnderstood(f"it stands on computed fields more than {MAX_LEVELS} deep, or on itself")
        if read > MAX_READ:
            raise NotUnderstood(f"it reads more than {MAX_READ} fields with all that it stands on")
        return read, levels + 1

    def _reads(self, sobject: SObject, made: Field) -> Iterator[Key]:
        if made.rollup is not None:
            names = [made.rollup.field, *(each.field for each in made.rollup.filters)]
            yield from ((made.rollup.child, name) for name in names if name)
        elif made.calculation is not None:
            for path in made.calculation.paths:
                yield read_by(self._schema, sobject, path)
        elif made.formula:
            yield read_by(self._schema, sobject, made.formula)


def read_by(schema: Schema, sobject: SObject, path: tuple[str, ...]) -> Key:
    """The object and the field that a path leads to, ("User", "Id") where it leads nowhere."""
    if path[0] == "$Setup":
        return path[1], path[2]
    for step in path[:-1]:
        reference = sobject.parent(step)
        parent = schema.sobject(reference.refers_to) if reference is not None else None
        if parent is None:
            return "User", "Id"
        sobject = parent
    return sobject.name, path[-1]


def usable_rules(schema: Schema, shape: Shape) -> tuple[tuple[ValidationRule, ...], list[LeftOut]]:
    """The rules that can be run, inactive ones among them, and those that cannot."""
    rules, left_out, weights = [], [], _Weights(schema)
    for rule in shape.rules:
        sobject = schema.sobject(rule.sobject)
        what = f"the validation rule {rule.sobject}.{rule.name}"
        if sobject is None:
            left_out.append(LeftOut(what, f"the org has no object {rule.sobject}", rule.file))
            continue
        made = ValidationRule(sobject.name, rule.name, "", rule.message, rule.field, rule.active, rule.formula)
        try:
            if rule.active:
                for each in condition(rule.formula, schema, sobject).references:
                    _check_read(schema, sobject, each, weights)
            rules.append(made)
        except NotUnderstood as error:
            left_out.append(LeftOut(what, f"it is not run: {error}", rule.file))
    return tuple(rules), left_out


def _check_read(schema: Schema, sobject: SObject, reading: Reading, weights: _Weights) -> None:
    if reading.is_global and reading.path[0] != "$Setup":
        return
    weights.of(read_by(schema, sobject, reading.path))
