"""Facts that the mock does not keep yet, and what will bring each; the tests require that they are broken."""

from __future__ import annotations

PENDING = {
    "zuora.wire.header-namespace-loose": "wire",
    "zuora.wire.rasd": "billing",
    "zuora.wire.track-id-echoed": "wire",
    "zuora.wire.request-id": "wire",
}
