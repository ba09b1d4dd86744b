"""Pages and their cursors: children count as rows, results keep ids only, and what rows hold is read page by page."""

from __future__ import annotations

import pytest

from mock_salesforce import cursors as cursors_module
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, TOKEN, USERNAME, Wire

assert USERNAME
LINK = "Contacts"


def load(org, children: list[int]) -> list[str]:
    """An account for each figure, with so many contacts."""
    ids = org.load("Account", [{"Name": f"A{n}"} for n in range(len(children))])
    rows = [
        {"LastName": f"{parent} {n}", "AccountId": each}
        for parent, (each, count) in enumerate(zip(ids, children, strict=True))
        for n in range(count)
    ]
    org.load("Contact", rows)
    return ids


def pages(wire, soql, size=None):
    """Every page of a query."""
    found = [wire.query(soql, batch_size=size)]
    while locator := found[-1].texts("queryLocator")[0]:
        found.append(wire.more(locator))
    return found


def test_pages_in_any_order_have_every_row_once(wire, org):
    org.load("Account", [{"Name": f"A{n % 7}"} for n in range(1_001)])
    for tail in ("", " ORDER BY Name DESC", " LIMIT 777", " ORDER BY Name LIMIT 555 OFFSET 200", " OFFSET 1"):
        whole = wire.query(f"SELECT Id FROM Account{tail}")
        found = pages(wire, f"SELECT Id FROM Account{tail}", 200)
        assert [len(page.texts("records")) for page in found[:-1]] == [200] * (len(found) - 1)
        assert {page.texts("size")[0] for page in found} == {whole.texts("size")[0]}
        assert [each for page in found for each in page.texts("Id")] == whole.texts("Id")


def test_children_count_as_rows_of_a_page(wire, org):
    load(org, [150, 100, 10, 0, 300, 1])
    soql = f"SELECT Name, (SELECT LastName FROM {LINK}) FROM Account"
    found = pages(wire, soql, 200)
    names = [[each for each in page.texts("Name") if each] for page in found]
    # One account and 150 contacts; two with 110 and one without; one whose contacts are more than a page; the last.
    assert names == [["A0"], ["A1", "A2", "A3"], ["A4"], ["A5"]]


def test_more_children_than_a_page_takes_have_a_locator_of_their_own(wire, org):
    load(org, [450])
    (page,) = [wire.query(f"SELECT Name, (SELECT LastName FROM {LINK} ORDER BY LastName) FROM Account", batch_size=200)]
    assert page.texts("done") == ["true", "false"]
    assert page.texts("size") == ["450", "1"]
    found = page.texts("LastName")
    (locator,) = [each for each in page.texts("queryLocator") if each]
    while locator:
        page = wire.more(locator)
        assert page.texts("size") == ["450"]
        found += page.texts("LastName")
        locator = page.texts("queryLocator")[0]
    assert found == sorted(f"0 {n}" for n in range(450))


def test_grandchildren_are_inside_their_parents(wire, org):
    (account,) = load(org, [0])
    boss, other = org.load("Contact", [{"LastName": "Boss", "AccountId": account}, {"LastName": "Other"}])
    org.load("Contact", [{"LastName": "Report", "ReportsToId": boss}, {"LastName": "Else", "ReportsToId": other}])
    inside = "SELECT LastName FROM ReportContacts"
    reply = wire.query(f"SELECT Name, (SELECT LastName, ({inside}) FROM Account.{LINK}) FROM Account")
    assert reply.texts("LastName") == ["Boss", "Report"]


def test_a_result_keeps_its_rows_and_shows_what_they_hold_by_then(wire, org):
    ids = org.load("Account", [{"Name": f"A{n}"} for n in range(401)])
    first = wire.query("SELECT Id, Name FROM Account WHERE Site = null", batch_size=200)
    (locator,) = first.texts("queryLocator")
    wire.save("update", Wire.row("Account", Id=ids[200], Name="New", Site="somewhere"))
    wire.by_ids("delete", ids[201])
    org.load("Account", [{"Name": "Later"}])
    found = pages_from(wire, locator)
    assert [page.texts("size")[0] for page in found] == ["401", "401"]
    assert [each for page in found for each in page.texts("Name")] == ["New", *(f"A{n}" for n in range(202, 401))]


