"""What a user may do: with which objects, and with which of their fields.

A user about whom nothing is said may do everything, as the user of an integration usually may. What is said is said
by object: `ObjectAccess` in `OrgUser.permissions`. Records are not shared one by one: who may read an object reads
all of its records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mock_salesforce.schema import Field, Schema, SObject


@dataclass(frozen=True, slots=True)
class ObjectAccess:
    """What a profile says of one object and its fields; names of fields in any capitals.

    `view_all` is asked for where a user must see every record there is, as in an upsert by a field that is not unique.
    """

    sobject: str
    create: bool = True
    read: bool = True
    edit: bool = True
    delete: bool = True
    view_all: bool = True
    hidden: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """All that a user may do in an org, answered fast: each object's answers are worked out once."""

    view_all_data: bool = True
    objects: Mapping[str, ObjectAccess] = field(default_factory=dict)
    _writable: dict[tuple[str, bool], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def to(self, sobject: SObject) -> ObjectAccess:
        """What is said of an object."""
        return self.objects.get(sobject.name.lower()) or ObjectAccess(sobject.name)

    def sees_all(self, sobject: SObject) -> bool:
        """Whether the user surely sees every record of an object."""
        return self.view_all_data and self.to(sobject).view_all

    def writable(self, sobject: SObject, *, creating: bool) -> frozenset[str]:
        """The names of the fields the user may set in a new record, or in one that is there.

        A detail's master may be named in an update, as long as it stays the same.
        """
        key = (sobject.name, creating)
        found = self._writable.get(key)
        if found is None:
            closed = _folded((*self.to(sobject).hidden, *self.to(sobject).read_only))
            found = self._writable[key] = frozenset(
                each.name
                for each in sobject.fields
                if each.name.lower() not in closed
                and (each.createable if creating else each.updateable or each.master_detail)
            )
        return found


FULL = Access()
"""Everything."""


def access_of(permissions: Sequence[ObjectAccess], *, view_all_data: bool, schema: Schema) -> Access:
    """What a profile adds up to.

    Raises `ValueError` for an object or a field that the org does not have, and for a field that cannot be taken from
    anyone: names, required fields and those of every object.
    """
    for said in permissions:
        sobject = schema.sobject(said.sobject)
        if sobject is None:
            msg = f"permissions for {said.sobject}, which is not an object of this org"
            raise ValueError(msg)
        for name in (*said.hidden, *said.read_only):
            made = sobject.field(name)
            if made is None or made.system or made.required:
                what = "not a field of this org" if made is None else "a field that everyone has"
                msg = f"permissions for {said.sobject}.{name}, which is {what}"
                raise ValueError(msg)
    return Access(view_all_data, {said.sobject.lower(): _implied(said) for said in permissions})


def _implied(said: ObjectAccess) -> ObjectAccess:
    """Who cannot read an object can do nothing with it."""
    return said if said.read else replace(said, create=False, edit=False, delete=False)


def view(schema: Schema, access: Access) -> Schema:
    """The schema as a user sees it: without what is hidden, and what may be written said of each field and object.

    Whoever may do everything sees the schema itself.
    """
    if not access.objects:
        return schema
    seen = [_seen(sobject, access, schema) for sobject in schema.sobjects if access.to(sobject).read]
    return Schema(seen, whole=schema)


def _folded(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _seen(sobject: SObject, access: Access, schema: Schema) -> SObject:
    said = access.to(sobject)
    hidden, fixed = _folded(said.hidden), _folded(said.read_only)

    def shown(made: Field) -> Field:
        if made.name.lower() in fixed or not (said.create or said.edit):
            return replace(made, createable=False, updateable=False)
        return made

    def is_seen(child: str, name: str) -> bool:
        told = access.to(schema.required(child))
        return told.read and name.lower() not in _folded(told.hidden)

    return SObject(
        name=sobject.name,
        label=sobject.label,
        plural=sobject.plural,
        key_prefix=sobject.key_prefix,
        fields=tuple(shown(made) for made in sobject.fields if made.name.lower() not in hidden),
        setting=sobject.setting,
        read_only=sobject.read_only,
        mergeable=sobject.mergeable,
        createable=sobject.createable and said.create,
        updateable=sobject.updateable and said.edit,
        deletable=sobject.deletable and said.delete,
        links=tuple(link for link in sobject.links if is_seen(link.child, link.field.name)),
    )
