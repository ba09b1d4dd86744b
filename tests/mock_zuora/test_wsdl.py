"""The WSDL: the same every time, valid for strict readers, as complete as the real ones, and made for its tenant."""

from __future__ import annotations

import base64
import io
import random
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from mock_zuora import CustomField, ZuoraMock
from mock_zuora.messages import complex_types, elements, operation_shapes
from mock_zuora.objects import standard_catalogue
from mock_zuora.operations import OPERATIONS
from mock_zuora.wsdl import render
from mock_zuora.wsdl.__main__ import main
from simulator.clock import VirtualClock

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
API = "http://api.zuora.com/"
ALL = tuple(shape.request for shape in operation_shapes())


def schemas(wsdl: bytes) -> dict[str, Any]:
    root = etree.fromstring(wsdl)
    return {str(s.get("targetNamespace")): s for s in root.iter(XSD + "schema")}


def sequences(wsdl: bytes) -> dict[str, list[tuple[str, ...]]]:
    """Type or element, as namespace and name, to what is in it: name, type, least, most, nillable, default."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for namespace, schema in schemas(wsdl).items():
        for kind in schema:
            if kind.tag not in (XSD + "complexType", XSD + "element"):
                continue
            found[f"{kind.tag.rpartition('}')[2]} {{{namespace}}}{kind.get('name')}"] = [
                (
                    str(e.get("name")),
                    str(e.get("type")).removeprefix("xs:"),
                    e.get("minOccurs", "1"),
                    e.get("maxOccurs", "1"),
                    "nil" if e.get("nillable") == "true" else "",
                    e.get("default", ""),
                )
                for e in kind.iterdescendants(XSD + "element")
            ]
    return found


def operations_in(wsdl: bytes) -> dict[str, tuple[str, str, list[str], list[str]]]:
    """Operation to its request's and reply's elements, its header parts, and its faults."""
    root = etree.fromstring(wsdl)
    carried = {m.get("name"): m.find(WSDL + "part").get("element") for m in root.iter(WSDL + "message")}
    (port,), (binding,) = root.iter(WSDL + "portType"), root.iter(WSDL + "binding")
    found = {}
    bindings = {bound.get("name"): bound for bound in binding.iter(WSDL + "operation")}
    assert len(bindings) == len(port)
    for operation in port:
        name = str(operation.get("name"))
        bound = bindings[name]
        assert bound.find(SOAP + "operation").get("soapAction") == ""
        ends = [operation.find(WSDL + end).get("message").rpartition(":")[2] for end in ("input", "output")]
        headers = [str(h.get("part")) for h in bound.iter(SOAP + "header")]
        faults = [str(f.get("name")) for f in operation.findall(WSDL + "fault")]
        assert [str(f.get("name")) for f in bound.findall(WSDL + "fault")] == faults
        found[name] = (carried[ends[0]], carried[ends[1]], headers, faults)
    return found


# Where W78 and W83 differ, the data has the later one's bounds.
BOUNDS_OF_78 = {"Amendments", "requests", "subscribes"}


@pytest.mark.parametrize("version", [78.0, 83.0])
def test_everything_standard_of_a_real_wsdl_is_there_in_its_order(shared_dir: Path, version: float) -> None:
    real = (shared_dir / "wsdl" / f"zuora-{version}.wsdl").read_bytes()
    mine, theirs = sequences(render(version=version, operations=ALL)), sequences(real)
    for name, parts in theirs.items():
        expected = [part for part in parts if not part[0].endswith("__c")]
        known = {part[0] for part in expected}
        if name == f"element {{{API}}}DummyHeader":
            assert known <= {part[0] for part in mine[name]}
            continue
        got = [part for part in mine[name] if part[0] in known]
        if version < 83:
            got, expected = ([p[:3] + p[4:] if p[0] in BOUNDS_OF_78 else p for p in ps] for ps in (got, expected))
        assert got == expected, name
    ours, of_theirs = operations_in(render(version=version, operations=ALL)), operations_in(real)
    assert {name: ours[name] for name in of_theirs} == of_theirs


@pytest.mark.parametrize("version", [78.0, 83.0])
def test_simple_types_and_faults_are_the_real_ones(shared_dir: Path, version: float) -> None:
    def simple(wsdl: bytes) -> Any:
        return {
            (kind.get("name"), facet.tag, facet.get("value"))
            for schema in schemas(wsdl).values()
            for kind in schema.iter(XSD + "simpleType")
            for facet in kind.iter(XSD + "pattern", XSD + "enumeration")
        }

    real = (shared_dir / "wsdl" / f"zuora-{version}.wsdl").read_bytes()
    assert simple(render(version=version)) == simple(real)


def test_what_the_mock_does_is_what_its_wsdl_offers() -> None:
    offered = operations_in(render())
    assert {request.removeprefix("zns:") for request, *_ in offered.values()} == set(OPERATIONS)
    assert "calculateChargeMetrics" not in offered
    assert f"complexType {{{API}}}calculateRequest" not in sequences(render())


def test_every_type_that_is_named_is_defined() -> None:
    for wsdl in (render(), render(operations=ALL), render(version=17.0, operations=ALL)):
        found = sequences(wsdl)
        names = {name.rpartition("}")[2] for name in found} | {"ID", "QueryLocator", "ErrorCode"}
        used = {part[1] for parts in found.values() for part in parts}
        assert {each.rpartition(":")[2] for each in used if ":" in each} <= names
    data = {part.type for parts in (*complex_types().values(), *elements().values()) for part in parts}
    assert all(each.startswith(("zns:", "ons:")) or each[0].islower() for each in data)


@pytest.mark.parametrize("version", [17.0, 68.0, 83.0, 153.0])
def test_the_schemas_hold_before_a_strict_reader(version: float, tmp_path: Path) -> None:
    for number, (namespace, schema) in enumerate(schemas(render(version=version, operations=ALL)).items()):
        text = etree.tostring(schema).decode()
        for other, place in ((API, 1), ("http://object.api.zuora.com/", 0)):
            text = text.replace(f'namespace="{other}" />', f'namespace="{other}" schemaLocation="{place}.xsd" />')
            text = text.replace(
                f'import namespace="{other}"/>', f'import namespace="{other}" schemaLocation="{place}.xsd"/>'
            )
        assert namespace
        (tmp_path / f"{number}.xsd").write_text(text)
    for number in range(3):
        etree.XMLSchema(file=str(tmp_path / f"{number}.xsd"))


def test_a_zeep_client_builds_every_request() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = zeep.Client(io.BytesIO(render(operations=ALL)))
    api, objects = "{http://api.zuora.com/}", "{http://object.api.zuora.com/}"
    make = {
        name: client.get_type(api + name) for name in complex_types() if name in {"SubscribeRequest", "AmendRequest"}
    }
    plan = client.get_type(api + "RatePlanData")(
        RatePlan=client.get_type(objects + "RatePlan")(ProductRatePlanId="1" * 32),
        RatePlanChargeData=[
            client.get_type(api + "RatePlanChargeData")(
                RatePlanCharge=client.get_type(objects + "RatePlanCharge")(Quantity=2),
                RatePlanChargeTier=[client.get_type(objects + "RatePlanChargeTier")(Tier=1)],
            )
        ],
    )
    subscribe = make["SubscribeRequest"](
        Account=client.get_type(objects + "Account")(Name="N"),
        SubscribeOptions=client.get_type(api + "SubscribeOptions")(GenerateInvoice=True, ProcessPayments=False),
        PreviewOptions=client.get_type(api + "PreviewOptions")(EnablePreviewMode=False),
        SubscriptionData=client.get_type(api + "SubscriptionData")(RatePlanData=[plan]),
    )
    amend = make["AmendRequest"](
        Amendments=[client.get_type(objects + "Amendment")(Name="A", RatePlanData=plan)],
        AmendOptions=client.get_type(api + "AmendOptions")(GenerateInvoice=True),
    )
    for operation, given in (
        ("subscribe", {"subscribes": [subscribe]}),
        ("amend", {"requests": [amend]}),
        ("execute", {"type": "InvoiceSplit", "synchronous": False, "ids": ["1" * 32]}),
        ("generate", {"zObjects": [client.get_type(objects + "Invoice")(AccountId="1" * 32)]}),
        ("rasd", {}),
    ):
        message = client.create_message(client.service, operation, **given)
        assert message.find(".//{*}Body")[0].tag == api + ("rasdRequest" if operation == "rasd" else operation)
    client.transport.session.close()


def test_the_wsdl_is_the_same_every_time() -> None:
    assert render() == render()


def test_login_names_an_entity_only_where_there_are_several_and_by_name_only_from_79_on() -> None:
    def login(wsdl: bytes) -> list[str]:
        return [part[0] for part in sequences(wsdl)[f"element {{{API}}}login"]]

    assert login(render()) == ["username", "password", "entityId", "entityName"]
    assert login(render(version=78.0)) == ["username", "password", "entityId"]
    assert login(render(multi_entity=False)) == ["username", "password"]


def test_the_wsdl_of_an_old_version_has_no_dates_and_no_newer_fields() -> None:
    name = "complexType {http://object.api.zuora.com/}Subscription"
    old, new = ({part[0]: part[1] for part in sequences(render(version=v))[name]} for v in (68.0, 153.0))
    assert (old["TermStartDate"], new["TermStartDate"]) == ("dateTime", "date")
    assert "IsLatestVersion" in new
    assert "IsLatestVersion" not in old


def get(caller: Any, path: str, query: str = "", **environ: Any) -> Any:
    return caller.raw(b"", REQUEST_METHOD="GET", PATH_INFO=path, QUERY_STRING=query, **environ)


ENDPOINT = "/apps/services/a/83.0"
DOWNLOAD = "/apps/servlet/GenerateWsdl"
ADDRESS = "http://zuora.test/apps/services/a"


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=", "x=1&Wsdl"])
def test_an_endpoint_tells_its_wsdl(caller: Any, mock: ZuoraMock, query: str) -> None:
    reply = get(caller, ENDPOINT, query)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/xml;charset=UTF-8"
    assert reply.body == render(version=83.0, address=ADDRESS)
    assert len(mock.tenants) == 2


def test_a_wsdl_is_downloaded_by_its_version(caller: Any) -> None:
    for query, version in (("version=83.0", 83.0), ("version=78", 78.0), ("", 153.0), ("version=", 153.0)):
        reply = get(caller, DOWNLOAD, query)
        assert reply.status == 200
        assert reply.body == render(version=version, address=ADDRESS)
        assert reply.headers["Content-Disposition"] == f'attachment; filename="zuora.a.{version}.wsdl"'


@pytest.mark.parametrize("version", ["154", "0", "-1", "nan", "1e2", "83.0.0", "%00", "999999999999", "x" * 5000])
def test_a_version_that_is_none_is_a_plain_400(caller: Any, version: str) -> None:
    reply = get(caller, DOWNLOAD, f"version={version}")
    assert reply.status == 400
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert len(reply.body) < 200


def test_a_wsdl_is_made_for_the_tenant_that_is_named_or_asks(caller: Any) -> None:
    def basic(text: str) -> dict[str, str]:
        return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(text.encode()).decode()}

    for path, query in ((ENDPOINT, "wsdl&"), (DOWNLOAD, "version=83.0&")):
        named = get(caller, path, query + "tenant=10001").body
        assert b'name="Region__c"' in named
        assert b'name="entityId"' in named
        assert get(caller, path, query, **basic("api@tenant-01.example.com:right-password")).body == named
        other = get(caller, path, query + "tenant=10002").body
        assert b"__c" not in other
        assert b'name="entityId"' not in other
        assert get(caller, path, query + "tenant=nobody").status == 404
        for wrong in ("api@tenant-01.example.com:wrong", "nobody:right-password", "no colon"):
            reply = get(caller, path, query, **basic(wrong))
            assert reply.status in (200, 401)
            assert b"__c" not in reply.body


def test_a_lone_tenants_wsdl_is_its_own(caller: Any, mock: ZuoraMock) -> None:
    lone = ZuoraMock(clock=VirtualClock(), chance=random.Random(1))
    lone.add_tenant(mock.tenants[0].spec)
    assert b'name="Region__c"' in get(type(caller)(lone), ENDPOINT, "wsdl").body
    lone.close()


def test_a_head_request_gets_the_head_alone(caller: Any) -> None:
    reply = caller.raw(b"", REQUEST_METHOD="HEAD", PATH_INFO=DOWNLOAD)
    assert reply.status == 200
    assert reply.body == b""
    assert int(reply.headers["Content-Length"]) > 100_000


def test_other_methods_and_addresses_are_refused_plainly(caller: Any) -> None:
    assert get(caller, ENDPOINT).status == 404
    assert get(caller, "/apps/services/a/154.0", "wsdl").status == 404
    assert caller.raw(b"", PATH_INFO=DOWNLOAD).status == 404
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
        reply = caller.raw(b"", REQUEST_METHOD=method)
        assert reply.status == 405
        assert reply.headers["Allow"] == "GET, HEAD, POST"


def test_a_custom_field_is_in_the_wsdl() -> None:
    assert b'name="Region__c"' in render(standard_catalogue().extended([CustomField("Account", "Region__c")]))


def test_the_module_writes_the_wsdl(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["83.0"]) == 0
    assert capsysbinary.readouterr().out == render(version=83.0)
    assert main(["x"]) == 2


def test_the_module_runs_as_a_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "mock_zuora.wsdl"], capture_output=True, check=True)
    assert ran.stdout == render()
    assert ran.stderr == b""
