"""Several shapes as one: metadata and describes of one org complete each other."""

from __future__ import annotations

from dataclasses import replace

from mock_salesforce.shape.model import Shape, ShapeField, ShapeObject


def merged(first: Shape, second: Shape) -> Shape:
    """Both; where both have a field, the first's facts hold, and of those it lacks what the second knows."""
    objects = {each.name.lower(): each for each in first.objects}
    for each in second.objects:
        key = each.name.lower()
        objects[key] = _both(objects[key], each) if key in objects else each
    rules = {(rule.sobject.lower(), rule.name.lower()): rule for rule in (*second.rules, *first.rules)}
    return Shape(tuple(objects.values()), tuple(rules.values()), (*first.left_out, *second.left_out))


def _both(first: ShapeObject, second: ShapeObject) -> ShapeObject:
    known = {each.name.lower(): each for each in second.fields}
    own = {each.name.lower() for each in first.fields}
    added = [each for each in second.fields if each.name.lower() not in own]
    return ShapeObject(
        first.name,
        first.label or second.label,
        first.plural or second.plural,
        first.key_prefix or second.key_prefix,
        first.setting or second.setting,
        first.name_field or second.name_field,
        (*(_field(each, known.get(each.name.lower())) for each in first.fields), *added),
        whole=first.whole or second.whole,
    )


def _field(first: ShapeField, second: ShapeField | None) -> ShapeField:
    """A field that both have: picklists whose metadata is only a value set take their other facts from the describe."""
    if second is None:
        return first
    if not first.name.endswith("__c") and first.values and first.type == second.type:
        return replace(second, values=first.values, inactive_values=first.inactive_values)
    return replace(
        first,
        label=first.label or second.label,
        relationship=first.relationship or second.relationship,
        children=first.children or second.children,
    )
