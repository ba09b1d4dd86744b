"""Which rows of a tenant belong to a sync of some accounts, read from the mock's store and not over the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from mock_zuora import Tenant

Row = dict[str, Any]

LIVE = ("Active", "Cancelled", "Pending Activation", "Pending Acceptance")
ROADS = {
    ("Account", "BillTo"): "Contact",
    ("Account", "SoldTo"): "Contact",
    ("Account", "DefaultPaymentMethod"): "PaymentMethod",
}
"""Where a field leads whose name is not that of the object it leads to."""


class Books:
    """The rows of one entity. `by_number`: a charge is one record, that of its last segment."""

    def __init__(self, tenant: Tenant, entity: str, accounts: Iterable[str], *, by_number: bool) -> None:
        self.entity, self.zone, self.by_number = entity, tenant.zone, by_number
        self._tenant = tenant
        self._all: dict[str, dict[str, Row]] = {}
        self._asked = set(accounts)

    def everything(self, kind: str) -> dict[str, Row]:
        """All rows of an object by id, whether they belong or not."""
        if kind not in self._all:
            self._all[kind] = {str(row["Id"]): row for row in self._tenant.rows(self.entity, kind)}
        return self._all[kind]

    def in_catalog(self, kind: str) -> dict[str, Row]:
        """The rows of an object of the catalog; of the units those that a charge counts in."""
        if kind != "UnitOfMeasure":
            return self.everything(kind)
        counted = {row["UOM"] for row in self.everything("ProductRatePlanCharge").values()}
        return {key: row for key, row in self.everything(kind).items() if row["UomName"] in counted}

    def under(self, kind: str, field: str, parent: str) -> dict[str, Row]:
        """The rows that hang from rows of `parent` that belong."""
        above = self.belonging[parent] if parent != "Account" else self.accounts
        return {key: row for key, row in self.everything(kind).items() if row[field] in above}

    def at(self, kind: str, row: Row | None, path: str) -> Any:
        """What is at the end of a road such as `BillTo.City`."""
        *steps, last = path.split(".")
        for step in steps:
            if row is None:
                return None
            kind, name = ROADS.get((kind, step), step), f"{step}Id"
            row = self.everything(kind).get(str(row[name]))
        return row[last] if row else None

    @cached_property
    def accounts(self) -> dict[str, Row]:
        found = self.everything("Account")
        return {key: row for key, row in found.items() if key in self._asked and row["Status"] != "Canceled"}

    @cached_property
    def belonging(self) -> dict[str, dict[str, Row]]:
        """The rows that have a record of their own, by object and id."""
        made: dict[str, dict[str, Row]] = {"Account": self.accounts}
        self.__dict__["belonging"] = made
        made["PaymentMethod"] = self.under("PaymentMethod", "AccountId", "Account")
        made["Subscription"] = self._versions()
        plans = self.under("RatePlan", "SubscriptionId", "Subscription")
        made["RatePlan"] = {key: row for key, row in plans.items() if row["AmendmentType"] != "RemoveProduct"}
        self.segments = self.under("RatePlanCharge", "RatePlanId", "RatePlan")
        made["RatePlanCharge"] = self._last_segments() if self.by_number else self.segments
        made["RatePlanChargeTier"] = self.under("RatePlanChargeTier", "RatePlanChargeId", "RatePlanCharge")
        posted = self.under("Invoice", "AccountId", "Account")
        made["Invoice"] = {key: row for key, row in posted.items() if row["Status"] == "Posted"}
        made["InvoiceItem"] = self.under("InvoiceItem", "InvoiceId", "Invoice")
        made["Payment"] = self.under("Payment", "AccountId", "Account")
        made["InvoicePayment"] = self.under("InvoicePayment", "PaymentId", "Payment")
        made["Refund"] = self.under("Refund", "AccountId", "Account")
        made["RefundInvoicePayment"] = self.under("RefundInvoicePayment", "RefundId", "Refund")
        sold = {self.at("RatePlan", row, "ProductRatePlan.ProductId") for row in made["RatePlan"].values()}
        made["Product"] = {key: row for key, row in self.everything("Product").items() if key in sold}
        return made

    def _versions(self) -> dict[str, Row]:
        """Of each subscription number the highest version that is no draft, if it is one of the living."""
        named: dict[str, list[Row]] = defaultdict(list)
        for row in self.everything("Subscription").values():
            if row["Status"] != "Draft":
                named[row["Name"]].append(row)
        latest = [max(rows, key=lambda row: row["Version"]) for rows in named.values()]
        return {row["Id"]: row for row in latest if row["Status"] in LIVE and row["AccountId"] in self.accounts}

    def _last_segments(self) -> dict[str, Row]:
        numbered: dict[str, list[Row]] = defaultdict(list)
        for row in self.segments.values():
            numbered[row["ChargeNumber"]].append(row)
        last = [max(rows, key=lambda row: row["Segment"]) for rows in numbered.values()]
        return {row["Id"]: row for row in last}
