"""The ids by which a request can be found again."""

from __future__ import annotations

import pytest

from tests.mock_zuora.conftest import Caller


def test_every_reply_has_an_id_of_its_own_and_a_refused_one_too(caller: Caller) -> None:
    replies = [caller.query("select Id from Account"), caller.query("select nothing"), caller.raw(b"no xml")]
    ids = {reply.headers["zuora-request-id"] for reply in replies}
    assert len(ids) == 3


def test_ids_of_requests_use_none_of_the_records(caller: Caller) -> None:
    made = [
        caller.call(
            '<api:create><api:zObjects xsi:type="obj:Account"><obj:Batch>Batch1</obj:Batch>'
            "<obj:BillCycleDay>1</obj:BillCycleDay><obj:Currency>USD</obj:Currency><obj:Name>n</obj:Name>"
            "</api:zObjects></api:create>"
        )
        for _ in range(2)
    ]
    first, second = (int(reply.body.split(b"<ns1:Id>")[1][:32], 16) for reply in made)
    assert second == first + 1


def test_a_track_id_comes_back(caller: Caller) -> None:
    assert caller.raw(b"no xml", HTTP_ZUORA_TRACK_ID="a" * 64).headers["Zuora-Track-Id"] == "a" * 64


@pytest.mark.parametrize("track_id", ["a" * 65, "", "caf\u00e9", "two\nlines"])
def test_a_track_id_that_is_none_is_passed_over(caller: Caller, track_id: str) -> None:
    assert "Zuora-Track-Id" not in caller.raw(b"no xml", HTTP_ZUORA_TRACK_ID=track_id).headers
