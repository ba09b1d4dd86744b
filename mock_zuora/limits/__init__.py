"""What a tenant may ask for: the figures of its kind, what is used of them now, and the refusal of what goes beyond."""

from __future__ import annotations

from mock_zuora.limits.gate import LimitExceeded, Limits
from mock_zuora.limits.profiles import PROFILES, REQUEST_BYTES_MAX, Profile, profile_named
from simulator.flights import Flight

__all__ = ["PROFILES", "REQUEST_BYTES_MAX", "Flight", "LimitExceeded", "Limits", "Profile", "profile_named"]
