"""The rules one sync runs under: what belongs to it and how rows are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

INVOICE_OBJECTS = frozenset({"Invoice", "InvoiceItem"})
PAYMENT_OBJECTS = frozenset({"Payment", "InvoicePayment", "Refund", "RefundInvoicePayment"})
ACCOUNT_OBJECTS = (
    frozenset({"Contact", "PaymentMethod", "Subscription", "RatePlan", "RatePlanCharge", "RatePlanChargeTier"})
    | frozenset({"SubscriptionProductFeature"})
    | INVOICE_OBJECTS
    | PAYMENT_OBJECTS
)
"""What may be left out of a sync of accounts. Accounts, products and what names them always belong."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a sync of one entity covers.

    `entity_id` and `entity_name` name the Zuora entity of the session; in a tenant without entities both are "".
    `subscription_key` is "version" when each version of a subscription is a record of its own, and "number" when a
    new version writes over the old record. `objects` are the Zuora objects synced besides accounts and products;
    with Contact the bill-to and sold-to contacts are copied into the billing account, and `contact_rows` gives them
    rows of their own too. `custom_fields` maps a Zuora object to the fields that have the same API name on both
    sides. `zuora_version` is the WSDL version in the endpoint: fields newer than it are never asked for.
    `multi_currency` fills CurrencyIsoCode, which only exists in an org with several currencies;
    `default_currency` is the tenant's, in which list prices are given. `billing_entity_from_catalog` lets a sync of
    products write the billing entity record that syncs of accounts wait for; without it products wait for it too.
    """

    multi_entity: bool = False
    entity_id: str = ""
    entity_name: str = ""
    subscription_key: Literal["version", "number"] = "version"
    objects: frozenset[str] = ACCOUNT_OBJECTS
    sync_invoices: bool = True
    sync_payments: bool = True
    custom_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contact_rows: bool = False
    zuora_version: float = 83.0
    multi_currency: bool = False
    default_currency: str = "USD"
    billing_entity_from_catalog: bool = True

    def covers(self, zuora_object: str) -> bool:
        """Whether records of this Zuora object belong to the sync."""
        if zuora_object in INVOICE_OBJECTS and not self.sync_invoices:
            return False
        if zuora_object in PAYMENT_OBJECTS and not self.sync_payments:
            return False
        return zuora_object not in ACCOUNT_OBJECTS or zuora_object in self.objects

    def constants(self) -> dict[str, str]:
        """Values that are the same for every row, by the name the field map gives them; an unset one is left out."""
        values = {
            "entity_id": self.entity_id if self.multi_entity else "",
            "entity_name": self.entity_name or self.entity_id,
            "default_currency": self.default_currency,
        }
        return {name: value for name, value in values.items() if value}
