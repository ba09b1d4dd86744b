"""merge and emptyRecycleBin."""

from __future__ import annotations

from mock_salesforce import faults
from mock_salesforce.dml import deletes
from mock_salesforce.dml.merges import MergeResult, merge
from mock_salesforce.dml.results import error_xml, results_xml
from mock_salesforce.dml.sent import sent_rows
from mock_salesforce.operations.desk import Request
from simulator.soap import children

MAX_REQUESTS = 200


def merge_records(request: Request) -> bytes:
    """Several records of one object become one, for each request of the call."""
    asked = children(request.call.payload, "request")
    if len(asked) > MAX_REQUESTS:
        raise faults.api_fault("EXCEEDED_ID_LIMIT", f"cannot merge more than {MAX_REQUESTS} requests in this call")
    results = []
    for each in asked:
        rows = sent_rows(children(each, "masterRecord"), request.writable_schema)
        if not rows:
            raise faults.api_fault("MISSING_ARGUMENT", "masterRecord not specified")
        losers = [(element.text or "").strip() for element in children(each, "recordToMergeIds")]
        results.append(_xml(merge(request.org, rows[0], losers, request.options)))
    return b"<mergeResponse>" + b"".join(results) + b"</mergeResponse>"


def _xml(done: MergeResult) -> bytes:
    result = done.result
    return b"".join(
        (
            b"<result>",
            *(error_xml(each) for each in result.errors),
            b"<id>%b</id>" % result.id.encode() if result.id else b'<id xsi:nil="true"/>',
            *(b"<mergedRecordIds>%b</mergedRecordIds>" % each.encode() for each in done.merged),
            b"<success>false</success>" if result.errors else b"<success>true</success>",
            *(b"<updatedRelatedIds>%b</updatedRelatedIds>" % each.encode() for each in done.related),
            b"</result>",
        )
    )


def empty_recycle_bin(request: Request) -> bytes:
    """Records leave the recycle bin for good."""
    return results_xml("emptyRecycleBin", deletes.empty_bin(request.org, request.ids(), request.options))
