"""The field map against both schemas: nothing that does not exist, may not be read or may not be written."""

from __future__ import annotations

import pytest

from mock_salesforce.schema import Kind, SObject
from mock_salesforce.schema.catalogue import plain
from mock_zuora.objects import standard_catalogue
from sync_engine.mapping import FieldMap
from sync_engine.mapping.field_map import ORDER
from sync_engine.mapping.object_map import ObjectMap
from sync_engine.mapping.transforms import TRANSFORMS
from sync_engine.model import ObjectKind
from sync_engine.rules import Rules
from sync_engine.zuora.graph import graph

RULES = Rules(multi_entity=True, entity_id="e" * 32, contact_rows=True)
MAPS = [(kind, name) for kind, names in ORDER.items() for name in names]
WANTED = {
    Kind.DATE: {"date", "earliest"},
    Kind.DATETIME: {"date_time"},
    Kind.BOOLEAN: {"boolean", "same", "names"},
    Kind.CURRENCY: {"number", "sum", "current_mrr", "active_mrr", "extended_amount", "list_price"},
    Kind.DOUBLE: {"number", "sum", "discount_apply_type"},
    Kind.PERCENT: {"number"},
}


def sobject_of(name: str) -> SObject:
    return plain(("Zuora", "zqu")).required(name)


def map_of(field_map: FieldMap, kind: ObjectKind, name: str) -> ObjectMap:
    return next(each for each in field_map.maps(kind, RULES) if each.name == name)


@pytest.mark.parametrize(("kind", "name"), MAPS)
def test_every_target_may_be_written_and_gets_the_form_of_its_type(
    field_map: FieldMap, kind: ObjectKind, name: str
) -> None:
    each = map_of(field_map, kind, name)
    sobject = sobject_of(each.sobject)
    names = {function: called for called, function in TRANSFORMS.items()}
    for rule in each.fields:
        field = sobject.field(rule.target)
        assert field is not None, rule.target
        assert not field.calculated, rule.target
        assert field.createable, rule.target
        assert field.updateable or field.master_detail, rule.target
        wanted = WANTED.get(field.kind)
        assert wanted is None or names[rule.transform] in wanted, (rule.target, field.kind, names[rule.transform])
        if "scale" in rule.options:
            assert rule.options["scale"] == field.scale, rule.target
    for key in filter(None, (each.key, each.number_key)):
        field = sobject.field(key.target)
        assert field is not None
        assert field.external_id


@pytest.mark.parametrize(("kind", "name"), MAPS)
def test_every_relationship_leads_to_the_object_of_its_parent(field_map: FieldMap, kind: ObjectKind, name: str) -> None:
    each = map_of(field_map, kind, name)

    for parent in each.parents:
        field = sobject_of(each.sobject).parent(parent.relationship)
        assert field is not None, parent.relationship
        assert field.name == parent.column
        assert field.refers_to == field_map[parent.parent].sobject
    if each.under:
        *steps, last = each.under.split(".")
        here = sobject_of(each.sobject)
        for step in steps:
            reference = here.parent(step)
            assert reference is not None, each.under
            here = sobject_of(reference.refers_to)
        assert here.field(last) is not None


@pytest.mark.parametrize(("kind", "name"), MAPS)
def test_what_must_be_there_in_salesforce_always_is(field_map: FieldMap, kind: ObjectKind, name: str) -> None:
    each = map_of(field_map, kind, name)
    written = {rule.target for rule in each.fields} | {each.key.target} | {parent.column for parent in each.parents}
    for field in sobject_of(each.sobject).stored_fields:
        if (field.required or field.master_detail) and field.default is None and not field.system:
            assert field.name in written, field.name


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_source_may_be_queried_in_the_version_it_is_asked_for(field_map: FieldMap, kind: ObjectKind) -> None:
    for zuora_object, fields in field_map.fields_to_read(kind, RULES).items():
        target = standard_catalogue()[zuora_object]
        optional = graph().objects[zuora_object].optional
        for name in fields:
            field = target.by_name.get(name.lower())
            assert field is not None, f"{zuora_object}.{name}"
            assert field.name == name
            assert field.queryable, f"{zuora_object}.{name}"
            assert field.since <= max(83.0, optional.get(name, 0.0)), f"{zuora_object}.{name}"
    for step in graph().steps[kind]:
        field = standard_catalogue()[step.object].by_name[step.where.lower()]
        assert field.filterable, f"{step.object}.{step.where}"