def pages_from(wire, locator):
    found = [wire.more(locator)]
    while following := found[-1].texts("queryLocator")[0]:
        found.append(wire.more(following))
    return found


def test_a_page_whose_reply_was_lost_is_read_again(wire, org):
    org.load("Account", [{"Name": f"A{n}"} for n in range(600)])
    (locator,) = wire.query("SELECT Name FROM Account ORDER BY Name", batch_size=200).texts("queryLocator")
    second = wire.more(locator)
    wire.more(second.texts("queryLocator")[0])
    assert wire.more(locator).texts("Name") == second.texts("Name")


def test_a_results_locators_end_with_it_and_its_ids_go(wire, org, mock, clock):
    org.load("Account", [{"Name": f"A{n}"} for n in range(601)])
    locators = []
    reply = wire.query("SELECT Name FROM Account", batch_size=200)
    while reply.texts("queryLocator")[0]:
        locators.append(reply.texts("queryLocator")[0])
        reply = wire.more(locators[-1])
    org.load("Account", [{"Name": "One more"}])  # at which the ids are put aside
    assert (len(locators), len(mock.cursors)) == (3, 1)
    assert copies(org) == 1
    clock.advance(2 * 24 * 3600)
    wire.login()
    assert [wire.more(each).texts("exceptionCode") for each in locators] == [["INVALID_QUERY_LOCATOR"]] * 3
    wire.query("SELECT Name FROM Account", batch_size=200)
    assert (len(mock.cursors), copies(org)) == (1, 0)


def copies(org) -> int:
    return len(org.store.execute("SELECT 1 FROM temp.sqlite_master WHERE name LIKE 'result %'"))


