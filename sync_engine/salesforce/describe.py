"""What an org says about an object: which fields there are, and what may be written to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from sync_engine.soap import child_text, children


@dataclass(frozen=True, slots=True)
class FieldDescribe:
    """One field. `type` is Salesforce's own word (string, double, date, reference, …); `length` counts characters,
    `scale` the digits after the decimal point (None where the org does not say).

    `relationship_name` and `reference_to` are set on fields that point at a parent.
    """

    name: str
    label: str
    type: str
    length: int
    scale: int | None
    createable: bool
    updateable: bool
    nillable: bool
    calculated: bool
    external_id: bool
    unique: bool
    relationship_name: str | None
    reference_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SObjectDescribe:
    """One object, its fields by API name."""

    name: str
    label: str
    key_prefix: str | None
    createable: bool
    updateable: bool
    deletable: bool
    fields: Mapping[str, FieldDescribe]

    def parent_field(self, relationship: str) -> FieldDescribe | None:
        """The field behind a relationship such as `Zuora__CustomerAccount__r`."""
        wanted = relationship.casefold()
        return next(
            (item for item in self.fields.values() if (item.relationship_name or "").casefold() == wanted), None
        )


def read_describe(result: etree._Element) -> SObjectDescribe:
    """Read a DescribeSObjectResult."""
    fields = [_field(item) for item in children(result, "fields")]
    return SObjectDescribe(
        name=child_text(result, "name") or "",
        label=child_text(result, "label") or "",
        key_prefix=child_text(result, "keyPrefix") or None,
        createable=_flag(result, "createable"),
        updateable=_flag(result, "updateable"),
        deletable=_flag(result, "deletable"),
        fields={item.name: item for item in fields},
    )


def _field(item: etree._Element) -> FieldDescribe:
    return FieldDescribe(
        name=child_text(item, "name") or "",
        label=child_text(item, "label") or "",
        type=child_text(item, "type") or "",
        length=int(child_text(item, "length") or 0),
        scale=int(scale) if (scale := child_text(item, "scale")) else None,
        createable=_flag(item, "createable"),
        updateable=_flag(item, "updateable"),
        nillable=_flag(item, "nillable"),
        calculated=_flag(item, "calculated"),
        external_id=_flag(item, "externalId"),
        unique=_flag(item, "unique"),
        relationship_name=child_text(item, "relationshipName") or None,
        reference_to=tuple(found.text or "" for found in children(item, "referenceTo")),
    )


def _flag(element: etree._Element, name: str) -> bool:
    return child_text(element, name) == "true"
