from __future__ import annotations

from simulator.soap.application import soap_app
from simulator.soap.message import (
    RAISED_FAULT,
    Answer,
    Call,
    Dialect,
    Limits,
    Operation,
    RaisedFault,
    SoapFault,
    children,
    escape,
    local,
    text,
)

__all__ = [
    "RAISED_FAULT",
    "Answer",
    "Call",
    "Dialect",
    "Limits",
    "Operation",
    "RaisedFault",
    "SoapFault",
    "children",
    "escape",
    "local",
    "soap_app",
    "text",
]
