"""SOAP as both clients need it: zeep over an injected httpx transport, replies and faults read with lxml."""

from __future__ import annotations

from sync_engine.soap.backoff import Backoff
from sync_engine.soap.calls import Calls
from sync_engine.soap.reply import Fault, Reply, child, child_text, children, is_nil, local
from sync_engine.soap.service import SoapService
from sync_engine.soap.wsdl import SHIPPED_WSDLS, load_wsdl

__all__ = [
    "SHIPPED_WSDLS",
    "Backoff",
    "Calls",
    "Fault",
    "Reply",
    "SoapService",
    "child",
    "child_text",
    "children",
    "is_nil",
    "load_wsdl",
    "local",
]
