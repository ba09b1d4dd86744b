"""What the services promise, as facts that can be run against a mock or a real sandbox."""

from __future__ import annotations

from contracts.facts import SALESFORCE, ZUORA
from contracts.registry import Fact, Sure
from contracts.target import Capability, Stage
from contracts.verify import Finding, Verdict, try_fact, verify
from contracts.zuora.target import Target

__all__ = [
    "SALESFORCE",
    "ZUORA",
    "Capability",
    "Fact",
    "Finding",
    "Stage",
    "Sure",
    "Target",
    "Verdict",
    "try_fact",
    "verify",
]
