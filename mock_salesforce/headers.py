"""What a call's SOAP headers say, by the local names of block and element."""

from __future__ import annotations

from mock_salesforce import faults
from simulator.soap import Call, text


def header_text(call: Call, block: str, name: str) -> str | None:
    """The text of an element in a header block, `None` when either was not sent."""
    element = call.headers.get(block)
    return None if element is None else text(element, name)


def header_flag(call: Call, block: str, name: str) -> bool:
    """A boolean in a header block, false when it was not sent. Raises the fault of a value that is none."""
    written = (header_text(call, block, name) or "").strip()
    if written not in ("", "true", "1", "false", "0"):
        raise faults.client_fault(f"'{written}' is not a valid value for the type xsd:boolean")
    return written in ("true", "1")
