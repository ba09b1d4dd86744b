"""Which field of which object leads to which: the links a sync follows, as filters and as values."""

from __future__ import annotations

from contracts.facts.zuora.asking import finds
from contracts.judging import same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import BILLING

LINKS = (
    ("Contact", "AccountId", "hugo", "hazel"),
    ("Account", "BillToId", "hazel", "hugo"),
    ("Account", "SoldToId", "hazel", "hugo"),
    ("Subscription", "AccountId", "second", "hazel"),
    ("Subscription", "InvoiceOwnerId", "second", "hazel"),
    ("Subscription", "CreatorAccountId", "second", "hazel"),
    ("Subscription", "CreatorInvoiceOwnerId", "second", "hazel"),
    ("Subscription", "OriginalId", "second", "first"),
    ("Subscription", "PreviousSubscriptionId", "second", "first"),
    ("Amendment", "SubscriptionId", "swap", "first"),
    ("RatePlan", "SubscriptionId", "plain", "second"),
    ("RatePlan", "ProductRatePlanId", "plain", "lamp-extra"),
    ("RatePlan", "AmendmentId", "added", "swap"),
    ("RatePlanCharge", "RatePlanId", "c-setup", "added"),
    ("RatePlanCharge", "ProductRatePlanChargeId", "c-setup", "setup"),
    ("RatePlanCharge", "OriginalId", "c-seats-2", "c-seats-1"),
    ("RatePlanChargeTier", "RatePlanChargeId", "t-flat", "c-flat"),
    ("ProductRatePlan", "ProductId", "lamp-extra", "lamp"),
    ("ProductRatePlanCharge", "ProductRatePlanId", "flat", "lamp-monthly"),
    ("ProductRatePlanChargeTier", "ProductRatePlanChargeId", "flat-eur", "flat"),
    ("Invoice", "AccountId", "posted", "hazel"),
    ("InvoiceItem", "InvoiceId", "item", "posted"),
    ("InvoiceItem", "SubscriptionId", "item", "second"),
    ("InvoiceItem", "RatePlanChargeId", "item", "c-flat"),
    ("InvoicePayment", "InvoiceId", "applied", "posted"),
    ("InvoicePayment", "PaymentId", "applied", "paid"),
    ("Payment", "AccountId", "paid", "hazel"),
    ("Payment", "PaymentMethodId", "paid", "card"),
    ("PaymentMethod", "AccountId", "card", "hazel"),
    ("Refund", "AccountId", "given-back", "hazel"),
    ("RefundInvoicePayment", "RefundId", "refunded", "given-back"),
    ("RefundInvoicePayment", "InvoicePaymentId", "refunded", "applied"),
    ("RefundInvoicePayment", "InvoiceId", "refunded", "posted"),
)
"""Object, field, and a pair of the scenario's rows that it joins."""


def _link(object_name: str, field: str, child: str, parent: str) -> None:
    def check(client: Client) -> None:
        target = client.target
        row = client.row(object_name, target.id(child), field)
        same(row, {field: target.id(parent)}, f"{field} of the row {child}")
        where = f"{field} = '{target.id(parent)}' and Id = '{target.id(child)}'"
        finds(client, where, [child], of=object_name)
        finds(client, f"{field} = '{'f' * 32}'", [], of=object_name)

    ZUORA.fact(
        f"zuora.links.{object_name.lower()}-{field.lower()}",
        f"{object_name}.{field} holds the id of the record it leads to, and can be filtered by.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


for _link_ in LINKS:
    _link(*_link_)
