from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mock_salesforce
import mock_zuora
import sync_engine
from mock_salesforce.wsdl.codes import EXCEPTION, STATUS, codes
from mock_zuora.messages import ERROR_CODES
from sync_engine.catalogue import Action, Entry, Reach, action_of, entries, explain, find, near
from sync_engine.errors import OnDemandSyncError
from sync_engine.soap.service import _BUSY_STATUSES

# The words of the protocol itself, one of the login history, and what the details of a cursor's fault say.
NOT_IN_SALESFORCES_LISTS = {
    *("Client", "Sender", "Server", "Receiver", "LOGIN_RATE_EXCEEDED"),
    *("INVALID_QUERY_LOCATOR_FORMAT", "QUERY_LOCATOR_EXPIRED", "QUERY_LOCATOR_NOT_FOUND", "MAX_STATEMENT_SIZE"),
    *("LOCATOR_LOCATION_EXCEEDS_SIZE", "UNAUTHORIZED_USER_FOR_CURSOR", "TEMPORARY_QUERY_MORE_FAILURE"),
}
NOT_IN_ZUORAS_LIST = {"Client", "Sender", "Server", "Receiver", "INVALID_QUERY_LOCATOR"}
CONNECTOR = {"DACO-903303", *(f"DACO-{number:02}" for number in (*range(1, 14), 98, 99))}
SMALL_WORDS = frozenset(
    re.findall("[a-z]+", "a an and are as at be by for from in is it its no not of on or so that the this to was with")
)


def codes_of(service: str) -> set[str]:
    return {entry.code for entry in entries() if entry.service == service}


def words(text: str) -> set[str]:
    return {word for word in re.findall("[a-z0-9]+", text.lower()) if word not in SMALL_WORDS}


def test_every_code_of_zuora_is_there() -> None:
    assert len(ERROR_CODES) == 29
    assert codes_of("Zuora") == {*ERROR_CODES, *NOT_IN_ZUORAS_LIST}


def test_every_code_of_salesforce_is_there() -> None:
    real = {*codes(STATUS, 66.0), *codes(EXCEPTION, 66.0)}
    assert len(real) > 880
    assert codes_of("Salesforce") == real | NOT_IN_SALESFORCES_LISTS


def test_every_code_of_the_real_lists_is_there(shared_dir: Path) -> None:
    for name, count in (("StatusCode", 615), ("ExceptionCode", 320)):
        real = (shared_dir / "wsdl" / f"salesforce-{name}-66.txt").read_text().split()
        assert len(real) == count
        assert set(real) <= codes_of("Salesforce")


def test_every_code_of_the_connector_is_there() -> None:
    assert codes_of("Zuora connector") == CONNECTOR | {"FeatureNotEnabled", "DACO-101 to DACO-198"}
    assert [explain(f"DACO-{number}").known for number in (100, 101, 109, 110, 198, 199)] == [
        *(False, True, True),
        *(True, True, False),
    ]
    assert explain("DACO-150").code == "DACO-150"
    assert explain("DACO-01", message="MISSING_ARGUMENT: Id not specified") != explain("DACO-01")


def test_what_is_said_of_a_http_status_is_what_the_engine_does() -> None:
    waits = {int(entry.code[5:]) for entry in entries() if entry.service == "HTTP" and entry.action is Action.WAIT}
    assert waits == _BUSY_STATUSES
    assert find("503") == find("HTTP 503") == find("http_503")
    assert find("200") == find("999") == ()


def error_classes(base: type[OnDemandSyncError] = OnDemandSyncError) -> Iterator[type[OnDemandSyncError]]:
    for each in base.__subclasses__():
        yield each
        yield from error_classes(each)


