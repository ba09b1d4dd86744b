"""`mock schema`, and serving the mocks with the shape that it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from mock_zuora.shape import from_json
from offline.errors import ShapeUnusable
from offline.org_shape import org_shape_of
from offline.schema_command import register
from offline.serving import Stack
from offline.tenant_shape import shape_of
from tests.mock_salesforce.project import project

WSDL = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:o="http://object.api.zuora.com/" xmlns:x="http://www.w3.org/2001/XMLSchema">
 <types><x:schema targetNamespace="http://object.api.zuora.com/">
  <x:complexType name="zObject"><x:sequence/></x:complexType>
  <x:complexType name="Robot"><x:complexContent><x:extension base="o:zObject"><x:sequence>
    <x:element name="Arms" type="x:int"/></x:sequence></x:extension></x:complexContent></x:complexType>
  <x:complexType name="Account"><x:complexContent><x:extension base="o:zObject"><x:sequence>
    <x:element name="Mood__c" type="x:string"/></x:sequence></x:extension></x:complexContent></x:complexType>
 </x:schema></types>
 <portType name="Soap"><operation name="query"/><operation name="dismantle"/></portType>
 <service name="S"><port name="P"><soap:address location="https://host/apps/services/a/91.0"/></port></service>
</definitions>
"""


@pytest.fixture
def wsdl(tmp_path: Path) -> Path:
    path = tmp_path / "their.wsdl"
    path.write_text(WSDL)
    return path


@pytest.fixture
def command() -> Any:
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)
    return lambda *arguments: CliRunner().invoke(app, ["schema", *map(str, arguments)], catch_exceptions=False)


def test_the_shape_is_written_to_stdout_or_to_a_file_with_a_word_on_what_is_new(
    command: Any, wsdl: Path, tmp_path: Path
) -> None:
    printed = command("--zuora-wsdl", wsdl)
    assert from_json(printed.stdout).version == 91.0
    file = tmp_path / "shape.json"
    told = command("--zuora-wsdl", wsdl, "-o", file)
    assert file.read_text() == printed.stdout
    assert told.stdout.splitlines() == [
        "Version 91.0: 2 objects with 2 fields",
        "1 objects of its own: Robot",
        "1 fields of its own: Account.Mood__c",
        "1 operations the mock has not: dismantle",
        f"Serve it: ondemand-sync mock serve --zuora-shape {file}",
    ]


def test_a_summary_as_json(command: Any, wsdl: Path, tmp_path: Path) -> None:
    file = tmp_path / "shape.json"
    assert json.loads(command("--zuora-wsdl", wsdl, "-o", file, "--json").stdout) == {
        "version": "91.0",
        "objects": 2,
        "fields": 2,
        "added_objects": ["Robot"],
        "added_fields": ["Account.Mood__c"],
        "kept_types": [],
        "operations_not_served": ["dismantle"],
        "file": str(file),
    }


