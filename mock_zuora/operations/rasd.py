"""rasdRequest: since when revenue automation runs for the tenant."""

from __future__ import annotations

from mock_zuora.operations.desk import Desk
from mock_zuora.operations.replies import response
from simulator.soap import Call

_RASD_S = 0.1


def rasd(desk: Desk, call: Call) -> bytes:
    """Nothing is in the reply: the mock's tenants have never had revenue automation switched on."""
    desk.session(call)
    call.service_time_s = _RASD_S
    return response("rasd", b"")
