"""Payments and refunds of posted invoices, and the balances that remain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from offline.scenarios.accounts import BuiltAccount
from offline.scenarios.billing import BuiltInvoice
from offline.scenarios.ids import Numbers, ZuoraIds
from offline.scenarios.model import Row, Tables, add
from offline.scenarios.pricing import money
from offline.scenarios.stamps import noon, stamped

_DAYS_TO_PAY = 10
_DAYS_TO_REFUND = 20

Applied = Mapping[str, Decimal]
"""How much of a payment went to each invoice, by the invoice's id."""


class PaymentBuilder:
    """Pays an account's posted invoices, each account in one of four manners, and settles the balances."""

    def __init__(self, account: BuiltAccount, *, ids: ZuoraIds, numbers: Numbers) -> None:
        self.tables: Tables = {}
        self._account = account
        self._ids, self._numbers = ids, numbers

    def settle(self, invoices: Sequence[BuiltInvoice]) -> None:
        """Make the payments and refunds, then write the balances on the invoices and the account."""
        if invoices:
            manners = (self._two_at_once, self._one_by_one, self._paid_and_refunded, self._failed_then_paid)
            manners[self._account.spec.number % len(manners)](invoices)
        for invoice in invoices:
            paid, refunded = invoice.row["PaymentAmount"], invoice.row["RefundAmount"]
            invoice.row["Balance"] = invoice.amount - Decimal(str(paid)) + Decimal(str(refunded))
        total = sum((Decimal(str(invoice.row["Balance"])) for invoice in invoices), Decimal(0))
        self._account.row["Balance"] = total
        self._account.row["TotalInvoiceBalance"] = total

    def _two_at_once(self, invoices: Sequence[BuiltInvoice]) -> None:
        """One payment covers the first two invoices; the others stay open."""
        self._pay({invoice.id: invoice.amount for invoice in invoices[:2]}, invoices)

    def _one_by_one(self, invoices: Sequence[BuiltInvoice]) -> None:
        """Each invoice is paid on its own, the last one only by half."""
        for invoice in invoices[:-1]:
            self._pay({invoice.id: invoice.amount}, invoices)
        last = invoices[-1]
        self._pay({last.id: money(last.amount / 2, self._account.spec.currency)}, invoices)

    def _paid_and_refunded(self, invoices: Sequence[BuiltInvoice]) -> None:
        """Two invoices are paid at once, and a quarter of that is given back."""
        applied = {invoice.id: invoice.amount for invoice in invoices[:2]}
        payment, parts = self._pay(applied, invoices)
        quarter = {key: money(amount / 4, self._account.spec.currency) for key, amount in applied.items()}
        self._refund(payment, parts, quarter, invoices)

    def _failed_then_paid(self, invoices: Sequence[BuiltInvoice]) -> None:
        """The first payment fails, the second one pays the first invoice; the others stay open."""
        first = invoices[0]
        if self._account.electronic:
            self._payment(first.amount, first.made_on, failed=True)
        self._pay({first.id: first.amount}, invoices)

    def _pay(self, applied: Applied, invoices: Sequence[BuiltInvoice]) -> tuple[Row, dict[str, Row]]:
        """A payment that was processed, and its part for each invoice."""
        by_id = {invoice.id: invoice for invoice in invoices}
        day = max(by_id[key].made_on for key in applied) + timedelta(days=_DAYS_TO_PAY)
        payment = self._payment(sum(applied.values(), Decimal(0)), day)
        parts: dict[str, Row] = {}
        for invoice_id, amount in applied.items():
            part: Row = {"Id": self._ids.next("InvoicePayment"), "InvoiceId": invoice_id, "PaymentId": payment["Id"]}
            part |= {"Amount": amount, "RefundAmount": Decimal(0)} | stamped(day)
            parts[invoice_id] = part
            by_id[invoice_id].row["PaymentAmount"] = Decimal(str(by_id[invoice_id].row["PaymentAmount"])) + amount
        add(self.tables, "InvoicePayment", parts.values())
        if len(applied) == 1:
            only = by_id[next(iter(applied))]
            payment |= {"InvoiceId": only.id, "InvoiceNumber": only.number}
        return payment, parts

    def _payment(self, amount: Decimal, day: date, *, failed: bool = False) -> Row:
        electronic = self._account.electronic
        row: Row = {
            "Id": self._ids.next("Payment"),
            "AccountId": self._account.id,
            "PaymentNumber": self._numbers.next("P"),
            "PaymentMethodId": self._account.method_id,
            "Amount": amount,
            "AppliedInvoiceAmount": Decimal(0) if failed else amount,
            "AppliedCreditBalanceAmount": Decimal(0),
            "RefundAmount": Decimal(0),
            "EffectiveDate": day,
            "Status": "Error" if failed else "Processed",
            "Type": "Electronic" if electronic else "External",
            "Source": "PaymentRun" if electronic else "Manually",
            "Gateway": "Gateway 01" if electronic else None,
            "GatewayState": _gateway_state(electronic=electronic, failed=failed),
            "GatewayResponse": _gateway_response(electronic=electronic, failed=failed),
            "GatewayResponseCode": ("05" if failed else "00") if electronic else None,
            "SubmittedOn": noon(day) if electronic else None,
            "SettledOn": noon(day) if electronic and not failed else None,
            "Comment": "A payment of the demonstration.",
        }
        row |= stamped(day)
        add(self.tables, "Payment", [row])
        return row

    def _refund(
        self, payment: Row, parts: Mapping[str, Row], amounts: Applied, invoices: Sequence[BuiltInvoice]
    ) -> None:
        """Give back some of a payment, and open its invoices again by as much."""
        by_id = {invoice.id: invoice for invoice in invoices}
        day = max(invoice.made_on for invoice in invoices) + timedelta(days=_DAYS_TO_REFUND)
        total = sum(amounts.values(), Decimal(0))
        refund_id = self._ids.next("Refund")
        electronic = self._account.electronic
        row: Row = {
            "Id": refund_id,
            "AccountId": self._account.id,
            "PaymentId": payment["Id"],
            "RefundNumber": self._numbers.next("R"),
            "Amount": total,
            "RefundDate": day,
            "RefundTransactionTime": noon(day),
            "Status": "Processed",
            "SourceType": "Payment",
            "Type": "Electronic" if electronic else "External",
            "MethodType": self._account.spec.method,
            "PaymentMethodId": self._account.method_id,
            "Gateway": "Gateway 01" if electronic else None,
            "GatewayState": _gateway_state(electronic=electronic, failed=False),
            "ReasonCode": "Standard Refund",
            "Comment": "A refund of the demonstration.",
        }
        add(self.tables, "Refund", [row | stamped(day)])
        payment["RefundAmount"] = total
        for invoice_id, amount in amounts.items():
            part: Row = {"Id": self._ids.next("RefundInvoicePayment"), "RefundId": refund_id}
            part |= {"InvoicePaymentId": parts[invoice_id]["Id"], "InvoiceId": invoice_id, "RefundAmount": amount}
            add(self.tables, "RefundInvoicePayment", [part | stamped(day)])
            parts[invoice_id]["RefundAmount"] = amount
            by_id[invoice_id].row["RefundAmount"] = amount


def _gateway_state(*, electronic: bool, failed: bool) -> str:
    if not electronic or failed:
        return "NotSubmitted"
    return "Settled"


def _gateway_response(*, electronic: bool, failed: bool) -> str | None:
    if not electronic:
        return None
    return "The card was declined." if failed else "Approved"
