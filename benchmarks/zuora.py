"""A Zuora tenant to measure: its rows, made from numbers alone, and requests to it as bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.measure import Client
from mock_zuora import EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.objects import NEWEST_VERSION, FieldType, ObjectType
from simulator.clock import VirtualClock
from simulator.soap import escape

ENTITY = "0" * 31 + "1"
PATH = f"/apps/services/a/{NEWEST_VERSION}"
_USER, _PASSWORD = "api@benchmark.example.com", "benchmark"
_START = datetime(2024, 1, 1, tzinfo=UTC)


def new_mock() -> tuple[ZuoraMock, Tenant, VirtualClock]:
    """A mock with one empty tenant, on a clock that lets the service's own time pass at once."""
    clock = VirtualClock()
    mock = ZuoraMock(clock=clock, chance=random.Random(1))
    users = (UserSpec(_USER, _PASSWORD),)
    return mock, mock.add_tenant(TenantSpec("1", "Benchmark", (EntitySpec(ENTITY, "Global"),), users)), clock


def row_id(kind: int, number: int) -> str:
    """An id in the service's layout."""
    return f"2c92c0f8{kind:08x}{number:016x}"


def moment(number: int) -> datetime:
    """One every 20 minutes."""
    return _START + timedelta(minutes=20 * number)


def full_rows(target: ObjectType, count: int) -> Iterator[dict[str, object]]:
    """Rows in which every field has a value."""
    for number in range(count):
        row: dict[str, object] = {"Id": row_id(1, number)}
        for place, field in enumerate(target.fields):
            row[field.name] = _value(field.type, field.name, number, place)
        yield row


def _value(kind: FieldType, name: str, number: int, place: int) -> object:
    when = _START + timedelta(minutes=number * 37 + place * 5, milliseconds=number)
    if kind is FieldType.ID:
        return row_id(100 + place, number)
    if kind is FieldType.BOOLEAN:
        return number % 2 == 0
    if kind is FieldType.DECIMAL:
        return f"{number}.{place:02d}5"
    if kind.is_number:
        return number % 1000
    if kind is FieldType.DATE:
        return when.date()
    if kind is FieldType.DATE_TIME:
        return when
    return f"{name} {number}"


def login(url: str) -> str:
    """A session of the tenant's user at a server."""
    reply = Client(url + PATH).post(
        envelope(
            "",
            f"<api:login><api:username>{_USER}</api:username><api:password>{_PASSWORD}</api:password></api:login>",
        )
    )
    return reply.split(b"<ns1:Session>")[1].split(b"<")[0].decode()


def query(session: str, zoql: str) -> bytes:
    """The request of a query."""
    text = escape(zoql).decode()
    return envelope(session, f"<api:query><api:queryString>{text}</api:queryString></api:query>")


def change(session: str) -> bytes:
    """The request of an update that changes one Subscription."""
    return envelope(
        session,
        '<api:update><api:zObjects xsi:type="obj:Subscription" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:obj="http://object.api.zuora.com/"><obj:Id>{row_id(1, 0)}</obj:Id>'
        "<obj:Notes>changed</obj:Notes></api:zObjects></api:update>",
    )


def envelope(session: str, body: str) -> bytes:
    """A request around the Body's child."""
    header = f"<api:SessionHeader><api:session>{session}</api:session></api:SessionHeader>" if session else ""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        f' xmlns:api="http://api.zuora.com/"><soapenv:Header>{header}</soapenv:Header>'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()
