"""Both mocks served: the settings work at once, records outlast a start, and trouble is told in words."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from offline.control_client import ControlClient
from offline.errors import ControlUnreachable, MockRefused, PortUnusable, ProfileUnknown, ScenarioUnknown, StateUnusable
from offline.serving import Served, Stack
from sync_engine import settings as engine_settings
from sync_engine.clock import SystemClock
from sync_engine.connections import Connections

KEYS = {
    "zuora_url",
    "zuora_username",
    "zuora_password",
    "salesforce_url",
    "salesforce_username",
    "salesforce_password",
    "salesforce_security_token",
    "control_zuora",
    "control_salesforce",
    "settings",
}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Stack(seed="demo", skip_waits=True) as stack:
        yield stack.served


def call(method: str, url: str, **options: Any) -> Any:
    return httpx.request(method, url, trust_env=False, **options).json()


def seed(address: str, scenario: str) -> dict[str, Any]:
    return ControlClient(address).post("/seed", {"scenario": scenario})


def test_everything_a_client_needs_is_told(served: Served) -> None:
    assert served.as_dict().keys() == KEYS
    assert all(served.as_dict().values())
    assert served.zuora_url.endswith("/apps/services/a/83.0")
    assert served.salesforce_url.endswith("/services/Soap/u/64.0")


async def logged_in_names(settings_path: str) -> tuple[str, str]:
    told = engine_settings.load(Path(settings_path))
    async with Connections(told, SystemClock(), random.Random(1)) as connections:
        zuora = await connections.zuora(told.zuora.entity_id)
        salesforce = await connections.salesforce()
        return (await zuora.user_info()).tenant_name, salesforce.org_id


def test_the_settings_file_opens_both_services(served: Served) -> None:
    import asyncio

    tenant, org = asyncio.run(logged_in_names(served.settings))
    assert tenant == "Tenant 01"
    assert org.startswith("00D")


def test_the_control_planes_count_what_is_there(served: Served) -> None:
    zuora = call("GET", f"{served.control_zuora}state")
    assert zuora["seeded"] == ["demo"]
    entities = zuora["tenants"][0]["entities"].values()
    assert sorted(entity["objects"]["Account"] for entity in entities) == [3, 11]
    salesforce = call("GET", f"{served.control_salesforce}state")
    assert salesforce["orgs"][0]["records"]["Account"] == 4


def test_the_journal_has_the_calls_without_passwords(served: Served) -> None:
    body = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://api.zuora.com/">'
        f"<soapenv:Body><a:login><a:username>{served.zuora_username}</a:username>"
        f"<a:password>{served.zuora_password}</a:password></a:login></soapenv:Body></soapenv:Envelope>"
    )
    httpx.post(served.zuora_url, content=body, headers={"Content-Type": "text/xml"}, trust_env=False).raise_for_status()
    exchanges = call("GET", f"{served.control_zuora}journal")["exchanges"]
    assert exchanges[-1]["operation"] == "login"
    assert served.zuora_password not in str(exchanges)


def test_seeding_again_changes_nothing_and_resetting_makes_room_for_it(served: Served) -> None:
    before = call("GET", f"{served.control_salesforce}state")
    assert seed(served.control_salesforce, "demo")["seeded"] is False
    emptied = call("POST", f"{served.control_salesforce}reset", json={})
    assert emptied["removed"] == ["demo"]
    assert "Account" not in emptied["state"]["orgs"][0]["records"]
    assert seed(served.control_salesforce, "demo")["seeded"] is True
    after = call("GET", f"{served.control_salesforce}state")
    assert after["orgs"][0]["records"] == before["orgs"][0]["records"]


def test_the_clock_moves_for_both(served: Served) -> None:
    moved = call("POST", f"{served.control_zuora}clock", json={"advance_s": 3600})
    assert moved["movable"] is True
    assert call("GET", f"{served.control_salesforce}clock")["now"] >= moved["now"]


def test_records_outlast_a_start_and_are_not_seeded_twice(tmp_path: Path) -> None:
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True) as stack:
        first = call("GET", f"{stack.served.control_zuora}state")
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True) as stack:
        assert call("GET", f"{stack.served.control_zuora}state")["tenants"] == first["tenants"]
        assert stack.served.settings == str(tmp_path / "ondemand-sync.toml")
        call("POST", f"{stack.served.control_zuora}reset", json={})
    with Stack(seed="", state_dir=tmp_path, skip_waits=True) as stack:
        assert call("GET", f"{stack.served.control_zuora}state")["seeded"] == []
        assert call("GET", f"{stack.served.control_salesforce}state")["seeded"] == ["demo"]


def test_seeding_that_broke_off_is_done_afresh(tmp_path: Path) -> None:
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True) as stack:
        whole = call("GET", f"{stack.served.control_zuora}state")
    (tmp_path / "seeded.json").unlink()
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True) as stack:
        assert call("GET", f"{stack.served.control_zuora}state")["tenants"] == whole["tenants"]


def test_a_server_without_a_scenario_takes_one_later() -> None:
    with Stack(seed="", skip_waits=True) as stack:
        assert stack.served.zuora_username == ""
        assert seed(stack.served.control_zuora, "demo")["seeded"] is True
        assert call("GET", f"{stack.served.control_zuora}state")["seeded"] == ["demo"]


def test_the_zuora_tenant_has_the_limits_asked_for() -> None:
    with Stack(seed="demo", skip_waits=True, profile="tiny") as stack:
        assert stack.zuora is not None
        assert {each["profile"] for each in stack.zuora.limits()["tenants"].values()} == {"tiny"}


def test_limits_of_an_unknown_name_are_refused_with_those_there_are() -> None:
    with pytest.raises(ProfileUnknown, match="no profile 'huge'; there are production, sandbox"):
        Stack(seed="demo", profile="huge").start()


def test_an_unknown_scenario_is_refused_with_one_that_is_near() -> None:
    with pytest.raises(ScenarioUnknown, match="no scenario 'dmeo'; did you mean 'demo'"):
        Stack(seed="dmeo")


def test_a_running_server_refuses_an_unknown_scenario(served: Served) -> None:
    with pytest.raises(MockRefused, match="did you mean 'demo'"):
        seed(served.control_zuora, "deno")


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = Stack(seed="demo", salesforce_port=port, state_dir=tmp_path, skip_waits=True)
        with pytest.raises(PortUnusable, match=rf"{port}.*--salesforce-port"):
            stack.start()
    with pytest.raises(RuntimeError, match="not being served"):
        _ = stack.served
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True):
        pass


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    with Stack(seed="demo", state_dir=tmp_path, skip_waits=True):
        pass
    for file in tmp_path.glob("zuora-*.sqlite"):
        file.write_bytes(b"not a database" * 100)
    with pytest.raises(StateUnusable, match="cannot be used"):
        Stack(seed="demo", state_dir=tmp_path, skip_waits=True).start()


def test_nobody_at_a_control_address(served: Served) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/_mock/"
        with pytest.raises(ControlUnreachable, match="No mock answers at"):
            seed(address, "demo")
    with pytest.raises(ControlUnreachable, match="control plane"):
        seed(served.zuora_url, "demo")
    with pytest.raises(ControlUnreachable, match="No mock answers at"):
        seed("not an address", "demo")


def test_another_address_is_served_and_steered_from_here() -> None:
    with Stack(seed="", skip_waits=True, host="127.0.0.2") as stack:
        assert stack.served.control_zuora.startswith("http://127.0.0.2:")
        assert ControlClient(stack.served.control_zuora).get("/state")["seeded"] == []


def test_an_address_that_is_not_this_machines_is_told() -> None:
    with pytest.raises(PortUnusable, match=r"cannot listen on port 0 of 192\.0\.2\.1"):
        Stack(seed="", host="192.0.2.1").start()
