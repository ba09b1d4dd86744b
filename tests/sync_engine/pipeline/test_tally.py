from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_engine.model import RowOutcome, RowState
from sync_engine.tally import TROUBLED, Tally

OUTCOMES = st.builds(
    RowOutcome,
    sobject=st.sampled_from(["A__c", "B__c"]),
    key=st.sampled_from("123"),
    root_id=st.sampled_from(["r1", "r2"]),
    state=st.sampled_from(RowState),
)


@given(st.lists(OUTCOMES))
def test_each_row_counts_once_as_what_it_was_last(outcomes: list[RowOutcome]) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.add([outcome])
    last = {(each.sobject, each.key): each for each in outcomes}
    assert {(each.sobject, each.key): each for each in tally.outcomes()} == last
    for state in RowState:
        assert {each.key for each in tally.under("r1", state)} == {
            each.key for each in last.values() if each.root_id == "r1" and each.state is state
        }
    counted = sum(
        counts.created + counts.updated + counts.deleted + counts.unchanged
        + counts.failed + counts.blocked + counts.in_doubt
        for counts in tally.counts.values()
    )  # fmt: skip
    assert counted == len(last) == tally.rows() == tally.rows("r1") + tally.rows("r2")
    assert tally.troubled_roots == {each.root_id for each in last.values() if each.state in TROUBLED}