def test_an_org_keeps_only_so_many_ids(wire, org, monkeypatch):
    monkeypatch.setattr(cursors_module, "KEYS_AN_ORG", 1_000)
    org.load("Account", [{"Name": f"A{n}"} for n in range(401)])
    locators = [wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")[0] for _ in range(3)]
    assert [wire.more(each).status for each in locators] == [500, 200, 200]


def test_reading_keeps_a_result_of_the_old_rule(wire, org, clock):
    org.load("Account", [{"Name": f"A{n}"} for n in range(401)])
    org.limits.change(org.limits.profile.changed({"cursors_per_user": 2, "cursor_life_s": 900, "page_rows_min": 200}))
    first, second = (wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")[0] for _ in range(2))
    clock.advance(600)
    assert wire.more(first).status == 200
    clock.advance(600)
    assert (wire.more(first).status, wire.more(second).status) == (200, 500)


def test_locators_are_their_users_own(mock, org, wire):
    org.load("Account", [{"Name": f"A{n}"} for n in range(401)])
    (locator,) = wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")
    for odd in ("", "x", locator[:-1], locator + "-200", locator.lower(), "0r8" + "0" * 15, ORG_ID):
        assert wire.more(odd).texts("exceptionMessage") == ["invalid query locator"]
    assert wire.more(locator).status == 200


@pytest.mark.parametrize("name", ["AccountId", "account.ID", "Contact.AccountId"])
def test_in_a_default_namespace_or_not_paths_are_read_alike(wire, org, name):
    load(org, [2])
    assert len(wire.query(f"SELECT Id FROM Contact WHERE {name} != null").texts("records")) == 2


def test_replies_leave_the_default_namespace_out(wire, org):
    (account,) = org.load("Account", [{"Name": "A"}])
    holder = "Zuora__CustomerAccount__c"
    (made,) = org.load(holder, [{"Name": "H", "Zuora__Account__c": account, "Zuora__External_Id__c": "k"}])
    org.load("Zuora__Subscription__c", [{"Name": "S", holder: made}])
    header = "<p:CallOptions><p:defaultNamespace>Zuora</p:defaultNamespace></p:CallOptions>"

    def ask(soql):
        return wire.send("query", f"<p:queryString>{soql}</p:queryString>", headers=header)

    for prefix in ("", "Zuora__"):
        reply = ask(f"SELECT {prefix}External_Id__c, {prefix}Account__r.Name FROM {prefix}CustomerAccount__c")
        assert (
            '<sf:type>CustomerAccount__c</sf:type><sf:Id xsi:nil="true"/><sf:External_Id__c>k</sf:External_Id__c>'
            '<sf:Account__r xsi:type="sf:sObject"><sf:type>Account</sf:type>'
        ) in reply.inside
    assert "on entity 'CustomerAccount__c'" in ask("SELECT Gecko FROM CustomerAccount__c").texts("exceptionMessage")[0]


def test_days_begin_in_the_users_own_time_zone(wire, org):
    org.load("Account", [{"Name": "Evening", "CreatedDate": "2026-01-15T07:30:00Z"}])
    soql = "SELECT Name FROM Account WHERE CreatedDate = TODAY"
    assert wire.query(soql).texts("Name") == []
    ((user,),) = org.store.execute('SELECT "Id" FROM "User" LIMIT 1')
    org.store.update("User", user, {"TimeZoneSidKey": "Europe/Berlin"})
    assert wire.query(soql).texts("Name") == ["Evening"]
    hours = "SELECT HOUR_IN_DAY({}) h, COUNT(Id) FROM Account GROUP BY HOUR_IN_DAY({})"
    assert wire.query(hours.format(*["CreatedDate"] * 2)).texts("h") == ["7"]
    assert wire.query(hours.format(*["convertTimezone(CreatedDate)"] * 2)).texts("h") == ["8"]
    org.store.update("User", user, {"TimeZoneSidKey": "Nowhere/At All"})
    assert wire.query(soql).texts("Name") == []


def test_own_records_only(wire, org):
    ((mine,),) = org.store.execute('SELECT "Id" FROM "User" LIMIT 1')
    (other,) = org.load("User", [{"Username": "other@example.com", "LastName": "Other"}])
    org.load("Account", [{"Name": "Mine", "OwnerId": mine}, {"Name": "Other's", "OwnerId": other}])
    assert wire.query("SELECT Name FROM Account USING SCOPE Mine").texts("Name") == ["Mine"]
    assert wire.query("SELECT COUNT() FROM Account USING SCOPE everything").texts("size") == ["2"]


def test_rolled_up_groups_have_rows_that_sum_over_them(wire, org):
    org.load("Account", [{"Name": "1", "Industry": "A", "Type": "x"}, {"Name": "2", "Industry": "A", "Type": "y"}])
    soql = "SELECT Industry, Type, GROUPING(Type) over, COUNT(Id) n FROM Account GROUP BY {}(Industry, Type)"
    for word, rows in (
        ("ROLLUP", [("", "", "1", "2"), ("A", "", "1", "2"), ("A", "x", "0", "1"), ("A", "y", "0", "1")]),
        ("CUBE", [("", "", "1", "2"), ("", "x", "0", "1"), ("", "y", "0", "1"), ("A", "", "1", "2")]),
    ):
        reply = wire.query(soql.format(word))
        found = list(zip(*(reply.texts(name) for name in ("Industry", "Type", "over", "n")), strict=True))
        assert found[:4] == rows


def test_texts_beyond_ascii_ignore_case_and_case_sensitive_keys_do_not(wire, org):
    org.load("Account", [{"Name": "École"}, {"Name": "Zoë"}])
    assert wire.query("SELECT Name FROM Account WHERE Name = 'éCOLE'").texts("Name") == ["École"]
    assert wire.query("SELECT Name FROM Account WHERE Name LIKE 'É%'").texts("Name") == ["École"]
    assert wire.query("SELECT Name FROM Account WHERE Name IN ('ZOË', 'x')").texts("Name") == ["Zoë"]
    holder = "Zuora__CustomerAccount__c"
    org.load(holder, [{"Name": "1", "Zuora__External_Id__c": "a*B"}, {"Name": "2", "Zuora__External_Id__c": "A*b"}])
    like = f"SELECT Name FROM {holder} WHERE Zuora__External_Id__c LIKE "
    assert wire.query(like + "'a%'").texts("Name") == ["1"]
    assert wire.query(like + "'_*b'").texts("Name") == ["2"]


def test_the_mock_forgets_all_results_at_once(wire, org, mock):
    org.load("Account", [{"Name": f"A{n}"} for n in range(401)])
    (locator,) = wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")
    mock.cursors.clear()
    assert wire.more(locator).status == 500
    assert wire.login(USERNAME, PASSWORD + TOKEN).status == 200
