"""A row of a write as it was sent, before anything is asked of the org."""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_salesforce.schema import Field, SObject


@dataclass(frozen=True, slots=True)
class SentParent:
    """A parent named by one of its own fields instead of by its id; a blank `value` names none."""

    field: Field
    sobject: SObject
    key: Field
    value: str


@dataclass(slots=True)
class SentRow:
    """One sObject of a request. `values` are the texts sent, trimmed; fields sent empty or nil are not there.

    Of a field that is sent several times, the last value counts.
    """

    sobject: SObject
    id: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    nulls: list[Field] = field(default_factory=list)
    parents: list[SentParent] = field(default_factory=list)

    def names(self) -> list[str]:
        """Every field the row means to set; one that it sets in two ways is there twice."""
        if not self.nulls and not self.parents:
            return list(self.values)
        return [*self.values, *(f.name for f in self.nulls), *(parent.field.name for parent in self.parents)]
