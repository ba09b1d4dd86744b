"""Facts that the mock is known not to keep, and why; `docs/differences.md` tells them to people."""

from __future__ import annotations

_EXECUTE = "execute only splits invoices, and the mock has none of the objects that say how"

DIFFERENCES = {
    "zuora.wsdl.operation-execute": _EXECUTE,
    "zuora.wsdl.response-execute": _EXECUTE,
    "zuora.wsdl.type-executeresult": _EXECUTE,
    "zuora.billing.execute-shape": _EXECUTE,
    "zuora.paging.five-days": "a result that is read again and again is kept for as long as that goes on",
    "zuora.dates.short-date-time": "a date time that is too short gets the same refusal as any other that is none",
}
"""Why, by the fact's id."""
