"""All facts: importing this package states them."""

from __future__ import annotations

from contracts.facts.zuora import entities, faults, grammar, login, paging, records, restricted, values, wire
from contracts.registry import ZUORA

__all__ = [
    "ZUORA",
    "entities",
    "faults",
    "grammar",
    "login",
    "paging",
    "records",
    "restricted",
    "values",
    "wire",
]
