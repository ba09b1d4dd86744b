"""create, update, upsert, delete and undelete."""

from __future__ import annotations

from collections.abc import Callable

from mock_salesforce.dml import deletes, writes
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult, results_xml
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.dml.sent import sent_rows
from mock_salesforce.operations.desk import Request
from mock_salesforce.orgs import Org
from simulator.soap import children


def create(request: Request) -> bytes:
    """Make new records."""
    return results_xml("create", _save(request, writes.create))


def update(request: Request) -> bytes:
    """Change records by their ids."""
    return results_xml("update", _save(request, writes.update))


def upsert(request: Request) -> bytes:
    """Change the records a key finds, and make those it does not."""
    # The name's capitals are the API's own; some clients write it in the usual way.
    key = (request.text("externalIDFieldName") or request.text("externalIdFieldName")).strip()

    def save(org: Org, rows: list[SentRow], options: WriteOptions) -> list[RowResult]:
        return writes.upsert(org, key, rows, options)

    return results_xml("upsert", _save(request, save), upsert=True)


def _save(request: Request, save: Callable[[Org, list[SentRow], WriteOptions], list[RowResult]]) -> list[RowResult]:
    sent = children(request.call.payload, "sObjects")
    writes.check_row_count(request.org, len(sent))
    return save(request.org, sent_rows(sent, request.writable_schema), request.options)


def delete(request: Request) -> bytes:
    """Put records into the recycle bin."""
    return results_xml("delete", deletes.delete(request.org, request.ids(), request.options))


def undelete(request: Request) -> bytes:
    """Bring records back from the recycle bin."""
    return results_xml("undelete", deletes.undelete(request.org, request.ids(), request.options))
