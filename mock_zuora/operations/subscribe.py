"""subscribe: an account, its contacts and payment method, a subscription, its first invoice and payment, in one go."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError, too_many_fault
from mock_zuora.operations.desk import Desk
from mock_zuora.operations.replies import decimal_element, element, response
from mock_zuora.operations.results import (
    FIRST_VERSION_WITH_TOTALS,
    Seen,
    bills_elements,
    each_alone,
    invoice_element,
    metrics_element,
)
from mock_zuora.reading import SentRow, named, named_all, version_of
from mock_zuora.subscriptions.asked import Reader
from mock_zuora.subscriptions.metrics import deltas, totals
from mock_zuora.subscriptions.model import Version
from mock_zuora.subscriptions.settlement import Settled, foresee, settle
from mock_zuora.subscriptions.subscribing import subscribe as write_subscription
from mock_zuora.writing import RowWriter
from simulator.soap import Call, children

_CALL_S, _SUBSCRIPTION_S = 0.5, 1.2


def subscribe(desk: Desk, call: Call) -> bytes:
    """Make subscriptions; each request is done wholly or not at all, whatever becomes of the others."""
    session = desk.session(call)
    requests = children(call.payload, "subscribes")
    most = session.tenant.limits.profile.objects_per_call
    if len(requests) > most:
        raise too_many_fault(most)
    call.service_time_s = _CALL_S + _SUBSCRIPTION_S * len(requests)
    books = Books(session, desk.clock.now())
    work = _Subscribing(books, RowWriter(session, books.now), version_of(call))
    return response("subscribe", each_alone(call, session.data.store, requests, work.result, "result"))


class _Subscribing:
    """One request at work."""

    def __init__(self, books: Books, writer: RowWriter, version: float) -> None:
        self._books = books
        self._writer = writer
        self._version = version
        self._reader = Reader(books.catalogue, version, writer.values)

    def result(self, request: etree._Element) -> bytes:
        """What became of the request, as the inside of its result. Raises `RowError`, `Seen` for a preview."""
        data = named(request, "SubscriptionData")
        if data is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: SubscriptionData")
        asked = self._reader.row(data, "Subscription", "Subscription")
        if asked is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: Subscription")
        plans = [self._reader.plan(each) for each in named_all(data, "RatePlanData")]
        billing = self._reader.billing(request, "SubscribeOptions", "SubscribeInvoiceProcessingOptions")
        preview = self._reader.preview(request)
        account, is_new = self._account(request, asked)
        made = write_subscription(self._books, account, asked, plans)
        if preview.enabled:
            seen = foresee(self._books, made, preview, billing)
            raise Seen(self._written(account, made, seen, previewed=True, kind=preview.kind))
        if account["Status"] == "Draft" and made.row["Status"] != "Draft":
            self._books.change("Account", account["Id"], {"Status": "Active"})
        if is_new and billing.collect and not billing.method_id and not billing.external:
            billing = replace(billing, method_id=account["DefaultPaymentMethodId"] or "")
        settled = settle(self._books, made, billing)
        return self._written(account, made, settled, previewed=False, kind="")

    def _account(self, request: etree._Element, asked: Row) -> tuple[Row, bool]:
        """The account to subscribe, made with its contacts and payment method unless it exists; whether it is new."""
        sent = self._reader.sent(request, "Account", "Account")
        if sent is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: Account")
        if sent.id:
            return self._existing(sent.id, request), False
        bill_to = self._reader.sent(request, "BillToContact", "Contact")
        if bill_to is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: BillToContact")
        values = {name: text for name, text in sent.values.items() if name != "status"}
        wants_auto_pay = values.pop("autopay", "").strip().lower() in ("true", "1")
        account_id = self._writer.create(SentRow(sent.target, values=values))
        changes: Row = {"BillToId": self._contact(bill_to, account_id)}
        sold_to = self._reader.sent(request, "SoldToContact", "Contact")
        changes["SoldToId"] = changes["BillToId"] if sold_to is None else self._contact(sold_to, account_id)
        method_id = self._method(request, account_id)
        if method_id is not None:
            changes["DefaultPaymentMethodId"] = method_id
        elif wants_auto_pay:
            raise RowError("INVALID_VALUE", "AutoPay can be true only when there is a payment method.")
        day = asked.get("ContractEffectiveDate")
        if self._books.the("Account", account_id)["BillCycleDay"] == 0 and day is not None:
            changes |= {"BillCycleDay": day.day, "BcdSettingOption": "AutoSet"}
        self._books.change("Account", account_id, {**changes, "AutoPay": wants_auto_pay})
        return self._books.the("Account", account_id), True

    def _existing(self, account_id: str, request: etree._Element) -> Row:
        account = self._books.get("Account", account_id)
        if account is None:
            raise RowError("INVALID_VALUE", f"Invalid value for field AccountId: {account_id}")
        if account["Status"] == "Canceled":
            raise RowError("INVALID_VALUE", f"The account {account_id} is Canceled and cannot be subscribed.")
        # contacts and a payment method of an existing account are not changed by subscribe; those it lacks are made
        changes: Row = {}
        for name, field in (("BillToContact", "BillToId"), ("SoldToContact", "SoldToId")):
            contact = self._reader.sent(request, name, "Contact")
            if account[field] is None and contact is not None:
                changes[field] = self._contact(contact, account_id)
        changes |= self._still_missing(account, changes)
        if account["DefaultPaymentMethodId"] is None and (method := self._method(request, account_id)) is not None:
            changes["DefaultPaymentMethodId"] = method
        if changes:
            self._books.change("Account", account_id, changes)
        return self._books.the("Account", account_id)

    def _still_missing(self, account: Row, changes: Row) -> Row:
        bill_to = changes.get("BillToId") or account["BillToId"]
        if bill_to is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: BillToContact")
        return {} if account["SoldToId"] or "SoldToId" in changes else {"SoldToId": bill_to}

    def _contact(self, sent: SentRow, account_id: str) -> str:
        """A new contact of the account, or one it has: whatever account the contact was sent with."""
        if sent.id:
            contact = self._books.get("Contact", sent.id)
            if contact is None or contact["AccountId"] != account_id:
                raise RowError("INVALID_VALUE", f"Invalid value for field BillToId: {sent.id}")
            return sent.id
        return self._writer.create(SentRow(sent.target, values={**sent.values, "accountid": account_id}))

    def _method(self, request: etree._Element, account_id: str) -> str | None:
        sent = self._reader.sent(request, "PaymentMethod", "PaymentMethod")
        if sent is None:
            return None
        if sent.id:
            method = self._books.get("PaymentMethod", sent.id)
            if method is None or method["AccountId"] not in (None, account_id):
                raise RowError("INVALID_VALUE", f"Invalid value for field PaymentMethodId: {sent.id}")
            self._books.change("PaymentMethod", sent.id, {"AccountId": account_id})
            return sent.id
        if not sent.values:
            return None  # an empty element, as class-writing clients send it, asks for nothing
        return self._writer.create(SentRow(sent.target, values={**sent.values, "accountid": account_id}))

    def _written(self, account: Row, made: Version, settled: Settled, *, previewed: bool, kind: str) -> bytes:
        """The inside of a SubscribeResult, in the WSDL's order."""
        mrr, tcv = totals(made)
        number = account["AccountNumber"]
        parts = [] if previewed else [element("AccountId", account["Id"]), element("AccountNumber", number)]
        if "ChargeMetrics" in kind:
            parts.append(metrics_element(deltas(made, None), amended=False))
        parts.append(bills_elements("InvoiceData", settled.bills, self._books, self._version))
        if settled.invoices:
            first = settled.invoices[0]
            parts += [element("InvoiceId", first["Id"]), element("InvoiceNumber", first["InvoiceNumber"])]
        if not previewed:
            invoices = b"".join(invoice_element(each) for each in settled.invoices)
            parts.append(b"<ns1:InvoiceResult>" + invoices + b"</ns1:InvoiceResult>" if invoices else _NO_INVOICE)
        if settled.payment is not None:
            parts.append(element("PaymentId", settled.payment["Id"]))
            parts.append(element("PaymentTransactionNumber", settled.payment["PaymentNumber"]))
        if not previewed:
            parts += [element("SubscriptionId", made.id), element("SubscriptionNumber", made.row["Name"])]
        parts.append(element("Success", "true"))
        if self._version >= FIRST_VERSION_WITH_TOTALS:
            parts += [decimal_element("TotalMrr", mrr), decimal_element("TotalTcv", tcv)]
        return b"".join(parts)


_NO_INVOICE = b"<ns1:InvoiceResult />"
