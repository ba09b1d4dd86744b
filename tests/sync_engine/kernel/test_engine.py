from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from sync_engine.admission import SyncRequest
from sync_engine.errors import (
    LeaseLost,
    LimitWouldBeExceeded,
    LoginRefused,
    OnDemandSyncError,
    ReplyLost,
    RequestRefused,
    ServiceUnreachable,
    SettingsError,
)
from sync_engine.leases import LeaseKey
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState
from sync_engine.results import SEND_ERROR, exit_code

A, B, C = "a" * 32, "b" * 32, "c" * 32
E1, E2 = "1" * 32, "2" * 32
SF = "a010000000000001AA"[:15]
DOWN = ServiceUnreachable("Zuora", "http://zuora.test", "nothing listens")


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def accounts(*ids: str, **others: Any) -> SyncRequest:
    return SyncRequest(zuora_ids=list(ids), **others)


def test_a_request_runs_one_session_and_gives_one_result_an_account(world: Any, clock: Any) -> None:
    engine = world.engine()
    results = run(engine.request(accounts(B, A)))
    assert [(each.zuora_id, each.success, each.state) for each in results] == [
        (B, True, SessionState.FINISHED),
        (A, True, SessionState.FINISHED),
    ]
    assert results[0].object_id == "a00000000000001AAA"
    (session,) = run(engine.ledger.sessions())
    assert {each.session_id for each in results} == {session.id}
    assert (session.state, session.tenant, session.org) == (SessionState.FINISHED, "9", "00D000000000001EAA")
    assert (session.zuora_calls, session.salesforce_calls) == (3, 4)
    assert session.counts["Zuora__CustomerAccount__c"]["created"] == 2
    assert [each.fence for each in session.objects] == [1, 1]
    assert len(run(engine.ledger.outcomes(session.id))) == 2
    assert run(engine.leases.all()) == []
    assert world.open == 0
    assert exit_code(results) == 0


def test_session_ids_come_from_chance_alone(world: Any) -> None:
    first = run(world.engine(chance=random.Random(5)).request(accounts(A)))[0].session_id
    assert first == f"{random.Random(5).getrandbits(128):032x}"


def test_a_refused_request_leaves_no_trace(world: Any) -> None:
    engine = world.engine()
    with pytest.raises(RequestRefused):
        run(engine.request(accounts(*(f"{n:032x}" for n in range(11)))))
    assert run(engine.ledger.sessions()) == []
    assert world.logins == []
    assert world.salesforce.calls == 1


def test_missing_settings_are_named_before_anything_is_sent(world: Any) -> None:
    with pytest.raises(SettingsError, match=r"\[zuora\] username"):
        run(world.engine(world.settings(username="")).request(accounts(A)))


def test_salesforce_that_is_down_stops_the_request(world: Any) -> None:
    world.refused["salesforce"] = LoginRefused("Salesforce", "sam", "no")
    engine = world.engine()
    with pytest.raises(LoginRefused):
        run(engine.request(accounts(A)))
    assert run(engine.ledger.sessions()) == []


def test_zuora_that_is_down_fails_the_session_in_the_words_of_the_package(world: Any) -> None:
    world.refused[""] = DOWN
    engine = world.engine()
    results = run(engine.request(accounts(A, B)))
    assert [each.status_message for each in results] == [SEND_ERROR + DOWN.message] * 2
    assert {each.code for each in results} == {"SERVICE_UNREACHABLE"}
    assert not any(each.success for each in results)
    assert exit_code(results) == 3
    (session,) = run(engine.ledger.sessions())
    assert (session.state, session.message) == (SessionState.FAILURE, DOWN.message)


