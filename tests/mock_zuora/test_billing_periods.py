"""Service periods: they follow one another without gaps, and shares of one add up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora.billing.invoicing import due_date
from mock_zuora.billing.periods import Cycle, Monthly, Period, Weekly, periods

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
CYCLES = st.one_of(
    st.builds(Monthly, DAYS, st.integers(1, 31), st.sampled_from([1, 2, 3, 6, 12, 24])),
    st.builds(Weekly, DAYS, st.none() | st.integers(0, 6), st.integers(1, 5)),
)


@given(CYCLES, st.integers(-40, 40))
def test_a_period_begins_where_its_number_says(cycle: Cycle, number: int) -> None:
    begins = cycle.boundary(number)
    assert cycle.boundary(number - 1) < begins < cycle.boundary(number + 1)
    assert cycle.after(begins) == number + 1
    assert cycle.after(begins - timedelta(days=1)) == number
    assert cycle.boundary(0) >= cycle.anchor > cycle.boundary(-1)


@given(CYCLES, st.integers(-20, 20))
def test_a_whole_period_is_one(cycle: Cycle, number: int) -> None:
    assert cycle.share(cycle.boundary(number), cycle.boundary(number + 1)) == 1


@given(CYCLES, DAYS, st.integers(0, 900), st.integers(0, 900))
def test_shares_add_up(cycle: Cycle, start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    assert cycle.share(start, middle) + cycle.share(middle, end) == cycle.share(start, end)
    assert (cycle.share(start, end) > 0) is (first + second > 0)


@given(CYCLES, DAYS, st.none() | st.integers(0, 2000), st.integers(0, 1500), st.booleans())
def test_periods_cover_what_is_due_and_no_more(
    cycle: Cycle, start: date, length: int | None, ahead: int, in_advance: bool
) -> None:
    end = None if length is None else start + timedelta(days=length)
    until = start + timedelta(days=ahead)
    found = list(periods(cycle, start, end, until=until, in_advance=in_advance))
    for first, second in pairwise(found):
        assert first.end == second.start
    for each in found:
        assert each.start < each.end
        assert 0 < each.share <= 1
        assert (each.start if in_advance else each.end) <= until
    if not found:
        assert end == start or not in_advance
        return
    assert found[0].start == start
    last = found[-1].end
    if end is None or last < end:
        # the next one is not due yet
        assert last > until if in_advance else min(cycle.boundary(cycle.after(last)), end or date.max) > until
    else:
        assert last == end


def test_nothing_is_due_before_it_begins() -> None:
    cycle = Monthly(date(2026, 1, 1), 1)
    assert list(periods(cycle, date(2026, 2, 1), None, until=date(2026, 1, 31), in_advance=True)) == []


def test_a_cut_month_counts_the_days_of_that_month() -> None:
    first, second = islice(
        periods(Monthly(date(2026, 2, 10), 1), date(2026, 2, 10), None, until=date(2026, 4, 1), in_advance=True), 2
    )
    assert first == Period(date(2026, 2, 10), date(2026, 3, 1), Fraction(19, 28))
    assert second == Period(date(2026, 3, 1), date(2026, 4, 1), Fraction(1))


@pytest.mark.parametrize(
    ("term", "days"),
    [("Due Upon Receipt", 0), (None, 0), ("Net 30", 30), ("net60", 60), ("Custom", 0)],
)
def test_when_an_invoice_is_due(term: str | None, days: int) -> None:
    assert due_date(date(2026, 1, 15), term) == date(2026, 1, 15) + timedelta(days=days)
