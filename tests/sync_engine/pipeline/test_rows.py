from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.mapping.chosen import Candidate, Chosen
from sync_engine.model import ZuoraRow
from sync_engine.spool import Spool
from sync_engine.zuora import rows as rows_module
from sync_engine.zuora.rows import RowSet

FIELDS = st.dictionaries(st.sampled_from(["A", "b", "B", "Odd name__c"]), st.text("xyz", max_size=2), max_size=3)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "join", "keep", "drop", "index"]),
        st.sampled_from("1234"),
        FIELDS,
        st.sampled_from(["r1", "r2"]),
    ),
    max_size=30,
)


class Plain:
    """The same in dictionaries."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[ZuoraRow, str]] = {}

    def add(self, row: ZuoraRow, root: str) -> None:
        known, first = self.rows.get(row["Id"], ({}, root))
        self.rows[row["Id"]] = ({**known, **row}, first)

    def join(self, row: ZuoraRow) -> None:
        if row["Id"] in self.rows:
            self.add(row, "")

    def of(self) -> list[ZuoraRow]:
        return [row for row, _ in sorted(self.rows.values(), key=lambda each: (each[1], each[0]["Id"]))]


@given(STEPS)
def test_rows_are_what_dictionaries_would_hold(steps: list[tuple[str, str, dict[str, str], str]]) -> None:
    rows, plain = RowSet(["r1", "r2"]), Plain()
    for what, row_id, fields, root in steps:
        row = {"Id": row_id, **fields}
        if what == "add":
            rows.add("X", row, root)
            plain.add(row, root)
        elif what == "join":
            rows.join("X", [row])
            plain.join(row)
        elif what == "keep":
            rows.keep_only("X", ["1", row_id])
            plain.rows = {key: each for key, each in plain.rows.items() if key in ("1", row_id)}
        elif what == "drop":
            rows.drop_root(root)
            plain.rows = {key: each for key, each in plain.rows.items() if each[1] != root}
        else:
            list(rows.where("X", "B", "x"))
        assert list(rows.of("X")) == plain.of()
        assert rows.count("X") == len(plain.rows)
        for field in ("Id", "A", "b", "B", "Odd name__c", "Never"):
            for value in ("x", "1", ""):
                expected = [each for each in plain.of() if each.get(field) == value and value]
                assert list(rows.where("X", field, value)) == expected
    for row_id, (_, root) in plain.rows.items():
        assert rows.root("X", row_id) == root
    with pytest.raises(KeyError):
        rows.root("X", "nobody")


def test_a_lookup_that_finds_very_many_rows_finds_them_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "_KEPT_AT_ONCE", 3)
    rows = RowSet(["r"])
    rows.add_all("X", [({"Id": str(number), "P": "p"}, "r") for number in range(9)])
    found = rows.where("X", "P", "p")
    assert [row["Id"] for row in found] == [row["Id"] for row in found] == [str(number) for number in range(9)]


def test_values_come_once_each_in_order_and_know_their_root() -> None:
    rows = RowSet(["r1", "r2"])
    rows.add("X", {"Id": "2", "P": "b"}, "r2")
    rows.add("X", {"Id": "1", "P": "a", "Q": "b"}, "r1")
    values = rows.values([("X", "P"), ("X", "Q"), ("Nothing", "P"), ("X", "Never")])
    assert list(values) == ["a", "b"]
    assert [values.root(each) for each in ("a", "b", "asked by nobody")] == ["r1", "r2", "r1"]
    reading = iter(values)
    next(reading)
    values.clear()
    assert not values
    assert not rows.values([])


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        key=st.sampled_from(["k", "K", "j", "é", "É"]),
        row_id=st.uuids().map(str),
        handle=st.one_of(st.none(), st.sampled_from(["h1", "h2", "h3", "h4"])),
        root=st.integers(0, 2),
        siblings=st.sampled_from(["", "a", "b"]),
        rank=st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda each: each.handle or each.row_id,
)


@given(CANDIDATES, st.booleans())
def test_one_row_a_key_whatever_its_case(candidates: list[Candidate], prefers: bool) -> None:
    chosen = Chosen(Spool(), prefers=prefers)
    chosen.put(candidates)
    winners: dict[str, Candidate] = {}
    for each in candidates:
        now = winners.setdefault(each.key.casefold(), each)
        if prefers and each.rank > now.rank:
            winners[each.key.casefold()] = each
    ordered = sorted(winners.values(), key=lambda each: (each.root, each.siblings, each.key))
    assert list(chosen) == [(each.key, each.row_id, each.root) for each in ordered]
    assert chosen.count() == len(winners)
    for each in candidates:
        winner = winners[each.key.casefold()]
        assert chosen.has(each.key.upper())
        if each.handle:
            leads = each is winner or not prefers
            assert chosen.key(each.handle) == (winner.key if leads else None)
    assert not chosen.has("nothing")
    assert chosen.key("nothing") is None
