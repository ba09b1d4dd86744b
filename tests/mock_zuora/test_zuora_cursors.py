"""Results read page by page: how many rows a page has, how long a cursor lasts, whose it is, and how much is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_zuora import ZuoraMock
from mock_zuora import cursors as cursors_module
from simulator.clock import VirtualClock

GLOBAL = "0" * 31 + "1"
MINUTE = 60


def load(mock: ZuoraMock, make_id: Callable[[int], str], count: int, first: int = 0) -> None:
    rows = [{"Id": make_id(n), "Name": f"name {n}"} for n in range(first, first + count)]
    mock.tenants[0].load(GLOBAL, "Account", rows)


def locator_of(reply: Any) -> str:
    return str(reply.body.split(b"<ns1:queryLocator>")[1].split(b"<")[0].decode())


def more(locator: str) -> str:
    return f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"


def batch(size: object) -> str:
    return f"<api:batchSize>{size}</api:batchSize>"


def first_page(caller: Any, size: int = 4) -> Any:
    return caller.query("select Id, Name from Account", options=batch(size))


@pytest.mark.parametrize(
    ("asked", "version", "rows"),
    [
        ("", "83.0", 2000),
        (batch(0), "83.0", 2000),
        (batch(-5), "83.0", 2000),
        (batch(1), "83.0", 1),
        (batch(2000), "83.0", 2000),
        (batch(2001), "83.0", 2000),
        (batch(2**31 - 1), "83.0", 2000),
        ("", "5.0", 100),
        (batch(150), "5.0", 100),
    ],
)
def test_rows_of_a_page(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str], asked: str, version: str, rows: int
) -> None:
    load(mock, make_id, 2100)
    reply = caller.query("select Id from Account", options=asked, version=version)
    assert reply.body.count(b"<ns2:Id>") == rows
    assert b"<ns1:done>false</ns1:done>" in reply.body
    assert b"<ns1:size>2100</ns1:size>" in reply.body
    assert locator_of(reply).endswith(f"-{rows}")
    rest = caller.call(more(locator_of(reply)), version=version)
    assert rest.body.count(b"<ns2:Id>") == min(2100 - rows, 100 if version == "5.0" else 2000)


@pytest.mark.parametrize("size", ["x", "1_0", "1.5", str(2**31), "\u0661"])
def test_a_batch_size_that_is_no_int_is_refused(caller: Any, size: str) -> None:
    reply = caller.query("select Id from Account", options=batch(size))
    assert reply.status == 500
    assert b"<faultcode>soapenv:Server</faultcode>" in reply.body


@pytest.mark.parametrize("size", [3, 70, 500])
def test_pages_bring_every_row_once(caller: Any, mock: ZuoraMock, make_id: Callable[[int], str], size: int) -> None:
    load(mock, make_id, 1000)
    reply = first_page(caller, size)
    found: list[bytes] = []
    while True:
        found += [part.split(b"<")[0] for part in reply.body.split(b"<ns2:Id>")[1:]]
        if b"<ns1:done>true" in reply.body:
            break
        headers = f"<api:QueryOptions>{batch(size)}</api:QueryOptions>"
        reply = caller.call(more(locator_of(reply)), headers=headers)
    assert found == [make_id(n).encode() for n in range(1000)]


def test_a_result_stays_as_it_was_whatever_is_written(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 10)
    locator = locator_of(first_page(caller))
    caller.call(
        f'<api:update><api:zObjects xsi:type="obj:Account"><obj:Id>{make_id(5)}</obj:Id><obj:Name>changed</obj:Name>'
        "</api:zObjects></api:update>"
    )
    caller.call(f"<api:delete><api:type>Account</api:type><api:ids>{make_id(6)}</api:ids></api:delete>")
    load(mock, make_id, 5, first=20)
    page = caller.call(more(locator)).body
    assert page.count(b"<ns2:Id>") == 6
    assert b"changed" not in page
    assert make_id(6).encode() in page
    assert b"<ns1:size>10</ns1:size>" in page
    mock.tenants[0].clear()
    assert caller.call(more(locator)).body == page


def test_a_locator_may_be_sent_again_and_with_another_offset(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 10)
    locator = locator_of(first_page(caller))
    key = locator.rpartition("-")[0]
    assert caller.call(more(locator)).body == caller.call(more(locator)).body
    assert caller.call(more(f"{key}-9")).body.count(b"<ns2:Id>") == 1
    assert caller.call(more(f"{key}-0")).body.count(b"<ns2:Id>") == 10
    for beyond in (10, 11, 999_999_999):
        assert b"<fns:InvalidQueryLocatorFault>" in caller.call(more(f"{key}-{beyond}")).body


def test_a_page_kept_for_one_result_is_not_given_to_one_that_saw_other_rows(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 10)
    old = locator_of(first_page(caller))
    before = caller.call(more(old)).body
    mock.tenants[0].data(GLOBAL).store.update("Account", make_id(9), {"Name": "changed"})
    new = locator_of(first_page(caller))
    after = caller.call(more(new)).body
    assert b"changed" in after
    assert caller.call(more(old)).body == before
    assert caller.call(more(new)).body == after


def test_a_cursor_ends_after_fifteen_minutes_without_use(
    caller: Any, mock: ZuoraMock, clock: VirtualClock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 10)
    locator = locator_of(first_page(caller))
    for _ in range(3):
        clock.advance(14 * MINUTE)
        assert caller.call(more(locator)).status == 200
    for _ in range(2):  # the session is used, and the cursor is not
        clock.advance(7.5 * MINUTE)
        assert caller.call("<api:getUserInfo/>").status == 200
    reply = caller.call(more(locator))
    assert reply.status == 500
    assert b"<faultcode>fns:INVALID_VALUE</faultcode>" in reply.body
    assert b"<fns:InvalidQueryLocatorFault>" in reply.body


def test_a_locator_is_worthless_in_another_session_of_the_same_user(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 10)
    locator = locator_of(first_page(caller))
    first = caller.session
    caller.login()
    assert b"<fns:InvalidQueryLocatorFault>" in caller.call(more(locator)).body
    caller.session = first
    assert caller.call(more(locator)).status == 200


def test_a_session_keeps_so_many_results_open(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors_module, "RESULTS_A_SESSION", 3)
    load(mock, make_id, 10)
    locators = [locator_of(first_page(caller)) for _ in range(3)]
    assert caller.call(more(locators[0])).status == 200  # now the latest used
    locators.append(locator_of(first_page(caller)))
    assert [caller.call(more(each)).status for each in locators] == [200, 500, 200, 200]
    mine = caller.session
    caller.login()
    for _ in range(5):
        first_page(caller)
    caller.session = mine
    assert caller.call(more(locators[3])).status == 200
    assert len(mock.cursors) == 6


def test_an_entity_keeps_so_many_rows_open_but_always_the_newest_result(
    caller: Any, mock: ZuoraMock, make_id: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors_module, "ROWS_AN_ENTITY", 25)
    load(mock, make_id, 10)
    locators = [locator_of(first_page(caller)) for _ in range(3)]
    assert [caller.call(more(each)).status for each in locators] == [500, 200, 200]
    load(mock, make_id, 90, first=10)
    big = locator_of(first_page(caller))
    assert [caller.call(more(each)).status for each in (*locators, big)] == [500, 500, 500, 200]


def test_results_that_are_over_leave_nothing_behind(
    caller: Any, mock: ZuoraMock, clock: VirtualClock, make_id: Callable[[int], str]
) -> None:
    load(mock, make_id, 100)
    store = mock.tenants[0].data(GLOBAL).store
    caller.query("select Id from Account")
    first_page(caller)
    load(mock, make_id, 1, first=200)

    def copies() -> int:
        return int(store.execute("SELECT count(*) AS n FROM temp.sqlite_master")[0]["n"])

    assert copies() == 1
    clock.advance(14 * MINUTE)
    caller.call("<api:getUserInfo/>")
    clock.advance(2 * MINUTE)
    first_page(caller)  # sweeps what ran out
    assert copies() == 0
    mock.cursors.clear()
    assert len(mock.cursors) == 0