def test_every_error_of_the_engine_has_a_code_that_is_there() -> None:
    for module in pkgutil.walk_packages(sync_engine.__path__, "sync_engine."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    # These always carry a service's own code.
    named_by_services = {"SOAP_FAULT_ERROR", "FAULT_WITH_PAUSE"}
    codes = {each.code for each in error_classes() if each.__module__.startswith("sync_engine.")}
    assert {"SERVICE_UNREACHABLE", "BUSY", "ADDRESS_TAKEN"} <= codes
    assert codes - named_by_services <= codes_of("engine")


def test_every_code_that_the_engine_writes_down_is_there() -> None:
    """Those given as `code="…"`, or kept under their own name, or handed to a function of outcomes."""
    said: set[str] = set()
    for path in Path(sync_engine.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [*node.args, *(each.value for each in node.keywords if each.arg == "code")]
                name = getattr(node.func, "id", "")
                handed = name in ("failed", "RowOutcome") or any(each.arg == "code" for each in node.keywords)
                said |= {each.value for each in given if handed and isinstance(each, ast.Constant) and is_code(each)}
    assert {"LEASE_HELD", "CRM_ID_MISSING", "PARENT_FAILED", "CALLOUT_LIMIT"} <= said
    assert said <= codes_of("engine")


def is_code(constant: ast.Constant) -> bool:
    return isinstance(constant.value, str) and re.fullmatch("[A-Z]+(_[A-Z]+)+", constant.value) is not None


def test_entries_are_complete_and_none_is_said_twice() -> None:
    seen = [(entry.service, entry.code, entry.when) for entry in entries()]
    assert len(seen) == len(set(seen))
    for entry in entries():
        assert entry.cause.endswith((".", ".)"))
        assert entry.what_to_do.endswith((".", ".)", "]'")) or "`" in entry.what_to_do[-30:]
        # A special case is no use without the general one behind it.
        assert entry.when == "" or any(
            other.when == "" for other in find(entry.code) if other.service == entry.service
        ), entry


def test_no_entry_is_its_name_over_again() -> None:
    """Cause and cure together say at least ten words that the code does not, and no cure is a mere "see above"."""
    for entry in entries():
        new = words(f"{entry.cause} {entry.what_to_do}") - words(entry.code.replace("_", " "))
        assert len(new) >= 10 or entry.code == "DACO-03", (entry.code, new)
        assert len(words(entry.cause) - words(entry.code.replace("_", " "))) >= 4, (entry.code, entry.cause)


def test_codes_of_a_family_share_the_cure_and_say_what_each_is() -> None:
    families: dict[str, list[Entry]] = {}
    for entry in entries():
        if entry.family and entry.service == "Salesforce":
            families.setdefault(entry.family, []).append(entry)
    for name, members in families.items():
        assert len(members) > 1, name
        assert len({(member.what_to_do, member.action) for member in members}) == 1, name
        alone = [member for member in members if member.reach is Reach.SYNC]
        assert not alone, "what a sync's own calls bring deserves words of its own"


def test_a_code_of_both_services_has_one_class() -> None:
    """Results do not say which service a code came from."""
    both = codes_of("Zuora") & codes_of("Salesforce")
    assert {"INVALID_FIELD", "SERVER_UNAVAILABLE"} <= both
    for code in both:
        assert len({each.action for each in find(code) if each.service in ("Zuora", "Salesforce")}) == 1, code


def test_every_code_that_the_mocks_can_say_is_there() -> None:
    """Both mocks name a code where they make a fault, a row's error, or words for a fault rule."""
    for package, service in ((mock_zuora, "Zuora"), (mock_salesforce, "Salesforce")):
        said = set(said_by(Path(package.__path__[0])))
        assert len(said) > 10
        assert {code for code in said if not explain(code, service).known} == set(), service


SAYING = {"api_fault", "RowError", "SoqlError", "fail", "login_fault", "query_fault", "BadValue", "_words", "locked"}


def said_by(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                candidates = node.args[:2] if name in SAYING else []
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                tables = {each.id for each in node.targets if isinstance(each, ast.Name)} & {"_WORDS", "_KINDS"}
                candidates = [key for key in node.value.keys if key is not None] if tables else []
            else:
                continue
            yield from (each.value for each in candidates if isinstance(each, ast.Constant) and is_code(each))


def test_a_near_miss_is_suggested() -> None:
    assert near("UNABLE_TO_LOCK")[0] == "UNABLE_TO_LOCK_ROW"
    assert "STRING_TOO_LONG" in near("string_to_long")
    assert near("sf:REQUEST_LIMIT_EXCEDED")[0] == "REQUEST_LIMIT_EXCEEDED"
    assert near("DACO-2")
    assert near("") == near("nothing like it") == []


def test_reports_show_a_class_for_what_has_a_code() -> None:
    assert action_of("UNABLE_TO_LOCK_ROW") == "retry row"
    assert action_of("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") == "stop session"
    assert action_of(None) is action_of("") is None


@pytest.mark.parametrize(
    ("code", "service", "message", "action"),
    [
        ("UNABLE_TO_LOCK_ROW", "Salesforce", "", Action.RETRY_ROW),
        ("INVALID_SESSION_ID", "Salesforce", "", Action.LOG_IN_AGAIN),
        ("INVALID_SESSION", "Zuora", "", Action.LOG_IN_AGAIN),
        ("REQUEST_EXCEEDED_LIMIT", "Zuora", "", Action.WAIT),
        ("REQUEST_LIMIT_EXCEEDED", "Salesforce", "TotalRequests Limit exceeded.", Action.STOP_SESSION),
        ("REQUEST_LIMIT_EXCEEDED", "Salesforce", "ConcurrentRequests (…) Limit exceeded.", Action.WAIT),
        (
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "Salesforce",
            "T: System.LimitException: Too many SOQL queries: 101",
            Action.SHRINK_BATCH,
        ),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Salesforce", "T: execution of AfterInsert", Action.GIVE_UP_ROW),
        ("BATCH_FAIL_ERROR", "Zuora", "optimistic locking failed", Action.RETRY_ROW),
        ("TRANSACTION_TERMINATED", "Zuora", "", Action.SHRINK_BATCH),
        ("STRING_TOO_LONG", "Salesforce", "", Action.GIVE_UP_ROW),
    ],
)
def test_what_the_engine_does(code: str, service: str, message: str, action: Action) -> None:
    assert explain(code, service, message).action is action


def test_one_code_means_its_own_thing_in_each_service() -> None:
    assert {entry.service for entry in find("INVALID_FIELD")} == {"Zuora", "Salesforce"}
    assert explain("INVALID_FIELD", "Zuora") != explain("INVALID_FIELD", "Salesforce")


def test_a_code_is_found_in_any_case_and_with_its_prefix() -> None:
    assert explain("sf:unable_to_lock_row") is explain("UNABLE_TO_LOCK_ROW")


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    entry = explain("BRAND_NEW", "Salesforce", "text")
    assert not entry.known
    assert entry.action is Action.GIVE_UP_ROW
    assert "BRAND_NEW" in entry.cause
    assert entry.what_to_do
