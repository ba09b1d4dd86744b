"""Triggers run on each chunk within one transaction's limits, up to three times, and fail rows in Apex's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.triggers import ApexException, Appetite, Event, Trigger, TriggerContext, ValidationRule
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, USERNAME, Wire

INSERTS = (Event.BEFORE_INSERT,)


class Place:
    """One org with automation on Account."""

    def __init__(self, mock: SalesforceMock, org: Org) -> None:
        self.org, self.wire = org, Wire(mock)
        self.wire.login(USERNAME, PASSWORD)

    def create(self, *names: str, all_or_none: bool = False) -> list[dict[str, str]]:
        rows = [self.wire.row("Account", Name=name) for name in names]
        return self.wire.save("create", *rows, all_or_none=all_or_none).results

    @property
    def names(self) -> list[str]:
        return sorted(str(row["Name"]) for row in self.org.rows("Account"))


Make = Callable[..., Place]


@pytest.fixture
def place(mock: SalesforceMock) -> Make:
    def make(*triggers: Trigger, rules: tuple[ValidationRule, ...] = (), **figures: int) -> Place:
        users = (OrgUser(USERNAME, PASSWORD),)
        org = mock.add_org(OrgSpec(ORG_ID, "Org 01", users, triggers=triggers, validation_rules=rules))
        org.limits.change(org.limits.profile.changed(figures))
        return Place(mock, org)

    return make


def trigger(*events: Event, **more: Any) -> Trigger:
    return Trigger("AccountTrigger", "Account", events or INSERTS, **more)


@pytest.mark.parametrize(
    ("appetite", "words"),
    [
        ({"soql_queries": 101}, "Too many SOQL queries: 101"),
        ({"rows_queried": 50_001}, "Too many query rows: 50001"),
        ({"dml_statements": 151}, "Too many DML statements: 151"),
        ({"dml_rows": 20_000}, "Too many DML rows: 10001"),
        ({"future_calls": 51}, "Too many future calls: 51"),
        ({"emails": 11}, "Too many Email Invocations: 11"),
        ({"cpu_ms": 10_001}, "Apex CPU time limit exceeded"),
        ({"heap_bytes": 6_000_001}, "Apex heap size too large: 6000001"),
    ],
)
def test_each_limit_fails_every_row_in_its_own_words(place, appetite, words):
    at = place(trigger(per_batch=Appetite(**appetite)))
    results = at.create("A", "B")
    assert [each["message"] for each in results] == [f"AccountTrigger: System.LimitException: {words}"] * 2
    assert {each["statusCode"] for each in results} == {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
    assert at.names == []


def test_a_limit_counts_by_the_row(place):
    at = place(trigger(per_row=Appetite(soql_queries=1)), apex_soql_queries=3)
    assert at.create("A", "B", "C")[0]["success"] == "true"
    assert "Too many SOQL queries: 4" in at.create("A", "B", "C", "D")[0]["message"]


def test_a_package_is_named_and_a_certified_one_has_a_budget_of_its_own(place):
    def ours(namespace: str, *, certified: bool) -> Trigger:
        appetite = Appetite(soql_queries=60)
        return Trigger("T", "Account", INSERTS, namespace=namespace, certified=certified, per_batch=appetite)

    message = place(ours("one", certified=False), ours("two", certified=False)).create("A")[0]["message"]
    assert message == "two.T: System.LimitException: two:Too many SOQL queries: 101"


def test_two_certified_packages_do_not_share(place):
    def ours(namespace: str) -> Trigger:
        return Trigger(
            "T", "Account", INSERTS, namespace=namespace, certified=True, per_batch=Appetite(soql_queries=60)
        )

    assert place(ours("one"), ours("two")).create("A")[0]["success"] == "true"


def test_certified_packages_together_have_eleven_times_the_budget(place):
    many = [
        Trigger("T", "Account", INSERTS, namespace=f"p{n}", certified=True, per_batch=Appetite(soql_queries=10))
        for n in range(12)
    ]
    message = place(*many, apex_soql_queries=10).create("A")[0]["message"]
    assert message == "p11.T: System.LimitException: p11:Too many SOQL queries: 111"


def test_rows_run_in_batches_of_two_hundred_that_share_one_transaction(place):
    sizes: list[int] = []
    at = place(trigger(run=lambda context: sizes.append(len(context.rows))), apex_batch_rows=2)
    at.create("A", "B", "C")
    assert sizes == [2, 1]


def test_what_fails_is_set_aside_and_the_rest_tried_again_with_limits_anew(place):
    seen: list[list[object]] = []

    def refuse(context: TriggerContext) -> None:
        seen.append([row["Name"] for row in context])
        context.query("Account")
        for row in context:
            if row["Name"] == "Bad":
                row.add_error("not this one")

    at = place(trigger(run=refuse), apex_soql_queries=1)
    results = at.create("A", "Bad", "B")
    assert [each["success"] for each in results] == ["true", "false", "true"]
    assert results[1]["message"] == "not this one"
    assert results[1]["statusCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert seen == [["A", "Bad", "B"], ["A", "B"]]
    assert at.names == ["A", "B"]


def test_a_third_pass_with_failures_fails_the_rest(place):
    def refuse_the_first(context: TriggerContext) -> None:
        context.rows[0].add_error("the first again")

    at = place(trigger(run=refuse_the_first))
    results = at.create("A", "B", "C", "D")
    assert [each["message"] for each in results[:3]] == ["the first again"] * 3
    assert results[3]["message"] == "Too many batch retries in the presence of Apex triggers and partial failures."
    assert at.names == []


def test_all_or_none_tries_once_and_undoes_everything(place):
    runs: list[int] = []

    def refuse(context: TriggerContext) -> None:
        runs.append(len(context.rows))
        context.rows[0].add_error("no")

    at = place(trigger(run=refuse))
    results = at.create("A", "B", all_or_none=True)
    assert results[1]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert runs == [2]
    assert at.names == []


def test_an_update_that_is_rolled_back_keeps_the_ids_of_innocent_rows(place):
    def refuse(context: TriggerContext) -> None:
        context.rows[0].add_error("no")

    at = place(trigger(Event.BEFORE_UPDATE, run=refuse))
    first, second = (each["id"] for each in at.create("A", "B"))
    rows = [at.wire.row("Account", Id=each, Name="C") for each in (first, second)]
    results = at.wire.save("update", *rows, all_or_none=True).results
    assert [each["id"] for each in results] == ["", second]
    assert at.names == ["A", "B"]


def test_a_trigger_sets_fields_before_a_record_is_saved_and_not_after(place):
    def rename(context: TriggerContext) -> None:
        for row in context:
            row["Name"] = f"{row['Name']} (seen)"

    at = place(trigger(run=rename))
    at.create("A")
    assert at.names == ["A (seen)"]


def test_an_exception_reads_as_apex_writes_it(place):
    at = place(trigger(Event.AFTER_INSERT, error="System.NullPointerException: Attempt to de-reference a null object"))
    (result,) = at.create("A")
    assert result["message"] == (
        "AccountTrigger: execution of AfterInsert\n\ncaused by: System.NullPointerException: Attempt to de-reference "
        "a null object\n\nTrigger.AccountTrigger: line 1, column 1"
    )
    assert at.names == []


def test_a_trigger_writes_other_records_in_the_same_transaction(place):
    def add_contact(context: TriggerContext) -> None:
        context.insert("Contact", [{"LastName": row["Name"], "AccountId": row.id} for row in context])

    at = place(trigger(Event.AFTER_INSERT, run=add_contact))
    at.create("A", "B")
    assert sorted(str(row["LastName"]) for row in at.org.rows("Contact")) == ["A", "B"]


def test_a_write_that_fails_within_a_trigger_fails_its_batch(place):
    at = place(trigger(Event.AFTER_INSERT, run=lambda context: context.insert("Contact", [{"FirstName": "Only"}])))
    (result,) = at.create("A")
    assert "caused by: System.DmlException: Insert failed. First exception on row 0; first error: " in result["message"]
    assert "REQUIRED_FIELD_MISSING, Required fields are missing: [LastName]: [LastName]" in result["message"]
    assert at.names == []


def test_a_trigger_that_writes_its_own_object_comes_to_an_end(place):
    at = place(trigger(run=lambda context: context.insert("Account", [{"Name": "Again"}])), apex_dml_statements=10_000)
    (result,) = at.create("A")
    assert "Maximum trigger depth exceeded" in result["message"]
    assert at.names == []


def test_no_trigger_calls_out_itself(place):
    at = place(trigger(run=lambda context: context.call_out()))
    (result,) = at.create("A")
    assert "System.CalloutException: Callout from triggers are currently not supported." in result["message"]


def test_a_validation_rule_refuses_what_it_describes(place):
    rule = ValidationRule("Account", "No_X", "Name LIKE 'X%'", "Names do not begin with X.", "Name")
    at = place(rules=(rule,))
    results = at.create("A", "Xavier")
    assert [each["success"] for each in results] == ["true", "false"]
    assert results[1]["id"] == ""
    assert (results[1]["message"], results[1]["fields"]) == ("Names do not begin with X.", "Name")
    assert at.names == ["A"]


def test_a_rule_at_the_top_of_the_page_names_no_field(place):
    at = place(rules=(ValidationRule("Account", "No_X", "Name LIKE 'X%'", "Not so."),))
    assert "fields" not in at.create("Xavier")[0]


def test_a_delete_is_refused_by_its_trigger(place):
    def keep(context: TriggerContext) -> None:
        for row in context:
            if row.old and row.old["Name"] == "Kept":
                row.add_error("this one stays")

    at = place(trigger(Event.BEFORE_DELETE, run=keep))
    ids = [each["id"] for each in at.create("Kept", "Gone")]
    results = at.wire.by_ids("delete", *ids).results
    assert [each.get("message", "") for each in results] == ["this one stays", ""]
    assert at.names == ["Kept"]


def test_the_time_of_triggers_is_the_calls(place, clock):
    at = place(trigger(Event.BEFORE_UPDATE, per_batch=Appetite(cpu_ms=4_000)))
    (made,) = at.create("A")
    at.wire.save("update", at.wire.row("Account", Id=made["id"], Name="B"))
    until = at.org.locks.held(clock.now())[made["id"]]
    assert (until - clock.now()).total_seconds() == 4


def test_a_trigger_without_an_event_is_none():
    with pytest.raises(ValueError, match="names no event"):
        Trigger("T", "Account", ())


def test_an_error_of_the_triggers_own_is_apex(place):
    def throw(_context: TriggerContext) -> None:
        raise ApexException("System.QueryException: List has no rows for assignment to SObject")

    assert "List has no rows" in place(trigger(run=throw)).create("A")[0]["message"]
