"""Entities: what a hierarchy must be, how a login names one, and that each keeps its own records and numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.hierarchy import check, parent_of
from simulator.clock import VirtualClock

ROOT, MIDDLE, LEAF = "a" * 32, "6337", "0f0e0d0c-0b0a-0908-0706-050403020100"
ENTITIES = (
    EntitySpec(ROOT, "Global"),
    EntitySpec(MIDDLE, "Europe"),
    EntitySpec(LEAF, "E.U.-South 1", parent_id=MIDDLE),
)
SPEC = TenantSpec("1", "T", ENTITIES, (UserSpec("u@example.com", "p", entities=(MIDDLE, LEAF)),))


@pytest.fixture
def zuora() -> Iterator[ZuoraMock]:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(2))
    mock.add_tenant(SPEC)
    yield mock
    mock.close()


@pytest.fixture
def multi(caller: Any, zuora: ZuoraMock) -> Any:
    caller.mock = zuora
    return caller


def log_in(caller: Any, extra: str, version: str = "83.0") -> Any:
    caller.session = ""
    words = f"<api:username>u@example.com</api:username><api:password>p</api:password>{extra}"
    reply = caller.call(f"<api:login>{words}</api:login>", version=version)
    if reply.status == 200:
        caller.session = reply.body.split(b"<ns1:Session>")[1].split(b"<")[0].decode()
    return reply


@pytest.mark.parametrize(
    ("extra", "entity"),
    [
        ("", ROOT),
        (f"<api:entityId>{MIDDLE}</api:entityId>", MIDDLE),
        (f"<api:entityId>{LEAF.replace('-', '')}</api:entityId>", LEAF),
        (f"<api:entityId>{LEAF}</api:entityId>", LEAF),
        (f"<api:entityId>{ROOT.upper()}</api:entityId>", ROOT),
        ("<api:entityName>E.U.-South 1</api:entityName>", LEAF),
    ],
)
def test_a_login_names_an_entity_by_id_or_by_name(multi: Any, zuora: ZuoraMock, extra: str, entity: str) -> None:
    assert log_in(multi, extra).status == 200
    assert zuora.sessions.known(multi.session).entity.id == entity


@pytest.mark.parametrize(
    ("version", "element", "known"),
    [
        ("77.0", "entityId", False),
        ("78.0", "entityId", True),
        ("78.0", "entityName", False),
        ("79.0", "entityName", True),
    ],
)
def test_the_elements_that_name_an_entity_came_with_a_version(
    multi: Any, version: str, element: str, known: bool
) -> None:
    value = MIDDLE if element == "entityId" else "Europe"
    reply = log_in(multi, f"<api:{element}>{value}</api:{element}>", version)
    if known:
        assert reply.status == 200
    else:
        assert f"<faultstring>Unexpected subelement {element}</faultstring>".encode() in reply.body


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<api:entityName>E</api:entityName><api:entityId>1</api:entityId>", "entityId"),
        ("<api:entityId>1</api:entityId><api:entityId>1</api:entityId>", "entityId"),
        ("<api:username>u</api:username>", "username"),
        ("<api:password>p</api:password>", "password"),
        ("<api:tenant>t</api:tenant>", "tenant"),
    ],
)
def test_elements_out_of_order_are_refused_before_anybody_logs_in(multi: Any, body: str, word: str) -> None:
    reply = log_in(multi, body)
    assert reply.status == 500
    assert f"<faultcode>soapenv:Server</faultcode><faultstring>Unexpected subelement {word}<".encode() in reply.body


@pytest.mark.parametrize(
    "extra", [f"<api:entityId>{'0' * 31}9</api:entityId>", "<api:entityName>Global</api:entityName>"]
)
def test_a_tenant_with_one_entity_knows_no_entities(caller: Any, extra: str) -> None:
    reply = caller.login("api@tenant-02.example.com", "other-password", extra)
    assert b"<fns:LoginFault>" in reply.body
    assert b"Multi-entity is not enabled for this tenant" in reply.body


def test_a_tenant_can_be_multi_entity_with_its_global_entity_alone(multi: Any, zuora: ZuoraMock) -> None:
    users = (UserSpec("u@example.com", "p"),)
    multi.mock = alone = ZuoraMock(clock=VirtualClock(), chance=random.Random(2))
    alone.add_tenant(replace(SPEC, entities=ENTITIES[:1], users=users, multi_entity=True))
    assert log_in(multi, f"<api:entityId>{ROOT}</api:entityId>").status == 200
    alone.close()


def test_nobody_can_enter_an_entity_that_is_not_provisioned(multi: Any) -> None:
    entities = (ENTITIES[0], replace(ENTITIES[1], provisioned=False))
    multi.mock = twin = ZuoraMock(clock=VirtualClock(), chance=random.Random(2))
    twin.add_tenant(TenantSpec("1", "T", entities, (UserSpec("u@example.com", "p", entities=(MIDDLE,)),)))
    refused, unknown = (log_in(multi, f"<api:entityName>{name}</api:entityName>") for name in ("Europe", "Nowhere"))
    assert refused.body.replace(b"Europe", b"Nowhere") == unknown.body
    assert b"LoginFault" in refused.body
    twin.close()


def test_each_entity_counts_its_own_numbers(multi: Any) -> None:
    body = (
        '<api:create><api:zObjects xsi:type="obj:Account"><obj:Batch>Batch1</obj:Batch>'
        "<obj:BillCycleDay>1</obj:BillCycleDay><obj:Currency>USD</obj:Currency><obj:Name>N</obj:Name>"
        "</api:zObjects></api:create>"
    )
    numbers = []
    for extra in ("", f"<api:entityId>{MIDDLE}</api:entityId>", f"<api:entityId>{LEAF}</api:entityId>"):
        log_in(multi, extra)
        assert b"<ns1:Success>true" in multi.call(body).body
        reply = multi.query("select AccountNumber from Account")
        numbers.append(reply.body.split(b"<ns2:AccountNumber>")[1].split(b"<")[0])
        assert b"<ns1:size>1</ns1:size>" in reply.body
    assert len(set(numbers)) == 1


@pytest.mark.parametrize(
    ("entities", "words"),
    [
        ((EntitySpec("a" * 31, "E"),), "is not 32 letters and digits, nor a number"),
        ((EntitySpec("1", "E/F"),), "is not 1 to 255 letters, digits"),
        ((EntitySpec("1", "E" * 256),), "is not 1 to 255 letters, digits"),
        ((EntitySpec("1", "E"), EntitySpec("2", "E")), "two entities with one name"),
        ((EntitySpec(LEAF, "E"), EntitySpec(LEAF.replace("-", ""), "F")), "two entities with one id"),
        ((EntitySpec("1", "E"), EntitySpec("2", "F", parent_id="3")), "do not lead to the tenant's global entity"),
        (
            (EntitySpec("1", "E"), EntitySpec("2", "F", parent_id="3"), EntitySpec("3", "G", parent_id="2")),
            "do not lead to the tenant's global entity",
        ),
        (tuple(EntitySpec(str(n), f"E{n}") for n in range(513)), "512 are the most"),
    ],
)
def test_a_hierarchy_that_cannot_be(entities: tuple[EntitySpec, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(TenantSpec("1", "T", entities, (UserSpec("u", "p"),)))


def test_several_entities_are_multi_entity() -> None:
    with pytest.raises(ValueError, match="cannot be without multi-entity"):
        check(replace(SPEC, multi_entity=False))


def test_an_entity_without_a_parent_is_below_the_global_one() -> None:
    assert [parent_of(each, ENTITIES) for each in ENTITIES] == [None, ROOT, MIDDLE]
