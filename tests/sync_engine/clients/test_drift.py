"""Fields that the org does not take."""

from __future__ import annotations

import logging

import pytest

from sync_engine.model import ParentRef, TargetRow
from sync_engine.salesforce.drift import Drift, Drifting

NO_COLUMN = "No such column '{}' on entity 'Thing__c'. If you are attempting to use a custom field, be sure ..."


def row(**fields: str) -> TargetRow:
    parents = {"Owner__r": ParentRef("Owner__c", "Key__c", "o")}
    return TargetRow("Thing__c", "Key__c", "k", fields, ("Gone__c",), parents, "Thing", "k", "k")


def learns(drifting: Drifting, code: str, message: str = "", *fields: str, known: frozenset[str] = frozenset()) -> bool:
    return drifting.learns(row(A__c="1", B__c="2"), code, message, fields, known)


def test_a_field_that_is_not_there_is_left_out_from_then_on() -> None:
    told: list[str] = []
    drifting = Drifting(Drift.LEAVE_OUT, lambda sobject, name, why: told.append(f"{sobject}.{name}"))
    assert learns(drifting, "INVALID_FIELD", NO_COLUMN.format("A__c"))
    assert drifting.without(row(A__c="1", B__c="2")) == row(B__c="2")
    assert learns(drifting, "INVALID_FIELD", NO_COLUMN.format("A__c"))
    assert told == ["Thing__c.A__c"]


def test_a_row_that_was_sent_without_it_already_is_not_sent_for_ever() -> None:
    drifting = Drifting()
    assert learns(drifting, "INVALID_FIELD_FOR_INSERT_UPDATE", "", "A__c", "B__c")
    known = drifting.known("Thing__c")
    assert known == {"A__c", "B__c"}
    assert not learns(drifting, "INVALID_FIELD_FOR_INSERT_UPDATE", "", "A__c", known=known)


@pytest.mark.parametrize("named", ["Owner__r", "Owner__c"])
def test_a_parent_goes_with_the_field_behind_it(named: str) -> None:
    drifting = Drifting()
    assert learns(drifting, "INVALID_FIELD", NO_COLUMN.format(named))
    assert drifting.without(row()).parents == {}


def test_a_field_to_be_emptied_is_left_out_too() -> None:
    drifting = Drifting()
    assert learns(drifting, "INVALID_FIELD", NO_COLUMN.format("Gone__c"))
    assert drifting.without(row()).nulls == ()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("INVALID_FIELD", NO_COLUMN.format("Key__c")),
        ("INVALID_FIELD", NO_COLUMN.format("Elsewhere__c")),
        ("INVALID_FIELD", "Foreign key external ID: x not found for field A__c in entity Owner__c"),
        ("STRING_TOO_LONG", NO_COLUMN.format("A__c")),
    ],
)
def test_nothing_else_is_left_out(code: str, message: str) -> None:
    drifting = Drifting()
    assert not learns(drifting, code, message)
    assert drifting.left_out == {}


def test_when_it_is_to_freeze_nothing_is_left_out() -> None:
    drifting = Drifting(Drift.FREEZE)
    assert not learns(drifting, "INVALID_FIELD", NO_COLUMN.format("A__c"))


def test_the_log_hears_of_it_once(caplog: pytest.LogCaptureFixture) -> None:
    drifting = Drifting()
    with caplog.at_level(logging.WARNING):
        learns(drifting, "INVALID_FIELD", NO_COLUMN.format("A__c"))
        learns(drifting, "INVALID_FIELD", NO_COLUMN.format("A__c"))
    assert [record.getMessage()[:25] for record in caplog.records] == ["Thing__c.A__c is left out"]
