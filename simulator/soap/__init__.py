from __future__ import annotations

from simulator.soap.application import SERVICE_TIME, soap_app
from simulator.soap.message import Call, Dialect, Limits, Operation, SoapFault, children, escape, local, text

__all__ = [
    "SERVICE_TIME",
    "Call",
    "Dialect",
    "Limits",
    "Operation",
    "SoapFault",
    "children",
    "escape",
    "local",
    "soap_app",
    "text",
]
