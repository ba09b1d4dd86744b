"""The operations of the Partner API: each reads a call, acts on the session's org, and writes the reply's body."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mock_salesforce.operations import describing, merging, people, querying, replicating, rows, searching
from mock_salesforce.operations.desk import Desk, Request
from simulator.soap import Operation

__all__ = ["OPERATIONS", "Desk", "operations"]

OPERATIONS: dict[str, Callable[[Request], bytes]] = {
    "logout": people.logout,
    "getUserInfo": people.get_user_info,
    "getServerTimestamp": people.get_server_timestamp,
    "query": querying.query,
    "queryAll": querying.query_all,
    "queryMore": querying.query_more,
    "retrieve": querying.retrieve,
    "create": rows.create,
    "update": rows.update,
    "upsert": rows.upsert,
    "delete": rows.delete,
    "undelete": rows.undelete,
    "emptyRecycleBin": merging.empty_recycle_bin,
    "merge": merging.merge_records,
    "getUpdated": replicating.get_updated,
    "getDeleted": replicating.get_deleted,
    "search": searching.search,
    "invalidateSessions": people.invalidate_sessions,
    "setPassword": people.set_password,
    "changeOwnPassword": people.change_own_password,
    "describeSObject": describing.describe_sobject,
    "describeSObjects": describing.describe_sobjects,
    "describeGlobal": describing.describe_global,
}
"""Every operation of those who are logged in, by the name of the element that asks for it."""


def operations(desk: Desk) -> list[Operation]:
    """The operations over one desk, for the SOAP host."""
    return [
        Operation("login", partial(people.login, desk)),
        *(Operation(name, partial(desk.serve, act)) for name, act in OPERATIONS.items()),
    ]
