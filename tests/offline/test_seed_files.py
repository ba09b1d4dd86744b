"""A seed's files: found in a folder, read as tables, each mistake named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import TenantSpec
from offline.seeds.files import of_service, read_folder, write_folder
from offline.seeds.mistakes import Mistakes
from offline.seeds.specs import kept_spec, read_spec, revived, spec_text
from offline.seeds.tables import read_tables, tables_in
from offline.seeds.zuora import read_tenant
from simulator.control import ControlInvalid


def mistakes_in(files: dict[str, str]) -> list[dict[str, Any]]:
    mistakes = Mistakes()
    read_tables(files, mistakes)
    with pytest.raises(ControlInvalid) as raised:
        mistakes.check()
    return [dict(each) for each in raised.value.mistakes]


def test_csv_and_json_are_the_same_rows() -> None:
    mistakes = Mistakes()
    files = {
        "Europe/Account.csv": '\ufeffId,Name,Notes\n1,"Account, 01",\n\n2,"two\nlines"\n',
        "Contact.json": '[{"Id": "1", "FirstName": null, "Number": 1.10}]',
    }
    europe, contact = read_tables(files, mistakes)
    mistakes.check()
    assert (europe.entity, europe.object) == ("Europe", "Account")
    assert europe.rows == [
        (2, {"Id": "1", "Name": "Account, 01", "Notes": None}),
        (4, {"Id": "2", "Name": "two\nlines"}),
    ]
    assert (contact.entity, contact.object) == ("", "Contact")
    assert [(number, row["FirstName"], str(row["Number"])) for number, row in contact.rows] == [(1, None, "1.10")]


@pytest.mark.parametrize(
    ("file", "text", "row", "field", "words"),
    [
        ("a.csv", "", 0, "", "is empty"),
        ("a.csv", "Id,Id\n", 1, "Id", "there twice"),
        ("a.csv", "Id,\n", 1, "", "column 2 has no name"),
        ("a.csv", "Id\n1,2\n", 2, "", "2 values for 1 fields"),
        ("a.csv", 'Id\n"1', 2, "", "not CSV"),
        ("a.json", "{", 0, "", "not JSON"),
        ("a.json", "{}", 0, "", "not a JSON array"),
        ("a.json", "[1]", 1, "", "not a JSON object"),
        ("a.json", '[{"Id": 1, "Id": 2}]', 0, "", "'Id' twice"),
        ("a/b/c.json", "[]", 0, "", "too deep"),
    ],
)
def test_a_mistake_is_named_with_its_place(file: str, text: str, row: int, field: str, words: str) -> None:
    (found,) = mistakes_in({file: text})
    assert (found["file"], found["row"], found["field"]) == (file, row, field)
    assert words in found["problem"]


def test_records_in_a_request_are_tables_too() -> None:
    mistakes = Mistakes()
    tables = tables_in({"Account": [{"Id": "1"}], "Europe": {"Contact": [{"Id": "2"}]}}, mistakes)
    assert [(t.file, t.entity, t.object, t.rows) for t in tables] == [
        ("records.Account", "", "Account", [(1, {"Id": "1"})]),
        ("records.Europe.Contact", "Europe", "Contact", [(1, {"Id": "2"})]),
    ]
    tables_in({"Account": 5, "Europe": {"Contact": {}}, "Other": [5]}, mistakes)
    with pytest.raises(ControlInvalid, match=r"3 mistakes, the first: records\.Account"):
        mistakes.check()


def test_a_folder_is_read_with_its_folders_and_nothing_else(tmp_path: Path) -> None:
    for name in ("Account.csv", "Europe/Contact.JSON", ".hidden/Account.csv", "readme.txt", "a/b/c/d.csv"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text")
    assert list(read_folder(tmp_path)) == ["Account.csv", "Europe/Contact.JSON"]
    (tmp_path / "Account.csv").write_bytes(b"Name\n\xff")
    with pytest.raises(ControlInvalid, match=r"Account\.csv: it is not UTF-8 text: byte 5 is 0xff"):
        read_folder(tmp_path)
    with pytest.raises(ControlInvalid, match="no folder"):
        read_folder(tmp_path / "gone")


def test_each_service_has_its_own_folder_or_all() -> None:
    both = {"zuora/Account.csv": "z", "Salesforce/Account.csv": "s", "zuora/Europe/Contact.csv": "e"}
    assert of_service(both, "zuora") == {"Account.csv": "z", "Europe/Contact.csv": "e"}
    assert of_service(both, "salesforce") == {"Account.csv": "s"}
    alone = {"Account.csv": "a", "Europe/Contact.csv": "e"}
    assert of_service(alone, "zuora") == of_service(alone, "salesforce") == alone


@pytest.mark.parametrize("name", ["../up.json", "/root.json", "a/../../up.json", "a\\b.json"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="leads out of the folder"):
        write_folder(tmp_path / "seed", {"fine.json": "[]", name: "[]"})
    assert list(tmp_path.iterdir()) == []


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9 ]{1,9}(/[A-Za-z]{1,9})?\.json", fullmatch=True), st.text()))
def test_what_of_service_keeps_was_there(files: dict[str, str]) -> None:
    kept = of_service(files, "zuora")
    assert set(kept.values()) <= set(files.values())


TENANT = """{
  "id": "77", "name": "Tenant 77", "time_zone": "Europe/Berlin", "profile": "developer",
  "entities": [{"id": "00000000000000000000000000000001", "name": "Global"},
               {"id": "00000000000000000000000000000002", "name": "Europe"}],
  "users": [{"username": "a@example.com", "entities": ["00000000000000000000000000000002"]},
            {"username": "b@example.com", "password": "own"}],
  "custom_fields": [{"object": "Account", "name": "Region__c"}],
  "policy": {"max_invalid_attempts": 3}
}"""


def tenant(text: str) -> TenantSpec | None:
    mistakes = Mistakes()
    spec = read_tenant({"Tenant.json": text}, mistakes)
    mistakes.check()
    return spec


def test_a_tenant_is_what_its_file_says() -> None:
    spec = tenant(TENANT)
    assert spec is not None
    assert (spec.id, spec.time_zone, spec.profile, spec.policy.max_invalid_attempts) == (
        "77",
        "Europe/Berlin",
        "developer",
        3,
    )
    assert [user.password for user in spec.users] == ["offline-zuora-1", "own"]
    assert spec.custom_fields[0].name == "Region__c"


def test_a_tenant_without_details_is_the_plain_one() -> None:
    spec = tenant('{"name": "Mine"}')
    assert spec is not None
    assert (spec.name, spec.entities[0].name, spec.users[0].username) == ("Mine", "Entity 01", "zuora.user@example.com")
    assert read_tenant({"Account.csv": "Id"}, Mistakes()) is None


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("{", "", "not JSON"),
        ("[]", "", "not a JSON object"),
        ('{"nam": "x"}', "nam", "did you mean name"),
        ('{"users": [{"username": "a", "pasword": "secret-1"}]}', "users.0.pasword", "did you mean password"),
        ('{"entities": [{"id": "1"}]}', "entities.0.name", "required"),
        ('{"entities": "Europe"}', "entities", "tuple"),
        ('{"policy": {"lockout_min": 0}}', "policy", "lockout_min is 1 or more"),
        ('{"users": [{"username": 5, "password": "secret-1"}]}', "users.0.username", "string"),
    ],
)
def test_a_mistake_in_a_tenant_is_named_and_nothing_secret_is_told(text: str, field: str, words: str) -> None:
    with pytest.raises(ControlInvalid) as raised:
        tenant(text)
    told = [each for each in raised.value.mistakes if each["field"] == field]
    assert any(words in each["problem"] for each in told), raised.value.mistakes
    assert "secret-1" not in str(raised.value) + str(raised.value.mistakes)


def test_a_spec_is_written_without_its_secrets_and_kept_with_them() -> None:
    spec = tenant(TENANT)
    assert spec is not None
    text = spec_text(spec)
    assert "password" not in text
    mistakes = Mistakes()
    again = read_spec(TenantSpec, "tenant.json", text, {}, {"password": "offline-zuora-1"}, mistakes)
    mistakes.check()
    assert again is not None
    assert [user.password for user in again.users] == ["offline-zuora-1", "offline-zuora-1"]
    assert (again.entities, again.custom_fields, again.policy) == (spec.entities, spec.custom_fields, spec.policy)
    assert revived(TenantSpec, kept_spec(spec)) == spec
