"""What an org's Apex does to its writes, as data: triggers with their appetite for limits, and validation rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from mock_salesforce.transactions import Code


class Event(StrEnum):
    """When a trigger runs, in the words of Apex's messages."""

    BEFORE_INSERT = "BeforeInsert"
    AFTER_INSERT = "AfterInsert"
    BEFORE_UPDATE = "BeforeUpdate"
    AFTER_UPDATE = "AfterUpdate"
    BEFORE_DELETE = "BeforeDelete"
    AFTER_DELETE = "AfterDelete"
    AFTER_UNDELETE = "AfterUndelete"


@dataclass(frozen=True, slots=True)
class Appetite:
    """What code uses of a transaction's limits: for each batch of rows it runs on, or for each row."""

    soql_queries: int = 0
    rows_queried: int = 0
    dml_statements: int = 0
    dml_rows: int = 0
    callouts: int = 0
    future_calls: int = 0
    emails: int = 0
    cpu_ms: int = 0
    heap_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: on which object, when, and what it does.

    `error` is the text of an exception it throws; `sync_by` a field with the Zuora id of an account, for which it asks
    for an On-Demand Sync when a record gets another one; `run` a Python function that is handed a `TriggerContext` and
    may read, write, add errors to rows, and raise. Raises `ValueError` for a trigger without events.
    """

    name: str
    sobject: str
    events: tuple[Event, ...]
    namespace: str = ""
    certified: bool = False
    per_batch: Appetite = field(default_factory=Appetite)
    per_row: Appetite = field(default_factory=Appetite)
    error: str = ""
    sync_by: str = ""
    run: Callable[..., None] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.events:
            raise ValueError(f"the trigger {self.name} on {self.sobject} names no event")

    @property
    def code(self) -> Code:
        """Whose code it is."""
        return Code(self.namespace, self.certified)

    @property
    def full_name(self) -> str:
        """As messages have it."""
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A rule that records must not meet: its condition is one of SOQL's, on fields of the object and its parents.

    Or `formula` is the condition, in the formula language, and `condition` is "".
    `message` is what the row's error says; `field` the field it is shown at, "" for the top of the page.
    """

    sobject: str
    name: str
    condition: str
    message: str
    field: str = ""
    active: bool = True
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Automation:
    """Everything that runs on one object's writes."""

    triggers: tuple[Trigger, ...] = ()
    rules: tuple[ValidationRule, ...] = ()

    def at(self, event: Event) -> list[Trigger]:
        """The triggers of an event, in the order they were declared."""
        return [each for each in self.triggers if event in each.events]


def automation_of(triggers: tuple[Trigger, ...], rules: tuple[ValidationRule, ...]) -> dict[str, Automation]:
    """What runs on each object, by its name in lower case."""
    names = {each.sobject.lower() for each in triggers} | {each.sobject.lower() for each in rules}
    return {
        name: Automation(
            tuple(each for each in triggers if each.sobject.lower() == name),
            tuple(each for each in rules if each.sobject.lower() == name and each.active),
        )
        for name in names
    }
