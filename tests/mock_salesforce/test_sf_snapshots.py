"""The Salesforce mock put back as it was, and what is broken among an org's records."""

from __future__ import annotations

import random

import pytest

from mock_salesforce import Org, SalesforceMock
from mock_salesforce.integrity import problems
from simulator.clock import VirtualClock
from simulator.snapshots import Snapshot, SnapshotUnusable, from_bytes
from tests.mock_salesforce.conftest import Wire

BILLING = "Zuora__CustomerAccount__c"


def names(org: Org) -> list[object]:
    return [row["Name"] for row in org.rows("Account")]


def test_records_and_sequences_go_back_and_the_session_goes_on(mock: SalesforceMock, org: Org, wire: Wire) -> None:
    org.load("Account", [{"Name": "before"}])
    snapshot = mock.snapshot()
    (lost,) = org.load("Account", [{"Name": "after"}])
    mock.restore(snapshot)
    assert names(org) == ["before"]
    assert org.load("Account", [{"Name": "again"}]) == [lost]
    assert wire.query("SELECT Id FROM Account").texts("size") == ["2"]


def test_open_results_are_let_go_of(mock: SalesforceMock, org: Org, wire: Wire) -> None:
    org.load("Account", [{"Name": f"Account {number}"} for number in range(300)])
    (locator,) = wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")
    mock.restore(mock.snapshot())
    assert len(mock.cursors) == 0
    assert b"INVALID_QUERY_LOCATOR" in wire.more(locator).body


def test_a_snapshot_outlasts_the_mock_and_users_can_still_log_in(mock: SalesforceMock, org: Org) -> None:
    org.load("Account", [{"Name": "kept"}])
    kept = mock.snapshot().to_bytes()
    other = SalesforceMock(clock=VirtualClock(), chance=random.Random(3))
    again = other.add_org(org.spec)
    other.restore(from_bytes(kept))
    assert names(again) == ["kept"]
    assert again.user_id(again.users[0]) == str(again.rows("User")[0]["Id"])
    other.close()


def test_an_org_that_came_later_is_emptied_but_for_its_users(mock: SalesforceMock, org: Org) -> None:
    empty = Snapshot("salesforce", mock.snapshot().taken_at, {})
    org.load("Account", [{"Name": "later"}])
    mock.restore(empty)
    assert names(org) == []
    assert [row["Username"] for row in org.rows("User")] == [user.username for user in org.users]
    with pytest.raises(SnapshotUnusable, match="one of zuora, not of salesforce"):
        mock.restore(Snapshot("zuora", empty.taken_at, {}))


def test_some_records_are_read_from_an_id_on(org: Org) -> None:
    ids = org.load("Account", [{"Name": f"Account {number}"} for number in range(5)])
    assert [row["Id"] for row in org.rows("Account", after=ids[1], count=2)] == ids[2:4]


def test_records_that_agree_have_no_problems(org: Org) -> None:
    (account,) = org.load("Account", [{"Name": "a"}])
    org.load(BILLING, [{"Name": "b", "Zuora__External_Id__c": "1", "Zuora__Account__c": account}])
    assert list(problems(org)) == []


def test_dangling_references_and_doubled_values_are_found(org: Org) -> None:
    (account,) = org.load("Account", [{"Name": "a"}])
    rows = [{"Name": name, "Zuora__External_Id__c": "same", "Zuora__Account__c": account} for name in ("x", "y")]
    first, second = org.load(BILLING, rows)
    org.store.execute('UPDATE "Account" SET "IsDeleted" = 1')
    found = list(problems(org))
    assert f"{org.name}: {BILLING} {second}: Zuora__Account__c {account} is no Account" in found
    assert f"{org.name}: {BILLING} {first}, {second}: have one Zuora__External_Id__c, same" in found
