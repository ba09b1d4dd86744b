"""What an org may use: the figures of its kind, what is used of them now, and the refusal of what goes beyond."""

from __future__ import annotations

from mock_salesforce.limits.gate import Admitted, LimitExceeded, Limits
from mock_salesforce.limits.logins import Logins
from mock_salesforce.limits.profiles import PROFILES, Profile, profile_named
from mock_salesforce.limits.storage import Storage

__all__ = ["PROFILES", "Admitted", "LimitExceeded", "Limits", "Logins", "Profile", "Storage", "profile_named"]
