"""Any sequence of writes leaves the org as a plain model of its rules says, and its records whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_salesforce import Org, OrgSpec, OrgUser
from mock_salesforce.dml import deletes, writes
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.integrity import problems, strays
from simulator.clock import VirtualClock

ACCOUNT, BA, CONTACT, PAYMENT, PART = (
    "Account",
    "Zuora__CustomerAccount__c",
    "Zuora__ZContact__c",
    "Zuora__Payment__c",
    "Zuora__PaymentInvoice__c",
)
KEY, AMOUNT, APPLIED = "Zuora__External_Id__c", "Zuora__ApplyAmount__c", "Zuora__AppliedInvoiceAmount__c"


@dataclass(frozen=True)
class Ref:
    """A reference of the small schema: where it leads, and what a deletion there does."""

    target: str
    on_delete: str
    required: bool = False
    fixed: bool = False


REFS: Mapping[str, Mapping[str, Ref]] = {
    ACCOUNT: {"ParentId": Ref(ACCOUNT, "null")},
    BA: {
        "Zuora__Account__c": Ref(ACCOUNT, "cascade", required=True),
        "Zuora__BillToContact__c": Ref(CONTACT, "restrict"),
        "Zuora__Parent__c": Ref(BA, "null"),
    },
    CONTACT: {},
    PAYMENT: {
        "Zuora__BillingAccount__c": Ref(BA, "cascade", required=True),
        "Zuora__Account__c": Ref(ACCOUNT, "null"),
    },
    PART: {"Zuora__Payment__c": Ref(PAYMENT, "cascade", required=True, fixed=True)},
}
UNIQUE: Mapping[str, str] = {BA: KEY, CONTACT: KEY, PAYMENT: "Zuora__EXT_ID__c"}
PLAIN: Mapping[str, str] = {**UNIQUE, ACCOUNT: "Name", PART: AMOUNT}
REQUIRED: Mapping[str, tuple[str, ...]] = {ACCOUNT: ("Name",), CONTACT: (KEY,), PART: (AMOUNT,)}
KEYS = st.sampled_from(["k1", "K1", "k2", None])


@dataclass
class Record:
    kind: str
    values: dict[str, str | None]
    deleted: bool = False
    root: str = ""


@dataclass
class Model:
    """The rules, as plainly as can be."""

    records: dict[str, Record] = field(default_factory=dict)
    emptied: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By child and field: the root whose deletion emptied it, and what it held."""

    def refusal(self, kind: str, target: str | None, values: Mapping[str, str | None]) -> str:
        """The first status code that a row meets, "" for none."""
        record = self.records.get(target) if target else None
        if record is not None and record.deleted:
            return "ENTITY_IS_DELETED"
        for name, ref in REFS[kind].items():
            held = values.get(name)
            if held is not None and self.records[held].deleted:
                return "ENTITY_IS_DELETED"
            if record and ref.fixed and held not in (None, record.values.get(name)):
                return "INVALID_FIELD_FOR_INSERT_UPDATE"
        if record and kind == ACCOUNT and self.leads_back(str(target), values.get("ParentId")):
            return "CIRCULAR_DEPENDENCY"
        wanted = [*(name for name, ref in REFS[kind].items() if ref.required), *REQUIRED.get(kind, ())]
        if any((values.get(name) is None) if record is None else (name in values and values[name] is None)
               for name in wanted):  # fmt: skip
            return "REQUIRED_FIELD_MISSING"
        return "DUPLICATE_VALUE" if self.taken(kind, values.get(UNIQUE.get(kind, "")), target) else ""

    def leads_back(self, account: str, parent: str | None) -> bool:
        passed = {account}
        while parent is not None and parent not in passed:
            passed.add(parent)
            parent = self.records[parent].values.get("ParentId")
        return parent == account

    def taken(self, kind: str, key: str | None, but: str | None) -> bool:
        return key is not None and any(
            record.kind == kind and not record.deleted and id_ != but and record.values.get(UNIQUE[kind]) == key
            for id_, record in self.records.items()
        )

    def children(self, parents: Iterable[str], on_delete: str) -> list[tuple[str, str]]:
        """Living records that point at some of these with such a reference, and the field."""
        among = set(parents)
        return [
            (id_, name)
            for id_, record in self.records.items()
            for name, ref in REFS[record.kind].items()
            if not record.deleted and ref.on_delete == on_delete and record.values.get(name) in among
        ]

    def delete(self, root: str) -> str:
        if self.records[root].deleted:
            return "ENTITY_IS_DELETED"
        doomed, waiting = {root}, [root]
        while waiting:
            new = {id_ for id_, _ in self.children(waiting, "cascade")} - doomed
            doomed |= new
            waiting = list(new)
        if any(id_ not in doomed for id_, _ in self.children(doomed, "restrict")):
            return "DELETE_FAILED"
        for id_ in doomed:
            self.records[id_].deleted, self.records[id_].root = True, root
        for id_, name in self.children(doomed, "null"):
            held = self.records[id_].values[name]
            assert held is not None
            self.emptied[id_, name] = (root, held)
            self.records[id_].values[name] = None
        return ""

    def undelete(self, root: str) -> str:
        record = self.records[root]
        if not record.deleted or record.root != root:
            return "UNDELETE_FAILED"
        for name, ref in REFS[record.kind].items():
            held = record.values.get(name)
            if ref.on_delete == "cascade" and held is not None and self.records[held].deleted:
                return "UNDELETE_FAILED"
        back = [id_ for id_, each in self.records.items() if each.deleted and each.root == root]
        for id_ in back:
            kind = self.records[id_].kind
            if self.taken(kind, self.records[id_].values.get(UNIQUE.get(kind, "")), None):
                return "DUPLICATE_VALUE"
        for id_ in back:
            self.records[id_].deleted, self.records[id_].root = False, ""
        for id_ in back:
            self._let_go(id_)
        for (id_, name), (emptied_by, held) in list(self.emptied.items()):
            if emptied_by == root:
                del self.emptied[id_, name]
                child = self.records[id_]
                if not child.deleted and child.values.get(name) is None:
                    child.values[name] = held
        return ""

    def _let_go(self, id_: str) -> None:
        record = self.records[id_]
        for name, ref in REFS[record.kind].items():
            held = record.values.get(name)
            if ref.on_delete != "cascade" and held is not None and self.records[held].deleted:
                self.emptied[id_, name] = (self.records[held].root, held)
                record.values[name] = None