class TestFirstWins:
    def hold(self, engine: Any, *ids: str, entity: str = "") -> Any:
        keys = [LeaseKey("00D000000000001EAA", "9", entity, "BILLING_ACCOUNT", each) for each in ids]
        return run(engine.leases.take(keys, "f" * 32)).leases

    def test_an_account_held_elsewhere_is_cancelled_and_the_others_go_on(self, world: Any, clock: Any) -> None:
        engine = world.engine()
        self.hold(engine, A)
        clock.advance(5)
        held, done = run(engine.request(accounts(A, B)))
        assert (held.state, held.success, held.exit_code) == (SessionState.CANCELLED, False, 4)
        assert "f" * 32 in held.status_message
        assert "2026-01-15 08:00:00 UTC" in held.status_message
        assert "08:30:00" in held.what_to_do
        assert held.try_again_at.minute == 30
        assert done.success
        assert [each.ids for each in world.ran] == [[B]]
        (session,) = run(engine.ledger.sessions())
        assert session.state is SessionState.FINISHED_WITH_ERRORS

    def test_a_session_whose_accounts_are_all_held_is_cancelled(self, world: Any) -> None:
        engine = world.engine()
        before = self.hold(engine, A)
        results = run(engine.request(accounts(A)))
        assert exit_code(results) == 4
        (session,) = run(engine.ledger.sessions())
        assert session.state is SessionState.CANCELLED
        assert world.ran == []
        assert run(engine.leases.all()) == list(before.values())
        assert world.salesforce.created[0][1]["Zuora__Is_Cancel__c"] == "true"

    def test_the_entity_does_not_hide_a_record(self, world: Any) -> None:
        engine = world.engine()
        self.hold(engine, A, entity=E1)
        assert run(engine.request(accounts(A)))[0].state is SessionState.CANCELLED

    def test_two_requests_at_once(self, world: Any) -> None:
        async def both() -> list[Any]:
            started = asyncio.Event()
            second_done = asyncio.Event()

            async def during(_: Any) -> None:
                started.set()
                await second_done.wait()

            world.during = during
            first = asyncio.create_task(world.engine().request(accounts(A)))
            await started.wait()
            second = await world.engine(chance=random.Random(2)).request(accounts(A))
            second_done.set()
            return [*(await first), *second]

        first, second = run(both())
        assert first.success
        assert second.state is SessionState.CANCELLED
        assert first.session_id in second.status_message


class TestLeasesWhileRunning:
    def test_they_are_renewed_as_long_as_the_session_lives(self, world: Any, clock: Any) -> None:
        engine = world.engine()

        async def during(ran: Any) -> None:
            for _ in range(200):
                await asyncio.sleep(0)
            await ran.guard(A)

        # every sleep of the renewal moves the hand clock by ten minutes: days pass while the sync runs
        world.during = during
        began = clock.now()
        assert run(engine.request(accounts(A)))[0].success
        assert (clock.now() - began).total_seconds() > 3600
        assert [each.event for each in run(engine.leases.history())][-2:] == ["renewed", "released"]

    def test_a_session_that_stalled_past_its_lease_must_not_write(self, world: Any, clock: Any) -> None:
        engine = world.engine()

        async def during(ran: Any) -> None:
            clock.advance(26 * 60)
            with pytest.raises(LeaseLost):
                await ran.guard(A)

        world.during = during
        result = run(engine.request(accounts(A)))[0]
        assert (result.state, result.code) == (SessionState.FAILURE, "LEASE_LOST")

    def test_it_never_held_what_it_was_not_given(self, world: Any) -> None:
        async def during(ran: Any) -> None:
            with pytest.raises(LeaseLost):
                await ran.guard(B)

        world.during = during
        run(world.engine().request(accounts(A)))
        assert len(world.ran) == 1

    def test_a_session_that_was_given_up_for_dead_does_not_come_back_to_life(self, world: Any, clock: Any) -> None:
        engine = world.engine()

        async def during(ran: Any) -> None:
            clock.advance(31 * 60)
            assert len(await engine.ledger.fail_abandoned()) == 1
            with pytest.raises(LeaseLost):
                await ran.guard(A)

        world.during = during
        (result,) = run(engine.request(accounts(A)))
        assert (result.state, result.success, result.exit_code) == (SessionState.FAILURE, False, 1)
        (session,) = run(engine.ledger.sessions())
        assert session.state is SessionState.FAILURE

    @pytest.mark.parametrize("error", [DOWN, LimitWouldBeExceeded("no calls left", "wait")])
    def test_an_error_ends_the_session_and_gives_them_back(self, world: Any, error: OnDemandSyncError) -> None:
        async def during(_: Any) -> None:
            raise error

        world.during = during
        engine = world.engine()
        results = run(engine.request(accounts(A)))
        assert exit_code(results) == error.exit_code
        (session,) = run(engine.ledger.sessions())
        assert (session.state, session.message) == (SessionState.FAILURE, error.message)
        assert run(engine.leases.all()) == []

    @pytest.mark.parametrize(("error", "words"), [(asyncio.CancelledError(), "stopped"), (KeyError("x"), "KeyError")])
    def test_whatever_stops_the_process_gives_them_back_too(self, world: Any, error: BaseException, words: str) -> None:
        async def during(_: Any) -> None:
            raise error

        world.during = during
        engine = world.engine()
        with pytest.raises(type(error)):
            run(engine.request(accounts(A)))
        (session,) = run(engine.ledger.sessions())
        assert session.state is SessionState.FAILURE
        assert words in session.message
        assert session.objects[0].state is SessionState.FAILURE
        assert run(engine.leases.all()) == []
        assert world.open == 0


