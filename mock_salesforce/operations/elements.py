"""Which elements an operation's request may hold: those of the WSDL, by their local names or as clients call them."""

from __future__ import annotations

from lxml import etree

from mock_salesforce import faults
from mock_salesforce.wsdl.model import OPERATIONS
from simulator.soap import Call

_OTHER_NAMES = {"ids": "id", "externalIDFieldName": "externalIdFieldName"}
"""What some clients call an element, by what it is called."""


def _known(elements: tuple[str, ...]) -> frozenset[str]:
    names = {element.split()[0] for element in elements}
    return frozenset(names | {_OTHER_NAMES[name] for name in names & _OTHER_NAMES.keys()})


_REQUESTS = {operation.name: _known(operation.request) for operation in OPERATIONS}


def check_elements(call: Call) -> None:
    """Raise the fault of an element that the operation's request has no place for."""
    known = _REQUESTS[call.operation]
    for child in call.payload.iterchildren("*"):
        name = etree.QName(child)
        if name.localname not in known:
            words = f"Element {{{name.namespace or ''}}}{name.localname} invalid at this location"
            raise faults.client_fault(words)