class Rules(RuleBasedStateMachine):
    """Calls with one row each, checked against the model; every call may also be one of several rows, all or none."""

    @initialize()
    def make(self) -> None:
        self.clock = VirtualClock()
        self.org = Org(OrgSpec("00D5e000000AbCd", "Org 01", (OrgUser("user@example.com", "x"),)), self.clock)
        self.options = WriteOptions(self.org.user_id(self.org.users[0]))
        self.model = Model()

    def teardown(self) -> None:
        self.org.close()

    def _ids(self, kind: str) -> list[str]:
        return [id_ for id_, record in self.model.records.items() if record.kind == kind]

    def _drawn(self, data: st.DataObject, kind: str) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        for name, ref in REFS[kind].items():
            known = self._ids(ref.target)
            if known and data.draw(st.integers(0, 3)):
                values[name] = data.draw(st.sampled_from(known))
        if kind in UNIQUE:
            values[UNIQUE[kind]] = data.draw(KEYS)
        elif data.draw(st.integers(0, 5)):
            values[PLAIN[kind]] = str(data.draw(st.integers(0, 99)))
        return {name: value for name, value in values.items() if value is not None}

    def _row(self, kind: str, id_: str | None, values: Mapping[str, str | None]) -> SentRow:
        sobject = self.org.schema.required(kind)
        fields = {name: sobject.field(name) for name in values}
        nulls = [made for name, made in fields.items() if values[name] is None and made is not None]
        return SentRow(sobject, id_, {n: v for n, v in values.items() if v is not None}, nulls)

    def _agree(self, result: RowResult, expected: str) -> bool:
        codes = [error.code for error in result.errors]
        assert codes[:1] == ([expected] if expected else [])
        return not codes

    @rule(data=st.data(), kind=st.sampled_from(list(REFS)))
    def create(self, data, kind):
        values = self._drawn(data, kind)
        expected = self.model.refusal(kind, None, values)
        (result,) = writes.create(self.org, [self._row(kind, None, values)], self.options)
        if self._agree(result, expected):
            assert result.id is not None
            self.model.records[result.id] = Record(kind, dict(values))

    @rule(data=st.data(), kind=st.sampled_from(list(REFS)))
    def update(self, data, kind):
        if not self._ids(kind):
            return
        target = data.draw(st.sampled_from(self._ids(kind)))
        values = self._drawn(data, kind)
        for name in data.draw(st.sets(st.sampled_from([*REFS[kind], PLAIN[kind]]), max_size=1)):
            values[name] = None
        self.clock.advance(1)
        expected = self.model.refusal(kind, target, values)
        (result,) = writes.update(self.org, [self._row(kind, target[:15], values)], self.options)
        if self._agree(result, expected):
            self.model.records[target].values.update(values)

    @rule(data=st.data(), kind=st.sampled_from(list(UNIQUE)), key=st.sampled_from(["k1", "K1", "k2"]))
    def upsert(self, data, kind, key):
        values = {**self._drawn(data, kind), UNIQUE[kind]: key}
        living = [id_ for id_ in self._ids(kind) if not self.model.records[id_].deleted]
        found = [id_ for id_ in living if self.model.records[id_].values.get(UNIQUE[kind]) == key]
        target = found[0] if found else None
        if target is not None and target in values.values():
            return
        expected = self.model.refusal(kind, target, values)
        (result,) = writes.upsert(self.org, UNIQUE[kind], [self._row(kind, None, values)], self.options)
        if self._agree(result, expected):
            assert result.created == (target is None)
            assert result.id is not None
            record = self.model.records.setdefault(result.id, Record(kind, {}))
            record.values.update(values)

    @rule(data=st.data(), long=st.booleans())
    def delete(self, data, long):
        if self.model.records:
            target = data.draw(st.sampled_from(list(self.model.records)))
            self.clock.advance(1)
            expected = self.model.delete(target)
            (result,) = deletes.delete(self.org, [target if long else target[:15]], self.options)
            self._agree(result, expected)

    @rule(data=st.data())
    def undelete(self, data):
        gone = [id_ for id_, record in self.model.records.items() if record.deleted]
        if gone:
            target = data.draw(st.sampled_from(gone))
            expected = self.model.undelete(target)
            (result,) = deletes.undelete(self.org, [target], self.options)
            self._agree(result, expected)

    @rule(data=st.data())
    def undone(self, data):
        """A call that is all or none and has one bad row changes nothing."""
        values = self._drawn(data, ACCOUNT)
        rows = [self._row(ACCOUNT, None, {**values, "Name": "x"}), self._row(ACCOUNT, None, {})]
        bad = WriteOptions(self.options.user_id, all_or_none=True)
        first, _ = writes.create(self.org, rows, bad)
        assert first.errors

    @invariant()
    def the_org_is_as_the_model_says(self):
        for kind in REFS:
            names = [*REFS[kind], PLAIN[kind]]
            expected = {
                id_: [record.values.get(name) for name in names]
                for id_, record in self.model.records.items()
                if record.kind == kind and not record.deleted
            }
            found = {
                str(row["Id"]): [int(value) if isinstance(value, float) else value for value in map(row.get, names)]
                for row in self.org.rows(kind)
            }
            if kind == PART:
                expected = {id_: [a, None if b is None else int(b)] for id_, (a, b) in expected.items()}
            assert found == expected, kind
        sums = {str(row["Id"]): row[APPLIED] for row in self.org.rows(PAYMENT)}
        for payment, total in sums.items():
            parts = [r for r in self.model.records.values() if r.kind == PART and not r.deleted]
            amounts = [float(r.values[AMOUNT] or 0) for r in parts if r.values["Zuora__Payment__c"] == payment]
            assert total == sum(amounts)

    @invariant()
    def its_records_are_whole(self):
        assert list(problems(self.org)) == []


