from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.ids import id_of, is_id, to_18
from mock_salesforce.schema.catalogue import make_field
from mock_salesforce.values import BadValue, as_text, double_text, parse

FIFTEEN = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("fifteen", "tail"),
    [
        ("0012S00002GWsZ0", "QAL"),
        ("00vi0000011VMge", "AAG"),
        ("a0H1I00000Bhslu", "UAB"),
        ("001Vr00000m4eGC", "IAY"),
        ("0030W00003M7aeK", "QAR"),
        ("a2E0J000000i8bp", "UAA"),
    ],
)
def test_checksums_are_those_of_real_ids(fifteen, tail):
    assert to_18(fifteen) == fifteen + tail
    assert to_18(fifteen + tail) == fifteen + tail


@given(FIFTEEN)
def test_the_long_form_of_an_id_is_an_id_and_keeps_the_short_one(fifteen):
    long = to_18(fifteen)
    assert is_id(fifteen)
    assert is_id(long)
    assert long[:15] == fifteen


@given(FIFTEEN, FIFTEEN)
def test_ids_that_differ_only_in_case_stay_apart_when_case_is_lost(one, other):
    if one != other:
        assert to_18(one).lower() != to_18(other).lower()


@pytest.mark.parametrize("wrong", ["", "0012S00002GWsZ", "0012S00002GWsZ0QAA", "0012S00002GWsZ-", "0012S00002GWsZ0\n"])
def test_what_is_not_an_id(wrong):
    assert not is_id(wrong)


def test_later_records_have_later_ids_and_orgs_have_different_ones():
    first, second = id_of("a00", "00D5e000000AbCd", 1), id_of("a00", "00D5e000000AbCd", 2)
    assert first < second
    assert first.startswith("a005e0")
    assert id_of("a00", "00D5e000000AbCe", 1) != first


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (350000.0, "350000.0"),
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (0.001, "0.001"),
        (9999999.99, "9999999.99"),
        (1e7, "1.0E7"),
        (12345678.0, "1.2345678E7"),
        (0.00025, "2.5E-4"),
        (-2e9, "-2.0E9"),
    ],
)
def test_doubles_print_as_the_service_prints_them(value, text):
    assert double_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_printed_doubles_read_back_as_themselves(value):
    assert float(double_text(value)) == value


@pytest.mark.parametrize(
    ("type_", "text", "stored"),
    [
        ("Text(10)", "  spaced  ", "spaced"),
        ("Text(10)", "   ", None),
        ("Number(18,2)", "1.005", 1.01),
        ("Number(18,2)", "-1.005", -1.01),
        ("Number(4,0)", "12.4", 12.0),
        ("Currency(18,2)", "1e3", 1000.0),
        ("Checkbox", "true", 1),
        ("Checkbox", "0", 0),
        ("Date", "2026-02-03", "2026-02-03"),
        ("Date", "2026-02-03Z", "2026-02-03"),
        ("Date", "2026-02-03T23:00:00-08:00", "2026-02-03"),
        ("DateTime", "2026-02-03T04:05:06.789+01:00", "2026-02-03T03:05:06.000Z"),
        ("DateTime", "2026-02-03T04:05:06", "2026-02-03T04:05:06.000Z"),
        ("Email", "someone@example.com", "someone@example.com"),
        ("Lookup(Account)", "0012S00002GWsZ0", "0012S00002GWsZ0QAL"),
    ],
)
def test_values_as_they_are_kept(type_, text, stored):
    assert parse(make_field("X__c", "X", type_), text) == stored


@pytest.mark.parametrize(
    ("type_", "text", "code", "message"),
    [
        ("Text(5)", "abcdef", "STRING_TOO_LONG", "The X: data value too large: abcdef (max length=5)"),
        ("Number(5,2)", "1000", "NUMBER_OUTSIDE_VALID_RANGE",
         "The X: value outside of valid range on numeric field: 1000"),
        ("Number(5,2)", "999.999", "NUMBER_OUTSIDE_VALID_RANGE",
         "The X: value outside of valid range on numeric field: 999.999"),
        ("Number(5,2)", "abc", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: abc"),
        ("Number(5,2)", "NaN", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: NaN"),
        ("Int", "1.5", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: 1.5"),
        ("Checkbox", "yes", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: yes"),
        ("Date", "03/02/2026", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: 03/02/2026"),
        ("Date", "2026-02-30", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: 2026-02-30"),
        ("Date", "4001-01-01", "FIELD_INTEGRITY_EXCEPTION", "The X: invalid date: Mon Jan 01 00:00:00 GMT 4001"),
        ("DateTime", "2026-02-03", "INVALID_TYPE_ON_FIELD_IN_RECORD", "The X: value not of required type: 2026-02-03"),
        ("Email", "nobody", "INVALID_EMAIL_ADDRESS", "The X: invalid email address: nobody"),
        ("Lookup(Account)", "001", "MALFORMED_ID", "The X: id value of incorrect type: 001"),
    ],
)  # fmt: skip
def test_values_that_are_refused(type_, text, code, message):
    with pytest.raises(BadValue) as caught:
        parse(make_field("X__c", "The X", type_), text)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_long_text_is_cut_when_that_is_asked_for():
    assert parse(make_field("X__c", "X", "Text(5)"), "abcd fgh", truncate=True) == "abcd"


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_numbers_within_their_scale_are_kept(number):
    kept = parse(make_field("X__c", "X", "Number(18,2)"), str(number))
    assert kept == float(number)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000Z"),
        (None, None),
    ],
)
def test_python_values_as_a_client_would_send_them(value, text):
    assert as_text(value) == text