def test_a_file_that_cannot_be_used_is_named_with_what_to_do(command: Any, wsdl: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("{")
    for words, ask in (
        ("cannot be read: No such file", lambda: command("--zuora-wsdl", tmp_path / "none")),
        ("cannot be read: Is a directory", lambda: command("--zuora-wsdl", tmp_path)),
        ("cannot be read as XML", lambda: command("--zuora-wsdl", broken)),
        ("cannot be written", lambda: command("--zuora-wsdl", wsdl, "-o", tmp_path / "no" / "folder")),
        ("it is no JSON", lambda: shape_of(file=broken)),
        ("no tenant's shape", lambda: shape_of(file=_written(tmp_path / "empty", "{}"))),
        ("one shape", lambda: shape_of(file=broken, wsdl=wsdl)),
    ):
        with pytest.raises(ShapeUnusable) as caught:
            ask()
        assert words in caught.value.message
        assert caught.value.what_to_do
        assert caught.value.exit_code == 2


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_the_command_ends_with_2_and_one_clear_message(tmp_path: Path) -> None:
    program = "import sys; from sync_engine.cli.main import main; sys.exit(main())"
    found = subprocess.run(
        [sys.executable, "-c", program, "mock", "schema", "--zuora-wsdl", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 2
    assert found.stderr.startswith("Error: The file")
    assert "Traceback" not in found.stderr


@pytest.fixture
def stack(wsdl: Path) -> Iterator[Stack]:
    with Stack(seed="demo", skip_waits=True, zuora_shape=shape_of(wsdl=wsdl), loose=True) as stack:
        yield stack


def test_the_mocks_are_served_with_the_shape_and_loosely(stack: Stack) -> None:
    served = stack.served
    assert served.zuora_url.endswith("/apps/services/a/91.0")
    told = httpx.get(served.zuora_url + "?wsdl").text
    assert 'complexType name="Robot"' in told
    assert 'name="Mood__c"' in told

    def send(header: str, body: str) -> str:
        envelope = (
            '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://api.zuora.com/">'
            f"<e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
        )
        return httpx.post(served.zuora_url, content=envelope, headers={"Content-Type": "application/soap+xml"}).text

    login = send(
        "",
        f"<a:login><a:username>{served.zuora_username}</a:username>"
        f"<a:password>{served.zuora_password}</a:password></a:login>",
    )
    session = login.partition("Session>")[2].partition("<")[0]
    asked = "<a:query><a:queryString>select Arms from Robot</a:queryString></a:query>"
    reply = send(f"<e:SessionHeader><a:Session>{session}</a:Session></e:SessionHeader>", asked)
    assert "<ns1:size>0</ns1:size>" in reply


# An org's.


@pytest.fixture
def org_project(tmp_path: Path) -> Path:
    return project(tmp_path)


def test_an_orgs_shape_is_written_with_a_word_on_what_is_new_and_what_is_not_known(
    command: Any, org_project: Path, tmp_path: Path
) -> None:
    file = tmp_path / "org.json"
    told = command("--sfdx", org_project, "-o", file)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "3 objects with 23 fields, 3 active validation rules"
    assert "2 objects of its own: Region__c, Visit__c" in lines
    assert "1 fields of its own: Account.Tier__c" in lines
    rules = org_project / "main/default/objects/Region__c/validationRules"
    unknown = f"the validation rule Region__c.Looks_up ({rules / 'Looks_up.validationRule-meta.xml'})"
    assert f"Not known: {unknown}: it is not run: the mock has no function VLOOKUP" in lines
    assert lines[-1] == f"Serve it: ondemand-sync mock serve --org-shape {file}"
    again = command("--sfdx", org_project, "-o", file, "--json")
    kept = json.loads(again.stdout)
    assert kept["file"] == str(file)
    assert {"what", "why", "file"} == set(kept["not_known"][0])
    assert kept["validation_rules"] == 3
    printed = command("--sfdx", org_project)
    assert printed.stdout == file.read_text()


def test_sources_that_tell_no_shape_are_refused_with_what_to_do(
    command: Any, org_project: Path, wsdl: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    wide = tmp_path / "wide.json"
    wide.write_bytes(b"\xff\x00\x00")
    for arguments, why in (
        ((), "Nothing says where the shape comes from."),
        (("--sfdx", org_project, "--zuora-wsdl", wsdl), "It is not clear whose shape is meant."),
        (("--sfdx", tmp_path / "gone"), "there is no such folder"),
        (("--sfdx", empty), "it holds no metadata of objects"),
        (("--describe", empty), "holds no .json files"),
        (("--describe", tmp_path / "gone.json"), "No such file"),
        (("--describe", wide), "is no text"),
        (("--describe", wsdl), "it is no JSON"),
        (("--sfdx", org_project, "-o", tmp_path), "cannot be written"),
    ):
        with pytest.raises(ShapeUnusable, match=why):
            command(*arguments)
    with pytest.raises(ShapeUnusable, match=r"An org has one shape\."):
        org_shape_of(sfdx=[org_project], file=tmp_path / "org.json")
    with pytest.raises(ShapeUnusable, match="it is no JSON"):
        org_shape_of(file=wsdl)


def test_a_folder_of_describes_in_the_encodings_that_shells_write(command: Any, tmp_path: Path) -> None:
    told = {"name": "Case", "keyPrefix": "500", "fields": [{"name": "Subject", "type": "string", "length": 255}]}
    folder = tmp_path / "describes"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"result": told}), encoding="utf-16")
    (folder / "b.json").write_text(json.dumps({**told, "name": "Lot__c", "keyPrefix": "a9Z"}), encoding="utf-8-sig")
    kept = json.loads(command("--describe", folder, "--json").stdout)
    assert kept["added_objects"] == ["Case", "Lot__c"]


def test_served_orgs_have_the_shape_seeded_ones_among_them(org_project: Path, tmp_path: Path) -> None:
    shape = org_shape_of(sfdx=[org_project])
    with Stack(seed="demo", skip_waits=True, org_shape=shape) as stack:
        assert stack.salesforce is not None
        (org,) = stack.salesforce.orgs
        assert org.schema.sobject("Region__c") is not None
        assert org.state()["validation_rules"] == 3
    seeds = tmp_path / "seeds" / "salesforce"
    seeds.mkdir(parents=True)
    (seeds / "Region__c.json").write_text(json.dumps([{"Name": "North", "Opened__c": "2026-01-01"}]))
    for _ in range(2):
        with Stack(seed=str(seeds.parent), state_dir=tmp_path / "state", org_shape=shape) as stack:
            assert stack.salesforce is not None
            (org,) = stack.salesforce.orgs
            assert [row["Name"] for row in org.rows("Region__c")] == ["North"]
