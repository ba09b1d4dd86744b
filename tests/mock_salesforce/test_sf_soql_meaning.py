"""SOQL compared with an evaluator in plain Python, and with texts that nobody would think of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_salesforce import CustomField, Org, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.pages import Reader
from mock_salesforce.queries import Question
from simulator.clock import VirtualClock
from simulator.soap import SoapFault
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, USERNAME
from tests.mock_salesforce.soql_oracle import Condition, During, Is, IsIn, Joined, Key, Not, like, ordered

OBJECT = "Zuora__CustomerAccount__c"
# Few letters, so that values meet; among them all that LIKE, GLOB and SQL hold special.
_LETTER = st.sampled_from("aAbéÉ") | st.sampled_from("%_*?[]^\\'\"-\n ")
_TEXT = st.lists(_LETTER, min_size=1, max_size=4).map("".join).filter(lambda text: text.strip() == text)
_NUMBER = st.sampled_from([0.0, -1.0, 1.5, 9.99, 1e12, -1e12])
_DATE = st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 14), date(2026, 1, 15), date(2026, 6, 30)])
_MOMENT = st.sampled_from(
    [datetime(2026, 1, day, hour, tzinfo=UTC) for day in (1, 14, 15, 16) for hour in (0, 7, 8, 23)]
)
_ORDERINGS = ("=", "!=", "<", "<=", ">", ">=")
_FIELDS: dict[str, tuple[st.SearchStrategy[Any], tuple[str, ...]]] = {
    "Name": (_TEXT, _ORDERINGS),
    "Text__c": (_TEXT, _ORDERINGS),
    "Zuora__External_Id__c": (_TEXT, _ORDERINGS),
    "Amount__c": (_NUMBER, _ORDERINGS),
    "Day__c": (_DATE, _ORDERINGS),
    "When__c": (_MOMENT, _ORDERINGS),
    "Zuora__AutoPay__c": (st.booleans(), ("=", "!=")),
}
_ALWAYS = frozenset({"Zuora__AutoPay__c", "Name"})
_SORTED = tuple(name for name in _FIELDS if name != "Zuora__AutoPay__c")
_TODAY = date(2026, 1, 15)
# The clock says 08:00 in Greenwich, which is midnight in Los Angeles, 8 hours behind.
_SPANS = {
    "TODAY": (0, 1),
    "YESTERDAY": (-1, 0),
    "TOMORROW": (1, 2),
    "LAST_N_DAYS:1": (-1, 1),
    "NEXT_N_DAYS:1": (1, 2),
    "N_DAYS_AGO:14": (-14, -13),
    "THIS_WEEK": (-4, 3),
    "LAST_WEEK": (-11, -4),
    "THIS_MONTH": (-14, 17),
    "LAST_MONTH": (-45, -14),
}
_ROW = st.fixed_dictionaries(
    {name: values if name in _ALWAYS else st.none() | values for name, (values, _) in _FIELDS.items()}
)
_ROWS = st.lists(_ROW, min_size=1, max_size=6, unique_by=lambda row: row["Zuora__External_Id__c"] or id(row))


@st.composite
def patterns(draw: st.DrawFn, text: str) -> str:
    """A pattern that the text fits, or nearly: some characters any, an end left open, what is special made plain."""
    pieces = [draw(st.sampled_from(["_", _plain(each), _plain(each)])) for each in text]
    cut = draw(st.integers(0, len(pieces)))
    return draw(
        st.sampled_from(
            ["".join(pieces), "".join(pieces[:cut]) + "%", "%" + "".join(pieces[cut:]), "".join(pieces) + "_"]
        )
    )


def _plain(mark: str) -> str:
    return "\\" + mark if mark in "%_\\" else mark


@st.composite
def comparisons(draw: st.DrawFn, rows: list[dict[str, Any]]) -> Condition:
    """A condition that is likely to be true of some of the rows, and not of all."""
    name = draw(st.sampled_from([*_FIELDS, "Name", "Text__c", "When__c"]))
    values, operators = _FIELDS[name]
    there = [row[name] for row in rows if row[name] is not None]
    value = st.sampled_from(there) | values if there else values
    choice = draw(st.integers(0, 9))
    if choice == 0 and name not in _ALWAYS:
        return Is(name, draw(st.sampled_from(["=", "!="])), None)
    if choice == 1:
        extra = [] if name in _ALWAYS else draw(st.sampled_from([[], [None]]))
        listed = draw(st.lists(value, min_size=1, max_size=3))
        return IsIn(name, (*listed, *extra), draw(st.booleans()))
    if choice in (2, 3) and values is _TEXT:
        return Is(name, "LIKE", draw(patterns(draw(value))))
    if choice in (2, 3, 4, 5) and name in ("Day__c", "When__c"):
        word = draw(st.sampled_from(sorted(_SPANS)))
        first, after = (_TODAY + timedelta(days=days) for days in _SPANS[word])
        return During(name, draw(st.sampled_from(_ORDERINGS)), word, first, after, -8 if name == "When__c" else 0)
    found = draw(value)
    if isinstance(found, str) and found.isascii():
        found = draw(st.sampled_from([found, found.swapcase()]))
    usable = ("=", "!=") if isinstance(found, str) and not found.isascii() else operators
    return Is(name, draw(st.sampled_from(usable)), found)


def conditions(rows: list[dict[str, Any]]) -> st.SearchStrategy[Condition]:
    def deeper(inside: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inside, min_size=2, max_size=3).map(tuple)
        return inside.map(Not) | st.builds(Joined, st.sampled_from(["AND", "OR"]), parts)

    return st.recursive(comparisons(rows), deeper, max_leaves=5)


Question_ = tuple[list[dict[str, Any]], list[tuple[Condition | None, list[Key], int | None, int]]]


@st.composite
def questions(draw: st.DrawFn) -> Question_:
    """Rows, and several queries about them: a condition, an order, a limit and an offset."""
    rows = draw(_ROWS)
    key = st.builds(Key, st.sampled_from(_SORTED), st.booleans(), st.booleans())
    keys = st.lists(key, max_size=2, unique_by=lambda each: each.field)
    one = st.tuples(st.none() | conditions(rows), keys, st.none() | st.integers(0, 4), st.sampled_from([0, 0, 1, 3]))
    return rows, draw(st.lists(one, min_size=2, max_size=8))


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    mock = SalesforceMock(clock=VirtualClock(), chance=random.Random(1))
    made = mock.add_org(
        OrgSpec(
            ORG_ID,
            "Org",
            (OrgUser(USERNAME, PASSWORD),),
            custom_fields=(
                CustomField(OBJECT, "Text__c"),
                CustomField(OBJECT, "Amount__c", "Number(18,2)"),
                CustomField(OBJECT, "Day__c", "Date"),
                CustomField(OBJECT, "When__c", "DateTime"),
            ),
        )
    )
    yield made
    mock.close()


@settings(max_examples=300)
@given(question=questions())
def test_queries_mean_what_the_oracle_says(org: Org, question: Question_) -> None:
    rows, asked = question
    org.clear()
    ids = org.load(OBJECT, rows)
    stored = [{**row, "Id": each} for row, each in zip(rows, ids, strict=True)]
    user = org.user_id(org.users[0])
    for where, keys, limit, offset in asked:
        soql = f"SELECT Id FROM {OBJECT}" + (f" WHERE {where.soql()}" if where else "")
        soql += f" ORDER BY {', '.join(key.soql() for key in keys)}" if keys else ""
        soql += (f" LIMIT {limit}" if limit is not None else "") + (f" OFFSET {offset}" if offset else "")
        plan = Question(org, user).plan(soql)
        found = [str(row[0]) for row in org.store.execute(plan.keys(), plan.parameters)]
        expected = [row["Id"] for row in ordered([row for row in stored if not where or where.holds(row)], keys)]
        end = None if limit is None else offset + limit
        assert found == expected[offset:end], soql
        ((count,),) = org.store.execute(plan.statement("COUNT(*)"), plan.parameters)
        assert plan.rows_of(count) == len(found), soql


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [("abc", "a%", True), ("abc", "_b_", True), ("a%c", "a\\%c", True), ("abc", "a\\%c", False), ("a.c", "a_c", True)],
)
def test_the_oracle_itself(text: str, pattern: str, fits: bool) -> None:
    assert like(text, pattern) is fits


WORDS = [
    "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "ORDER BY", "GROUP BY", "HAVING",
    "LIMIT", "OFFSET", "NULLS LAST", "DESC", "FOR VIEW", "FOR UPDATE", "ALL ROWS", "USING SCOPE mine", "WITH",
    "TYPEOF", "Id", "Name", "Account", "Account a", "a.Name", "Parent.Name", "ChildAccounts", "COUNT()",
    "(SELECT Id FROM ChildAccounts)", "COUNT(Id)", "MAX(Name) m", "ROLLUP(Name)", "GROUPING(Name)", "FIELDS(ALL)",
    "toLabel(Type)", "DAY_ONLY(CreatedDate)", "convertTimezone(CreatedDate)", "CreatedDate", "AnnualRevenue",
    "IsDeleted", "=", "!=", "<", ">=", ",", "(", ")", ".", "'x'", "'a%'", "'", "'\\'", "('a','b')", "null", "TRUE",
    "1", "-1.5", "1e9", "1e999", "2026-01-01", "2026-13-45", "2026-01-01T00:00:00Z", "2026-01-01T99:00:00+99:99",
    "TODAY", "LAST_N_DAYS:5", "N_YEARS_AGO:999999999", ":x", "*", "Id IN (SELECT AccountId FROM Contact)", "\u0661",
    "é",
]  # fmt: skip
CODES = frozenset(
    {
        "INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR", "QUERY_TOO_COMPLICATED",
        "NUMBER_OUTSIDE_VALID_RANGE", "EXCEEDED_ID_LIMIT", "UNSUPPORTED_API_VERSION",
    }
)  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    """Texts made of what queries are made of, in any order."""
    return st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=16).map(" ".join)


@settings(max_examples=400)
@given(
    text=texts()
    | st.builds("SELECT Id FROM Account WHERE {}".format, texts())
    | st.builds("SELECT {} FROM Account GROUP BY Name HAVING {}".format, texts(), texts())
    | st.builds("SELECT {} FROM Account LIMIT 5".format, texts()),
    version=st.sampled_from([31.0, 50.0, 57.0, 64.0]),
)
def test_any_text_gives_rows_or_a_declared_fault(org: Org, text: str, version: float) -> None:
    question = Question(org, org.user_id(org.users[0]), None, version)
    try:
        plan = question.plan(text)
    except SoapFault as fault:
        assert fault.code.removeprefix("sf:") in CODES  # noqa: PT017 - most texts are refused, a few are not
        return
    if plan.grouped or plan.count:
        org.store.execute(plan.statement("1"), plan.parameters)
    else:
        Reader(org, _no_cursors(), "").first(plan, 200)


def _no_cursors() -> Any:
    """Nothing is ever left for a second page."""
    return None
