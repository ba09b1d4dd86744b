"""A tenant's own shape: read from its WSDL, kept in a file, and then what the mock has and serves."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zeep
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.messages import operation_shapes
from mock_zuora.objects import standard_catalogue
from mock_zuora.shape import Shape, ShapeField, UnusableShape, UnusableWsdl, from_json, read_wsdl, shaped, to_json
from mock_zuora.wsdl import render
from simulator.clock import VirtualClock
from simulator.hosting import Host

ENTITY = "0" * 31 + "1"
OBJECTS = "{http://object.api.zuora.com/}"
XS = "{http://www.w3.org/2001/XMLSchema}"

OWN = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:z="http://api.zuora.com/" xmlns:o="http://object.api.zuora.com/" xmlns:x="http://www.w3.org/2001/XMLSchema"
    targetNamespace="http://api.zuora.com/">
 <types>
  <x:schema targetNamespace="http://object.api.zuora.com/" elementFormDefault="qualified">
   <x:complexType name="zObject"><x:sequence><x:element name="Id" type="z:ID"/></x:sequence></x:complexType>
   <x:simpleType name="Colour"><x:restriction base="o:Word"/></x:simpleType>
   <x:simpleType name="Word"><x:restriction base="x:string"/></x:simpleType>
   <x:complexType name="Machine__c"><x:complexContent><x:extension base="o:zObject"><x:sequence>{fields}
   </x:sequence></x:extension></x:complexContent></x:complexType>
   <x:complexType name="Robot"><x:complexContent><x:extension base="o:Machine__c"><x:sequence>
     <x:element name="AccountId" type="z:ID" minOccurs="0"/>
     <x:element name="Arms" type="x:int" minOccurs="0" nillable="true"/>
   </x:sequence></x:extension></x:complexContent></x:complexType>
   <x:complexType name="Account"><x:complexContent><x:extension base="o:zObject"><x:sequence>
     <x:element name="Balance" type="x:string" minOccurs="0"/>
     <x:element name="IntegrationId__NS" type="x:string" minOccurs="0" nillable="true"/>
   </x:sequence></x:extension></x:complexContent></x:complexType>
  </x:schema>
  <x:schema targetNamespace="http://api.zuora.com/" elementFormDefault="qualified">
   <x:simpleType name="ID"><x:restriction base="x:string"/></x:simpleType>
   <x:complexType name="MachineParts"><x:sequence>
     <x:element name="Robot" type="o:Robot" minOccurs="0" maxOccurs="unbounded" nillable="true"/>
     <x:element name="Maker" type="z:Maker" minOccurs="0" nillable="true"/></x:sequence></x:complexType>
   <x:complexType name="Maker"><x:sequence>
     <x:element name="Name" type="x:string" default="us"/></x:sequence></x:complexType>
   <x:complexType name="PreviewOptions"><x:sequence><x:element name="Depth" type="x:int"/></x:sequence></x:complexType>
  </x:schema>
 </types>
 <portType name="Soap"><operation name="query"/><operation name="dismantle"/></portType>
 <service name="S"><port name="P" binding="z:B"><soap:address location="https://host/apps/services/a/91.0"/></port></service>
</definitions>
"""
KINDS = {
    "Word__c": "x:string",
    "Born__c": "x:date",
    "Seen__c": "x:dateTime",
    "Works__c": "x:boolean",
    "Price__c": "x:decimal",
    "Weight__c": "x:double",
    "Legs__c": "x:int",
    "Parts__c": "x:long",
    "Wheels__c": "x:short",
    "Picture__c": "x:base64Binary",
    "Hour__c": "x:time",
    "Colour__c": "o:Colour",
    "Owner__c": "z:ID",
    "Other__c": "x:anyURI",
    "Kit__c": "z:MachineParts",
}
FIELDS = "".join(f'<x:element name="{n}" type="{t}" minOccurs="0" nillable="true"/>' for n, t in sorted(KINDS.items()))
OWN_WSDL = OWN.format(fields=FIELDS).encode()

