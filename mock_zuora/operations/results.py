"""What the results of subscribe and amend share: requests done each on its own, invoices and metrics inside results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from lxml import etree

from mock_zuora.billing.invoicing import Bill
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.operations.replies import element, error_element
from mock_zuora.operations.rows import unless
from mock_zuora.records import XSI, value_writer
from mock_zuora.subscriptions.metrics import ChargeDelta
from mock_zuora.values import moments_in, stored
from simulator.faults import row_fault
from simulator.soap import Call, escape
from simulator.store import RecordStore

FIRST_VERSION_WITH_TOTALS = 48.0

_OBJECTS = b'xmlns:ns2="http://object.api.zuora.com/"'


class Seen(Exception):
    """The result of a preview."""

    def __init__(self, result: bytes) -> None:
        super().__init__()
        self.result = result


def each_alone(
    call: Call,
    store: RecordStore,
    requests: Iterable[etree._Element],
    work: Callable[[etree._Element], bytes],
    tag: str,
) -> bytes:
    """A result a request, each under the name `tag`; what a request wrote before it failed is taken back.

    A request that has a fault injected is not begun.
    """
    results: list[bytes] = []
    name = tag.encode()
    with store.lock:
        for number, request in enumerate(requests):
            try:
                with store.savepoint():
                    inside = unless(row_fault(call, number), partial(work, request))
            except Seen as seen:
                inside = seen.result
            except RowError as error:
                inside = error_element(error) + element("Success", "false")
            results.append(b"<ns1:" + name + b">" + inside + b"</ns1:" + name + b">")
    return b"".join(results)


def invoice_element(invoice: Row) -> bytes:
    """A posted invoice in an InvoiceResult: its id and number."""
    number = escape(str(invoice["InvoiceNumber"]))
    inside = b"<ns2:Id>" + invoice["Id"].encode() + b"</ns2:Id><ns2:InvoiceNumber>" + number + b"</ns2:InvoiceNumber>"
    return _record("Invoice", inside)


_NOT_THERE = frozenset({"AccountId", "BillToContactId", "ChargeId", "RatePlanChargeId", "SubscriptionId"})
"""Ids in a preview's invoice that nothing will have: their records were made to be seen, and taken back."""


def bills_elements(name: str, bills: Sequence[Bill], books: Books, version: float) -> bytes:
    """InvoiceData elements: the invoices of a preview with their items, which have no ids."""
    tag = name.encode()
    parts: list[bytes] = []
    for each in bills:
        inside = _record("Invoice", _fields(books, "Invoice", each.invoice, version))
        inside += b"".join(_record("InvoiceItem", _fields(books, "InvoiceItem", x, version)) for x in each.items)
        parts.append(b"<ns1:" + tag + b">" + inside + b"</ns1:" + tag + b">")
    return b"".join(parts)


def metrics_element(charges: Sequence[ChargeDelta], *, amended: bool) -> bytes:
    """ChargeMetricsData: the figures of a new subscription's charges, or how an amendment has changed them."""
    return (
        b"<ns1:ChargeMetricsData>"
        + b"".join(_metrics(x, amended=amended) for x in charges)
        + b"</ns1:ChargeMetricsData>"
    )


def _metrics(each: ChargeDelta, *, amended: bool) -> bytes:
    parts = [element("ChargeNumber", each.charge["ChargeNumber"])]
    if amended:
        parts.append(element("DMRR", f"{each.mrr_change:.9f}"))
        if each.tcv_change is not None:
            parts.append(element("DTCV", f"{each.tcv_change:.9f}"))
        parts.append(element("OriginalId", each.charge["OriginalId"]))
        parts.append(element("OriginalRatePlanId", each.plan["OriginalRatePlanId"]))
    else:
        parts.append(element("MRR", f"{each.mrr:.9f}"))
    parts.append(element("ProductRatePlanChargeId", each.charge["ProductRatePlanChargeId"]))
    parts.append(element("ProductRatePlanId", each.plan["ProductRatePlanId"]))
    if not amended and each.tcv is not None:
        parts.append(element("TCV", f"{each.tcv:.9f}"))
    return b"<ns1:ChargeMetrics>" + b"".join(parts) + b"</ns1:ChargeMetrics>"


def _record(kind: str, inside: bytes) -> bytes:
    tag = kind.encode()
    opening = b"<ns1:" + tag + b" " + _OBJECTS + b" " + XSI + b' xsi:type="ns2:' + tag + b'">'
    return opening + inside + b"</ns1:" + tag + b">"


def _fields(books: Books, kind: str, row: Row, version: float) -> bytes:
    """The fields that have a value, in the WSDL's order."""
    parts: list[bytes] = []
    target, moments = books.catalogue[kind], moments_in(books.zone)
    for field in target.at(version):
        value = row.get(field.name)
        if value is not None and field in target.columns and field.name not in _NOT_THERE:
            written = value_writer(field, moments, version)(stored(field.type, value, books.zone))
            parts.append(b"<ns2:%b>%b</ns2:%b>" % (field.name.encode(), written, field.name.encode()))
    return b"".join(parts)
