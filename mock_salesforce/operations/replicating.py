"""getUpdated and getDeleted."""

from __future__ import annotations

from mock_salesforce import changes, faults
from mock_salesforce.operations.desk import Request
from mock_salesforce.schema import SObject


def get_updated(request: Request) -> bytes:
    """The ids of living records that were made or changed in a span."""
    sobject, begin, until = _asked(request)
    found = changes.updated(request.org, sobject, begin, until)
    ids = b"".join(b"<ids>%b</ids>" % row_id.encode() for row_id in found)
    covered = changes.covered_until(request.org, until).encode()
    return (
        b"<getUpdatedResponse><result>%b<latestDateCovered>%b</latestDateCovered></result></getUpdatedResponse>"
    ) % (ids, covered)


def get_deleted(request: Request) -> bytes:
    """The ids of records that were deleted in a span, and when."""
    sobject, begin, until = _asked(request)
    found = changes.deleted(request.org, sobject, begin, until)
    records = b"".join(
        b"<deletedRecords><deletedDate>%b</deletedDate><id>%b</id></deletedRecords>" % (when.encode(), row_id.encode())
        for row_id, when in found
    )
    earliest, covered = changes.earliest(request.org), changes.covered_until(request.org, until)
    return (
        b"<getDeletedResponse><result>%b<earliestDateAvailable>%b</earliestDateAvailable>"
        b"<latestDateCovered>%b</latestDateCovered></result></getDeletedResponse>"
    ) % (records, earliest.encode(), covered.encode())


def _asked(request: Request) -> tuple[SObject, str, str]:
    name = request.text("sObjectType").strip()
    sobject = request.schema.sobject(name)
    if sobject is None:
        raise faults.invalid_type(name)
    return sobject, *changes.span(request.org, request.text("startDate"), request.text("endDate"))
