"""amend: amendments of subscriptions, each leaving a new version; only to be seen when a preview is asked for."""

from __future__ import annotations

from lxml import etree

from mock_zuora.books import Books
from mock_zuora.faults import too_many_fault
from mock_zuora.operations.desk import Desk
from mock_zuora.operations.replies import decimal_element, element, response
from mock_zuora.operations.results import FIRST_VERSION_WITH_TOTALS, Seen, bills_elements, each_alone, metrics_element
from mock_zuora.reading import named, named_all, version_of
from mock_zuora.subscriptions.amending import Amended
from mock_zuora.subscriptions.amending import amend as apply_amendments
from mock_zuora.subscriptions.asked import Reader
from mock_zuora.subscriptions.metrics import deltas, totals
from mock_zuora.subscriptions.settlement import Settled, foresee, settle
from mock_zuora.wire import unknown_operation
from mock_zuora.writing import RowWriter
from simulator.soap import Call, children

FIRST_VERSION = 28.0
FIRST_VERSION_WITH_SUBSCRIPTION_IDS = 46.0

_CALL_S, _AMENDMENT_S = 0.5, 1.0


def amend(desk: Desk, call: Call) -> bytes:
    """Amend subscriptions; the amendments of one request are all done or none of them."""
    session = desk.session(call)
    version = version_of(call)
    if version < FIRST_VERSION:
        raise unknown_operation(call.payload.tag)
    requests = children(call.payload, "requests")
    amendments = sum(len(children(each, "Amendments")) for each in requests)
    most = session.tenant.limits.profile.amends_allowed(version)
    if max(len(requests), amendments) > most:
        raise too_many_fault(most)
    call.service_time_s = _CALL_S + _AMENDMENT_S * amendments
    books = Books(session, desk.clock.now())
    work = _Amending(books, RowWriter(session, books.now), version)
    return response("amend", each_alone(call, session.data.store, requests, work.result, "results"))


class _Amending:
    """One request at work."""

    def __init__(self, books: Books, writer: RowWriter, version: float) -> None:
        self._books = books
        self._version = version
        self._reader = Reader(books.catalogue, version, writer.values)

    def result(self, request: etree._Element) -> bytes:
        """What became of the request, as the inside of its result. Raises `RowError`, `Seen` for a preview."""
        asked = []
        for each in named_all(request, "Amendments"):
            data = named(each, "RatePlanData")
            asked.append((self._reader.amendment(each), None if data is None else self._reader.plan(data)))
        billing = self._reader.billing(request, "AmendOptions", "InvoiceProcessingOptions")
        preview = self._reader.preview(request)
        done = apply_amendments(self._books, asked)
        if preview.enabled:
            seen = foresee(self._books, done.version, preview, billing)
            raise Seen(self._written(done, seen, previewed=True, kind=preview.kind))
        return self._written(done, settle(self._books, done.version, billing), previewed=False, kind="")

    def _written(self, done: Amended, settled: Settled, *, previewed: bool, kind: str) -> bytes:
        """The inside of an AmendResult, in the WSDL's order."""
        (mrr, tcv), (old_mrr, old_tcv) = totals(done.version), totals(done.before)
        parts = [] if previewed else [element("AmendmentIds", each) for each in done.amendment_ids]
        if "ChargeMetrics" in kind:
            parts.append(metrics_element(deltas(done.version, done.before), amended=True))
        parts.append(bills_elements("InvoiceDatas", settled.bills, self._books, self._version))
        if settled.invoices:
            parts.append(element("InvoiceId", settled.invoices[0]["Id"]))
        if settled.payment is not None:
            parts.append(element("PaymentId", settled.payment["Id"]))
            parts.append(element("PaymentTransactionNumber", settled.payment["PaymentNumber"]))
        if not previewed and self._version >= FIRST_VERSION_WITH_SUBSCRIPTION_IDS:
            parts.append(element("SubscriptionId", done.version.id))
        parts.append(element("Success", "true"))
        if self._version >= FIRST_VERSION_WITH_TOTALS:
            change = None if tcv is None or old_tcv is None else tcv - old_tcv
            parts += [decimal_element("TotalDeltaMrr", mrr - old_mrr), decimal_element("TotalDeltaTcv", change)]
        return b"".join(parts)
