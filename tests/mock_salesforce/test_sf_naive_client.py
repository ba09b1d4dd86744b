"""A client that knows nothing of limits meets them all in an org of the `tiny` profile, each in the service's words.

It writes one row a call, from eight threads, children before their parents, and later everything at once.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from mock_salesforce import OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.triggers import Appetite, Event, Trigger
from simulator.clock import VirtualClock
from tests.mock_salesforce.conftest import ORG_ID, Wire

THREADS = 8
USER, PASSWORD = "naive@example.com", "password-naive"
CHILD = "Zuora__CustomerAccount__c"
COUNTING = Trigger("AccountTrigger", "Account", (Event.AFTER_INSERT,), per_row=Appetite(soql_queries=1))


@pytest.fixture
def mock() -> Iterator[SalesforceMock]:
    made = SalesforceMock(clock=VirtualClock(), chance=random.Random(5))
    made.add_org(OrgSpec(ORG_ID, "Tiny", (OrgUser(USER, PASSWORD),), profile="tiny", triggers=(COUNTING,)))
    yield made
    made.close()


class Naive:
    """Sends what it is told to, and counts what comes back."""

    def __init__(self, mock: SalesforceMock) -> None:
        self._wire = Wire(mock)
        self.met: Counter[str] = Counter()
        self._wire.login(USER, PASSWORD)

    def send(self, operation: str, inside: str) -> None:
        reply = self._wire.send(operation, inside)
        if reply.status != 200:
            self.met.update(reply.texts("faultstring"))
            return
        errors = [f"{each['statusCode']}: {each['message']}" for each in reply.results if "message" in each]
        self.met.update(errors or ["done"])


def test_it_meets_each_limit_in_the_services_words(mock: SalesforceMock) -> None:
    """All in one moment of the clock: the first writers' locks are then still held when the others come."""
    (parent,) = mock.orgs[0].load("Account", [{"Name": "Parent"}])
    clients = [Naive(mock) for _ in range(THREADS)]
    clients[0].send("create", children_before_parents())
    clients[0].send("create", "".join(Wire.row("Account", Name=f"A{n}") for n in range(21)))
    clients[0].send("create", "".join(Wire.row("Account", Name=f"A{n}") for n in range(6)))
    threads = [threading.Thread(target=one_row_a_call, args=(each, parent, n)) for n, each in enumerate(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    met = sum((each.met for each in clients), Counter())
    assert met.keys() >= {
        "EXCEEDED_ID_LIMIT: record limit reached. cannot submit more than 20 records into this call",
        "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.",
        f"UNABLE_TO_LOCK_ROW: unable to obtain exclusive access to this record or 1 records: {parent}",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: AccountTrigger: System.LimitException: Too many SOQL queries: 6",
        (
            "INVALID_FIELD: Foreign key external ID: not yet not found for field Zuora__External_Id__c in entity "
            "Zuora__CustomerAccount__c"
        ),
    }, met
    assert met["done"] >= 1


def one_row_a_call(client: Naive, parent: str, number: int) -> None:
    for step in range(8):
        row = Wire.row(CHILD, Name="Child", Zuora__Account__c=parent, Zuora__External_Id__c=f"{number}-{step}")
        client.send("create", row)


def children_before_parents() -> str:
    parents = {"Zuora__BillingAccount__r": (CHILD, "Zuora__External_Id__c", "not yet")}
    return Wire.row("Zuora__PaymentMethod__c", parents, Name="Child", Zuora__External_Id__c="1")
