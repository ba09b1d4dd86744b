"""What the names in a formula mean: a field of the record, of a parent, or of the running user and the org.

`Names` is for one object; it follows `Parent__r.Field__c` and `Owner.Name` up to ten parents.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_salesforce.formulas.errors import NotUnderstood
from mock_salesforce.formulas.values import Type, type_of
from mock_salesforce.schema import Field, Kind, Schema, SObject

MAX_PARENTS = 10

_GLOBALS = {"$user": "User", "$profile": "", "$organization": ""}
_FACTS = {"$profile": ("Id", "Name"), "$organization": ("Id", "Name")}


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a formula reads. `path` has the schema's own spelling; `prior` is the value before the change.

    `stored` tells whether it is kept, rather than computed.
    """

    path: tuple[str, ...]
    kind: Kind
    prior: bool = False
    stored: bool = True

    @property
    def type(self) -> Type:
        """What it is in the formula."""
        return type_of(self.kind)

    @property
    def is_global(self) -> bool:
        """Whether it belongs to the running user or the org rather than to the record."""
        return self.path[0].startswith("$")

    @property
    def text(self) -> str:
        """The path as it is written."""
        return ".".join(self.path)


class Names:
    """The fields and parents that a formula of one object may name.

    `people` tells whether there is a running user, as there is for a validation rule; `changes` whether the record is
    being saved, so that it has prior values.
    """

    def __init__(self, schema: Schema, sobject: SObject, *, people: bool = False, changes: bool = False) -> None:
        self._schema = schema
        self._sobject = sobject
        self._people = people
        self.changes = changes

    def find(self, path: tuple[str, ...]) -> Reading:
        """What a name reads. Raises `NotUnderstood`."""
        if path[0].startswith("$"):
            return self._global(path)
        sobject, spelled = self._sobject, []
        if len(path) > MAX_PARENTS + 1:
            raise NotUnderstood(f"{'.'.join(path)} goes over more than {MAX_PARENTS} parents")
        for step in path[:-1]:
            reference = sobject.parent(step.partition(":")[0])  # `Owner:User.Email` says which owner is meant
            parent = self._schema.sobject(reference.refers_to) if reference is not None else None
            if reference is None or parent is None:
                raise NotUnderstood(f"{sobject.name} has no relationship {step!r} (in {'.'.join(path)})")
            spelled.append(reference.relationship)
            sobject = parent
        made = self._field(sobject, path[-1])
        return Reading((*spelled, made.name), made.kind, stored=made.stored)

    def _field(self, sobject: SObject, name: str) -> Field:
        found = sobject.field(name)
        if found is None and not name.endswith(("__c", "Id")):
            found = sobject.field(f"{name}Id") if sobject.parent(name) else None  # a lookup goes by its label here
        if found is None:
            raise NotUnderstood(f"{sobject.name} has no field {name!r}")
        return found

    def _global(self, path: tuple[str, ...]) -> Reading:
        word = path[0].lower()
        if word == "$setup" and len(path) == 3:
            settings = self._schema.sobject(path[1])
            if settings is None or not settings.setting:
                raise NotUnderstood(f"there is no custom setting {path[1]!r}")
            made = self._field(settings, path[2])
            return Reading(("$Setup", settings.name, made.name), made.kind)
        if word not in _GLOBALS or len(path) != 2:
            raise NotUnderstood(f"the mock has no {'.'.join(path)}")
        if word != "$organization" and not self._people:
            raise NotUnderstood(f"{'.'.join(path)} depends on who reads, which the mock does not follow here")
        if _GLOBALS[word]:
            made = self._field(self._schema.required(_GLOBALS[word]), path[1])
            return Reading(("$User", made.name), made.kind)
        name = next((each for each in _FACTS[word] if each.lower() == path[1].lower()), None)
        if name is None:
            raise NotUnderstood(f"the mock has no {'.'.join(path)}")
        return Reading((word[:2].upper() + word[2:], name), Kind.ID if name == "Id" else Kind.STRING)
