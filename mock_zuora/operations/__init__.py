"""The operations of the service: each reads a call, acts on the session's entity, and writes the reply's body."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mock_zuora.operations.amend import amend
from mock_zuora.operations.desk import Desk
from mock_zuora.operations.login import get_user_info, login
from mock_zuora.operations.query import query, query_more
from mock_zuora.operations.rasd import rasd
from mock_zuora.operations.rows import create, delete, generate, update
from mock_zuora.operations.subscribe import subscribe
from simulator.soap import Answer, Call, Operation

__all__ = ["OPERATIONS", "Desk", "operations"]

OPERATIONS: dict[str, Callable[[Desk, Call], Answer]] = {
    "login": login,
    "getUserInfo": get_user_info,
    "query": query,
    "queryMore": query_more,
    "create": create,
    "update": update,
    "delete": delete,
    "generate": generate,
    "subscribe": subscribe,
    "amend": amend,
    "rasdRequest": rasd,
}
"""Every operation the mock has, by the name of the element that asks for it."""


def operations(desk: Desk) -> list[Operation]:
    """The operations over one desk, for the SOAP host."""
    return [Operation(name, partial(desk.serve, act)) for name, act in OPERATIONS.items()]
