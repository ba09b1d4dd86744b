"""Queries by an indexed field of a server with a million records, against the same of one with ten thousand."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection

from benchmarks.measure import Client, medians_ms, print_table, serving, until_told_to_stop
from benchmarks.zuora import ENTITY, PATH, login, moment, new_mock, query, row_id
from simulator.hosting import Host

FEW, MANY = 10_000, 1_000_000
ROUNDS = 80
GOAL = 2
ACCOUNT, SUBSCRIPTION, PLAN, CHARGE, INVOICE, ITEM = range(1, 7)
_PLACES = 10  # of each ten records, one is an account and so on, in the order below


def rows(records: int) -> dict[str, Iterator[dict[str, object]]]:
    """Rows by object; of ten records one each is an account and an invoice, two each are of the other four objects."""
    tenth = records // _PLACES
    return {
        "Account": map(_account, range(tenth)),
        "Subscription": map(_subscription, range(2 * tenth)),
        "RatePlan": map(_plan, range(2 * tenth)),
        "RatePlanCharge": map(_charge, range(2 * tenth)),
        "Invoice": map(_invoice, range(tenth)),
        "InvoiceItem": map(_item, range(2 * tenth)),
    }


def _account(n: int) -> dict[str, object]:
    number = {"AccountNumber": f"A{n:08d}", "CrmId": f"{n:018d}"}
    return {"Id": row_id(ACCOUNT, n), "Name": f"Account {n}", "Currency": "USD", "UpdatedDate": moment(n), **number}


def _subscription(n: int) -> dict[str, object]:
    ids = {"Id": row_id(SUBSCRIPTION, n), "AccountId": row_id(ACCOUNT, n // 2), "OriginalId": row_id(SUBSCRIPTION, n)}
    return {**ids, "Name": f"A-S{n:08d}", "Status": "Active", "UpdatedDate": moment(n)}


def _plan(n: int) -> dict[str, object]:
    ids = {"Id": row_id(PLAN, n), "SubscriptionId": row_id(SUBSCRIPTION, n)}
    return {**ids, "Name": f"Plan {n}", "UpdatedDate": moment(n)}


def _charge(n: int) -> dict[str, object]:
    ids = {"Id": row_id(CHARGE, n), "RatePlanId": row_id(PLAN, n)}
    return {**ids, "ChargeNumber": f"C-{n:08d}", "MRR": f"{n}.5", "UpdatedDate": moment(n)}


def _invoice(n: int) -> dict[str, object]:
    ids = {"Id": row_id(INVOICE, n), "AccountId": row_id(ACCOUNT, n)}
    return {**ids, "InvoiceNumber": f"INV{n:08d}", "Status": "Posted", "Amount": n, "UpdatedDate": moment(n)}


def _item(n: int) -> dict[str, object]:
    ids = {"Id": row_id(ITEM, n), "InvoiceId": row_id(INVOICE, n // 2), "SubscriptionId": row_id(SUBSCRIPTION, n)}
    return {**ids, "ChargeName": f"Charge {n}", "ChargeAmount": n, "UpdatedDate": moment(n)}


def serve(ours: Connection, records: int) -> None:
    """A server's process."""
    mock, tenant, clock = new_mock()
    for name, each in rows(records).items():
        tenant.load(ENTITY, name, each)
    with Host(mock.wsgi, clock) as host:
        until_told_to_stop(ours, host.url)
    mock.close()


def queries(records: int) -> dict[str, Callable[[], str]]:
    """Each measured query, about another record every time."""
    chance, tenth = random.Random(1), records // _PLACES

    def any_of(kind: int, count: int) -> str:
        return row_id(kind, chance.randrange(count))

    def by_ids() -> str:
        wanted = " or ".join(f"AccountId = '{any_of(ACCOUNT, tenth)}'" for _ in range(100))
        return f"select Id, Name from Subscription where {wanted}"

    return {
        "Account by Id": lambda: f"select Id, Name from Account where Id = '{any_of(ACCOUNT, tenth)}'",
        "Subscription by AccountId": lambda: (
            f"select Id, Name from Subscription where AccountId = '{any_of(ACCOUNT, tenth)}'"
        ),
        "... and Status": lambda: (
            f"select Id, Name from Subscription where Status = 'Active' and AccountId = '{any_of(ACCOUNT, tenth)}'"
        ),
        "... of 100 accounts": by_ids,
        "RatePlan by SubscriptionId": lambda: (
            f"select Id, Name from RatePlan where SubscriptionId = '{any_of(SUBSCRIPTION, 2 * tenth)}'"
        ),
        "RatePlanCharge by RatePlanId": lambda: (
            f"select Id, MRR from RatePlanCharge where RatePlanId = '{any_of(PLAN, 2 * tenth)}'"
        ),
        "Invoice by AccountId": lambda: f"select Id from Invoice where AccountId = '{any_of(ACCOUNT, tenth)}'",
        "InvoiceItem by InvoiceId": lambda: (
            f"select Id, ChargeAmount from InvoiceItem where InvoiceId = '{any_of(INVOICE, tenth)}'"
        ),
        "Account by AccountNumber": lambda: (
            f"select Id from Account where AccountNumber = 'a{chance.randrange(tenth):08d}'"
        ),
        "Subscription by Name": lambda: f"select Id from Subscription where Name = 'A-S{chance.randrange(tenth):08d}'",
        "Subscription by OriginalId": lambda: (
            f"select Id from Subscription where OriginalId = '{any_of(SUBSCRIPTION, 2 * tenth)}'"
        ),
        "Account changed in an hour": lambda: _changed(chance.randrange(tenth - 10)),
    }


def _changed(number: int) -> str:
    since, until = (moment(number + more).strftime("%Y-%m-%dT%H:%M:%S+00:00") for more in (0, 3))
    return f"select Id from Account where UpdatedDate >= {since} and UpdatedDate < {until}"


def main() -> None:
    """Measure and print."""
    sys.stdout.write(f"loading {FEW:,} and {MANY:,} records ...\n")
    with serving(serve, FEW) as few, serving(serve, MANY) as many:
        sessions = {url: login(url) for url in (few, many)}
        clients = {url: Client(url + PATH) for url in (few, many)}
        few_queries, many_queries = queries(FEW), queries(MANY)

        def ask(url: str, make: Callable[[], str]) -> bytes:
            return clients[url].post(query(sessions[url], make()))

        table = []
        for name in few_queries:
            acts = {"few": partial(ask, few, few_queries[name]), "many": partial(ask, many, many_queries[name])}
            found = medians_ms(acts, ROUNDS)
            ratio = found["many"] / found["few"]
            size = acts["many"]().split(b"<ns1:size>")[1].split(b"<")[0].decode()
            table.append([name, size, f"{found['few']:.2f} ms", f"{found['many']:.2f} ms", f"{ratio:.2f}"])
    print_table([f"medians of {ROUNDS} rounds", "rows", f"{FEW:,}", f"{MANY:,}", f"ratio (goal: {GOAL})"], table)


if __name__ == "__main__":
    main()
