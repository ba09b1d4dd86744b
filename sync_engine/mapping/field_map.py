"""The field map as it stands in `maps/`, one file a Salesforce object, and the rows it makes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import Any

from sync_engine.mapping.object_map import FieldRule, ObjectMap, object_map
from sync_engine.mapping.own import overridden
from sync_engine.mapping.paths import Path, fields_on, parse
from sync_engine.mapping.targets import Targets
from sync_engine.mapping.transforms import TRANSFORMS
from sync_engine.model import ObjectKind
from sync_engine.rules import Rules
from sync_engine.zuora.graph import graph
from sync_engine.zuora.rows import RowSet

ORDER: Mapping[ObjectKind, tuple[str, ...]] = {
    ObjectKind.BILLING_ACCOUNT: (
        "payment_term",
        "payment_gateway",
        "unit_of_measure",
        "product",
        "contact",
        "billing_account",
        "payment_method",
        "subscription",
        "rate_plan",
        "charge",
        "charge_tier",
        "subscription_feature",
        "invoice",
        "invoice_item",
        "payment",
        "invoice_payment",
        "refund",
        "refund_part",
    ),
    ObjectKind.ZPRODUCT: (
        "billing_entity",
        "catalog_unit",
        "product2",
        "zproduct",
        "feature",
        "product_feature",
        "product_rate_plan",
        "product_rate_plan_charge",
        "product_rate_plan_charge_tier",
    ),
}
"""The maps of each kind of sync, parents before children: the order in which rows are written."""


class FieldMap:
    """Every object map, by name. `FieldMap.load()` reads those that come with the engine."""

    def __init__(self, maps: Mapping[str, ObjectMap]) -> None:
        self._maps = maps

    @classmethod
    def load(cls, directory: Traversable | None = None, own: FilePath | None = None) -> FieldMap:
        """Read a folder of maps, and over it the user's `own` file (`sync_engine.mapping.own`).

        Raises `ValueError` naming the file and the field when one cannot be understood.
        """
        folder = directory or resources.files(__package__).joinpath("maps")
        wording = _toml(resources.files(__package__).joinpath("wording.toml"))
        names = [name for order in ORDER.values() for name in order]
        data = {name: _toml(folder.joinpath(f"{name}.toml")) for name in names}
        if own is not None:
            data = overridden(data, own)
        return cls({name: object_map(name, data[name], wording) for name in names})

    def maps(self, kind: ObjectKind, rules: Rules) -> list[ObjectMap]:
        """The maps that a sync under these rules writes, in order, each with what the rules add or leave out."""
        chosen = []
        for name in ORDER[kind]:
            each = self._maps[name]
            if not rules.covers(each.source) or (name == "contact" and not rules.contact_rows):
                continue
            if each.source == "Entity" and not (rules.multi_entity and rules.billing_entity_from_catalog):
                continue
            chosen.append(each)
        names = {each.name for each in chosen}
        return [_adapted(each, rules, names) for each in chosen]

    def targets(self, kind: ObjectKind, rows: RowSet, rules: Rules, known: Iterable[tuple[str, str]] = ()) -> Targets:
        """The Salesforce rows that `rows` stand for; `known` are parents outside that Salesforce already has."""
        maps = self.maps(kind, rules)
        return Targets(maps, self.named(maps), rows, rules.constants(), known)

    def named(self, maps: Sequence[ObjectMap]) -> dict[str, ObjectMap]:
        """Every map by name, `maps` in the place of those that the rules have changed."""
        return {**self._maps, **{each.name: each for each in maps}}

    def __getitem__(self, name: str) -> ObjectMap:
        return self._maps[name]

    def fields_to_read(self, kind: ObjectKind, rules: Rules) -> dict[str, set[str]]:
        """For each Zuora object that the maps look at, the fields they need of it (without Id)."""
        fields: dict[str, set[str]] = {}
        for each in self.maps(kind, rules):
            fields.setdefault(each.source, set())
            for path in _paths(each):
                for zuora_object, field in fields_on(path, each.source):
                    fields.setdefault(zuora_object, set()).add(field)
            for parent in each.parents:
                if parent.otherwise:
                    fields[each.source].add(parent.otherwise)
                    fields.setdefault(self._maps[parent.parent].source, set()).add(parent.matches)
            if each.prefer:
                fields[each.source].add(each.prefer)
        for step in graph().steps[kind]:
            if step.object in fields:
                fields[step.object].add(step.where)
                for source, field in step.sources:
                    fields.setdefault(source, set()).add(field)
                fields[step.object].update(graph().objects[step.object].needs)
        for names in fields.values():
            names.discard("Id")
        return {name: names for name, names in fields.items() if name != "Entity"}


def _paths(each: ObjectMap) -> list[Path]:
    """Every path a map reads along."""
    keys = [each.key, each.number_key] if each.number_key else [each.key]
    paths = [path for rule in (*keys, *each.fields) for path in rule.sources]
    paths += [path for parent in each.parents for path in parent.sources]
    return [*paths, each.currency] if each.currency else paths


def _adapted(each: ObjectMap, rules: Rules, written: set[str]) -> ObjectMap:
    """A map with what the rules say: fields of objects that are left out go, custom fields come.

    A field that is left out is neither written nor blanked: someone else may keep it.
    """
    fields = [rule for rule in each.fields if all(_covered(path, each.source, rules) for path in rule.sources)]
    if each.custom:
        names = rules.custom_fields.get(each.source, ())
        fields.extend(FieldRule(name, (parse(name),), TRANSFORMS["text"], {}) for name in names)
    if each.currency and rules.multi_currency:
        fields.append(FieldRule("CurrencyIsoCode", (each.currency,), TRANSFORMS["text"], {}))
    parents = tuple(
        parent
        for parent in each.parents
        if (parent.parent in written or (parent.outside and rules.multi_entity))
        and all(_covered(path, each.source, rules) for path in parent.sources)
    )
    adapted = replace(each, fields=tuple(fields), parents=parents)
    if rules.subscription_key == "number" and each.number_key:
        # the version's own id becomes an ordinary field, and the number moves from there to the key
        plain = [rule for rule in fields if rule.target != each.number_key.target]
        return replace(adapted, key=each.number_key, fields=(*plain, each.key))
    return adapted


def _covered(path: Path, source: str, rules: Rules) -> bool:
    """Whether every object along a path belongs to the sync."""
    return all(rules.covers(zuora_object) for zuora_object, _ in fields_on(path, source))


def _toml(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
