"""What formulas give: operators, functions, blanks, dates on the clock, and what is refused and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.formulas import CannotCompute, Facts, Names, NotUnderstood, Type, Value, understood
from mock_salesforce.schema import catalogue

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
SCHEMA = catalogue.plain(("Zuora", "zqu"))
ACCOUNT = Names(SCHEMA, SCHEMA.required("Account"), people=True, changes=True)


def value(text: str, /, *, is_new: bool = False, prior: dict[str, Value] | None = None, **fields: Value) -> Value:
    formula = understood(text, ACCOUNT)
    given = [(prior or {})[each.text] if each.prior else fields[each.text] for each in formula.references]
    return formula.value(Facts(given, NOW, is_new))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("2 * 3 ^ 2", Decimal(18)),
        ("7 / 2 - 1", Decimal("2.5")),
        ("0.1 + 0.2 = 0.3", True),
        ("-2 + 3", Decimal(1)),
        ("2 ^ 0", Decimal(1)),
        ("'a' & \"b\" + 'c'", "abc"),
        ("1 <> 2 && 2 == 2", True),
        ("1 != 1 || 3 >= 3", True),
        ("!(2 < 1)", True),
        ("NOT(TRUE)", False),
        ('"a" = "A"', False),
        ("/* nothing */ 1", Decimal(1)),
        (r'"a\"b\\"', 'a"b\\'),
    ],
)
def test_operators_have_their_usual_ranks(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NULL = 1", None),
        ("1 + NULL", None),
        ("NULL < 2", None),
        ("NOT(NULL = 1)", None),
        ("AND(TRUE, NULL = 1)", False),
        ("OR(NULL = 1, TRUE)", True),
        ("OR(NULL = 1, FALSE)", False),
        ('IF(NULL = 1, "yes", "no")', "no"),
        ('"" & NULL', ""),
        ('NULL = ""', True),
        ("ISBLANK(NULL)", True),
        ('ISNULL("")', False),
        ("ISNULL(1 + NULL)", True),
        ("BLANKVALUE(NULL + 1, 5)", Decimal(5)),
        ('BLANKVALUE("", "x")', "x"),
        ('NULLVALUE("", "x")', ""),
        ("MAX(1, NULL)", None),
        ("CASE(NULL + 1, NULL, 1, 2)", Decimal(2)),
        ('LEN("")', Decimal(0)),
    ],
)
def test_nothing_comes_of_null_but_where_a_truth_is_needed_it_is_false(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('LEFT("abcdef", 2) & MID("abcdef", 3, 2) & RIGHT("abcdef", 2)', "abcdef"),
        ('RIGHT("abc", 9) & LEFT("abc", -1)', "abc"),
        ('TRIM("  a b ")', "a b"),
        ('UPPER("ab") & LOWER("CD")', "ABcd"),
        ('CONTAINS("abc", "b")', True),
        ('BEGINS("abc", "b")', False),
        ('FIND("c", "abcabc", 4)', Decimal(6)),
        ('FIND("z", "abc")', Decimal(0)),
        ('SUBSTITUTE("aXbX", "X", "--")', "a--b--"),
        ('LPAD("7", 3, "0") & RPAD("7", 3, "0")', "007700"),
        ('LPAD("abcdef", 3)', "abc"),
        ('VALUE("12.50") + 1', Decimal("13.50")),
        ('ISNUMBER("-3.5")', True),
        ('ISNUMBER("3,5")', False),
        ("TEXT(1.50) & TEXT(100)", "1.5100"),
        ("TEXT(DATE(2026, 2, 1))", "2026-02-01"),
        ("TEXT(NOW())", "2026-01-31 12:30:00Z"),
        ('CASESAFEID("0012S00002GWsZ0")', "0012S00002GWsZ0QAL"),
        ('HYPERLINK("/a?b=1&c=2", "go")', '<a href="/a?b=1&amp;c=2" target="_blank">go</a>'),
        ('IMAGE("/i.png", "dot", 10, 12)', '<img src="/i.png" alt="dot" height="10" width="12" border="0"/>'),
        ('"a" & BR() & "b"', "a<br>b"),
        ('CASE("b", "a", 1, "b", 2, 3)', Decimal(2)),
    ],
)
def test_text_functions(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ROUND(2.5, 0)", Decimal(3)),
        ("ROUND(-2.5, 0)", Decimal(-3)),
        ("ROUND(1234.5, -2)", Decimal(1200)),
        ("CEILING(2.1) + FLOOR(2.9)", Decimal(5)),
        ("CEILING(-2.1)", Decimal(-3)),
        ("FLOOR(-2.9)", Decimal(-2)),
        ("MCEILING(-2.1)", Decimal(-2)),
        ("MFLOOR(-2.1)", Decimal(-3)),
        ("MOD(-7, 3)", Decimal(-1)),
        ("ABS(-3) + SQRT(16)", Decimal(7)),
        ("LOG(1000)", Decimal(3)),
        ("ROUND(EXP(LN(5)), 10)", Decimal(5)),
        ("MAX(1, 3, 2) + MIN(4, 2)", Decimal(5)),
    ],
)
def test_numbers_are_rounded_half_up_and_towards_or_from_zero(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TODAY()", date(2026, 1, 31)),
        ("TODAY() + 1", date(2026, 2, 1)),
        ("TODAY() - DATE(2026, 1, 1)", Decimal(30)),
        ("NOW() + 0.5", datetime(2026, 2, 1, 0, 30, tzinfo=UTC)),
        ("NOW() - DATETIMEVALUE('2026-01-30 12:30:00')", Decimal(1)),
        ("DATEVALUE(NOW())", date(2026, 1, 31)),
        ("DATEVALUE('2026-03-04')", date(2026, 3, 4)),
        ("YEAR(TODAY()) * 10000 + MONTH(TODAY()) * 100 + DAY(TODAY())", Decimal(20260131)),
        ("WEEKDAY(DATE(2026, 2, 1))", Decimal(1)),
        ("ADDMONTHS(DATE(2026, 1, 31), 1)", date(2026, 2, 28)),
        ("ADDMONTHS(DATE(2026, 2, 28), 1)", date(2026, 3, 31)),
        ("ADDMONTHS(DATE(2026, 1, 15), -13)", date(2024, 12, 15)),
        ("TIMEVALUE('10:30:00.000') + 60000", time(10, 31)),
        ("HOUR(TIMENOW())", Decimal(12)),
    ],
)
def test_dates_count_in_days_on_the_clock(text: str, expected: Value) -> None:
    assert value(text) == expected


def test_picklists_are_asked_with_the_functions_for_them() -> None:
    assert value('ISPICKVAL(Industry, "Energy")', Industry="Energy") is True
    assert value('CASE(Industry, "Energy", "e", "Media", "m", "?")', Industry="Media") == "m"
    assert value('TEXT(Industry) & "!"', Industry="Energy") == "Energy!"
    with pytest.raises(NotUnderstood, match="Picklist fields are only supported in certain functions"):
        understood('Industry = "Energy"', ACCOUNT)


def test_a_records_change_is_seen_against_what_it_was() -> None:
    assert value("ISCHANGED(Name)", Name="b", prior={"Name": "a"}) is True
    assert value("ISCHANGED(Name)", Name="a", prior={"Name": "a"}) is False
    assert value("ISCHANGED(Name)", is_new=True, Name="a", prior={"Name": ""}) is False
    assert value("PRIORVALUE(Name)", Name="b", prior={"Name": "a"}) == "a"
    assert value("PRIORVALUE(Name)", is_new=True, Name="b", prior={"Name": ""}) == "b"
    assert value('ISPICKVAL(PRIORVALUE(Industry), "Energy")', Industry="Media", prior={"Industry": "Energy"}) is True
    assert value("ISNEW()", is_new=True) is True
    assert value("ISCLONE()", is_new=True) is False


def test_names_lead_over_parents_and_to_the_user_and_are_spelled_as_the_schema_does() -> None:
    formula = understood("parent.OWNER:User.email & $user.firstname", ACCOUNT)
    assert [each.text for each in formula.references] == ["Parent.Owner.Email", "$User.FirstName"]
    assert formula.type is Type.TEXT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("1 +", "it ends where something is missing"),
        ("1 2", "'2' in line 1, column 3 is not expected there"),
        ("#", "'#' in line 1, column 1 is not expected there"),
        ('"\\q"', "a backslash is followed by 'q'"),
        ("Gone__c", "Account has no field 'Gone__c'"),
        ("Gone__r.Name", "Account has no relationship 'Gone__r'"),
        ("$Api.Session_ID", "the mock has no \\$Api.Session_ID"),
        ("VLOOKUP(1, 2, 3)", "the mock has no function VLOOKUP"),
        ("LEN(1)", "LEN takes text, not number"),
        ("LEFT('a')", "LEFT takes 2 arguments, not 1"),
        ("FIND('a')", "FIND takes 2 to 3 arguments, not 1"),
        ("1 + 'a'", "'\\+' does not go between number and text"),
        ("1 = 'a'", "'=' does not compare number with text"),
        ("TRUE < FALSE", "'<' does not order true or false"),
        ("TODAY() - NOW()", "'-' does not go between date and date/time"),
        ("IF(TRUE, 1, 'a')", "IF has to do with number and text at once"),
        ("IF(1, 2, 3)", "IF takes true or false, not number"),
        ("CASE(1, 2, 3)", "CASE has 3 arguments"),
        ("TEXT('a')", "TEXT takes date or date/time or number or picklist or time, not text"),
        ("REGEX(Name, Name)", "a text written out"),
        ("REGEX(Name, '(a)\\\\1')", "is not supported"),
        ("PRIORVALUE(Parent.Name)", "a field of the record itself"),
        ("ISCHANGED('a')", "a field of the record itself"),
        ("9" * 50, "more than 40 digits"),
        ("!" * 200 + "TRUE", "nested more than 80 levels deep"),
        ("1" + "+1" * 20_000, "longer than 20000 characters"),
    ],
)
def test_what_is_not_understood_is_said_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        understood(text, ACCOUNT)


def test_changes_and_people_are_only_where_there_are_some() -> None:
    plain = Names(SCHEMA, SCHEMA.required("Account"))
    for text in ("ISNEW()", "ISCHANGED(Name)", "$User.Email"):
        with pytest.raises(NotUnderstood):
            understood(text, plain)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "division by zero"),
        ("MOD(1, 0)", "division by zero"),
        ("VALUE('x')", "'x' is no number"),
        ("DATE(2026, 13, 1)", "out of range"),
        ("SQRT(-1)", "a number cannot be computed"),
        ("EXP(100000)", "a number is too large"),
        ("DATEVALUE('soon')", "out of range"),
        ("ADDMONTHS(TODAY(), 1000000)", "out of range"),
        ("RPAD('a', 10000000)", "the text is too long"),
    ],
)
def test_what_has_no_value_is_said_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(CannotCompute, match=why):
        value(text)


def test_what_is_not_needed_is_not_computed() -> None:
    assert value("IF(TRUE, 1, 1 / 0)") == 1
    assert value("OR(TRUE, 1 / 0 = 1)") is True
    assert value("AND(FALSE, 1 / 0 = 1)") is False


def test_a_long_sum_is_no_deep_one() -> None:
    assert value("1" + "+1" * 5_000) == 5_001


@given(st.text(max_size=60) | st.text(alphabet="()&|=<>!+-*/^\"'\\,.$ ab1TRUEIFNLtxcase", max_size=60))
def test_any_text_is_understood_or_refused_with_a_reason(text: str) -> None:
    type_, why = None, ""
    try:
        type_ = understood(text, ACCOUNT).type
    except NotUnderstood as refused:
        why = str(refused)
    assert bool(type_) is not bool(why)