class TestRows:
    def test_a_failed_row_leaves_its_account_finished_with_errors(self, world: Any) -> None:
        world.more[A] = [
            RowOutcome("Child__c", "k2", A, RowState.BLOCKED, None, "PARENT_FAILED", "after k1"),
            RowOutcome("Child__c", "k1", A, RowState.FAILED, None, "STRING_TOO_LONG", "too long", "shorten it"),
        ]
        engine = world.engine()
        bad, good = results = run(engine.request(accounts(A, B)))
        assert (bad.state, bad.code, bad.what_to_do) == (
            SessionState.FINISHED_WITH_ERRORS,
            "STRING_TOO_LONG",
            "shorten it",
        )
        assert "2 of 3 rows" in bad.status_message
        assert good.success
        assert exit_code(results) == 1
        assert run(engine.ledger.sessions())[0].state is SessionState.FINISHED_WITH_ERRORS

    def test_an_account_that_failed_itself_is_a_failure(self, world: Any) -> None:
        world.states[A] = RowState.FAILED
        engine = world.engine()
        (result,) = run(engine.request(accounts(A)))
        assert (result.state, result.status_message, result.exit_code) == (SessionState.FAILURE, "why", 1)
        assert run(engine.ledger.sessions())[0].state is SessionState.FINISHED_WITH_ERRORS

    def test_every_write_is_in_the_ledger_before_it_is_sent(self, world: Any) -> None:
        engine = world.engine()
        row = type("Row", (), {"key": "k1"})

        async def during(ran: Any) -> None:
            world.salesforce.upsert_fails = ReplyLost("Salesforce", "upsert", "cut")
            with pytest.raises(ReplyLost):
                await ran.salesforce.upsert("X__c", "Key__c", [row])
            world.salesforce.upsert_fails = DOWN
            with pytest.raises(ServiceUnreachable):
                await ran.salesforce.upsert("X__c", "Key__c", [row])
            world.salesforce.upsert_fails = None
            assert (await ran.salesforce.upsert("X__c", "Key__c", [row]))[0].success

        world.during = during
        session_id = run(engine.request(accounts(A)))[0].session_id
        (write,) = run(engine.ledger.unsettled(session_id))
        assert (write.operation, write.sobject, write.keys, write.settled_as) == (
            "upsert",
            "X__c",
            ("k1",),
            "in doubt",
        )


