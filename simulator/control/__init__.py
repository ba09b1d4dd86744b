from __future__ import annotations

from simulator.control.app import PREFIX, control_app
from simulator.control.subject import ControlInvalid, ControlRefused, ControlUnknown, RecordQuery, Subject

__all__ = [
    "PREFIX",
    "ControlInvalid",
    "ControlRefused",
    "ControlUnknown",
    "RecordQuery",
    "Subject",
    "control_app",
]
