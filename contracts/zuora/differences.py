"""Facts that the mock is known not to keep, and why; `docs/differences.md` tells them to people."""

from __future__ import annotations

_EXECUTE = "execute only splits invoices, and the mock has none of the objects that say how"

DIFFERENCES = {
    "zuora.wsdl.operation-execute": _EXECUTE,
    "zuora.wsdl.response-execute": _EXECUTE,
    "zuora.wsdl.type-executeresult": _EXECUTE,
    "zuora.billing.execute-shape": _EXECUTE,
}
"""Why, by the fact's id."""
