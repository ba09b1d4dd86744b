"""An org of a shape of its own: its fields take values, its formulas are computed, its rules are kept."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.formulas import CannotCompute, Facts, Names, understood
from mock_salesforce.formulas.values import from_stored, shown_by, to_stored
from mock_salesforce.schema import Kind, catalogue
from mock_salesforce.shape import Shape, ShapeField, ShapeObject, ShapeRule, joined, read_folder
from mock_salesforce.triggers import Event, Trigger, ValidationRule
from simulator.clock import VirtualClock
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, TOKEN, USERNAME, Wire
from tests.mock_salesforce.project import project

NOW = datetime(2026, 2, 1, 20, 0, tzinfo=UTC)
BASE = catalogue.plain(catalogue.PACKAGES)


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory) -> Shape:
    return read_folder(project(tmp_path_factory.mktemp("project")))


def org_of(mock: SalesforceMock, shape: Shape, **more: object) -> Org:
    user = OrgUser(USERNAME, PASSWORD, TOKEN, "Integration User", "user01@example.com")
    return mock.add_org(replace(OrgSpec(ORG_ID, "Org 01", (user,), shape=shape), **more))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def org(mock: SalesforceMock, shape: Shape) -> Org:
    return org_of(mock, shape)


def regions(wire: Wire, fields: str, rest: str = "") -> list[dict[str, str]]:
    reply = wire.query(f"SELECT {fields} FROM Region__c {rest}")
    assert reply.status == 200, reply.inside
    return [{name: reply.texts(name)[0] for name in fields.split(", ")}] if reply.texts("size") == ["1"] else []


def test_a_new_record_gets_the_defaults_that_are_values_and_formulas(wire: Wire) -> None:
    (saved,) = wire.save("create", wire.row("Region__c", Name="North", Code__c="n1")).results
    assert saved["success"] == "true"
    (row,) = regions(wire, "Stage__c, Opened__c, Active__c, Days_Open__c, Title__c, Part__c")
    assert row == {
        "Stage__c": "Draft",
        "Opened__c": "2026-02-02",
        "Active__c": "true",
        "Days_Open__c": "-1.0",
        "Title__c": "N1 of  -1",
        "Part__c": "",
    }


def test_every_kind_of_field_is_stored_as_it_is_sent(wire: Wire, org: Org) -> None:
    (account,) = org.load("Account", [{"Name": "Acme", "Tier__c": "A"}])
    sent = {
        "Name": "South",
        "Code__c": "S1",
        "Stage__c": "Open",
        "Colours__c": "Green;Red",
        "Opened__c": "2026-01-01",
        "Closed__c": "2026-01-31",
        "Budget__c": "200.50",
        "Share__c": "25",
        "Active__c": "false",
        "Starts__c": "10:30:00.000Z",
        "Notes__c": "long",
        "Place__Latitude__s": "52.52",
        "Place__Longitude__s": "13.4",
        "Account__c": account,
    }
    (saved,) = wire.save("create", wire.row("Region__c", **sent)).results
    assert saved["success"] == "true", saved
    (row,) = org.rows("Region__c")
    assert row["Colours__c"] == "Red;Green"
    assert (row["Place__Latitude__s"], row["Starts__c"], row["Active__c"]) == (52.52, "10:30:00.000Z", False)
    assert (row["Days_Open__c"], row["Part__c"], row["Title__c"]) == (30.0, 50.13, "S1 of Acme 30")


def test_formula_fields_filter_and_sort_and_are_read_over_parents(wire: Wire, org: Org) -> None:
    org.load("Account", [{"Name": "Acme"}])
    rows = [{"Name": name, "Budget__c": budget, "Share__c": 50} for name, budget in (("a", 10), ("b", 30), ("c", 20))]
    first = org.load("Region__c", rows)[0]
    org.load("Visit__c", [{"Region__c": first, "Minutes__c": 4}, {"Region__c": first}])
    found = wire.query("SELECT Name FROM Region__c WHERE Part__c > 5 ORDER BY Part__c DESC").texts("Name")
    assert found == ["b", "c"]
    assert wire.query("SELECT Name FROM Region__c WHERE Title__c LIKE '%OF%'").texts("size") == ["3"]
    visits = wire.query("SELECT Of_Budget__c, Region__r.Part__c FROM Visit__c ORDER BY Name")
    assert visits.texts("Of_Budget__c") == ["2.5", ""]  # a division by zero is no value
    assert visits.texts("Part__c") == ["5.0", "5.0"]
    assert wire.query("SELECT Name, (SELECT Name FROM Visits__r) FROM Region__c WHERE Name = 'a'").texts("Name") == [
        "a",
        "V-0001",
        "V-0002",
    ]


def test_a_formula_follows_the_clock_in_the_orgs_own_days(wire: Wire, org: Org, clock: VirtualClock) -> None:
    org.load("Region__c", [{"Name": "a", "Opened__c": "2026-01-01"}])
    assert regions(wire, "Days_Open__c") == [{"Days_Open__c": "31.0"}]
    clock.advance(11 * 3600)  # 23:00 in Los Angeles, the next day in Greenwich
    wire.login()
    assert regions(wire, "Days_Open__c") == [{"Days_Open__c": "31.0"}]
    clock.advance(2 * 3600)
    wire.login()
    assert regions(wire, "Days_Open__c") == [{"Days_Open__c": "32.0"}]


def test_roll_ups_count_the_children_that_their_filters_let_through(wire: Wire, org: Org) -> None:
    (region,) = org.load("Region__c", [{"Name": "a"}])
    org.load("Visit__c", [{"Region__c": region, "Minutes__c": each} for each in (10, 40, 50)])
    assert regions(wire, "Visits__c, Long_Minutes__c") == [{"Visits__c": "3.0", "Long_Minutes__c": "90.0"}]


def test_a_rule_that_is_met_refuses_the_row_with_its_words_at_its_field_or_the_pages_top(wire: Wire) -> None:
    bad = wire.row("Region__c", Name="x", Stage__c="Open", Opened__c="2026-02-02", Closed__c="2026-02-01")
    good = wire.row("Region__c", Name="y")
    refused, saved = wire.save("create", bad, good).results
    assert saved["success"] == "true"
    reply = wire.save("create", bad)
    assert refused["success"] == "false"
    assert reply.texts("statusCode") == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"] * 2
    assert sorted(reply.texts("message")) == ["A region closes after it opens.", "An open region has a budget."]
    assert reply.texts("fields") == ["Closed__c"]
    assert wire.query("SELECT Name FROM Region__c").texts("Name") == ["y"]


def test_a_rule_sees_what_the_record_was(wire: Wire, org: Org) -> None:
    (region,) = org.load("Region__c", [{"Name": "a", "Stage__c": "Open", "Budget__c": 5}])
    back = wire.save("update", wire.row("Region__c", Id=region, Stage__c="Draft"))
    assert back.texts("message") == ["An open region stays open."]
    same = wire.save("update", wire.row("Region__c", Id=region, Stage__c="Open", Budget__c="6"))
    assert same.texts("success") == ["true"]
    assert wire.query("SELECT Stage__c FROM Region__c").texts("Stage__c") == ["Open"]


def test_a_rule_sees_what_a_trigger_made_of_the_record(mock: SalesforceMock, shape: Shape) -> None:
    def open_all(context: object) -> None:
        for row in context:  # type: ignore[attr-defined]
            row["Stage__c"] = "Open"

    trigger = Trigger("Opens", "Region__c", (Event.BEFORE_INSERT,), run=open_all)
    org_of(mock, shape, triggers=(trigger,))
    wire = Wire(mock)
    wire.login()
    reply = wire.save("create", wire.row("Region__c", Name="a"), wire.row("Region__c", Name="b", Budget__c="1"))
    assert reply.texts("success") == ["false", "true"]
    assert reply.texts("message") == ["An open region has a budget."]


def test_a_restricted_picklist_takes_active_values_only_and_a_standard_one_the_orgs(
    mock: SalesforceMock, shape: Shape
) -> None:
    industry = ShapeObject("Account", fields=(ShapeField("Industry", "Picklist", values=("Mining",), restricted=True),))
    account = shape.object_named("Account")
    assert account is not None
    rest = tuple(each for each in shape.objects if each.name != "Account")
    org_of(mock, replace(shape, objects=(*rest, replace(account, fields=(*account.fields, *industry.fields)))))
    wire = Wire(mock)
    wire.login()
    for row in (
        wire.row("Region__c", Name="a", Stage__c="Old"),
        wire.row("Region__c", Name="a", Colours__c="Red;Blue"),
        wire.row("Account", Name="a", Industry="Energy"),
    ):
        assert wire.save("create", row).texts("statusCode") == ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
    assert wire.save("create", wire.row("Account", Name="a", Industry="Mining")).texts("success") == ["true"]


def test_what_is_not_computed_is_told_by_the_state_and_read_as_null(wire: Wire, org: Org) -> None:
    org.load("Region__c", [{"Name": "a"}])
    assert regions(wire, "Strange__c") == [{"Strange__c": ""}]
    state = org.state()
    assert state["validation_rules"] == 3
    told = {each["what"]: each["why"] for each in state["left_out"]}  # type: ignore[attr-defined]
    assert "which is not computed" in told["the validation rule Region__c.On_strange"]
    assert "the mock has no function VLOOKUP" in told["the validation rule Region__c.Looks_up"]
    assert told["Region__c.Strange__c"].startswith("it reads as null, because")


def test_describe_and_upsert_know_the_orgs_own_fields(wire: Wire) -> None:
    told = wire.send("describeSObject", "<p:sObjectType>Region__c</p:sObjectType>")
    assert {"Days_Open__c", "Stage__c", "Visits__c"} <= set(told.texts("name"))
    for expected in ("true", "false"):
        reply = wire.save("upsert", wire.row("Region__c", Name="a", Code__c="K1"), key="Code__c")
        assert reply.texts("created") == [expected]


def test_rules_without_a_value_refuse_the_row_and_say_why(mock: SalesforceMock, shape: Shape) -> None:
    rule = ValidationRule("Account", "Ratio", "", "no", formula="1 / NumberOfEmployees > 2")
    org_of(mock, shape, validation_rules=(rule,))
    wire = Wire(mock)
    wire.login()
    reply = wire.save("create", wire.row("Account", Name="a", NumberOfEmployees="0"))
    assert reply.texts("message") == [
        'The formula in the "Ratio" validation rule cannot be evaluated: division by zero'
    ]
    assert wire.save("create", wire.row("Account", Name="a")).texts("success") == ["true"]


def test_a_rule_may_ask_who_saves_and_in_which_org(mock: SalesforceMock, shape: Shape) -> None:
    formula = '$User.Email = "user01@example.com" && $Organization.Name = "Org 01" && $Profile.Name <> ""'
    org_of(mock, shape, validation_rules=(ValidationRule("Account", "Who", "", "not you", formula=formula),))
    wire = Wire(mock)
    wire.login()
    assert wire.save("create", wire.row("Account", Name="a")).texts("message") == ["not you"]


def test_an_org_whose_rule_is_no_formula_is_refused(mock: SalesforceMock, shape: Shape) -> None:
    rule = ValidationRule("Account", "Bad", "", "no", formula="Gone__c = 1")
    with pytest.raises(ValueError, match=r"the validation rule Account\.Bad: Account has no field 'Gone__c'"):
        org_of(mock, shape, validation_rules=(rule,))


# What joins and what stays.


def own(name: str, *fields: ShapeField, whole: bool = True) -> ShapeObject:
    return ShapeObject(name, name_field=ShapeField("Name", "Text", required=True), fields=fields, whole=whole)


def test_a_field_that_the_mock_has_stays_and_the_difference_is_told() -> None:
    made = joined(BASE, Shape((own("Account", ShapeField("Phone", "Number", precision=9)),)))
    assert made.kept == ("Account.Phone stays phone, which the mock relies on; theirs is double",)
    field = made.schema.required("Account").field("Phone")
    assert field is not None
    assert field.kind is Kind.PHONE


def test_objects_that_are_not_whole_and_lookups_to_nothing_are_left_out_with_what_to_do() -> None:
    case = own("Case", ShapeField("Tier__c", "Text"), whole=False)
    away = own("Own__c", ShapeField("Case__c", "Lookup", refers_to=("Case",)))
    made = joined(BASE, Shape((case, away)))
    told = {each.what: each.why for each in made.left_out}
    assert "sf sobject describe --sobject Case --json" in told["Case"]
    assert "sf sobject describe --sobject Case --json" in told["Own__c.Case__c"]
    assert made.schema.sobject("Case") is None
    assert made.schema.required("Own__c").field("Case__c") is None


def test_key_prefixes_are_their_own_where_they_are_free() -> None:
    first = replace(own("One__c"), key_prefix="a7Z")
    taken = replace(own("Two__c"), key_prefix="001")
    schema = joined(BASE, Shape((first, taken))).schema
    assert schema.required("One__c").key_prefix == "a7Z"
    prefixes = [each.key_prefix for each in schema.sobjects]
    assert len(set(prefixes)) == len(prefixes)
    assert schema.required("Two__c").key_prefix.startswith("a")


def test_formulas_that_stand_on_themselves_or_on_too_much_are_left_out() -> None:
    def number(name: str, formula: str) -> ShapeField:
        return ShapeField(name, "Number", precision=18, calculated=True, formula=formula)

    ring = [number("A__c", "B__c + 1"), number("B__c", "A__c + 1"), number("C__c", "A__c"), number("D__c", "1")]
    tower = [number("T0__c", "LEN(Name)"), *(number(f"T{each}__c", f"T{each - 1}__c") for each in range(1, 20))]
    wide = [number("W0__c", "LEN(Name)")]
    wide += [number(f"W{each}__c", f"W{each - 1}__c + Z{each - 1}__c") for each in range(1, 11)]
    wide += [number("Z0__c", "LEN(Name)")]
    wide += [number(f"Z{each}__c", f"Z{each - 1}__c + W{each - 1}__c") for each in range(1, 11)]
    made = joined(BASE, Shape((own("Own__c", *ring, *tower, *wide),)))
    out = {each.what.partition(".")[2] for each in made.left_out}
    assert {"A__c", "B__c", "C__c", "T19__c", "W10__c"} <= out
    assert {"D__c", "T5__c", "W3__c"}.isdisjoint(out)


def test_rules_of_unknown_objects_are_left_out() -> None:
    made = joined(BASE, Shape(rules=(ShapeRule("Gone__c", "R", "TRUE", "no", file="r.xml"),)))
    assert [(each.what, each.file) for each in made.left_out] == [("the validation rule Gone__c.R", "r.xml")]


def test_the_shape_survives_a_restart_of_the_org(shape: Shape, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("state")
    for expected in (1, 2):
        mock = SalesforceMock(clock=VirtualClock(NOW), chance=random.Random(1), state_dir=folder)
        org = org_of(mock, shape)
        org.load("Region__c", [{"Name": "a", "Opened__c": "2026-01-01"}])
        assert [row["Days_Open__c"] for row in org.rows("Region__c")] == [31.0] * expected
        mock.close()


# SQL and Python agree on what a formula gives.

_FIELDS = (
    ShapeField("N__c", "Number", precision=12, scale=2),
    ShapeField("M__c", "Percent", precision=8, scale=2),
    ShapeField("T__c", "Text", length=20),
    ShapeField("D__c", "Date"),
    ShapeField("W__c", "DateTime"),
    ShapeField("B__c", "Checkbox"),
    ShapeField("P__c", "Picklist", values=("x", "y")),
    ShapeField("Up__c", "Lookup", refers_to=("Own__c",)),
)
_NUMBER = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["N__c", "M__c", "Up__r.N__c", "2", "0", "1.5", "LEN(T__c)", "YEAR(D__c)", "NULL"]),
        st.tuples(_NUMBER, st.sampled_from("+-*/^"), _NUMBER).map(lambda each: f"({' '.join(each)})"),
        st.tuples(st.sampled_from(["ABS", "CEILING", "FLOOR", "SQRT"]), _NUMBER).map(lambda e: f"{e[0]}({e[1]})"),
        st.tuples(_TRUTH, _NUMBER, _NUMBER).map(lambda each: f"IF({', '.join(each)})"),
        st.tuples(_NUMBER, _NUMBER).map(lambda each: f"MAX({', '.join(each)})"),
        _TEXT.map(lambda each: f"VALUE({each})"),
    )
)
_TEXT = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["T__c", "TEXT(P__c)", '"a"', '"12"', "Up__r.T__c", "TEXT(D__c)", "TEXT(W__c)"]),
        st.tuples(_TEXT, _TEXT).map(" & ".join),
        _NUMBER.map(lambda each: f"TEXT({each})").filter(lambda each: each != "TEXT(NULL)"),
        st.tuples(_TEXT, _NUMBER).map(lambda each: f"LEFT({', '.join(each)})"),
        st.tuples(_TRUTH, _TEXT, _TEXT).map(lambda each: f"IF({', '.join(each)})"),
    )
)
_TRUTH: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["B__c", "TRUE", "NULL", 'ISPICKVAL(P__c, "x")', "D__c <= TODAY()", "W__c < NOW()"]),
        st.tuples(_NUMBER, st.sampled_from(["=", "<>", "<", ">="]), _NUMBER).map(lambda e: f"({' '.join(e)})"),
        st.tuples(_TEXT, _TEXT).map(lambda each: f"CONTAINS({', '.join(each)})"),
        st.tuples(_TRUTH, st.sampled_from(["&&", "||"]), _TRUTH).map(lambda each: f"({' '.join(each)})"),
        _TRUTH.map(lambda each: f"NOT({each})"),
        _NUMBER.map(lambda each: f"ISBLANK({each})"),
    )
)
_ROW = st.fixed_dictionaries(
    {},
    optional={
        "N__c": st.integers(-100_000, 100_000).map(lambda each: each / 100),
        "M__c": st.integers(0, 10_000).map(lambda each: each / 100),
        "T__c": st.text("ab12 ", min_size=1, max_size=5).filter(str.strip),
        "D__c": st.dates(datetime(2000, 1, 1).date(), datetime(2030, 1, 1).date()).map(str),  # noqa: DTZ001 - a day
        "W__c": st.just("2026-01-01T10:00:00Z"),
        "B__c": st.booleans(),
        "P__c": st.sampled_from(["x", "y"]),
    },
)


@given(
    st.tuples(st.just("Number"), _NUMBER) | st.tuples(st.just("Text"), _TEXT) | st.tuples(st.just("Checkbox"), _TRUTH),
    st.lists(_ROW, min_size=1, max_size=4),
    st.booleans(),
)
def test_sql_and_python_agree_on_what_a_formula_gives(
    asked: tuple[str, str], rows: list[Mapping[str, object]], zero: bool
) -> None:
    type_, formula = asked
    precision = 18 if type_ == "Number" else 0
    computed = ShapeField(
        "F__c",
        type_,
        precision=precision,
        scale=min(precision, 4),
        calculated=True,
        formula=formula,
        blanks_as_zero=zero,
    )
    shape = Shape((own("Own__c", *_FIELDS, computed),))
    assert joined(BASE, shape).left_out == ()
    mock = SalesforceMock(clock=VirtualClock(NOW), chance=random.Random(1))
    org = org_of(mock, shape)
    ids = org.load("Own__c", [{"Name": "r", **row} for row in rows])
    org.store.execute('UPDATE "Own__c" SET "Up__c" = ?', [ids[0]])
    sobject = org.schema.required("Own__c")
    made = sobject.field("F__c")
    assert made is not None
    stored = {row["Id"]: row for row in org.store.execute('SELECT * FROM "Own__c"')}
    by_hand, now = understood(formula, Names(org.schema, sobject)), NOW.astimezone(ZoneInfo("America/Los_Angeles"))
    for found in org.rows("Own__c"):
        own_row, parent = stored[found["Id"]], stored[ids[0]]
        values = [
            from_stored(each.kind, (parent if len(each.path) > 1 else own_row)[each.path[-1]], blanks_as_zero=zero)
            for each in by_hand.references
        ]
        try:
            expected = to_stored(shown_by(made), by_hand.value(Facts(values, now)))
        except CannotCompute:
            expected = None
        assert found["F__c"] == (None if expected is None else bool(expected) if type_ == "Checkbox" else expected)
    mock.close()
