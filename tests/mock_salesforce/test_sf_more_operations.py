"""getUpdated, getDeleted, search, merge, emptyRecycleBin, invalidateSessions and passwords."""

from __future__ import annotations

import pytest

from mock_salesforce import OrgSpec, OrgUser
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, TOKEN, USERNAME, Wire

DAY = ("2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z")


def changes(wire: Wire, operation: str, start: str = DAY[0], end: str = DAY[1], sobject: str = "Account"):
    span = f"<p:startDate>{start}</p:startDate><p:endDate>{end}</p:endDate>"
    return wire.send(operation, f"<p:sObjectType>{sobject}</p:sObjectType>{span}")


def created(wire: Wire, *names: str) -> list[str]:
    return [each["id"] for each in wire.save("create", *(wire.row("Account", Name=name) for name in names)).results]


def test_get_updated_tells_what_was_made_or_changed_and_get_deleted_the_rest(wire, clock):
    first, second = created(wire, "A", "B")
    clock.advance(90)
    wire.by_ids("delete", second)
    clock.advance(3600)
    assert changes(wire, "getUpdated").texts("ids") == [first]
    reply = changes(wire, "getDeleted")
    assert reply.texts("id") == [second]
    assert reply.texts("deletedDate") == ["2026-01-15T08:01:30.000Z"]
    assert reply.texts("earliestDateAvailable") == ["2025-12-16T09:01:30.000Z"]
    assert reply.texts("latestDateCovered") == ["2026-01-15T09:01:00.000Z"]


def test_seconds_of_a_span_are_left_out(wire, clock):
    clock.advance(30)
    (made,) = created(wire, "A")
    assert changes(wire, "getUpdated", "2026-01-15T08:00:59Z", "2026-01-15T08:01:59Z").texts("ids") == [made]
    assert changes(wire, "getUpdated", "2026-01-15T08:01:01Z", "2026-01-15T08:02:00Z").texts("ids") == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(DAY[1], DAY[0]), (DAY[0], DAY[0]), ("2025-12-01T00:00:00Z", DAY[1])],
)
def test_a_span_that_cannot_be_is_refused(wire, start, end):
    assert "INVALID_REPLICATION_DATE" in changes(wire, "getUpdated", start, end).inside


def test_more_ids_than_are_told_fail(wire, org):
    org.limits.change(org.limits.profile.changed({"replicated_ids": 1}))
    created(wire, "A", "B")
    assert "EXCEEDED_ID_LIMIT" in changes(wire, "getUpdated").inside


def test_a_bad_date_and_an_unknown_object_fail(wire):
    assert "is not a valid value for the type xsd:dateTime" in changes(wire, "getUpdated", "yesterday").inside
    assert "INVALID_TYPE" in changes(wire, "getDeleted", sobject="Nothing__c").inside


def search(wire: Wire, sosl: str):
    return wire.send("search", f"<p:searchString>{sosl}</p:searchString>")


def test_search_finds_by_words_in_names(wire):
    created(wire, "Blue Door", "Blue Window", "Red Door")
    reply = search(wire, "FIND {blue door} IN NAME FIELDS RETURNING Account(Id, Name)")
    assert reply.texts("Name") == ["Blue Door"]
    assert "<searchRecords><record " in reply.inside
    assert search(wire, "FIND {*oor}").inside.count("<searchRecords>") == 2


def test_search_narrows_and_limits(wire):
    created(wire, "Blue Door", "Blue Window", "Red Door")
    narrowed = "FIND {Blue} RETURNING Account(Name WHERE Name LIKE '%Window' ORDER BY Name LIMIT 5), Contact(Id)"
    assert search(wire, narrowed).texts("Name") == ["Blue Window"]
    assert search(wire, "FIND {Blue} RETURNING Account LIMIT 1").inside.count("<searchRecords>") == 1


@pytest.mark.parametrize(
    "sosl",
    ["FIND blue", "FIND {a}", "FIND {blue} RETURNING", "FIND {blue} HAVING x", "FIND {blue} RETURNING Account(Id"],
)
def test_a_search_that_cannot_be_read_is_a_malformed_search(wire, sosl):
    assert "<sf:MalformedSearchFault" in search(wire, sosl).inside


def merge(wire: Wire, master: str, *losers: str, **fields: str):
    row = wire.row("Account", Id=master, **fields).replace("p:sObjects", "p:masterRecord")
    ids = "".join(f"<p:recordToMergeIds>{each}</p:recordToMergeIds>" for each in losers)
    return wire.send("merge", f"<p:request>{row}{ids}</p:request>")