Connect = Callable[[bytes], tuple[Any, Any]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A function that gives the mock the shape of a WSDL, and a zeep client made from that WSDL or another."""
    opened: list[Any] = []

    def make(wsdl: bytes, client_wsdl: bytes | None = None) -> tuple[Any, Any]:
        clock = VirtualClock()
        mock = ZuoraMock(clock=clock, chance=random.Random(3))
        shape = read_wsdl(wsdl)
        users = (UserSpec("user@example.com", "password"),)
        tenant = mock.add_tenant(TenantSpec("1", "One", (EntitySpec(ENTITY, "E"),), users, shape=shape))
        host = Host(mock.wsgi, clock)
        host.start()
        served = client_wsdl or wsdl
        if client_wsdl == b"served":
            served = render(tenant.catalogue, shape.version, multi_entity=False)
        client = zeep.Client(io.BytesIO(served))
        service = client.create_service(
            "{http://api.zuora.com/}SoapBinding", f"{host.url}/apps/services/a/{shape.version:.1f}"
        )
        opened.extend((client.transport.session.close, host.stop, mock.close))
        return client, service

    yield make
    for close in opened:
        close()


def headers(client: Any, service: Any) -> list[Any]:
    session = service.login(username="user@example.com", password="password").Session
    return [client.get_element("{http://api.zuora.com/}SessionHeader")(session=session)]


def elements_of(wsdl: bytes) -> set[tuple[str, str, str, bool]]:
    """Every element of every type of objects and messages: its owner, name, type and whether it may be nil."""
    return {
        (
            f"{schema.get('targetNamespace')}{kind.get('name')}",
            str(e.get("name")),
            str(e.get("type")).rpartition(":")[2],
            e.get("nillable") == "true",
        )
        for schema in etree.fromstring(wsdl).iter(XS + "schema")
        for kind in schema.iterchildren(XS + "complexType")
        for e in kind.iter(XS + "element")
    }


CUSTOM = {
    "zuora-83.0.wsdl": ("Account", {"CCURN__c": "urn", "sfContactId__c": "003"}),
    "zuora-78.0.wsdl": ("Account", {"PurchaseOrderNumber": "no field of its own in this one"}),
}


@pytest.mark.parametrize("name", sorted(CUSTOM))
@pytest.mark.parametrize("source", ["theirs", "served"])
def test_a_client_of_a_real_tenants_wsdl_reads_and_writes_its_own_fields(
    shared_dir: Path, connect: Any, name: str, source: str
) -> None:
    wsdl = (shared_dir / "wsdl" / name).read_bytes()
    client, service = connect(wsdl, b"served" if source == "served" else None)
    who = headers(client, service)
    target, fields = CUSTOM[name]
    base = {"Name": "N", "Currency": "USD", "Batch": "Batch1", "BillCycleDay": 1}
    row = client.get_type(OBJECTS + target)(**base, **fields)
    (saved,) = service.create(zObjects=[row], _soapheaders=who)
    assert saved.Success, saved.Errors
    asked = f"select {', '.join(fields)} from {target} where {next(iter(fields))} = '{next(iter(fields.values()))}'"
    (found,) = service.query(queryString=asked, _soapheaders=who).records
    assert {each: getattr(found, each) for each in fields} == fields


@pytest.mark.parametrize("name", sorted(CUSTOM))
def test_the_served_wsdl_has_everything_of_theirs(shared_dir: Path, name: str) -> None:
    theirs = (shared_dir / "wsdl" / name).read_bytes()
    shape = read_wsdl(theirs)
    every = [each.request for each in operation_shapes()]
    mine = render(shaped(standard_catalogue(), shape), shape.version, operations=every)
    assert elements_of(theirs) - elements_of(mine) == set()


@pytest.mark.parametrize("name", sorted(CUSTOM))
def test_a_real_shape_comes_back_from_its_file(shared_dir: Path, name: str) -> None:
    shape = read_wsdl((shared_dir / "wsdl" / name).read_bytes())
    assert from_json(to_json(shape)) == shape
    assert f"{shape.version:.1f}" in name


def test_an_object_that_only_the_tenant_has_is_created_read_changed_and_deleted_with_every_type(connect: Any) -> None:
    client, service = connect(OWN_WSDL, b"served")
    who = headers(client, service)
    kind = client.get_type(OBJECTS + "Machine__c")
    values = {
        "Word__c": "word",
        "Born__c": date(2020, 2, 29),
        "Seen__c": datetime(2020, 2, 29, 12, 0, tzinfo=UTC),
        "Works__c": True,
        "Price__c": Decimal("19.99"),
        "Weight__c": 2.5,
        "Legs__c": -3,
        "Parts__c": 2**40,
        "Wheels__c": 4,
        "Picture__c": b"\x00\xff",
        "Colour__c": "red",
        "Owner__c": "f" * 32,
        "Other__c": "http://example.com/",
    }
    (saved,) = service.create(zObjects=[kind(**values)], _soapheaders=who)
    assert saved.Success, saved.Errors
    asked = f"select {', '.join(values)} from machine__C"
    (found,) = service.query(queryString=asked, _soapheaders=who).records
    assert type(found).__name__ == "Machine__c"
    assert {name: getattr(found, name) for name in values} == values
    change = kind(Id=saved.Id, fieldsToNull=["Word__c"], Legs__c=8)
    (changed,) = service.update(zObjects=[change], _soapheaders=who)
    assert changed.Success, changed.Errors
    (found,) = service.query(queryString=asked + " where Legs__c > 7", _soapheaders=who).records
    assert (found.Word__c, found.Legs__c) == (None, 8)
    (gone,) = service.delete(type="Machine__c", ids=[saved.Id], _soapheaders=who)
    assert gone.success, gone.errors
    assert service.query(queryString=asked, _soapheaders=who).size == 0


def test_what_extends_another_object_has_its_fields_and_points_at_what_it_names(connect: Any) -> None:
    client, service = connect(OWN_WSDL, b"served")
    who = headers(client, service)
    robot = client.get_type(OBJECTS + "Robot")
    (refused,) = service.create(zObjects=[robot(Arms=2, AccountId="f" * 32)], _soapheaders=who)
    assert refused.Errors[0].Code == "INVALID_ID"
    (saved,) = service.create(zObjects=[robot(Arms=2, Word__c="w")], _soapheaders=who)
    assert saved.Success, saved.Errors


def test_what_is_read_of_a_wsdl() -> None:
    shape = read_wsdl(OWN_WSDL)
    assert shape.version == 91.0
    assert list(shape.objects) == ["Machine__c", "Robot", "Account"]
    assert shape.operations == ("query", "dismantle")
    kinds = {each.name: each.type for each in shape.objects["Machine__c"]}
    assert (kinds["Colour__c"], kinds["Owner__c"], kinds["Kit__c"]) == ("string", "id", "zns:MachineParts")
    assert [each.name for each in shape.objects["Robot"]] == [*sorted(KINDS), "AccountId", "Arms"]
    served = elements_of(render(shaped(standard_catalogue(), shape), shape.version, operations=("subscribe",)))
    for expected in (
        ("http://object.api.zuora.com/Machine__c", "Kit__c", "MachineParts", True),
        ("http://api.zuora.com/MachineParts", "Robot", "Robot", True),
        ("http://api.zuora.com/Maker", "Name", "string", False),
        ("http://object.api.zuora.com/Machine__c", "Picture__c", "base64Binary", True),
        ("http://api.zuora.com/PreviewOptions", "Depth", "int", False),
        ("http://api.zuora.com/PreviewOptions", "EnablePreviewMode", "boolean", True),
    ):
        assert expected in served


def test_a_standard_field_keeps_its_type() -> None:
    catalogue = shaped(standard_catalogue(), read_wsdl(OWN_WSDL))
    assert catalogue["Account"].find("Balance") == standard_catalogue()["Account"].find("Balance")
    own = catalogue["Account"].find("IntegrationId__NS")
    assert own is not None
    assert own.creatable


def test_shapes_of_two_tenants_do_not_meet(caller: Any) -> None:
    mock = caller.mock
    shape = Shape(91.0, {"Robot": (ShapeField("Arms", "int"),)})
    users = (UserSpec("robots@example.com", "password"),)
    mock.add_tenant(TenantSpec("7", "Robots", (EntitySpec("7" * 32, "E"),), users, shape=shape))
    assert b"invalid type specified: Robot" in caller.query("select Arms from Robot").body
    other = type(caller)(mock)
    assert other.login("robots@example.com", "password").status == 200
    assert other.query("select Arms from Robot").status == 200


REAL = OWN_WSDL.decode()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "cannot be read as XML"),
        (b"PK\x03\x04", "cannot be read as XML"),
        (b"{}", "cannot be read as XML"),
        (OWN_WSDL[:-30], "cannot be read as XML"),
        (b"<html/>", "its root is html"),
        (b"<definitions/>", "its root is definitions"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>" * 100, "nested more than 40 deep"),
        (b"<a>" + b"<b c=''/>" * 500_000, "more than 1000000 elements"),
        (b" " * (33 * 2**20), "larger than 32 MB"),
        (b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', "no Zuora WSDL"),
        (REAL.replace('base="o:zObject"', 'base="o:Robot"').encode(), "without end"),
        (REAL.replace('base="o:zObject"', 'base="x:string"').encode(), "has no objects"),
        (REAL.replace('name="Robot"', 'name="Ro bot"').encode(), "'Ro bot' cannot be a name"),
        (REAL.replace('name="Robot"', 'name="sqlite_master"').encode(), "reserves such names"),
        (REAL.replace('name="Arms"', 'name="LEGS__C"').encode(), "Legs__c and LEGS__C are one name"),
        (OWN.format(fields=FIELDS * 1).replace('name="Arms"', "").encode(), "'' cannot be a name"),
        (
            OWN.format(fields="".join(f'<x:element name="F{n}" type="x:int"/>' for n in range(2000))).encode(),
            "has 2000 fields",
        ),
    ],
)
def test_what_is_no_tenants_wsdl_is_refused_in_one_sentence(document: bytes, words: str) -> None:
    with pytest.raises((UnusableWsdl, UnusableShape)) as caught:
        read_wsdl(document)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["salesforce-partner-66.0.wsdl", "salesforce-apex-class-example.wsdl"])
def test_another_companys_wsdl_is_refused(shared_dir: Path, name: str) -> None:
    with pytest.raises(UnusableWsdl, match="no Zuora WSDL"):
        read_wsdl((shared_dir / "wsdl" / name).read_bytes())


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}(__c)?", fullmatch=True).filter(
    lambda n: not n.startswith("sqlite_")
)
FIELD = st.builds(ShapeField, NAMES, st.sampled_from(["string", "id", "date", "double", "zns:Kit"]), st.booleans())
UNIQUE = st.lists(FIELD, max_size=6, unique_by=lambda each: each.name.lower()).map(tuple)


@given(
    objects=st.dictionaries(NAMES, UNIQUE, max_size=5).filter(lambda d: len({k.lower() for k in d}) == len(d)),
    version=st.sampled_from([17.0, 78.0, 153.0]),
)
def test_any_shape_comes_back_from_its_file_and_can_be_served(
    objects: dict[str, tuple[ShapeField, ...]], version: float
) -> None:
    shape = Shape(version, objects)
    assert from_json(to_json(shape)) == shape
    etree.fromstring(render(shaped(standard_catalogue(), shape), version))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"zuora_shape": st.just(1)},
        optional={
            "version": JSON,
            "objects": JSON | st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON)),
            "types": JSON,
            "not_nillable": JSON,
            "operations": JSON,
        },
    )
)
def test_any_other_file_is_refused_as_such_or_is_a_shape(kept: dict[str, Any]) -> None:
    try:
        shape = from_json(json.dumps(kept))
    except UnusableShape:
        return
    etree.fromstring(render(shaped(standard_catalogue(), shape), 83.0))


@pytest.mark.parametrize("text", ["", "[]", "{}", "1", '{"zuora_shape": 2}', "[" * 100_000])
def test_what_is_no_shape_file_is_refused(text: str) -> None:
    with pytest.raises(UnusableShape):
        from_json(text)


@given(st.data())
def test_a_damaged_wsdl_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    document = bytearray(OWN_WSDL)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(document) - 1))
        document[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    try:
        shape = read_wsdl(bytes(document))
    except (UnusableWsdl, UnusableShape):
        return
    etree.fromstring(render(shaped(standard_catalogue(), shape), shape.version))
