from __future__ import annotations

from simulator.soap.application import SERVICE_TIME, soap_app
from simulator.soap.message import Answer, Call, Dialect, Operation, SoapFault, children, escape, local, text

__all__ = [
    "SERVICE_TIME",
    "Answer",
    "Call",
    "Dialect",
    "Operation",
    "SoapFault",
    "children",
    "escape",
    "local",
    "soap_app",
    "text",
]
