from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.salesforce.values import agree


@pytest.mark.parametrize(
    ("kind", "sent", "read"),
    [
        ("string", " Customer 01 ", "Customer 01"),
        ("string", "", None),
        ("textarea", "a\r\nb", "a\nb"),
        ("double", "10", "10.0"),
        ("currency", "1E+2", "100.0"),
        ("boolean", "1", "true"),
        ("boolean", None, "false"),
        ("datetime", "2026-01-15T00:00:00.123-08:00", "2026-01-15T08:00:00.000Z"),
        ("datetime", "2026-01-15T08:00:00", "2026-01-15T08:00:00.000Z"),
        ("date", "2026-01-15", "2026-01-15"),
        ("reference", "001000000000001", "001000000000001AAA"),
    ],
)
def test_what_the_org_understood_is_what_was_sent(kind: str, sent: str | None, read: str | None) -> None:
    assert agree(kind, sent, read)


@pytest.mark.parametrize(
    ("kind", "sent", "read"),
    [
        ("string", "10", "10.0"),
        ("string", "a", "A"),
        ("string", "a", None),
        ("string", None, "a"),
        ("double", "10", "10.5"),
        ("double", "x", "10.5"),
        ("double", "0", None),
        ("boolean", "true", "false"),
        ("boolean", None, "true"),
        ("datetime", "2026-01-15T08:00:00Z", "2026-01-15T08:00:01Z"),
        ("datetime", "soon", "2026-01-15T08:00:01Z"),
        ("reference", "001000000000001AAA", "001000000000002AAA"),
    ],
)
def test_what_differs_differs(kind: str, sent: str | None, read: str | None) -> None:
    assert not agree(kind, sent, read)


def test_a_number_is_compared_at_the_scale_of_its_field() -> None:
    assert agree("currency", "1.005", "1.01", scale=2)
    assert not agree("currency", "1.004", "1.01", scale=2)
    assert not agree("currency", "1.005", "1.01")


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "0001-01-01T00:00:00+14:00"])
def test_what_no_field_can_hold_is_compared_as_it_stands(text: str) -> None:
    assert agree("double", text, text)
    assert agree("datetime", text, text)
    assert not agree("double", text, "1")


@given(st.sampled_from(["string", "double", "boolean", "datetime", "reference", "date"]), st.text())
def test_a_value_always_agrees_with_itself(kind: str, text: str) -> None:
    assert agree(kind, text, text)
