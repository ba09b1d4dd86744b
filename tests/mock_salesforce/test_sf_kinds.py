"""Kinds of fields beyond the plain ones, names that are made of others, and auto-numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.schema import Kind
from mock_salesforce.schema.autonumbers import autonumber
from mock_salesforce.schema.catalogue import make_field
from mock_salesforce.values import BadValue, parse

COLOURS = ("Red", "Green", "Blue")


@pytest.mark.parametrize(
    ("type_", "text", "stored"),
    [
        ("MultiselectPicklist", "Blue; Red;;Red", "Red;Blue"),
        ("MultiselectPicklist", "Mauve;Green", "Green;Mauve"),
        ("MultiselectPicklist", ";", None),
        ("Picklist", "gREEN", "gREEN"),
        ("Picklist", "Mauve", "Mauve"),
        ("Time", "10:20:30.456Z", "10:20:30.456Z"),
        ("Time", "23:30:00+01:00", "22:30:00.000Z"),
        ("Time", "00:30:00+01:00", "23:30:00.000Z"),
        ("EncryptedText(20)", " secret ", "secret"),
        ("Html(100)", "<b>bold</b>", "<b>bold</b>"),
        ("Base64", "aGVs\n bG8=", "aGVsbG8="),
        ("AnyType", "whatever", "whatever"),
        ("Percent(5,1)", "12.34", 12.3),
        ("Number(18,2)", "-0", 0.0),
        ("Number(18,2)", ".5", 0.5),
        ("Number(2,2)", "0.555", 0.56),
    ],
)
def test_values_as_they_are_kept(type_, text, stored):
    assert parse(make_field("X__c", "X", type_, (), COLOURS), text) == stored


@pytest.mark.parametrize(
    ("type_", "text", "code"),
    [
        ("Time", "25:00:00", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Time", "noon", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Base64", "a", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Int", "100000000", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Int", "1e999999999999", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Number(18,2)", "1e400", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Number(2,2)", "1", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("EncryptedText(5)", "abcdef", "STRING_TOO_LONG"),
    ],
)
def test_values_that_are_refused(type_, text, code):
    with pytest.raises(BadValue) as caught:
        parse(make_field("X__c", "X", type_), text)
    assert caught.value.code == code


@pytest.mark.parametrize("type_", ["Picklist", "MultiselectPicklist"])
def test_a_restricted_picklist_takes_active_values_only(type_):
    field = replace(make_field("X__c", "X", type_, ("restricted",), COLOURS), inactive_values=("Green",))
    assert parse(field, "RED") == "Red"
    for refused in ("Green", "Mauve"):
        with pytest.raises(BadValue) as caught:
            parse(field, refused)
        assert caught.value.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        assert caught.value.message == f"X: bad value for restricted picklist field: {refused}"
    assert parse(replace(field, restricted=False), "Green") == "Green"


def test_truncation_spares_addresses():
    url, text = make_field("U__c", "U", "Url"), make_field("T__c", "T", "Text(5)")
    assert parse(text, "abcdefgh", truncate=True) == "abcde"
    with pytest.raises(BadValue):
        parse(url, "https://example.com/" + "x" * 255, truncate=True)


@given(st.lists(st.sampled_from([*COLOURS, "Mauve", "Ochre"]), min_size=1))
def test_a_multi_picklist_is_kept_in_one_form_only(chosen):
    field = make_field("X__c", "X", "MultiselectPicklist", (), COLOURS)
    kept = parse(field, ";".join(chosen))
    assert parse(field, str(kept)) == kept
    assert str(kept).split(";")[: len(set(chosen) & set(COLOURS))] == [each for each in COLOURS if each in chosen]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("IP{0000000000}", "IP0000000042"),
        ("A-{YYYY}{MM}{DD}-{000}", "A-20260203-042"),
        ("{YY}/{0}", "26/42"),
        ("No ", "No 42"),
    ],
)
def test_auto_numbers(pattern, written):
    assert autonumber(pattern, 42, date(2026, 2, 3)) == written


def test_a_contacts_name_is_made_of_its_parts(wire, org):
    missing = wire.save("create", wire.row("Contact", FirstName="A"))
    assert missing.results[0]["message"] == "Required fields are missing: [LastName]"
    (made,) = wire.save("create", wire.row("Contact", FirstName="Ada", LastName="Byron")).texts("id")
    assert wire.query("SELECT Id FROM Contact WHERE Name = 'ada byron'").texts("size") == ["1"]
    assert wire.query("SELECT Name FROM Contact").texts("Name") == ["Ada Byron"]
    wire.save("update", wire.row("Contact", Id=made, nulls=["FirstName"]))
    assert [row["Name"] for row in org.rows("Contact")] == ["Byron"]
    refused = wire.save("create", wire.row("Contact", Name="Ada Byron", LastName="x"))
    assert refused.results[0]["statusCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_every_kind_can_be_declared_by_a_type():
    declared = {make_field("X__c", "X", word).kind for word in ("Time", "Html", "Base64", "AnyType", "EncryptedText")}
    assert declared == {Kind.TIME, Kind.TEXTAREA, Kind.BASE64, Kind.ANY, Kind.ENCRYPTED}
