"""Queries by indexed fields of an org with a million records, against the same of one with ten thousand; and pages.

The first page of a query of everything tells how many rows there are, which takes longer the more there are; the pages
after it do not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection

from benchmarks.measure import Client, medians_ms, print_table, serving, until_told_to_stop
from benchmarks.salesforce import PATH, envelope, login, new_mock, query
from mock_salesforce import Org
from mock_salesforce.ids import id_of
from mock_salesforce.values import moment_text
from simulator.hosting import Host

FEW, MANY = 10_000, 1_000_000
ROUNDS = 60
GOAL = 2
_ORG = "00D5e000000BENC"
_TENTH = 10
_START = datetime(2024, 1, 1, tzinfo=UTC)
HOLDER, SUBSCRIPTION = "Zuora__CustomerAccount__c", "Zuora__Subscription__c"
KEY = "Zuora__External_Id__c"


def holder(org: Org, number: int) -> str:
    """The id of a billing account."""
    return id_of(org.schema.required(HOLDER).key_prefix, org.id, number)


def moment(number: int) -> str:
    """One every 20 seconds."""
    return moment_text(_START + timedelta(seconds=20 * number))


def fill(org: Org, records: int) -> None:
    """Of ten records one is a billing account, and nine are subscriptions of those."""
    owner = org.user_id(org.users[0])
    tenth = records // _TENTH

    def rows(prefix: str, count: int, *, are_children: bool) -> Iterator[tuple[object, ...]]:
        for n in range(count):
            parent = holder(org, n // (_TENTH - 1)) if are_children else None
            who, when = (owner, owner, owner), (moment(n),) * 3
            yield (id_of(prefix, org.id, n), f"Name {n:07d}", f"key{n:07d}", *who, *when, 0, parent)

    common = ("Id", "Name", KEY, "OwnerId", "CreatedById", "LastModifiedById")
    stamps = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted")
    for name, count, link in ((HOLDER, tenth, "Zuora__Account__c"), (SUBSCRIPTION, records - tenth, HOLDER)):
        made = org.schema.required(name)
        columns = [each for each in (*common, *stamps, link) if made.field(each) is not None]
        places = [place for place, each in enumerate((*common, *stamps, link)) if each in columns]
        found = rows(made.key_prefix, count, are_children=name == SUBSCRIPTION)
        org.store.insert_many(name, columns, ([row[place] for place in places] for row in found))


def serve(ours: Connection, records: int) -> None:
    """A server's process."""
    mock, org, clock = new_mock()
    fill(org, records)
    with Host(mock.wsgi, clock) as host:
        until_told_to_stop(ours, (host.url, org.id))
    mock.close()


def queries(org_id: str, prefixes: tuple[str, str], records: int) -> dict[str, Callable[[], str]]:
    """Each measured query, about another record every time."""
    chance, tenth = random.Random(1), records // _TENTH
    children = records - tenth

    def parent() -> str:
        return id_of(prefixes[0], org_id, chance.randrange(tenth))

    def number(count: int = children) -> str:
        return f"{chance.randrange(count):07d}"

    def since(field: str) -> str:
        first = chance.randrange(children - 100)
        return f"{field} >= {moment(first)} AND {field} < {moment(first + 50)}"

    def listed(make: Callable[[], str]) -> str:
        return ", ".join(f"'{make()}'" for _ in range(100))

    plain = f"SELECT Id, Name FROM {SUBSCRIPTION} WHERE "
    return {
        "by Id": lambda: f"{plain}Id = '{id_of(prefixes[1], org_id, chance.randrange(children))}'",
        "by Name, in capitals": lambda: f"{plain}Name = 'NAME {number()}'",
        "by external id": lambda: f"{plain}{KEY} = 'key{number()}'",
        "by 100 external ids": lambda: f"{plain}{KEY} IN ({listed(lambda: f'key{number()}')})",
        "by lookup": lambda: f"{plain}{HOLDER} = '{parent()}'",
        "... and another field": lambda: f"{plain}{HOLDER} = '{parent()}' AND IsDeleted = false AND Name != 'x'",
        "by 100 lookups": lambda: f"{plain}{HOLDER} IN ({listed(parent)})",
        "by the parent's Name": lambda: f"{plain}{HOLDER.replace('__c', '__r')}.Name = 'Name {number(tenth)}'",
        "by a semi-join": lambda: f"{plain}{HOLDER} IN (SELECT Id FROM {HOLDER} WHERE Name = 'Name {number(tenth)}')",
        "with the parent's fields": lambda: (
            f"SELECT Id, {HOLDER.replace('__c', '__r')}.Name FROM {SUBSCRIPTION} WHERE {KEY} = 'key{number()}'"
        ),
        "by CreatedDate": lambda: plain + since("CreatedDate"),
        "by SystemModstamp, in its order": lambda: f"{plain}{since('SystemModstamp')} ORDER BY SystemModstamp",
        "by LastModifiedDate": lambda: plain + since("LastModifiedDate"),
        "the first ten by Name": lambda: f"SELECT Id, Name FROM {SUBSCRIPTION} ORDER BY Name LIMIT 10",
    }


def _more(session: str, reply: bytes) -> bytes:
    locator = reply.split(b"<queryLocator>")[1].split(b"<")[0].decode()
    return envelope(session, f"<p:queryMore><p:queryLocator>{locator}</p:queryLocator></p:queryMore>")


def main() -> None:
    """Measure and print."""
    sys.stdout.write(f"loading {FEW:,} and {MANY:,} records ...\n")
    mock, org, _ = new_mock()
    prefixes = org.schema.required(HOLDER).key_prefix, org.schema.required(SUBSCRIPTION).key_prefix
    mock.close()
    table, pages = [], []
    with serving(serve, FEW) as (few, org_id), serving(serve, MANY) as (many, _):
        sessions = {url: login(url) for url in (few, many)}
        clients = {url: Client(url + PATH) for url in (few, many)}
        few_queries, many_queries = (queries(org_id, prefixes, records) for records in (FEW, MANY))

        def ask(url: str, make: Callable[[], str]) -> bytes:
            return clients[url].post(query(sessions[url], make()))

        for name in few_queries:
            acts = {"few": partial(ask, few, few_queries[name]), "many": partial(ask, many, many_queries[name])}
            found = medians_ms(acts, ROUNDS)
            size = acts["many"]().split(b"<size>")[1].split(b"<")[0].decode()
            ratio = found["many"] / found["few"]
            table.append([name, size, f"{found['few']:.2f} ms", f"{found['many']:.2f} ms", f"{ratio:.2f}"])
        everything = f"SELECT Id, Name FROM {SUBSCRIPTION}"
        for name, soql in (("in order of ids", everything), ("in order of names", f"{everything} ORDER BY Name")):
            first = {url: partial(clients[url].post, query(sessions[url], soql)) for url in (few, many)}
            found = medians_ms(first, ROUNDS // 6)
            pages.append([f"first page, {name}", f"{found[few]:.1f} ms", f"{found[many]:.1f} ms"])
            more = {url: partial(clients[url].post, _more(sessions[url], first[url]())) for url in (few, many)}
            found = medians_ms(more, ROUNDS // 6)
            pages.append([f"next page, {name}", f"{found[few]:.1f} ms", f"{found[many]:.1f} ms"])
    print_table([f"medians of {ROUNDS} rounds", "rows", f"{FEW:,}", f"{MANY:,}", f"ratio (goal: {GOAL})"], table)
    sys.stdout.write("\n")
    print_table(["pages of 2,000 rows", f"{FEW:,}", f"{MANY:,}"], pages)


if __name__ == "__main__":
    main()
