"""Fields that are not simply read from their column, and the functions that compiled queries call."""

from __future__ import annotations

from collections.abc import Iterable

from mock_zuora.objects import Field, ObjectType
from mock_zuora.values import Moments, compare_decimals, number_text
from simulator.store import RecordStore, quoted

# What was set by a create or update; else the currencies that the plan's charges have prices in.
_ACTIVE_CURRENCIES = """coalesce("ActiveCurrencies", (
    SELECT group_concat("Currency") FROM (
        SELECT DISTINCT tier."Currency" FROM "ProductRatePlanCharge" AS charge
        JOIN "ProductRatePlanChargeTier" AS tier ON tier."ProductRatePlanChargeId" = charge."Id"
        WHERE charge."ProductRatePlanId" = "ProductRatePlan"."Id" AND coalesce(tier."Active", 1)
        ORDER BY tier."Currency")))"""
_CURRENCY_TABLES = frozenset({"ProductRatePlanCharge", "ProductRatePlanChargeTier"})

ALWAYS_THERE = frozenset({("Invoice", "Body")})
"""Fields that no row is without, though they are made only when they are asked for."""


def column(target: ObjectType, field: Field) -> str:
    """SQL for a field as it is selected."""
    if (target.name, field.name) == ("ProductRatePlan", "ActiveCurrencies"):
        return _ACTIVE_CURRENCIES
    return quoted(field.name)


def filtered_column(target: ObjectType, field: Field) -> str:
    """SQL for a field as conditions see it."""
    if field.name in target.masks:
        return "NULL"  # a secret is not kept, so that no condition finds it
    if field.name == "ChargeType":
        return "CASE \"ChargeType\" WHEN 'OneTime' THEN 'One-Time' ELSE \"ChargeType\" END"
    return quoted(field.name)


def tables_read(target: ObjectType, fields: Iterable[Field]) -> frozenset[str]:
    """Further tables that a query's fields are computed from."""
    if target.name == "ProductRatePlan" and any(each.name == "ActiveCurrencies" for each in fields):
        return _CURRENCY_TABLES
    return frozenset()


def teach(store: RecordStore, moments: Moments) -> None:
    """Give a store the functions that compiled queries, and pages written by SQLite, call."""
    store.teach("zoql_lower", lambda value: value.lower() if isinstance(value, str) else value)
    store.teach("zoql_compare", compare_decimals, 2)
    store.teach("zuora_number", lambda value: None if value is None else number_text(value))
    store.teach("zuora_moment", moments)
