"""The calls a sync of one account makes, against the fewest that pages and batches allow, worked out from row counts.

The bound knows the services' limits (199 conditions and 9,999 characters a ZOQL query, 2,000 rows a page, 200 rows a
write), which objects there are and how many rows of each; it asks the engine for nothing but the names of the fields
that are read, because their length takes room in a query. One login a side, one question for the tenant's id, and one
row of history are in both.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from benchmarks.engine import SALESFORCE, ZUORA, World
from benchmarks.measure import print_table
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind
from sync_engine.rules import Rules

SIZES = (1, 100, 10_000)
CONDITIONS, CHARACTERS, ZUORA_PAGE, SALESFORCE_PAGE, BATCH = 199, 9_999, 2_000, 2_000, 200
_ID_LENGTH, _OR = 32, len(" or ")
_APART = {"RatePlanCharge": ("Price", "IncludedUnits", "DiscountAmount", "DiscountPercentage", "OveragePrice")}
"""Fields of which a query may ask for one only."""
UNDER_ACCOUNT = 12
"""Salesforce objects whose rows hang from an account: each is asked once what it has that Zuora has no more."""


def ceil(rows: int, size: int) -> int:
    """How many pieces of a size so many rows need."""
    return -(-rows // size)


def reads(world: World) -> Iterator[tuple[str, str, int, int]]:
    """Each reading of a Zuora object: its name, the field it is found by, ids that are asked for, rows that come."""
    charges, plans, subscriptions = world.charges, world.plans, world.subscriptions
    yield "Account", "Id", 1, 1
    yield "Contact", "Id", 1, 1
    for name in ("PaymentMethod", "Invoice", "Payment", "Refund"):
        yield name, "AccountId", 1, 0
    yield "Subscription", "AccountId", 1, subscriptions
    yield "RatePlan", "SubscriptionId", subscriptions, plans
    for name in ("ProductRatePlan", "Product", "ProductRatePlanCharge"):
        yield name, "Id", 1, 1
    yield "RatePlanCharge", "RatePlanId", plans, charges
    yield "RatePlanChargeTier", "RatePlanChargeId", charges, charges
    yield "SubscriptionProductFeature", "RatePlanId", plans, 0


def zuora_bound(world: World) -> int:
    """The fewest ZOQL calls."""
    fields = FieldMap.load().fields_to_read(ObjectKind.BILLING_ACCOUNT, Rules())
    calls = 0
    for name, where, ids, rows in reads(world):
        apart = _APART.get(name, ())
        for asked in (sorted(fields[name].difference(apart)), *([each] for each in apart)):
            head = len(f"select {', '.join(['Id', *asked])} from {name} where ")
            arm = len(where) + len(" = ''") + _ID_LENGTH
            fit = min(CONDITIONS, (CHARACTERS - head + _OR) // (arm + _OR))
            queries = ceil(ids, fit)
            of_one = ceil(rows * fit, ids) if ids > fit else rows
            calls += queries * max(1, ceil(of_one, ZUORA_PAGE))
    return calls


def salesforce_bound(world: World, *, again: bool) -> tuple[int, int]:
    """The fewest SOQL calls and the fewest upserts; the account is looked up first."""
    charges, plans, subscriptions = world.charges, world.plans, world.subscriptions
    written = (1, 1, subscriptions, plans, charges, charges)  # product, billing account, and what hangs from it
    upserts = sum(ceil(rows, BATCH) for rows in written) + 1
    pages = 1
    if again:
        hanging = (subscriptions, plans, charges, charges)
        pages += sum(ceil(rows, SALESFORCE_PAGE) for rows in hanging) + UNDER_ACCOUNT - len(hanging)
    return pages, upserts


def made(calls: Counter[tuple[str, str]]) -> tuple[int, int, int]:
    """What was made: ZOQL calls, SOQL calls, upserts."""
    zuora = calls[ZUORA, "query"] + calls[ZUORA, "queryMore"]
    return zuora, calls[SALESFORCE, "query"] + calls[SALESFORCE, "queryMore"], calls[SALESFORCE, "upsert"]


def main() -> None:
    """Sync each size twice and print both numbers."""
    table, over = [], 0
    for size in SIZES:
        world = World(size)
        for again in (False, True):
            world.sync()
            found = made(world.wire.calls)
            bound = (zuora_bound(world), *salesforce_bound(world, again=again))
            others = sum(world.wire.calls.values()) - sum(found)
            over += sum(found) - sum(bound)
            pairs = [f"{a} / {b}" for a, b in zip(found, bound, strict=True)]
            table.append([f"{size:,} charges, {'again' if again else 'first'}", *pairs, str(others)])
        world.close()
    print_table(["made / bound", "ZOQL", "SOQL", "upserts", "logins and tenant"], table)
    sys.stdout.write(f"calls over the bound: {over}\n")


if __name__ == "__main__":
    main()