class TestSalesforceIds:
    def put(self, world: Any, number: int, zuora: str | None, entity: str | None = None) -> str:
        from sync_engine.admission import check_characters

        short = f"a0100000000{number:04}"
        full = short + check_characters(short)
        record = {"Id": full, "Zuora__External_Id__c": zuora, "Zuora__EntityID__c": entity}
        world.salesforce.records.setdefault("Zuora__CustomerAccount__c", []).append(record)
        return short

    def test_they_are_resolved_in_one_query(self, world: Any) -> None:
        ids = [self.put(world, 1, A), self.put(world, 2, B)]
        results = run(world.engine().request(SyncRequest(object_ids=ids)))
        assert [each.zuora_id for each in results] == [A, B]
        assert len(world.salesforce.asked) == 1

    def test_both_ids_of_one_account_are_one_account(self, world: Any) -> None:
        short = self.put(world, 1, A)
        (result,) = run(world.engine().request(SyncRequest(object_ids=[short], zuora_ids=[A])))
        assert world.ran[0].ids == [A]
        assert result.zuora_id == A

    def test_each_unknown_id_is_one_clear_result_and_the_rest_runs(self, world: Any) -> None:
        good = self.put(world, 1, A)
        empty = self.put(world, 2, None)
        unknown = "a01000000009999"
        results = run(world.engine().request(SyncRequest(object_ids=[unknown, good, empty])))
        assert [each.code for each in results] == ["UNKNOWN_ID", None, "NO_ZUORA_ID"]
        assert [each.exit_code for each in results] == [1, 0, 1]
        assert unknown in results[0].status_message
        assert results[0].session_id == ""

    def test_nothing_known_means_no_session(self, world: Any) -> None:
        engine = world.engine()
        assert not run(engine.request(SyncRequest(object_ids=["a01000000009999"])))[0].success
        assert run(engine.ledger.sessions()) == []
        assert world.logins == []


class TestEntities:
    def test_each_entity_is_a_session_and_a_login_of_its_own(self, world: Any) -> None:
        asked = SyncRequest(zuora_ids=[C], zuora_ids_by_entity={A: E1, B: E2})
        engine = world.engine(world.settings(entity_id=E1))
        results = run(engine.request(asked))
        assert [(each.zuora_id, each.entity_id) for each in results] == [(C, E1), (A, E1), (B, E2)]
        assert [(each.zuora.entity, each.ids) for each in world.ran] == [(E1, [C, A]), (E2, [B])]
        assert all(each.rules.multi_entity for each in world.ran)
        assert [each.rules.entity_id for each in world.ran] == [E1, E2]
        assert len({each.session_id for each in results}) == 2

    def test_an_entity_the_user_may_not_enter_fails_alone(self, world: Any) -> None:
        world.refused[E2] = LoginRefused("Zuora", "zed", "no access to the entity")
        asked = SyncRequest(zuora_ids_by_entity={A: E1, B: E2})
        good, bad = results = run(world.engine().request(asked))
        assert good.success
        assert "no access to the entity" in bad.status_message
        assert exit_code(results) == 3

    def test_without_entities_nothing_names_one(self, world: Any) -> None:
        run(world.engine().request(accounts(A)))
        assert world.logins == [""]
        assert world.ran[0].rules.multi_entity is False

    def test_the_home_entity_by_name_is_found_in_the_org(self, world: Any) -> None:
        record = {"Id": "x", "zqu__EntityID__c": E1, "zqu__EntityName__c": "North"}
        world.salesforce.records["zqu__BillingEntity__c"] = [record]
        (result,) = run(world.engine(world.settings(entity_name="North")).request(accounts(A)))
        assert result.entity_id == E1
        assert world.logins == [E1]
        assert (world.ran[0].rules.entity_id, world.ran[0].rules.entity_name) == (E1, "North")

    def test_a_name_the_org_does_not_know_is_one_clear_result(self, world: Any) -> None:
        (result,) = run(world.engine(world.settings(entity_name="North")).request(accounts(A)))
        assert result.code == "ENTITY_MISSING"
        assert "North" in result.status_message
        assert world.ran == []

    def test_the_record_in_salesforce_knows_its_entity(self, world: Any) -> None:
        short = TestSalesforceIds().put(world, 1, A, E2)
        (result,) = run(world.engine(world.settings(entity_id=E1)).request(SyncRequest(object_ids=[short])))
        assert result.entity_id == E2


class TestBudget:
    def test_objects_past_the_callouts_fail_and_the_rest_runs(self, world: Any) -> None:
        results = run(world.engine().request(accounts(A, B, C, callouts_used=98)))
        assert [each.success for each in results] == [True, True, False]
        assert results[2].code == "CALLOUT_LIMIT"
        assert exit_code(results) == 5

    def test_no_callouts_left_at_all(self, world: Any) -> None:
        (result,) = run(world.engine().request(accounts(A, callouts_used=100)))
        assert result.code == "CALLOUT_LIMIT"
        assert world.ran == []


