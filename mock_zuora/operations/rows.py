"""create, update, delete and generate: rows one by one, or all or none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from mock_zuora.faults import RowError, too_many_fault, type_fault
from mock_zuora.operations.desk import Desk
from mock_zuora.operations.replies import Outcome, delete_result, response, save_result
from mock_zuora.reading import SentRow, header_text, sent_rows, version_of
from mock_zuora.sessions import Session
from mock_zuora.writing import RowWriter
from simulator.faults import RowFault, row_fault
from simulator.soap import Call, children, text
from simulator.store import RecordStore

FIRST_VERSION_WITH_SINGLE_TRANSACTIONS = 25.0

Written = TypeVar("Written")

_WRITE_S, _ROW_WRITTEN_S = 0.2, 0.06


def create(desk: Desk, call: Call) -> bytes:
    """Add rows, each on its own unless CallOptions asks for all or none."""
    session = desk.session(call)
    asked = header_text(call, "CallOptions", "useSingleTransaction").lower() in ("true", "1")
    single = asked and version_of(call) >= FIRST_VERSION_WITH_SINGLE_TRANSACTIONS
    return _save(desk, call, session, single=single)


def update(desk: Desk, call: Call) -> bytes:
    """Change rows, each on its own."""
    return _save(desk, call, desk.session(call), single=False)


def generate(desk: Desk, call: Call) -> bytes:
    """Bill accounts, each on its own: every row is the invoice to draft."""
    return _save(desk, call, desk.session(call), single=False)


def delete(desk: Desk, call: Call) -> bytes:
    """Remove rows, each on its own."""
    session = desk.session(call)
    kind = (text(call.payload, "type") or "").strip()
    target = session.tenant.catalogue.find(kind)
    if target is None or not target.takes("delete", version_of(call)):
        raise type_fault(kind)
    ids = [(each.text or "").strip() for each in children(call.payload, "ids")]
    writer = _writer(desk, call, session, len(ids))
    with session.data.store.lock:
        outcomes = [
            one(session.data.store, partial(writer.delete, target, each), row_fault(call, number))
            for number, each in enumerate(ids)
        ]
    return response("delete", b"".join(delete_result(each) for each in outcomes))


def _save(desk: Desk, call: Call, session: Session, *, single: bool) -> bytes:
    name = call.operation
    elements = children(call.payload, "zObjects")
    writer = _writer(desk, call, session, len(elements))
    rows = sent_rows(elements, session.tenant.catalogue, version_of(call), name)
    write = writer.update if name == "update" else writer.create
    store = session.data.store
    with store.lock:
        if single:
            outcomes = all_or_none(store, rows, write, partial(row_fault, call))
        else:
            outcomes = [one(store, partial(write, row), row_fault(call, n)) for n, row in enumerate(rows)]
    return response(name, b"".join(save_result(each) for each in outcomes))


def _writer(desk: Desk, call: Call, session: Session, rows: int) -> RowWriter:
    most = session.tenant.limits.profile.objects_per_call
    if rows > most:
        raise too_many_fault(most)
    call.service_time_s = _WRITE_S + _ROW_WRITTEN_S * rows
    return RowWriter(session, desk.clock.now())


def one(store: RecordStore, write: Callable[[], str], fault: RowFault | None = None) -> Outcome:
    """One row's outcome; what it wrote before it failed is taken back. A row with a fault is not written."""
    try:
        with store.savepoint():
            return unless(fault, write)
    except RowError as error:
        return error


def all_or_none(
    store: RecordStore,
    rows: Sequence[SentRow],
    write: Callable[[SentRow], str],
    fault_of: Callable[[int], RowFault | None] = lambda _number: None,
) -> list[Outcome]:
    """Stop at the first row that fails, or has a fault, and take back those before it."""
    failed = 0
    try:
        with store.savepoint():
            written: list[Outcome] = []
            for number, row in enumerate(rows):
                failed = number
                written.append(unless(fault_of(number), partial(write, row)))
            return written
    except RowError as error:
        outcomes: list[Outcome] = [
            RowError("TRANSACTION_FAILED", "Another object of the transaction failed.") for _ in rows
        ]
        outcomes[failed] = error
        return outcomes


def unless(fault: RowFault | None, write: Callable[[], Written]) -> Written:
    """Write, unless the row has a fault, which is raised instead."""
    if fault is not None:
        raise RowError(fault.code, fault.message)
    return write()
