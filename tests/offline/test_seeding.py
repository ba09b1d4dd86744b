"""Records from files in both mocks: all of them or none, each mistake named, and back to the same files."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.sides import SalesforceSide, ZuoraSide
from offline.state import StateFolder
from offline.subjects import SeededSubject
from simulator.clock import VirtualClock
from simulator.control import ControlInvalid, ControlRefused, ControlUnknown, RecordQuery
from simulator.soap import SoapFault

A1, A2, C1 = (f"{number:032x}" for number in (1, 2, 3))
ACCOUNTS = f"Id,Name,Balance,AutoPay,Currency\n{A1},Account 01,10.50,true,USD\n{A2},Account 02,,,USD\n"
ENTITIES = f'{{"entities": [{{"id": "{"0" * 31}a", "name": "Global"}}, {{"id": "{"0" * 31}b", "name": "Europe"}}]}}'


class World:
    """Both mocks without records, as their control planes see them."""

    def __init__(self, path: Path | None = None) -> None:
        clock, chance = VirtualClock(), random.Random(1)
        self.folder = StateFolder(path)
        self.zuora_mock = ZuoraMock(clock=clock, chance=chance, state_dir=self.folder.records)
        self.org_mock = SalesforceMock(clock=clock, chance=chance, state_dir=self.folder.records)
        self.zuora = SeededSubject(ZuoraSide(self.zuora_mock), self.folder)
        self.org = SeededSubject(SalesforceSide(self.org_mock), self.folder)

    def close(self) -> None:
        self.zuora_mock.close()
        self.org_mock.close()
        self.folder.close()

    def accounts(self, entity: str = "") -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = self.zuora.records(RecordQuery("Account", entity=entity))["records"]
        return records


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def mistakes(subject: SeededSubject, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
    with pytest.raises(ControlInvalid, match="Nothing was loaded") as raised:
        subject.seed(wanted)
    return [(each["file"], each["row"], each["field"], each["problem"]) for each in raised.value.mistakes]


def test_records_without_a_tenant_make_a_plain_one(world: World) -> None:
    done = world.zuora.seed({"files": {"Account.csv": ACCOUNTS}})
    assert done["loaded"] == {"Entity 01": {"Account": 2}}
    first, second = world.accounts()
    assert (first["Id"], first["Name"], first["Balance"], first["AutoPay"]) == (A1, "Account 01", 10.5, True)
    assert "Balance" not in second
    assert world.zuora_mock.tenants[0].spec.users[0].username == "zuora.user@example.com"


def test_folders_are_entities_by_name_or_id(world: World) -> None:
    files = {
        "tenant.json": ENTITIES,
        "Global/Account.csv": ACCOUNTS,
        f"{'0' * 31}B/account.json": '[{"Name": "in Europe"}]',
    }
    done = world.zuora.seed({"files": files})
    assert done["loaded"] == {"Global": {"Account": 2}, "Europe": {"Account": 1}}
    assert [each["Name"] for each in world.accounts("europe")] == ["in Europe"]


def test_a_record_without_an_id_gets_one(world: World) -> None:
    world.zuora.seed({"records": {"Account": [{"Name": "a"}, {"Name": "b"}]}})
    ids = [each["Id"] for each in world.accounts()]
    assert len(set(ids)) == 2


def test_every_mistake_is_told_and_nothing_is_loaded(world: World) -> None:
    world.zuora.seed({"records": {"Account": [{"Id": A1, "Name": "there"}]}})
    before = world.accounts()
    files = {
        "Account.csv": f"Id,Nmae,Balance,BillCycleDay\n{A1},x,ten,1.5\n{A2},x,1,1\n{A2},x,1,1\n",
        "Acount.json": "[]",
        "Nowhere/Account.json": "[]",
        "Contact.json": '[{"AccountId": "not an id"}, {"FirstName": ["a"]}, {"firstname": "a", "FirstName": "b"}]',
        "Product.json": '[{"Id": "' + C1 + '"}, 5]',
    }
    assert mistakes(world.zuora, {"files": files}) == [
        ("Product.json", 2, "", "it is not a JSON object"),
        ("Nowhere/Account.json", 0, "", "there is no entity Nowhere"),
        ("Account.csv", 2, "Nmae", "Account has no such field; did you mean Name?"),
        ("Account.csv", 2, "Balance", "'ten' is no value of the type decimal"),
        ("Account.csv", 2, "BillCycleDay", "'1.5' is no value of the type int"),
        ("Account.csv", 2, "Id", f"there is a record with the id {A1} already"),
        ("Account.csv", 4, "Id", f"the id {A2} is that of Account.csv, row 3 too"),
        ("Acount.json", 0, "", "there is no object Acount; did you mean Account?"),
        ("Contact.json", 1, "AccountId", "'not an id' is no value of the type id"),
        ("Contact.json", 2, "FirstName", "a field holds one value, not ['a']"),
        ("Contact.json", 3, "FirstName", "the field is there twice"),
    ]
    assert world.accounts() == before
    assert world.zuora.records(RecordQuery("Product"))["records"] == []


def test_a_tenant_that_cannot_be_is_not_added(world: World) -> None:
    world.zuora.seed({"scenario": "demo"})
    same_user = '{"id": "2", "users": [{"username": "zuora.user@example.com"}]}'
    with pytest.raises(ControlInvalid, match="belongs to another tenant"):
        world.zuora.seed({"files": {"tenant.json": same_user}})
    with pytest.raises(ControlInvalid, match="no object Acount"):
        world.zuora.seed({"files": {"tenant.json": '{"custom_fields": [{"object": "Acount", "name": "a__c"}]}'}})
    with pytest.raises(ControlInvalid, match="Mars"):
        world.zuora.seed({"files": {"tenant.json": '{"time_zone": "Mars/Olympus"}'}})
    assert len(world.zuora_mock.tenants) == 1


def test_records_go_into_the_tenant_that_is_there_and_can_replace_its(world: World) -> None:
    world.zuora.seed({"scenario": "demo"})
    count = len(world.accounts("Entity 01"))
    world.zuora.seed({"records": {"Entity 01": {"Account": [{"Id": A1, "Name": "one more"}]}}})
    assert len(world.accounts("Entity 01")) == count + 1
    with pytest.raises(ControlInvalid, match="say which entity"):
        world.zuora.seed({"records": {"Account": [{"Name": "where?"}]}})
    world.zuora.seed({"records": {"Entity 01": {"Account": [{"Id": A1, "Name": "alone"}]}}, "replace": True})
    assert [each["Name"] for each in world.accounts("Entity 01")] == ["alone"]
    assert world.accounts("Entity 02") == []


def test_numbers_go_on_after_those_of_the_seed(world: World) -> None:
    world.zuora.seed({"records": {"Account": [{"Id": A1, "Name": "a", "AccountNumber": "A00000041"}]}})
    tenant = world.zuora_mock.tenants[0]
    data = tenant.data(tenant.spec.entities[0].id)
    assert data.next_number(tenant.catalogue["Account"]) == "A00000042"


def test_an_org_takes_files_too(world: World) -> None:
    done = world.org.seed(
        {"files": {"Account.csv": "Name,AnnualRevenue\nAccount 01,5\n", "org.json": '{"name": "Mine"}'}}
    )
    assert done["loaded"] == {"Account": 1}
    assert done["org"]["name"] == "Mine"
    assert world.org.records(RecordQuery("account"))["records"][0]["AnnualRevenue"] == 5
    found = mistakes(world.org, {"files": {"Account.csv": "Nam,AnnualRevenue\na,much\n", "x/Account.csv": "Name\n"}})
    assert found[0][:2] == ("x/Account.csv", 0)
    assert [each[2] for each in found[1:]] == ["Nam", "AnnualRevenue"]
    limited = {
        "id": "00D0000000000Zz",
        "currencies": [{"code": "USD"}, {"code": "EUR", "rate": 0.9}],
        "users": [
            {
                "username": "clerk@example.com",
                "view_all_data": False,
                "currency": "EUR",
                "permissions": [{"sobject": "Account", "delete": False, "hidden": ["Phone"]}],
            }
        ],
    }
    told = world.org.seed({"files": {"org.json": json.dumps(limited), "Account.csv": "Name,CurrencyIsoCode\nA,EUR\n"}})
    assert told["loaded"] == {"Account": 1}
    limited["id"], limited["users"] = "00D0000000000Yy", [{"username": "x@example.com", "currency": "XXX"}]
    with pytest.raises(ControlInvalid, match="currency XXX is not an active one"):
        world.org.seed({"files": {"org.json": json.dumps(limited)}})
    with pytest.raises(ControlInvalid, match="begins with 00D"):
        world.org.seed({"files": {"org.json": '{"id": "001", "users": [{"username": "other@example.com"}]}'}})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, "Say what to load"),
        ({"scenario": "demo", "folder": "x"}, "Say what to load"),
        ({"scenario": "demo", "replace": True}, "known keys: scenario"),
        ({"scenario": 5}, "scenario is given as in"),
        ({"sceanrio": "demo"}, "known keys: scenario, folder"),
        ({"files": {"Account.csv": 5}}, "given as text"),
        ({"files": {}}, "nothing for the zuora mock"),
        ({"files": {"salesforce/Account.csv": "Name"}}, "nothing for the zuora mock"),
        ({"folder": "/no/such/folder"}, "no folder"),
        ({"records": []}, "records is given as in"),
        ({"records": {"Account": [{"Name": "a"}]}, "replace": "yes"}, "replace is given as in"),
    ],
)
def test_what_is_no_seed_is_refused(world: World, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(ControlInvalid) as raised:
        world.zuora.seed(wanted)
    assert words in str(raised.value)


def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(ControlRefused, match="did you mean 'demo'"):
        world.zuora.seed({"scenario": "deno"})
    with pytest.raises(ControlUnknown, match="no tenant"):
        world.zuora.seed({"records": {"Account": []}, "tenant": "7"})
    for subject in (world.zuora, world.org):
        subject.seed({"scenario": "demo"})
        with pytest.raises(ControlUnknown, match="did you mean Account"):
            subject.records(RecordQuery("Acount", entity="Entity 01" if subject is world.zuora else ""))
        with pytest.raises(ControlUnknown, match="there is: "):
            subject.records(RecordQuery("Account", tenant="other"))
    with pytest.raises(ControlInvalid, match="Say which entity"):
        world.zuora.records(RecordQuery("Account"))
    with pytest.raises(ControlUnknown, match="no entity 'x'"):
        world.zuora.records(RecordQuery("Account", entity="x"))
    with pytest.raises(ControlInvalid, match="no entities"):
        world.org.records(RecordQuery("Account", entity="x"))
    for subject in (world.zuora, world.org):
        with pytest.raises(ControlInvalid, match="no profile"):
            subject.change_limits({"profile": "huge"})


def test_records_are_read_page_by_page(world: World) -> None:
    world.zuora.seed({"records": {"Account": [{"Id": f"{n:032x}", "Name": f"a{n}"} for n in range(1, 6)]}})
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = world.zuora.records(RecordQuery("account", after=after, limit=2))
        assert page["object"] == "Account"
        seen += [each["Name"] for each in page["records"]]
        after = page["after"]
    assert seen == ["a1", "a2", "a3", "a4", "a5"]


def test_a_scenario_written_to_files_and_loaded_again_is_the_same(world: World, tmp_path: Path) -> None:
    for subject in (world.zuora, world.org):
        subject.seed({"scenario": "demo"})
    files = {"zuora": world.zuora.export(), "salesforce": world.org.export()}
    assert "offline-" not in files["zuora"]["tenant.json"] + files["salesforce"]["org.json"]
    other = World()
    for service, subject in (("zuora", other.zuora), ("salesforce", other.org)):
        subject.seed({"files": files[service]})
        assert subject.export() == files[service]
        assert list(subject.problems()) == []
    assert other.zuora_mock.tenants[0].state() == world.zuora_mock.tenants[0].state()
    other.close()


def test_a_scenario_has_nothing_broken_in_it(world: World) -> None:
    world.zuora.seed({"scenario": "demo"})
    assert list(world.zuora.problems()) == []
    tenant = world.zuora_mock.tenants[0]
    first, second = (entity.id for entity in tenant.spec.entities)
    account = str(tenant.rows(first, "Account")[0]["Id"])
    tenant.load(second, "Contact", [{"Id": A1, "AccountId": account, "FirstName": "a", "LastName": "b"}])
    broken = list(world.zuora.problems())
    assert f"Tenant 01 / Entity 02: Contact {A1}: AccountId {account} is no Account" in broken
    assert f"Tenant 01 / Entity 02: Contact {A1}: AccountId {account} is a record of Tenant 01 / Entity 01" in broken


def test_a_tenant_that_came_with_files_outlasts_a_start(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    (seed / "tenant.json").write_text('{"id": "9", "users": [{"username": "own@example.com", "password": "own"}]}')
    (seed / "Account.csv").write_text(ACCOUNTS)
    first = World(tmp_path / "state")
    assert first.zuora.seed({"folder": str(seed)})["seeded"] is True
    assert first.zuora.seed_folder(seed, once=True)["seeded"] is False
    first.close()
    second = World(tmp_path / "state")
    assert [user.username for user in second.zuora_mock.tenants[0].spec.users] == ["own@example.com"]
    assert len(second.accounts()) == 2
    assert second.zuora.state()["seeded"] == [f"folder {seed}"]
    assert (tmp_path / "state" / "tenants.json").stat().st_mode & 0o077 == 0
    second.close()


def test_what_was_seeded_goes_back_with_a_snapshot(world: World) -> None:
    world.zuora.welcome()
    world.org.seed({"scenario": "demo"})
    full = world.org.snapshot()
    world.org.reset()
    empty = world.org.snapshot()
    assert world.org.restore(full)["state"]["seeded"] == ["demo"]
    assert world.org.seed({"scenario": "demo"})["seeded"] is False
    world.org.restore(empty)
    assert world.org.seed({"scenario": "demo"})["seeded"] is True


def test_state_tells_what_is_open_and_nothing_secret(world: World) -> None:
    world.zuora.seed({"scenario": "demo"})
    demo = scenario("demo").tenant.users[0]
    session = world.zuora_mock.sessions.open(world.zuora_mock.tenants, demo.username, demo.password)
    state = world.zuora.state()
    assert state["open_sessions"] == 1
    assert state["open_cursors"] == 0
    assert state["tenants"][0]["profile"] == "production"
    assert demo.password not in str(state)
    assert session.id not in str(state)


def test_state_tells_who_is_locked_out_and_until_when(world: World) -> None:
    world.zuora.seed({"scenario": "demo"})
    demo, tenant = scenario("demo").tenant.users[0], world.zuora_mock.tenants[0]
    assert world.zuora.state()["tenants"][0]["locked_out"] == {}
    for _ in range(tenant.policy.max_invalid_attempts or 0):
        with pytest.raises(SoapFault):
            world.zuora_mock.sessions.open([tenant], demo.username, "wrong")
    (until,) = world.zuora.state()["tenants"][0]["locked_out"].values()
    assert until == (VirtualClock().now() + timedelta(minutes=tenant.policy.lockout_min)).isoformat()


def test_the_examples_of_the_documentation_load(world: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "seeding.md").read_text()
    blocks = re.findall(r"```(csv|json)\n(.*?)```", page, re.DOTALL)
    accounts_csv, accounts_json = (next(text for kind, text in blocks if kind == each) for each in ("csv", "json"))
    tenant = next(text for _, text in blocks if "time_zone" in text)
    world.zuora.seed({"files": {"tenant.json": tenant, "Account.csv": accounts_csv}})
    from_csv = world.accounts()
    world.zuora.seed({"files": {"Account.json": accounts_json}, "replace": True})
    (from_json,) = world.accounts()
    assert [{**each, "AutoPay": None} for each in from_csv] == [{**from_json, "AutoPay": None}]
    wrong = {"Account.csv": "Id,Nmae,Balance\n,a,1\n,a,ten\n"}
    with pytest.raises(ControlInvalid) as raised:
        world.zuora.seed({"files": wrong})
    shown = json.loads(next(text for _, text in blocks if "mistakes" in text))
    assert (str(raised.value), list(raised.value.mistakes)) == (shown["error"], shown["mistakes"])


CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(CELLS, st.none() | st.booleans(), st.none() | st.decimals(-1000, 1000, places=2)), max_size=5)
)
def test_whatever_a_record_holds_comes_back_from_the_files(rows: list[tuple[Any, ...]]) -> None:
    world = World()
    records = [
        {"Id": f"{number:032x}", "Name": name, "AutoPay": auto, "Balance": None if balance is None else str(balance)}
        for number, (name, auto, balance) in enumerate(rows, 1)
    ]
    world.zuora.seed({"records": {"Account": [*records, {"Name": "last"}]}})
    files = world.zuora.export()
    world.zuora.seed({"files": files, "replace": True})
    assert world.zuora.export() == files
    world.close()