def test_merge_moves_what_points_at_the_losers_and_deletes_them(wire, org):
    master, loser = created(wire, "A", "B")
    (contact,) = org.load("Contact", [{"LastName": "L", "AccountId": loser}])
    reply = merge(wire, master, loser, Name="Both")
    assert reply.texts("mergedRecordIds") == [loser]
    assert reply.texts("updatedRelatedIds") == [contact]
    assert [(row["Name"], row["Id"]) for row in org.rows("Account")] == [("Both", master)]
    assert org.rows("Contact")[0]["AccountId"] == master
    gone = wire.query(f"SELECT MasterRecordId FROM Account WHERE Id = '{loser}'", operation="queryAll")
    assert gone.texts("MasterRecordId") == [master]


def test_a_merge_that_fails_changes_nothing(wire, org):
    master, loser, third, fourth = created(wire, "A", "B", "C", "D")
    assert merge(wire, master, loser, third, fourth).results[0]["statusCode"] == "INVALID_MERGE_RECORD"
    assert merge(wire, master, "001000000000000AAA", Name="Z").results[0]["success"] == "false"
    assert sorted(str(row["Name"]) for row in org.rows("Account")) == ["A", "B", "C", "D"]


def test_what_left_the_recycle_bin_does_not_come_back(wire):
    (made,) = created(wire, "A")
    assert wire.by_ids("emptyRecycleBin", made).results[0]["success"] == "false"
    wire.by_ids("delete", made)
    assert wire.by_ids("emptyRecycleBin", made).results[0]["success"] == "true"
    assert wire.by_ids("undelete", made).results[0]["statusCode"] == "UNDELETE_FAILED"
    assert wire.query("SELECT Id FROM Account", operation="queryAll").texts("size") == ["0"]


def test_undelete_fills_the_lookups_that_the_delete_emptied(wire, org):
    (account,) = created(wire, "A")
    below, other = org.load("Account", [{"Name": "L", "ParentId": account}, {"Name": "M", "ParentId": account}])
    (new,) = created(wire, "New")
    wire.by_ids("delete", account)
    assert {row["ParentId"] for row in org.rows("Account")} == {None}
    wire.save("update", wire.row("Account", Id=other, ParentId=new))
    wire.by_ids("undelete", account)
    parents = {row["Id"]: row["ParentId"] for row in org.rows("Account")}
    assert (parents[below], parents[other]) == (account, new)


def test_sessions_of_the_same_org_can_be_ended(wire, mock, org):
    other = mock.add_org(OrgSpec("00D5e000000ZZZZ", "Other", (OrgUser("other@example.com", "other-pass"),)))
    foreign = Wire(mock)
    foreign.login("other@example.com", "other-pass")
    reply = wire.send(
        "invalidateSessions",
        f"<p:sessionIds>{foreign.session}</p:sessionIds><p:sessionIds>{wire.session}</p:sessionIds>",
    )
    assert reply.texts("success") == ["false", "true"]
    assert wire.send("getUserInfo").status == 500
    assert foreign.send("getUserInfo").status == 200
    del other


def test_a_user_with_an_expired_password_can_only_change_it(mock):
    org = mock.add_org(OrgSpec(ORG_ID, "Org", (OrgUser(USERNAME, PASSWORD, password_expired=True),)))
    wire = Wire(mock)
    assert wire.login(USERNAME, PASSWORD).texts("passwordExpired") == ["true"]
    told = wire.query("SELECT Id FROM Account").inside
    assert (
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD: The users password has expired, you must call SetPassword before "
        "attempting any other API operations" in told
    )
    old = f"<p:oldPassword>{PASSWORD}</p:oldPassword>"
    assert (
        "InvalidNewPasswordFault" in wire.send("changeOwnPassword", f"{old}<p:newPassword>short</p:newPassword>").inside
    )
    assert wire.send("changeOwnPassword", f"{old}<p:newPassword>long-enough</p:newPassword>").status == 200
    assert wire.query("SELECT Id FROM Account").status == 200
    assert wire.login(USERNAME, PASSWORD).status == 500
    assert wire.login(USERNAME, "long-enough").texts("passwordExpired") == ["false"]
    user_id = org.user_id(org.users[0])
    assert wire.send("setPassword", f"<p:userId>{user_id}</p:userId><p:password>another-one</p:password>").status == 200
    assert wire.login(USERNAME, "another-one").status == 200


def test_logins_within_trusted_ranges_need_no_token(mock):
    mock.add_org(OrgSpec(ORG_ID, "Org", (OrgUser(USERNAME, PASSWORD, TOKEN),), trusted_ranges=("127.0.0.0/8",)))
    inside = f"<p:username>{USERNAME}</p:username><p:password>{PASSWORD}</p:password>"
    asked = {"data": Wire.document("login", inside), "content_type": "text/xml"}
    for address, status in (("127.0.0.1", 200), ("192.0.2.1", 500)):
        reply = Wire(mock).http.post("/services/Soap/u/64.0", environ_overrides={"REMOTE_ADDR": address}, **asked)
        assert reply.status_code == status
