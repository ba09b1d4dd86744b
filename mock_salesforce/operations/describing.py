"""describeSObject, describeSObjects and describeGlobal."""

from __future__ import annotations

from mock_salesforce import describe, faults
from mock_salesforce.operations.desk import Request
from simulator.soap import children


def describe_sobject(request: Request) -> bytes:
    """One object, down to its fields."""
    described = _described(request, request.text("sObjectType").strip())
    return b"<describeSObjectResponse>" + described + b"</describeSObjectResponse>"


def describe_sobjects(request: Request) -> bytes:
    """Several objects, down to their fields."""
    names = [(element.text or "").strip() for element in children(request.call.payload, "sObjectType")]
    most = request.org.limits.profile.described_types
    if len(names) > most:
        raise faults.api_fault("EXCEEDED_MAX_TYPES_LIMIT", f"cannot describe more than {most} types in this call")
    described = b"".join(_described(request, name) for name in names)
    return b"<describeSObjectsResponse>" + described + b"</describeSObjectsResponse>"


def _described(request: Request, name: str) -> bytes:
    sobject = request.schema.sobject(name)
    if sobject is None:
        raise faults.invalid_type(name)
    return b"<result>" + describe.sobject_xml(sobject) + b"</result>"


def describe_global(request: Request) -> bytes:
    """Every object of the org, without its fields."""
    described = describe.global_xml(request.schema)
    return b"<describeGlobalResponse><result>" + described + b"</result></describeGlobalResponse>"
