"""What single objects do beyond the rules that all share, found by the object's name."""

from __future__ import annotations

from mock_zuora.behaviour.accounts import AccountBehaviour, ContactBehaviour
from mock_zuora.behaviour.adjustments import (
    CreditBalanceAdjustmentBehaviour,
    InvoiceItemAdjustmentBehaviour,
    TaxationItemBehaviour,
)
from mock_zuora.behaviour.base import Behaviour
from mock_zuora.behaviour.bill_runs import BillRunBehaviour
from mock_zuora.behaviour.catalog import (
    ProductBehaviour,
    ProductRatePlanBehaviour,
    ProductRatePlanChargeBehaviour,
)
from mock_zuora.behaviour.invoices import InvoiceBehaviour
from mock_zuora.behaviour.payment_methods import PaymentMethodBehaviour
from mock_zuora.behaviour.payments import InvoicePaymentBehaviour, PaymentBehaviour
from mock_zuora.behaviour.periods import AccountingPeriodBehaviour
from mock_zuora.behaviour.refunds import RefundBehaviour
from mock_zuora.behaviour.subscriptions import AmendmentBehaviour, SubscriptionBehaviour
from mock_zuora.behaviour.usage import UsageBehaviour

__all__ = ["BEHAVIOURS", "Behaviour", "behaviour_of"]

BEHAVIOURS: dict[str, Behaviour] = {
    "Account": AccountBehaviour(),
    "AccountingPeriod": AccountingPeriodBehaviour(),
    "Amendment": AmendmentBehaviour(),
    "BillRun": BillRunBehaviour(),
    "Contact": ContactBehaviour(),
    "CreditBalanceAdjustment": CreditBalanceAdjustmentBehaviour(),
    "Invoice": InvoiceBehaviour(),
    "InvoiceItemAdjustment": InvoiceItemAdjustmentBehaviour(),
    "InvoicePayment": InvoicePaymentBehaviour(),
    "Payment": PaymentBehaviour(),
    "PaymentMethod": PaymentMethodBehaviour(),
    "Product": ProductBehaviour(),
    "ProductRatePlan": ProductRatePlanBehaviour(),
    "ProductRatePlanCharge": ProductRatePlanChargeBehaviour(),
    "Refund": RefundBehaviour(),
    "Subscription": SubscriptionBehaviour(),
    "TaxationItem": TaxationItemBehaviour(),
    "Usage": UsageBehaviour(),
}
"""One entry an object that does more than the general rules say."""

_PLAIN = Behaviour()


def behaviour_of(object_name: str) -> Behaviour:
    """What the object does; the plain rules for one without behaviour of its own."""
    return BEHAVIOURS.get(object_name, _PLAIN)
