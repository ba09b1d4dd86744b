"""An org's Apex around its writes: triggers within their limits, and validation rules."""

from __future__ import annotations

from mock_salesforce.triggers.context import ApexException, TriggerContext, TriggerRow
from mock_salesforce.triggers.model import Appetite, Automation, Event, Trigger, ValidationRule, automation_of

__all__ = [
    "ApexException",
    "Appetite",
    "Automation",
    "Event",
    "Trigger",
    "TriggerContext",
    "TriggerRow",
    "ValidationRule",
    "automation_of",
]
