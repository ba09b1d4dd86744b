"""A small tenant in literal rows: two accounts, one subscription with an amended version, one product."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from sync_engine.budget import Budget
from sync_engine.clock import SystemClock
from sync_engine.errors import ReplyLost, SoapFaultError
from sync_engine.mapping import FieldMap
from sync_engine.model import TargetRow, ZuoraRow
from sync_engine.salesforce.describe import FieldDescribe, SObjectDescribe
from sync_engine.salesforce.drift import Drifting
from sync_engine.salesforce.records import RowError, SaveResult
from sync_engine.soap import Backoff
from sync_engine.zuora.graph import graph
from sync_engine.zuora.rows import RowSet

Tenant = dict[str, list[ZuoraRow]]


def row(row_id: str, **fields: object) -> ZuoraRow:
    return {"Id": row_id, **{name: str(value) for name, value in fields.items() if value is not None}}


def tenant_rows() -> Tenant:
    return {
        "Account": [
            row(
                "acc1",
                Name="Customer 01",
                AccountNumber="A001",
                CrmId="001D000000IqhSL",
                Status="Active",
                Currency="USD",
                Balance="10.005",
                AutoPay="true",
                AllowInvoiceEdit="false",
                BillToId="con1",
                SoldToId="con1",
                DefaultPaymentMethodId="pm1",
                PaymentTerm="Net 30",
                PaymentGateway="Gateway A",
                CreatedDate="2026-01-01T00:00:00.000-08:00",
            ),
            row(
                "acc2",
                Name="Customer 02",
                AccountNumber="A002",
                CrmId="001D000000IqhSLIAZ",
                Status="Active",
                Currency="USD",
                PaymentTerm="Net 30",
                ParentId="acc1",
            ),
        ],
        "Contact": [
            row(
                "con1", AccountId="acc1", FirstName="First", LastName="Last", City="Town", WorkEmail="first@example.com"
            )
        ],
        "PaymentMethod": [
            row(
                "pm1",
                AccountId="acc1",
                Type="CreditCard",
                CreditCardMaskNumber="************1111",
                Active="true",
                MandateCreationDate="2026-01-02",
            ),
            row("pm2", AccountId="acc1", Type="ACH", Active="true"),
        ],
        "Subscription": [
            row("sub1v1", AccountId="acc1", Name="S-1", Version="1", Status="Expired", OriginalId="sub1v1"),
            row(
                "sub1v2",
                AccountId="acc1",
                Name="S-1",
                Version="2",
                Status="Active",
                OriginalId="sub1v1",
                PreviousSubscriptionId="sub1v1",
                InitialTerm="12",
                InitialTermPeriodType="Month",
                RenewalTerm="1",
                RenewalTermPeriodType="Year",
                TermType="TERMED",
                TermEndDate="2027-01-01",
                OriginalCreatedDate="2026-01-01T10:00:00.000-08:00",
            ),
            row("sub2", AccountId="acc1", Name="S-2", Version="1", Status="Draft"),
        ],
        "RatePlan": [row("rp1", SubscriptionId="sub1v2", Name="Plan " + "x" * 90, ProductRatePlanId="prp1")],
        "RatePlanCharge": [
            row(
                "ch1s1",
                RatePlanId="rp1",
                ChargeNumber="C-1",
                Segment="1",
                IsLastSegment="false",
                Name="Seats",
                ChargeModel="Per Unit Pricing",
                ChargeType="Recurring",
                MRR="50",
                TCV="300",
                BillingPeriod="Quarter",
                ChargedThroughDate="2026-07-01",
                ProductRatePlanChargeId="prc1",
                UOM="Each",
                TriggerEvent="ContractEffective",
                Price="5",
                Quantity="10",
            ),
            row(
                "ch1s2",
                RatePlanId="rp1",
                ChargeNumber="C-1",
                Segment="2",
                IsLastSegment="true",
                Name="Seats",
                ChargeModel="Per Unit Pricing",
                ChargeType="Recurring",
                MRR="100.125",
                TCV="600",
                BillingPeriod="Quarter",
                ChargedThroughDate="2026-10-01",
                ProductRatePlanChargeId="prc1",
                UOM="Each",
                TriggerEvent="ContractEffective",
                Price="10.0125",
                Quantity="10",
            ),
        ],
        "RatePlanChargeTier": [
            row(
                "t1",
                RatePlanChargeId="ch1s2",
                Tier="1",
                StartingUnit="0",
                EndingUnit=None,
                Price="10.0125",
                PriceFormat="PerUnit",
                IsOveragePrice="false",
            )
        ],
        "Product": [
            row(
                "prod1",
                Name="Product 01",
                SKU="SKU-1",
                EffectiveStartDate="2020-01-01",
                EffectiveEndDate="2030-01-01",
                AllowFeatureChanges="false",
            )
        ],
        "ProductRatePlan": [
            row("prp1", ProductId="prod1", Name="Plan 01", ActiveCurrencies="USD,EUR", EffectiveEndDate="2030-01-01")
        ],
        "ProductRatePlanCharge": [
            row(
                "prc1",
                ProductRatePlanId="prp1",
                Name="Seats",
                ChargeModel="Per Unit Pricing",
                ChargeType="Recurring",
                UOM="Each",
                BillCycleDay="3",
                ApplyDiscountTo="ONETIMERECURRING",
                RevRecCode="R1",
                EndDateCondition="SubscriptionEnd",
            )
        ],
        "ProductRatePlanChargeTier": [
            row(
                "pt1",
                ProductRatePlanChargeId="prc1",
                Tier="1",
                Currency="USD",
                Price="10",
                PriceFormat="PerUnit",
                StartingUnit="0",
            ),
            row(
                "pt2",
                ProductRatePlanChargeId="prc1",
                Tier="1",
                Currency="EUR",
                Price="9",
                PriceFormat="PerUnit",
                StartingUnit="0",
            ),
        ],
        "UnitOfMeasure": [row("uom1", UomName="Each", DecimalPlaces="0", RoundingMode="Up", Active="true")],
        "Invoice": [
            row(
                "inv1",
                AccountId="acc1",
                InvoiceNumber="INV-1",
                Status="Posted",
                Amount="110",
                Balance="0",
                PostedDate="2026-02-01T00:00:00.000-08:00",
                CreatedDate="2026-02-01T00:00:00.000-08:00",
            ),
            row("inv2", AccountId="acc1", InvoiceNumber="INV-2", Status="Draft", Amount="5", Balance="5"),
        ],
        "InvoiceItem": [
            row(
                "item1",
                InvoiceId="inv1",
                SubscriptionId="sub1v1",
                SubscriptionNumber="S-1",
                RatePlanChargeId="old",
                ChargeNumber="C-1",
                ChargeName="Seats",
                ChargeAmount="100",
                ProcessingType="0",
                UOM="Each",
                ProductId="prod1",
            ),
            row(
                "item2",
                InvoiceId="inv1",
                SubscriptionId="sub1v2",
                SubscriptionNumber="S-1",
                RatePlanChargeId="ch1s1",
                ChargeNumber="C-1",
                ChargeName="Discount",
                ChargeAmount="-5",
                ProcessingType="1",
                AppliedToInvoiceItemId="item1",
            ),
            row("item3", InvoiceId="inv2", ChargeAmount="5"),
        ],
        "Payment": [
            row(
                "pay1",
                AccountId="acc1",
                PaymentNumber="P-1",
                Amount="110",
                Status="Processed",
                Type="Electronic",
                PaymentMethodId="pm1",
                EffectiveDate="2026-02-02",
                GatewayState="Settled",
            )
        ],
        "InvoicePayment": [row("ip1", PaymentId="pay1", InvoiceId="inv1", Amount="110", RefundAmount="20")],
        "Refund": [
            row(
                "ref1",
                AccountId="acc1",
                RefundNumber="R-1",
                Amount="20",
                Status="Processed",
                PaymentMethodId="pm1",
                MethodType="CreditCard",
                SourceType="Payment",
                Type="Electronic",
                RefundDate="2026-03-01",
            )
        ],
        "RefundInvoicePayment": [row("rip1", RefundId="ref1", InvoicePaymentId="ip1", RefundAmount="20")],
    }


def as_read(tenant: Tenant, roots: list[str]) -> RowSet:
    """The rows as a reading leaves them, all under the first root but accounts and products, which are their own."""
    rows = RowSet(roots)
    for zuora_object, each in tenant.items():
        for record in each:
            rows.add(zuora_object, dict(record), record["Id"] if record["Id"] in roots else roots[0])
    rows.keep_only("Subscription", ["sub1v2"])
    rows.keep_only("Invoice", ["inv1"])
    return rows


@pytest.fixture
def tenant() -> Tenant:
    return tenant_rows()


@pytest.fixture(scope="session")
def field_map() -> FieldMap:
    return FieldMap.load()


@pytest.fixture
def account_rows(tenant: Tenant) -> RowSet:
    return as_read(tenant, ["acc1", "acc2"])


@pytest.fixture
def product_rows(tenant: Tenant) -> RowSet:
    catalog = {name: rows for name, rows in tenant.items() if name.startswith("Product") or name == "UnitOfMeasure"}
    return as_read(catalog, ["prod1"])


class FakeZuora:
    """Answers ZOQL from literal rows, under the rules that reading has to respect. Pages hold `page_size` rows."""

    def __init__(self, tenant: Tenant, *, absent: frozenset[str] = frozenset(), page_size: int = 2) -> None:
        self.tenant = tenant
        self.absent = absent
        self.page_size = page_size
        self.queries: list[str] = []

    async def query(self, zoql: str) -> AsyncIterator[list[ZuoraRow]]:
        self.queries.append(zoql)
        match = re.fullmatch(r"select (.+) from (\w+) where (.+)", zoql)
        assert match, zoql
        fields, name = match[1].split(", "), match[2]
        for field in fields:
            if f"{name}.{field}" in self.absent:
                raise SoapFaultError(
                    "Zuora", "fns:INVALID_FIELD", f"invalid field for query: {name}.{field.lower()}", "query"
                )
        exclusive = graph().objects[name].alone
        assert sum(field in exclusive for field in fields) <= 1, zoql
        if set(graph().objects[name].only_with_id) & set(fields):
            assert len(fields) == 2, zoql
        arms = [re.fullmatch(r"(\w+) = '(.*)'", arm) for arm in match[3].split(" or ")]
        assert all(arms)
        wanted = {(arm[1], arm[2]) for arm in arms if arm}
        found = [
            {field: row[field] for field in fields if field in row}
            for row in reversed(self.tenant.get(name, []))
            if any(row.get(field) == value for field, value in wanted)
            and not (name == "RatePlanCharge" and any(field in exclusive and field not in row for field in fields))
        ]
        for start in range(0, max(len(found), 1), self.page_size):
            yield found[start : start + self.page_size]


class FakeProgress:
    def __init__(self) -> None:
        self.was_read: dict[str, int] = {}
        self.was_written: dict[str, int] = {}

    def read(self, object_name: str, count: int) -> None:
        self.was_read[object_name] = self.was_read.get(object_name, 0) + count

    def wrote(self, sobject: str, outcomes: object) -> None:
        assert isinstance(outcomes, list)
        self.was_written[sobject] = self.was_written.get(sobject, 0) + len(outcomes)


@pytest.fixture
def progress() -> FakeProgress:
    return FakeProgress()


@pytest.fixture
def make_zuora() -> type[FakeZuora]:
    return FakeZuora


class FakeSalesforce:
    """An org that keeps rows by object and Salesforce id, with the parents, cascades and errors a sync meets."""

    CASCADES = ("Zuora__CustomerAccount__r", "Zuora__BillingAccount__r", "Zuora__Subscription__r",
                "Zuora__SubscriptionRatePlan__r", "Zuora__SubscriptionProductCharge__r", "Zuora__Payment__r",
                "Zuora__Refund__r")  # fmt: skip

    def __init__(self) -> None:
        self.drifting = Drifting()
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls = 0
        self.writes: list[tuple[str, str, int]] = []
        self.refuse: dict[str, tuple[str, str]] = {}
        self.lose_deletes = False
        self.soql: list[str] = []
        self.backoff = Backoff(SystemClock(), attempts_max=1)
        self.budget = Budget(clock=SystemClock())

    def keys(self, sobject: str, field: str) -> set[str]:
        return {row[field] for row in self.records.get(sobject, {}).values() if row.get(field)}

    def row(self, sobject: str, field: str, key: str) -> dict[str, Any]:
        return next(row for row in self.records[sobject].values() if row.get(field) == key)

    def put(self, sobject: str, **fields: Any) -> str:
        record_id = f"{sobject}-{len(self.records.get(sobject, {})) + 1}-{sum(map(len, self.records.values()))}"
        self.records.setdefault(sobject, {})[record_id] = {"Id": record_id, **fields}
        return record_id

    async def query(self, soql: str) -> AsyncIterator[list[dict[str, Any]]]:
        self.soql.append(soql)
        self.calls += 1
        match = re.fullmatch(r"SELECT (.+) FROM (\w+) WHERE (\S+) IN \((.+)\)(?: AND (\w+) = false)?", soql)
        assert match, soql
        wanted = set(re.findall(r"'((?:[^'\\]|\\.)*)'", match[4]))
        found = [
            self.projected(row, match[1].split(", "))
            for row in self.records.get(match[2], {}).values()
            if self.at(row, match[3]) in wanted and (match[5] is None or row.get(match[5]) in (None, "false"))
        ]
        if found:
            yield found

    def at(self, row: dict[str, Any] | None, path: str) -> Any:
        for step in path.split("."):
            if row is None:
                return None
            if step.endswith("__r"):
                sobject, record_id = row.get(step, (None, None))
                row = self.records.get(sobject, {}).get(record_id)
            else:
                return row.get(step)
        return row

    def projected(self, row: dict[str, Any], paths: list[str]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for path in paths:
            *steps, field = path.split(".")
            here = result
            for step in steps:
                here = here.setdefault(step, {})
            here[field] = self.at(row, path)
        return result

    async def describe(self, sobject: str) -> SObjectDescribe:
        numbers = {"Zuora__Version__c": 0, "Zuora__Amount__c": 2, "Zuora__Price__c": 5}
        fields = {
            name: FieldDescribe(name, name, "double", 0, scale, True, True, True, False, False, False, None, ())
            for name, scale in numbers.items()
        }
        return SObjectDescribe(sobject, sobject, None, True, True, True, fields)

    async def upsert(
        self, sobject: str, key_field: str, rows: Sequence[TargetRow], *, all_or_none: bool = False,
        before_send: Callable[[], Awaitable[None]] | None = None,
    ) -> list[SaveResult]:  # fmt: skip
        assert 0 < len(rows) <= 200
        assert len({row.key for row in rows}) == len(rows)
        if before_send is not None:
            await before_send()
        self.calls += 1
        self.writes.append(("upsert", sobject, len(rows)))
        there_before = {name: dict(records) for name, records in self.records.items()}
        return [self.save(sobject, key_field, row, there_before) for row in rows]

    def save(self, sobject: str, key_field: str, row: TargetRow, there: dict[str, dict[str, Any]]) -> SaveResult:
        if row.key in self.refuse:
            return SaveResult(False, errors=(RowError(*self.refuse[row.key]),))
        parents = {}
        for relationship, parent in row.parents.items():
            owner = next(
                (
                    each["Id"]
                    for each in there.get(parent.sobject, {}).values()
                    if each.get(parent.field) == parent.value
                ),
                None,
            )
            if owner is None:
                return SaveResult(
                    False, errors=(RowError("INVALID_FIELD", f"Foreign key external ID: {parent.value} not found"),)
                )
            parents[relationship] = (parent.sobject, owner)
        existing = next(
            (each for each in self.records.get(sobject, {}).values() if each.get(key_field) == row.key), None
        )
        number = row.fields.get("Zuora__SubscriptionNumber__c")
        if number and any(
            each.get("Zuora__SubscriptionNumber__c") == number and each is not existing
            for each in self.records.get(sobject, {}).values()
        ):
            return SaveResult(False, errors=(RowError("DUPLICATE_VALUE", "duplicate value found"),))
        record_id = existing["Id"] if existing else self.put(sobject)
        record = self.records[sobject][record_id]
        record.update({key_field: row.key, **row.fields, **dict.fromkeys(row.nulls), **parents})
        return SaveResult(True, record_id, existing is None)

    async def delete(
        self, ids: Sequence[str], *, all_or_none: bool = False, before_send: Callable[[], Awaitable[None]] | None = None
    ) -> list[SaveResult]:
        assert 0 < len(ids) <= 200
        if before_send is not None:
            await before_send()
        self.calls += 1
        self.writes.append(("delete", ids[0].split("-")[0], len(ids)))
        results = [self.remove(record_id) for record_id in ids]
        if self.lose_deletes:
            raise ReplyLost("Salesforce", "delete", "the connection broke")
        return results

    def remove(self, record_id: str) -> SaveResult:
        sobject = record_id.split("-", maxsplit=1)[0]
        if record_id not in self.records.get(sobject, {}):
            return SaveResult(False, errors=(RowError("ENTITY_IS_DELETED", "entity is deleted"),))
        del self.records[sobject][record_id]
        for records in list(self.records.values()):
            for child in list(records.values()):
                names = [*self.CASCADES, *(["Zuora__Invoice__r"] if "InvoiceItem" in child["Id"] else [])]
                if any(child.get(name) == (sobject, record_id) for name in names):
                    self.remove(child["Id"])
        return SaveResult(True, record_id)


@pytest.fixture
def salesforce() -> FakeSalesforce:
    return FakeSalesforce()
