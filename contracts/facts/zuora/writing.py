"""Rows that facts write: an account, a contact, and what became of one that should fail."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.zuora.client import Client
from contracts.zuora.replies import Outcome


def account(name: str = "New", **values: object) -> dict[str, object]:
    """What an account needs to be created."""
    return {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "USD", "Name": name, **values}


def contact(client: Client, last: str = "New", of: str = "alder") -> dict[str, object]:
    """What a contact of an account of the scenario needs to be created."""
    return {"AccountId": client.target.id(of), "FirstName": "Someone", "LastName": last}


def failed(outcome: Outcome, code: str, message: str = "") -> None:
    """The row failed with this code, and this message when one is given."""
    same((outcome.success, outcome.code), (False, code), "the row's outcome")
    if message:
        same(outcome.message, message, "the row's message")
    require(outcome.message, "the row's error has no message")
