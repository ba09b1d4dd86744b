"""Invoices with items and their PDF, a payment applied to one of them, and a refund of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from contracts.zuora.scenarios.catalog import CUSTOMER
from contracts.zuora.scenarios.catalog import ROWS as CATALOG_ROWS
from contracts.zuora.scenarios.model import Ref, Row, Scenario
from contracts.zuora.scenarios.subscriptions import SUBSCRIBED

PDF_BASE64 = "JVBERi0xLjQKJSVFT0YK"
"""The smallest thing that calls itself a PDF, in base64."""


def _invoice(name: str, number: str, status: str, amount: str, balance: str) -> Row:
    return Row(
        name,
        "Invoice",
        {
            "AccountId": Ref("hazel"),
            "InvoiceNumber": number,
            "InvoiceDate": date(2024, 2, 1),
            "TargetDate": date(2024, 2, 1),
            "DueDate": date(2024, 3, 2),
            "Status": status,
            "Amount": Decimal(amount),
            "AmountWithoutTax": Decimal(amount),
            "Balance": Decimal(balance),
            "Body": PDF_BASE64,
            "Source": "API",
        },
    )


BILLED = (
    _invoice("posted", "INV-CT-1", "Posted", "59", "0"),
    _invoice("draft", "INV-CT-2", "Draft", "20", "20"),
    Row(
        "item",
        "InvoiceItem",
        {
            "InvoiceId": Ref("posted"),
            "SubscriptionId": Ref("second"),
            "RatePlanChargeId": Ref("c-flat"),
            "ChargeAmount": Decimal(59),
            "ChargeName": "flat",
            "ProcessingType": 0,
            "Quantity": Decimal(1),
            "UnitPrice": Decimal(59),
            "ServiceStartDate": date(2024, 2, 1),
            "ServiceEndDate": date(2024, 2, 29),
        },
    ),
    Row(
        "card",
        "PaymentMethod",
        {"AccountId": Ref("hazel"), "Type": "CreditCard", "CreditCardMaskNumber": "************1111"},
    ),
    Row(
        "paid",
        "Payment",
        {
            "AccountId": Ref("hazel"),
            "Amount": Decimal(59),
            "EffectiveDate": date(2024, 2, 10),
            "PaymentMethodId": Ref("card"),
            "PaymentNumber": "P-CT-1",
            "Status": "Processed",
            "Type": "External",
        },
    ),
    Row(
        "applied",
        "InvoicePayment",
        {"InvoiceId": Ref("posted"), "PaymentId": Ref("paid"), "Amount": Decimal(59)},
    ),
    Row(
        "given-back",
        "Refund",
        {
            "AccountId": Ref("hazel"),
            "Amount": Decimal(9),
            "RefundDate": date(2024, 3, 1),
            "RefundNumber": "R-CT-1",
            "Status": "Processed",
            "Type": "External",
        },
    ),
    Row(
        "refunded",
        "RefundInvoicePayment",
        {
            "RefundId": Ref("given-back"),
            "InvoiceId": Ref("posted"),
            "InvoicePaymentId": Ref("applied"),
            "RefundAmount": Decimal(9),
        },
    ),
)

BILLING = Scenario("billing", (*CATALOG_ROWS, *CUSTOMER, *SUBSCRIBED, *BILLED))
