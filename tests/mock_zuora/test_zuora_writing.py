"""Creating, changing and deleting: what a row needs, what the service fills in, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mock_zuora import Tenant
from simulator.clock import VirtualClock
from tests.mock_zuora.soap_rows import (
    ACCOUNT,
    EUROPE,
    GLOBAL,
    create,
    created,
    delete,
    row,
    save,
    the,
    update,
)


def test_a_created_row_carries_who_and_when(caller: Any, tenant: Tenant, clock: VirtualClock) -> None:
    made = created(caller, "Account", ACCOUNT)
    begun = datetime(2026, 1, 15, 8, tzinfo=UTC)
    found = the(tenant, "Account", made)
    user = tenant.user_id(tenant.spec.users[0])
    assert (found["CreatedDate"], found["UpdatedDate"]) == (begun, begun)
    assert (found["CreatedById"], found["UpdatedById"]) == (user, user)
    assert (found["AccountNumber"], found["Status"], found["Balance"]) == ("A00000001", "Draft", Decimal(0))
    clock.advance(60)
    assert update(caller, "Account", made, {"Name": "Customer 01 b"})[0] == ""
    found = the(tenant, "Account", made)
    assert found["CreatedDate"] == begun
    assert (found["UpdatedDate"] - begun).total_seconds() == 60


def test_numbers_go_on_from_the_highest_and_per_entity(caller: Any, tenant: Tenant, make_id: Any) -> None:
    tenant.load(GLOBAL, "Account", [{"Id": make_id(1), "AccountNumber": "A00000041"}])
    tenant.load(GLOBAL, "Account", [{"Id": make_id(2), "AccountNumber": "A-my-own"}])
    assert the(tenant, "Account", created(caller, "Account", ACCOUNT))["AccountNumber"] == "A00000042"
    caller.login(extra="<api:entityName>Europe</api:entityName>")
    created(caller, "Account", ACCOUNT)
    assert [each["AccountNumber"] for each in tenant.rows(EUROPE, "Account")] == ["A00000001"]


def test_a_number_in_use_is_refused(caller: Any) -> None:
    created(caller, "Account", {"AccountNumber": "X-1", **ACCOUNT})
    assert create(caller, "Account", {"AccountNumber": "X-1", **ACCOUNT})[0] == "DUPLICATE_VALUE"


@pytest.mark.parametrize("missing", ["Name", "Currency", "Batch", "BillCycleDay"])
def test_an_account_needs(caller: Any, missing: str) -> None:
    fields = {name: value for name, value in ACCOUNT.items() if name != missing}
    assert create(caller, "Account", fields) == ("MISSING_REQUIRED_VALUE", f"Missing required value: {missing}")
    assert create(caller, "Account", {**ACCOUNT, missing: ""})[0] == "MISSING_REQUIRED_VALUE"


@pytest.mark.parametrize(("kind", "first"), [("Contact", "AccountId"), ("Refund", "Type")])
def test_what_is_reported_missing_first(caller: Any, kind: str, first: str) -> None:
    assert create(caller, kind, {}) == ("MISSING_REQUIRED_VALUE", f"Missing required value: {first}")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"BillCycleDay": "x"}, "INVALID_VALUE"),
        ({"AutoPay": "perhaps"}, "INVALID_VALUE"),
        ({"BillToId": "not-an-id"}, "INVALID_ID"),
        ({"BillToId": "0" * 32}, "INVALID_ID"),
        ({"Balance": "5"}, "INVALID_FIELD"),
    ],
)
def test_values_that_are_refused(caller: Any, tenant: Tenant, fields: dict[str, str], code: str) -> None:
    merged = dict(sorted({**ACCOUNT, **fields}.items(), key=lambda item: item[0].lower()))
    assert create(caller, "Account", merged)[0] == code
    assert tenant.rows(GLOBAL, "Account") == []


def test_a_parent_in_another_entity_does_not_exist(caller: Any) -> None:
    account = created(caller, "Account", ACCOUNT)
    contact = {"AccountId": account, "FirstName": "F", "LastName": "L"}
    created(caller, "Contact", contact)
    caller.login(extra="<api:entityName>Europe</api:entityName>")
    assert create(caller, "Contact", contact)[0] == "INVALID_ID"


def test_fields_to_null_is_the_only_way_to_empty_a_field(caller: Any, tenant: Tenant) -> None:
    made = created(caller, "Account", {**ACCOUNT, "Notes": "n"})
    nil = f'<obj:Id>{made}</obj:Id><obj:Notes xsi:nil="true"/>'
    assert save(caller, "update", [row("Account", {}, nil)]) == [("", made)]
    assert update(caller, "Account", made, {"Notes": ""})[0] == ""
    assert the(tenant, "Account", made)["Notes"] == "n"
    assert update(caller, "Account", made, {}, ("notes",))[0] == ""
    assert the(tenant, "Account", made)["Notes"] is None
    assert update(caller, "Account", made, {}, ("Name",))[0] == "MISSING_REQUIRED_VALUE"
    assert update(caller, "Account", made, {}, ("Nonsense",))[0] == "INVALID_FIELD"


def test_updates_of_what_is_not_there(caller: Any) -> None:
    assert update(caller, "Account", "0" * 32, {"Name": "x"})[0] == "INVALID_ID"
    assert save(caller, "update", [row("Account", {"Name": "x"})])[0][0] == "MISSING_REQUIRED_VALUE"


def test_elements_the_model_does_not_know_are_passed_over(caller: Any, tenant: Tenant) -> None:
    made = created(caller, "Account", {**ACCOUNT, "Nonsense": "x"})
    assert "Nonsense" not in the(tenant, "Account", made)


def test_fields_are_taken_in_any_order(caller: Any, tenant: Tenant) -> None:
    fields = {"Status": "Draft", **dict(reversed(ACCOUNT.items()))}
    assert the(tenant, "Account", created(caller, "Account", fields))["Name"] == ACCOUNT["Name"]


def test_custom_fields_stand_in_their_alphabetical_place(caller: Any, tenant: Tenant) -> None:
    fields = {**ACCOUNT, "Region__c": "North", "Since__c": "2024-02-29", "Status": "Draft"}
    found = the(tenant, "Account", created(caller, "Account", fields))
    assert (found["Region__c"], found["Since__c"]) == ("North", date(2024, 2, 29))
    body = caller.query("select status, since__C, region__c from Account where Region__c = 'North'").body
    assert b"<ns2:Region__c>North</ns2:Region__c><ns2:Since__c>2024-02-29</ns2:Since__c><ns2:Status>" in body
    assert b"fns:INVALID_VALUE" in caller.query("select Id from Account where Since__c = null").body


def test_rows_fail_alone_unless_one_transaction_is_asked_for(caller: Any, tenant: Tenant) -> None:
    rows = [row("Account", ACCOUNT), row("Account", {}), row("Account", ACCOUNT)]
    assert [code for code, _ in save(caller, "create", rows)] == ["", "MISSING_REQUIRED_VALUE", ""]
    assert len(tenant.rows(GLOBAL, "Account")) == 2
    options = "<api:CallOptions><api:useSingleTransaction>true</api:useSingleTransaction></api:CallOptions>"
    codes = [code for code, _ in save(caller, "create", rows, options)]
    assert codes == ["TRANSACTION_FAILED", "MISSING_REQUIRED_VALUE", "TRANSACTION_FAILED"]
    assert len(tenant.rows(GLOBAL, "Account")) == 2
    assert [code for code, _ in save(caller, "create", rows[:1], options)] == [""]


def test_fifty_rows_a_call(caller: Any, tenant: Tenant) -> None:
    rows = [row("Account", ACCOUNT)] * 51
    reply = caller.call(f"<api:create>{''.join(rows)}</api:create>")
    assert b"<fns:UnexpectedErrorFault><fns:FaultCode>MAX_RECORDS_EXCEEDED" in reply.body
    assert tenant.rows(GLOBAL, "Account") == []
    assert len(save(caller, "create", rows[:50])) == 50
    numbers = {each["AccountNumber"] for each in tenant.rows(GLOBAL, "Account")}
    assert len(numbers) == 50


@pytest.mark.parametrize(
    "body",
    [
        f"<api:create>{row('Nothing', {})}</api:create>",
        "<api:create><api:zObjects/></api:create>",
        f"<api:create>{row('Subscription', {})}</api:create>",
        f"<api:create>{row('Account', ACCOUNT)}{row('Contact', {})}</api:create>",
        "<api:delete><api:type>Nothing</api:type></api:delete>",
        "<api:delete><api:type>RatePlan</api:type></api:delete>",
    ],
)
def test_types_that_are_refused(caller: Any, tenant: Tenant, body: str) -> None:
    reply = caller.call(body)
    assert reply.status == 500
    assert b"<fns:InvalidTypeFault><fns:FaultCode>INVALID_TYPE" in reply.body
    assert tenant.rows(GLOBAL, "Account") == []


def test_a_card_number_is_kept_only_as_its_mask(caller: Any, tenant: Tenant) -> None:
    account = created(caller, "Account", ACCOUNT)
    fields = {"AccountId": account, "CreditCardNumber": "4111111111111111", "CreditCardSecurityCode": "987"}
    made = created(caller, "PaymentMethod", {**fields, "Type": "CreditCard"})
    found = the(tenant, "PaymentMethod", made)
    assert found["CreditCardMaskNumber"] == "************1111"
    assert "4111111111111111" not in str(found)
    assert "987" not in [str(value) for value in found.values()]


def test_a_charge_comes_with_its_tiers(caller: Any, tenant: Tenant) -> None:
    dates = {"EffectiveEndDate": "2030-01-01", "EffectiveStartDate": "2020-01-01"}
    product = created(caller, "Product", {**dates, "Name": "Product 01"})
    plan = created(caller, "ProductRatePlan", {**dates, "Name": "Plan 01", "ProductId": product})
    tiers = "".join(
        f"<obj:ProductRatePlanChargeTier><obj:Currency>{currency}</obj:Currency><obj:Price>{price}</obj:Price>"
        "</obj:ProductRatePlanChargeTier>"
        for currency, price in (("USD", "10.50"), ("EUR", "9"))
    )
    fields = {
        "BillCycleType": "DefaultFromCustomer",
        "ChargeModel": "Flat Fee Pricing",
        "ChargeType": "Recurring",
        "Name": "Charge 01",
    }
    rest = {"ProductRatePlanId": plan, "TriggerEvent": "ContractEffective"}
    assert create(caller, "ProductRatePlanCharge", {**fields, **rest}) == (
        "MISSING_REQUIRED_VALUE",
        "Missing required value: ProductRatePlanChargeTierData",
    )
    charge = created(caller, "ProductRatePlanCharge", {**fields, "ProductRatePlanChargeTierData": tiers, **rest})
    found = tenant.rows(GLOBAL, "ProductRatePlanChargeTier")
    assert [(each["Currency"], each["Price"], each["Tier"]) for each in found] == [
        ("USD", Decimal("10.5"), 1),
        ("EUR", Decimal(9), 2),
    ]
    assert {each["ProductRatePlanChargeId"] for each in found} == {charge}
    assert delete(caller, "Product", product) == [("", product)]
    assert tenant.state()["entities"][GLOBAL]["objects"] == {}


def test_deleting(caller: Any, tenant: Tenant, make_id: Any) -> None:
    account = created(caller, "Account", ACCOUNT)
    contact = created(caller, "Contact", {"AccountId": account, "FirstName": "F", "LastName": "L"})
    assert update(caller, "Account", account, {"BillToId": contact})[0] == ""
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(5), "AccountId": account}])
    assert delete(caller, "Contact", contact)[0][0] == "CANNOT_DELETE"
    assert delete(caller, "Account", account, "0" * 32)[0][0] == "CANNOT_DELETE"
    assert delete(caller, "Invoice", make_id(5), "0" * 32) == [
        ("", make_id(5)),
        ("INVALID_ID", "invalid id: " + "0" * 32),
    ]
    assert delete(caller, "Account", account) == [("", account)]
    assert tenant.rows(GLOBAL, "Contact") == []


def test_loaded_rows_come_back_as_python_values(tenant: Tenant, make_id: Any) -> None:
    given = {
        "Id": make_id(1),
        "Name": "x",
        "BillCycleDay": 5,
        "Balance": Decimal("12.34"),
        "AutoPay": True,
        "LastInvoiceDate": date(2026, 1, 1),
        "CreatedDate": datetime(2026, 1, 1, 8, tzinfo=UTC),
        "Notes": None,
    }
    tenant.load(GLOBAL, "account", [given])
    (found,) = tenant.rows(GLOBAL, "Account")
    assert {name: found[name] for name in given} == given


@pytest.mark.parametrize("rows", [[{"Name": "no id"}], [{"Id": "1", "Nonsense": 1}]])
def test_rows_that_cannot_be_loaded(tenant: Tenant, rows: list[dict[str, object]]) -> None:
    with pytest.raises(KeyError):
        tenant.load(GLOBAL, "Account", [{"Id": "2"}, *rows])
    assert tenant.rows(GLOBAL, "Account") == []