Rules.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestRules = Rules.TestCase


@pytest.fixture
def two(mock, org):
    other = mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (OrgUser("other@example.com", "x"),)))
    return org, other


def test_problems_are_found_where_records_were_tampered_with(org):
    (account,) = org.load(ACCOUNT, [{"Name": "A"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account, KEY: "k"}])
    (payment,) = org.load(PAYMENT, [{"Zuora__BillingAccount__c": billing}])
    assert list(problems(org)) == []
    org.store.update(PAYMENT, payment, {APPLIED: 7.0, "SystemModstamp": "2020-01-01T00:00:00.000Z"})
    org.store.update(ACCOUNT, account, {"IsDeleted": 1})
    (twin,) = org.load(BA, [{"Name": "B2", "Zuora__Account__c": account, KEY: "k"}])
    told = "\n".join(problems(org))
    assert f"{PAYMENT} {payment}: {APPLIED} is 7.0, and its children say 0.0" in told
    assert f"{PAYMENT} {payment}: SystemModstamp 2020" in told
    assert f"{ACCOUNT} {account} is deleted and not in the recycle bin" in told
    assert f"{BA} {billing}: Zuora__Account__c {account} is no Account" in told
    assert f"{billing}, {twin}: have one {KEY}, k" in told


def test_an_id_in_two_orgs_is_a_stray(two):
    org, other = two
    (account,) = org.load(ACCOUNT, [{"Name": "A"}])
    assert list(strays(two)) == []
    other.load(ACCOUNT, [{"Name": "A", "Id": account}])
    assert list(strays(two)) == [f"Org 02: Account {account} has an id of Org 01"]