class TestCatalog:
    def test_every_product_of_the_entity(self, world: Any) -> None:
        world.products = [f"{n:032x}" for n in range(150, 0, -1)]
        results = run(world.engine().request_all_products(E2))
        assert len(results) == 150
        assert all(each.success and each.kind is ObjectKind.ZPRODUCT for each in results)
        assert {each.entity_id for each in results} == {E2}
        assert world.ran[0].ids == sorted(world.products)

    def test_an_empty_catalog_has_nothing_to_sync(self, world: Any) -> None:
        assert run(world.engine().request_all_products()) == []


class TestAccountPage:
    def test_the_button_syncs_all_billing_accounts_of_the_account(self, world: Any) -> None:
        for number, zuora in enumerate((A, B), 1):
            TestSalesforceIds().put(world, number, zuora)
        for row in world.salesforce.records["Zuora__CustomerAccount__c"]:
            row["Zuora__Account__c"] = "001Vr00000m4eGCIAY"
        results = run(world.engine().request_from_account_page("001Vr00000m4eGC"))
        assert [each.zuora_id for each in results] == [A, B]

    def test_nine_are_one_more_than_the_page_allows(self, world: Any) -> None:
        for number in range(1, 10):
            TestSalesforceIds().put(world, number, f"{number:032x}")
        for row in world.salesforce.records["Zuora__CustomerAccount__c"]:
            row["Zuora__Account__c"] = "001Vr00000m4eGCIAY"
        with pytest.raises(RequestRefused, match=r"9 billing accounts; .* may name 8"):
            run(world.engine().request_from_account_page("001Vr00000m4eGC"))

    @pytest.mark.parametrize("account", ["001Vr00000m4eGC", "nonsense"])
    def test_an_account_without_any(self, world: Any, account: str) -> None:
        with pytest.raises(RequestRefused):
            run(world.engine().request_from_account_page(account))


class TestHistory:
    def test_one_row_a_session(self, world: Any) -> None:
        (result,) = run(world.engine().request(accounts(A)))
        ((sobject, row),) = world.salesforce.created
        assert sobject == "Zuora__Sync_History__c"
        assert row == {
            "Zuora__External_Id__c": result.session_id,
            "Zuora__Job_State_Id__c": result.session_id,
            "Zuora__Sync_Target__c": "ACCOUNTS_AND_RELATED_OBJECTS",
            "Zuora__Target_Id__c": A,
            "Zuora__Sync_To__c": "00D000000000001",
            "Zuora__Sync_By__c": "005000000000001AAA",
            "Zuora__Sync_On__c": "2026-01-15T08:00:00.000Z",
            "Zuora__Finished_On__c": row["Zuora__Finished_On__c"],
            "Zuora__Is_Async__c": "false",
            "Zuora__Is_Incremental__c": "false",
            "Zuora__Is_Success__c": "true",
            "Zuora__Is_Cancel__c": "false",
            "Zuora__Tenant_Id__c": "9",
            "Zuora__Zuora_Hostname__c": "zuora.test",
        }

    def test_an_org_without_the_object_gets_none(self, world: Any) -> None:
        world.salesforce.objects = []
        assert run(world.engine().request(accounts(A)))[0].success
        assert world.salesforce.created == []

    def test_trouble_with_it_changes_nothing(self, world: Any, caplog: pytest.LogCaptureFixture) -> None:
        world.salesforce.history_fails = DOWN
        assert run(world.engine().request(accounts(A)))[0].success
        assert "no history of session" in caplog.text


def test_the_mail_is_sent_when_it_is_wanted(world: Any) -> None:
    sent = []

    class Mail:
        async def request_sent(self, objects: Any, session_ids: Any) -> None:
            sent.append(([each.zuora_id for each in objects], len(session_ids)))

    engine = world.engine(notifier=Mail())
    run(engine.request(accounts(A)))
    run(engine.request(accounts(B, email_notification=False)))
    assert sent == [([A], 1)]
