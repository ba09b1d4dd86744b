"""Spans of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.durations import seconds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90", 90),
        ("0.5", 0.5),
        ("90s", 90),
        ("15m", 900),
        ("24h", 86_400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1h30m", 5400),
        (" 1 H 30 M ", 5400),
        ("250ms", 0.25),
        ("PT15M", 900),
        ("P1DT2H3M4.5S", 93_784.5),
        ("p1w", 604_800),
    ],
)
def test_a_span_is_read(text: str, wanted: float) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "h", "-5s", "5 parsecs", "P", "PT", "P1M", "P1Y", "1:30", "PT1M2H", "nan", "1e9999"]
)
def test_what_is_no_span_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 90s"):
        seconds(text)


def test_a_span_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        seconds("9" * 400)


@given(st.integers(0, 1000), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_the_two_ways_of_writing_agree(days: int, hours: int, minutes: int, secs: int) -> None:
    assert seconds(f"{days}d{hours}h{minutes}m{secs}s") == seconds(f"P{days}DT{hours}H{minutes}M{secs}S")
