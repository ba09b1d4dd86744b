"""Date literals on the clock, groups with aggregates, FIELDS(), aliases, and pages by what is selected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce import CustomField, OrgSpec, OrgUser
from mock_salesforce.soql.dates import span
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, USERNAME, Wire

UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


@pytest.fixture
def accounts(org):
    """Around the clock's 15 January 2026, 08:00 UTC, which is midnight in the org's own zone."""
    org.load(
        "Account",
        [
            {
                "Name": "Tonight",
                "Industry": "Energy",
                "NumberOfEmployees": 5,
                "AnnualRevenue": 10,
                "CreatedDate": "2026-01-15T08:00:00Z",
            },
            {
                "Name": "Before",
                "Industry": "Energy",
                "NumberOfEmployees": 7,
                "AnnualRevenue": 30,
                "CreatedDate": "2026-01-15T07:59:59Z",
            },
            {"Name": "Last week", "Industry": "Banking", "NumberOfEmployees": 5, "CreatedDate": "2026-01-08T12:00:00Z"},
            {"Name": "Last year", "CreatedDate": "2025-12-31T12:00:00Z"},
        ],
    )


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("CreatedDate = TODAY", ["Tonight"]),
        ("CreatedDate = today", ["Tonight"]),
        ("CreatedDate < TODAY", ["Before", "Last week", "Last year"]),
        ("CreatedDate >= YESTERDAY", ["Before", "Tonight"]),
        ("CreatedDate = YESTERDAY", ["Before"]),
        ("CreatedDate != TODAY", ["Before", "Last week", "Last year"]),
        ("CreatedDate > LAST_WEEK", ["Before", "Tonight"]),
        ("CreatedDate = LAST_WEEK", ["Last week"]),
        ("CreatedDate <= LAST_N_DAYS:0", ["Before", "Last week", "Last year", "Tonight"]),
        ("CreatedDate = LAST_N_DAYS:7", ["Before", "Last week", "Tonight"]),
        ("CreatedDate = N_DAYS_AGO:7", ["Last week"]),
        ("CreatedDate = THIS_YEAR", ["Before", "Last week", "Tonight"]),
        ("CreatedDate = LAST_YEAR", ["Last year"]),
        ("CreatedDate = LAST_N_MONTHS:1", ["Last year"]),
        ("CALENDAR_YEAR(CreatedDate) = 2025", ["Last year"]),
        ("DAY_ONLY(CreatedDate) = 2026-01-08", ["Last week"]),
    ],
)
def test_date_literals_move_with_the_clock_in_the_orgs_zone(wire, accounts, where, names):
    assert (
        wire.query(
            f"SELECT Name FROM Account WHERE {where} ORDER BY Name".replace("<", "&lt;").replace("&lt;", "<")
        ).texts("Name")
        == names
    )


def test_a_day_later_today_is_yesterday(wire, accounts, clock):
    soql = "SELECT Name FROM Account WHERE CreatedDate = YESTERDAY"
    assert wire.query(soql).texts("Name") == ["Before"]
    clock.advance(24 * 3600)
    wire.login()
    assert wire.query(soql).texts("Name") == ["Tonight"]


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.sampled_from(UNITS), st.integers(0, 400))
def test_spans_meet_end_to_end(today: date, unit: str, count: int) -> None:
    this = span(f"THIS_{unit}", 0, today) if unit != "DAY" else span("TODAY", 0, today)
    assert this[0] <= today < this[1]
    past, future = span(f"LAST_N_{unit}S", count, today), span(f"NEXT_N_{unit}S", count, today)
    assert past[1] == (this[1] if unit == "DAY" else this[0])
    assert future[0] == this[1]
    ago = span(f"N_{unit}S_AGO", count, today)
    assert ago[0] == (past[0] if count else this[0])
    assert span(f"N_{unit}S_AGO", 0, today) == this
    assert ago[1] - ago[0] >= timedelta(days=1)


def test_groups_have_no_id_and_name_their_functions(wire, accounts):
    reply = wire.query(
        "SELECT Industry, COUNT(Id), SUM(NumberOfEmployees) total, MAX(AnnualRevenue), AVG(AnnualRevenue) "
        "FROM Account WHERE Industry != null GROUP BY Industry HAVING COUNT(Id) > 1"
    )
    # A client in the field cuts the value out of `<sf:expr0 xsi:type="xsd:int">`, so the prefix is declared further up.
    assert reply.inside.startswith('<queryResponse xmlns:xsd="http://www.w3.org/2001/XMLSchema">')
    assert (
        '<records xsi:type="sf:sObject"><sf:type>AggregateResult</sf:type><sf:Id xsi:nil="true"/>'
        '<sf:Industry>Energy</sf:Industry><sf:expr0 xsi:type="xsd:int">2</sf:expr0>'
        '<sf:total xsi:type="xsd:double">12.0</sf:total><sf:expr1 xsi:type="xsd:double">30.0</sf:expr1>'
        '<sf:expr2 xsi:type="xsd:double">20.0</sf:expr2></records><size>1</size>'
    ) in reply.inside


def test_groups_are_ordered_by_aggregates_and_parts_of_dates(wire, accounts):
    reply = wire.query(
        "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Account "
        "GROUP BY CALENDAR_YEAR(CreatedDate) ORDER BY COUNT(Id)"
    )
    assert (reply.texts("y"), reply.texts("n")) == (["2025", "2026"], ["1", "3"])
    assert wire.query("SELECT COUNT_DISTINCT(Industry) n, MIN(Name) least FROM Account").texts("least") == ["Before"]


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        ("SELECT Name, COUNT(Id) FROM Account", "Row:1:Column:8\nField must be grouped or aggregated: Name"),
        (
            "SELECT AnnualRevenue, COUNT(Id) FROM Account GROUP BY AnnualRevenue",
            "Column:55\nfield 'AnnualRevenue' can not be grouped in a query call",
        ),
        ("SELECT SUM(Name) FROM Account", "Column:8\nfield Name does not support aggregate operator SUM"),
        ("SELECT Name n FROM Account", "only aggregate expressions use field aliasing"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "Column:30\naggregate expressions are not allowed here"),
        ("SELECT NOTHING(Name) FROM Account", "unexpected token: 'NOTHING'"),
        ("SELECT FIELDS(ALL) FROM Account", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT Id FROM Account WHERE Name = TODAY", "must be of type string"),
        ("SELECT Id FROM Account FOR UPDATE", "FOR UPDATE is not supported in this context"),
        ("SELECT Id FROM Account WHERE Name INCLUDES ('x')", "invalid operator on string field"),
    ],
)
def test_mistakes_in_groups_and_functions_are_told_where_they_are(wire, soql, words):
    reply = wire.query(soql)
    assert reply.status == 500
    assert words in reply.texts("exceptionMessage")[0]


def test_fields_stands_for_all_of_a_kind(wire, accounts):
    everything = wire.query("SELECT FIELDS(ALL) FROM Account LIMIT 1")
    assert everything.texts("Name")
    assert everything.texts("SystemModstamp")
    assert wire.query("SELECT FIELDS(STANDARD) FROM Account").texts("size") == ["4"]


def test_an_alias_of_the_object_begins_its_paths(wire, accounts):
    assert wire.query("SELECT a.Name FROM Account a WHERE a.Name = 'Before'").texts("Name") == ["Before"]
    assert wire.query("SELECT Name FROM Account USING SCOPE everything WHERE Name = 'Before' FOR VIEW").texts(
        "size"
    ) == ["1"]


def test_groups_beyond_one_page_are_refused(wire, accounts, org):
    org.limits.change(org.limits.profile.changed({"page_rows": 2, "page_rows_min": 1}))
    assert (
        "Aggregate query does not support queryMore()"
        in wire.query("SELECT Name, COUNT(Id) FROM Account GROUP BY Name").inside
    )


def test_several_long_texts_make_small_pages(mock):
    org = mock.add_org(
        OrgSpec(
            ORG_ID,
            "Org",
            (OrgUser(USERNAME, PASSWORD),),
            custom_fields=tuple(CustomField("Account", f"Long{n}__c", "LongTextArea", length=1000) for n in range(2)),
        )
    )
    org.load("Account", [{"Name": f"A{n}"} for n in range(201)])
    wire = Wire(mock)
    wire.login(USERNAME, PASSWORD)
    assert wire.query("SELECT Long0__c FROM Account").texts("done") == ["true"]
    assert wire.query("SELECT Long0__c, Long1__c FROM Account").texts("done") == ["false"]


def test_a_multi_select_picklist_is_asked_for_what_it_includes(mock):
    org = mock.add_org(
        OrgSpec(
            ORG_ID,
            "Org",
            (OrgUser(USERNAME, PASSWORD),),
            custom_fields=(CustomField("Account", "Tags__c", "MultiselectPicklist", values=("a", "b", "ab")),),
        )
    )
    org.load("Account", [{"Name": "1", "Tags__c": "a;b"}, {"Name": "2", "Tags__c": "ab"}, {"Name": "3"}])
    wire = Wire(mock)
    wire.login(USERNAME, PASSWORD)

    def names(where: str) -> list[str]:
        return wire.query(f"SELECT Name FROM Account WHERE {where} ORDER BY Name").texts("Name")

    assert names("Tags__c INCLUDES ('a')") == ["1"]
    assert names("Tags__c INCLUDES ('a;b', 'ab')") == ["1", "2"]
    assert names("Tags__c EXCLUDES ('A')") == ["2", "3"]


def test_the_tenth_result_and_no_more_in_an_org_of_the_old_rule(wire, org):
    org.load("Account", [{"Name": f"A{n}"} for n in range(201)])
    org.limits.change(org.limits.profile.changed({"cursors_per_user": 10, "page_rows": 200}))
    locators = [wire.query("SELECT Id FROM Account").texts("queryLocator")[0] for _ in range(11)]
    assert wire.more(locators[0]).status == 500
    assert all(wire.more(each).status == 200 for each in locators[1:])
