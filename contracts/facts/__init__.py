"""All facts: importing this package states them."""

from __future__ import annotations

from importlib import import_module

from contracts.registry import SALESFORCE, ZUORA

TOPICS = (
    "wire",
    "calls",
    "wsdl",
    "operations",
    "faults",
    "login",
    "entities",
    "rest",
    "records",
    "grammar",
    "values",
    "dates",
    "restricted",
    "fields",
    "links",
    "paging",
    "writes",
    "rows",
    "choices",
    "subscribe",
    "amend",
    "billing",
    "limits",
)
"""The modules that state facts, in the order of a reader's interest."""

SALESFORCE_TOPICS = (
    "wire",
    "packing",
    "shapes",
    "identity",
    "wsdl",
    "faults",
    "login",
    "soql",
    "paging",
    "rows",
    "writability",
    "upserts",
    "deletes",
    "replication",
    "limits",
    "locks",
    "triggers",
    "apex",
)
"""The modules that state facts about Salesforce."""

for _topic in TOPICS:
    import_module(f"contracts.facts.zuora.{_topic}")
for _topic in SALESFORCE_TOPICS:
    import_module(f"contracts.facts.salesforce.{_topic}")

__all__ = ["SALESFORCE", "SALESFORCE_TOPICS", "TOPICS", "ZUORA"]
