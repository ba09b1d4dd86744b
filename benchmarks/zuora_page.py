"""A page of 2,000 Subscription records, against the same bytes ready-made from the same server.

"Asked again" is the same query while no Subscription has changed; "after a change", one was changed before each query,
so that the whole page is written anew.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from multiprocessing.connection import Connection

from benchmarks.measure import Client, ReadyMade, medians_ms, print_table, serving, until_told_to_stop
from benchmarks.zuora import ENTITY, PATH, change, full_rows, login, new_mock, query
from simulator.hosting import Host, by_path
from simulator.journal import Journal, journaled

ROWS = 2000
ROUNDS = 60
GOAL = 4


def serve(ours: Connection, rows: int) -> None:
    """The server's process: the same apps on two ports, bare and with the journal."""
    mock, tenant, clock = new_mock()
    tenant.load(ENTITY, "Subscription", full_rows(tenant.catalogue["Subscription"], rows))
    apps = by_path({"/ready": ReadyMade()}, default=mock.wsgi)
    with ExitStack() as stack:
        bare = stack.enter_context(Host(apps, clock))
        with_journal = stack.enter_context(Host(journaled(apps, Journal(20), "zuora", clock), clock))
        names = [field.name for field in tenant.catalogue["Subscription"].fields if field.queryable]
        until_told_to_stop(ours, (bare.url, with_journal.url, names))
    mock.close()


def main() -> None:
    """Measure and print."""
    rows = []
    with serving(serve, ROWS) as (bare, with_journal, names):
        session = login(bare)
        request = query(session, f"select Id, {', '.join(names)} from Subscription")
        for how, url in (("without the journal", bare), ("with the journal", with_journal)):
            page, ready = Client(url + PATH), Client(url + "/ready")
            body = page.post(request)
            if body.count(b"<ns1:records ") != ROWS:
                sys.exit("the page is not whole")
            Client(url + "/ready/keep").post(body)
            ask = partial(page.post, request)
            found = medians_ms(
                {"ready": partial(ready.post, request), "asked again": ask, "after a change": ask},
                ROUNDS,
                before={"after a change": partial(page.post, change(session)), "asked again": ask},
            )
            for name in ("asked again", "after a change"):
                ratio = found[name] / found["ready"]
                rows.append([f"{how}, {name}", f"{found[name]:.1f} ms", f"{found['ready']:.1f} ms", f"{ratio:.2f}"])
    size = f"{ROWS:,} Subscription records, {len(names) + 1} fields each, {len(body) / 1e6:.1f} MB"
    sys.stdout.write(f"{size}; medians of {ROUNDS} rounds over loopback HTTP\n")
    print_table(["", "the page", "ready-made", f"ratio (goal: {GOAL})"], rows)


if __name__ == "__main__":
    main()
