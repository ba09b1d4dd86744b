"""Roll-up summaries: they are what their children say, whatever happens to those, and cost nothing to read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mock_salesforce import rollups
from mock_salesforce.ids import to_18
from mock_salesforce.schema import Kind, Schema, SObject
from mock_salesforce.schema.catalogue import PACKAGES, build, make_field
from mock_salesforce.values import column
from simulator.store import RecordStore, quoted

BA, PAYMENT, PART = "Zuora__CustomerAccount__c", "Zuora__Payment__c", "Zuora__PaymentInvoice__c"
APPLIED = "Zuora__AppliedInvoiceAmount__c"
AMOUNT = "Zuora__ApplyAmount__c"


@pytest.fixture
def payments(org):
    (account,) = org.load("Account", [{"Name": "A"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
    return org.load(PAYMENT, [{"Zuora__BillingAccount__c": billing}] * 2)


def sums(org):
    return [row[APPLIED] for row in org.rows(PAYMENT)]


def part(wire, payment, amount):
    (made,) = wire.save("create", wire.row(PART, Zuora__Payment__c=payment, **{AMOUNT: amount})).texts("id")
    return made


def test_a_sum_follows_its_children(wire, org, payments):
    assert sums(org) == [0.0, 0.0]
    first, second = part(wire, payments[0], "0.10"), part(wire, payments[0], "0.20")
    assert sums(org) == [0.3, 0.0]
    wire.save("update", wire.row(PART, Id=first, **{AMOUNT: "5"}))
    wire.save("update", wire.row(PART, Id=second, **{AMOUNT: "0"}))
    assert sums(org) == [5.0, 0.0]
    wire.by_ids("delete", first)
    assert sums(org) == [0.0, 0.0]
    wire.by_ids("undelete", first)
    assert sums(org) == [5.0, 0.0]
    wire.by_ids("delete", payments[0])
    wire.by_ids("undelete", payments[0])
    assert sums(org) == [5.0, 0.0]


def test_it_moves_the_stamp_of_its_parent_and_not_its_date(wire, org, payments, clock):
    clock.advance(60)
    made = part(wire, payments[0], "1")
    first, second = org.rows(PAYMENT)
    assert (first["LastModifiedDate"], first["SystemModstamp"]) == (
        "2026-01-15T08:00:00.000Z",
        "2026-01-15T08:01:00.000Z",
    )
    assert second["SystemModstamp"] == "2026-01-15T08:00:00.000Z"
    clock.advance(60)
    wire.save("update", wire.row(PART, Id=made, Zuora__External_Id__c="x"))
    assert org.rows(PAYMENT)[0]["SystemModstamp"] == "2026-01-15T08:01:00.000Z"


def test_an_undone_write_leaves_the_sum_alone(wire, org, payments):
    rows = [wire.row(PART, Zuora__Payment__c=payments[0], **{AMOUNT: "1"}), wire.row(PART)]
    wire.save("create", *rows, all_or_none=True)
    assert sums(org) == [0.0, 0.0]


def test_it_can_be_asked_for(wire, payments):
    part(wire, payments[1], "7.50")
    found = wire.query(f"SELECT Id, {APPLIED} FROM {PAYMENT} WHERE {APPLIED} > 7")
    assert found.texts(APPLIED) == ["7.5"]


def test_it_is_right_in_a_store_that_was_restored(wire, org, mock, payments):
    part(wire, payments[0], "3")
    kept = mock.snapshot()
    part(wire, payments[0], "4")
    org.store.aside(f'UPDATE {quoted(PAYMENT)} SET "{APPLIED}" = 99')
    mock.restore(kept)
    assert sums(org) == [3.0, 0.0]
    part(wire, payments[0], "4")
    assert sums(org) == [7.0, 0.0]


def test_children_may_be_loaded_before_their_parents(org, payments):
    later = to_18(payments[0][:12] + "zzz")
    org.load(PART, [{"Zuora__Payment__c": later, AMOUNT: 2.5}])
    billing = org.rows(PAYMENT)[0]["Zuora__BillingAccount__c"]
    org.load(PAYMENT, [{"Id": later, "Zuora__BillingAccount__c": billing}])
    assert sorted(sums(org)) == [0.0, 0.0, 2.5]


def test_whoever_watches_the_store_hears_of_the_parent_too(org, payments):
    heard = []
    end = org.store.watch(heard.append)
    org.load(PART, [{"Zuora__Payment__c": payments[0], AMOUNT: 1}])
    end()
    assert {PART.lower(), PAYMENT.lower()} <= set(heard)


def test_reading_and_writing_do_not_grow_with_the_children(org, payments):
    def took_s():
        org.load(PART, [{"Zuora__Payment__c": payments[0], AMOUNT: 1}])
        started = time.perf_counter()
        for _ in range(20):
            org.load(PART, [{"Zuora__Payment__c": payments[0], AMOUNT: 1}])
            sums(org)
        return time.perf_counter() - started

    few = min(took_s() for _ in range(3))
    org.load(PART, [{"Zuora__Payment__c": payments[0], AMOUNT: 1}] * 5000)
    many = min(took_s() for _ in range(3))
    assert many < few * 3
    assert sums(org)[0] == 5126.0


def small_schema() -> Schema:
    of = f"Summary({PART}.{AMOUNT})"
    which = "where=Zuora__External_Id__c:equals:a,b"
    fields = [
        make_field("Sum__c", "Sum", of, (which,)),
        make_field("Count__c", "Count", f"Summary({PART})", ("op=count", which)),
        make_field("Min__c", "Min", of, ("op=min",)),
        make_field("Max__c", "Max", of, ("op=max", f"where={AMOUNT}:lessThan:50")),
        make_field("Last__c", "Last", f"Summary({PART}.CreatedDate)", ("op=max",)),
    ]
    return build(PACKAGES, {PAYMENT: fields})


SCHEMA = small_schema()


@dataclass
class Child:
    parent: str
    amount: float | None
    key: str | None
    deleted: bool = False
    stamp: str = "2026-01-15T08:00:00.000Z"


AMOUNTS = st.one_of(st.none(), st.decimals(-1000, 1000, places=2).map(float))
KEYS = st.sampled_from([None, "a", "B", "c"])
PARENTS = st.sampled_from(["p1", "p2"])


class Sums(RuleBasedStateMachine):
    """Children come, change, move and go in any way; the columns say what plain Python says."""

    def __init__(self) -> None:
        super().__init__()
        self.store = RecordStore()
        self.children: dict[str, Child] = {}
        self.number = 0
        for name in (PAYMENT, PART):
            sobject = SCHEMA.required(name)
            self.store.define(name, {f.name: column(f) for f in sobject.fields if self._has_column(sobject, f)})
        rollups.keep(self.store, SCHEMA)
        for parent in ("p1", "p2"):
            row = {"Id": parent, "IsDeleted": 0, "SystemModstamp": "2026-01-15T08:00:00.000Z"}
            self.store.insert(PAYMENT, row)

    @staticmethod
    def _has_column(sobject: SObject, made) -> bool:
        return made.has_column or SCHEMA.keeps(sobject, made)

    def teardown(self) -> None:
        self.store.close()

    @rule(parent=PARENTS, amount=AMOUNTS, key=KEYS)
    def add(self, parent, amount, key):
        self.number += 1
        made = Child(parent, amount, key)
        identifier = f"c{self.number}"
        self.children[identifier] = made
        self.store.insert(PART, {"Id": identifier, **self._columns(made), "CreatedDate": f"2026-01-{self.number:02d}"})

    @staticmethod
    def _columns(child: Child) -> dict[str, object]:
        return {
            "Zuora__Payment__c": child.parent,
            AMOUNT: child.amount,
            "Zuora__External_Id__c": child.key,
            "IsDeleted": int(child.deleted),
            "SystemModstamp": child.stamp,
        }

    @rule(data=st.data(), parent=PARENTS, amount=AMOUNTS, key=KEYS, deleted=st.booleans())
    def change(self, data, parent, amount, key, deleted):
        if self.children:
            identifier = data.draw(st.sampled_from(sorted(self.children)))
            self.children[identifier] = Child(parent, amount, key, deleted)
            self.store.update(PART, identifier, self._columns(self.children[identifier]))

    @rule(data=st.data())
    def remove(self, data):
        if self.children:
            identifier = data.draw(st.sampled_from(sorted(self.children)))
            del self.children[identifier]
            self.store.delete(PART, identifier)

    @rule()
    def restore(self):
        self.store.restore(self.store.image())

    @invariant()
    def columns_are_right(self):
        names = ("Sum__c", "Count__c", "Min__c", "Max__c", APPLIED)
        for parent in ("p1", "p2"):
            row = self.store.get(PAYMENT, parent)
            assert [row[name] for name in names] == self._expected(parent)

    def _expected(self, parent: str) -> list[float | None]:
        living = [c for c in self.children.values() if c.parent == parent and not c.deleted]
        keyed = [c for c in living if c.key and c.key.lower() in "ab"]
        amounts = [c.amount for c in living if c.amount is not None]
        low = [amount for amount in amounts if amount < 50]
        total = sum((Decimal(str(c.amount)) for c in keyed if c.amount is not None), Decimal(0))
        everything = sum((Decimal(str(amount)) for amount in amounts), Decimal(0))
        return [
            float(total),
            float(len(keyed)),
            min(amounts, default=None),
            max(low, default=None),
            float(everything),
        ]


Sums.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestSums = Sums.TestCase


def test_the_kind_of_a_roll_up_is_that_of_what_it_sums_up():
    kinds = {f.name: f.kind for f in SCHEMA.required(PAYMENT).rollups}
    assert kinds["Sum__c"] is kinds["Min__c"] is Kind.CURRENCY
    assert kinds["Count__c"] is Kind.DOUBLE
    assert kinds["Last__c"] is Kind.DATETIME


@pytest.mark.parametrize(
    "type_", [f"Summary({PART}.Name)", f"Summary({PART}.Gecko)", "Summary(Account.AnnualRevenue)", "Summary(Gecko.x)"]
)
def test_what_cannot_be_summed_up_is_told(type_):
    with pytest.raises(ValueError, match=r"cannot be summed up|has no master-detail field"):
        build(PACKAGES, {PAYMENT: [make_field("X__c", "X", type_)]})


def test_a_sum_of_formulas_is_computed_when_it_is_read():
    formula = make_field("F__c", "F", "Number(18,2)", (f"formula={AMOUNT}",))
    made = make_field("S__c", "S", f"Summary({PART}.F__c)")
    schema = build(PACKAGES, {PART: [formula], PAYMENT: [made]})
    payment = schema.required(PAYMENT)
    assert not schema.keeps(payment, payment.field("S__c"))
    assert schema.keeps(payment, payment.field(APPLIED))
