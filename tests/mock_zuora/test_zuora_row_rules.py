"""What each object's rows may say and become: values, lengths, states, and what belongs to whom."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from mock_zuora import Tenant
from mock_zuora.allowed import check
from mock_zuora.objects import standard_catalogue
from tests.mock_zuora.soap_rows import (
    ACCOUNT,
    CARD,
    GLOBAL,
    Sales,
    active_account,
    create,
    created,
    delete,
    row,
    save,
    the,
    update,
    updated,
)

TOO_MANY_CONTACTS = (
    "You cannot create more than 100 contacts for each customer account. "
    "If you need to create this contact, please delete some others first."
)
DATES = {"EffectiveEndDate": "2030-01-01", "EffectiveStartDate": "2020-01-01"}


def data_files() -> dict[str, Any]:
    folder = files("mock_zuora")
    return {name: tomllib.loads(folder.joinpath(name).read_text()) for name in ("choices.toml", "lengths.toml")}


def test_every_limit_is_of_a_field_that_can_be_set() -> None:
    catalogue = standard_catalogue()
    for name, table in data_files().items():
        for owner, fields in table.items():
            for field in fields:
                found = catalogue[owner].find(field)
                assert found is not None, (name, owner, field)
                tier = owner.endswith("Tier")
                assert found.creatable or found.updatable or tier or owner == "Subscription", (name, owner, field)


def test_no_field_has_both_choices_and_a_length() -> None:
    choices, lengths = data_files()["choices.toml"], data_files()["lengths.toml"]
    assert not {(o, f) for o in choices for f in choices[o]} & {(o, f) for o in lengths for f in lengths[o]}


def test_custom_fields_hold_255_characters() -> None:
    check("Account", "Region__c", "x" * 255)
    check("Account", "Anything", "x" * 256)
    with pytest.raises(Exception, match="256 characters; 255 are allowed"):
        check("Account", "Region__c", "x" * 256)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"Status": "active"},
            "Invalid value for field Status: active. Use one of: Draft, Active, Canceled.",
        ),
        ({"Batch": "Batch51"}, "Invalid value for field Batch: Batch51. Use one of: Batch1 to Batch50."),
        ({"BillCycleDay": "32"}, "Invalid value for field BillCycleDay: 32. It must be 31 or less."),
        ({"BillCycleDay": "-1"}, "Invalid value for field BillCycleDay: -1. It must be 0 or more."),
        (
            {"BcdSettingOption": "Auto"},
            "Invalid value for field BcdSettingOption: Auto. Use one of: AutoSet, ManualSet.",
        ),
        (
            {"Currency": "Dollars"},
            "Invalid value for field Currency: Dollars. Give a currency's code of three capital letters.",
        ),
        (
            {"Name": "n" * 256},
            f"Invalid value for field Name: {'n' * 20}.... It has 256 characters; 255 are allowed.",
        ),
        (
            {"CrmId": "c" * 101},
            f"Invalid value for field CrmId: {'c' * 20}.... It has 101 characters; 100 are allowed.",
        ),
    ],
)
def test_values_an_account_does_not_take(caller: Any, tenant: Tenant, fields: dict[str, str], message: str) -> None:
    assert create(caller, "Account", {**ACCOUNT, **fields}) == ("INVALID_VALUE", message)
    assert tenant.rows(GLOBAL, "Account") == []
    made = created(caller, "Account", ACCOUNT)
    before = the(tenant, "Account", made)
    assert update(caller, "Account", made, fields) == ("INVALID_VALUE", message)
    assert the(tenant, "Account", made) == before


@pytest.mark.parametrize("missing", ["BillToId", "SoldToId"])
def test_an_account_is_active_only_with_its_contacts(caller: Any, tenant: Tenant, missing: str) -> None:
    assert create(caller, "Account", {**ACCOUNT, "Status": "Active"})[1] == "Missing required value: BillToId"
    account = created(caller, "Account", ACCOUNT)
    contact = created(caller, "Contact", {"AccountId": account, "FirstName": "F", "LastName": "L"})
    fields = {"BillToId": contact, "SoldToId": contact, "Status": "Active"}
    short = {name: value for name, value in fields.items() if name != missing}
    assert update(caller, "Account", account, short)[1] == f"Missing required value: {missing}"
    updated(caller, "Account", account, fields)
    assert update(caller, "Account", account, {}, (missing,))[1] == f"Missing required value: {missing}"
    assert the(tenant, "Account", account)["Status"] == "Active"


def test_autopay_needs_an_electronic_method(caller: Any) -> None:
    account = active_account(caller)
    updated(caller, "Account", account, {"AutoPay": "true"})
    check = created(caller, "PaymentMethod", {"AccountId": account, "Type": "Check"})
    assert "electronic" in update(caller, "Account", account, {"DefaultPaymentMethodId": check})[1]
    updated(caller, "Account", account, {"AutoPay": "false", "DefaultPaymentMethodId": check})


def test_an_account_names_only_its_own_contacts_and_methods(caller: Any) -> None:
    first, second = active_account(caller), created(caller, "Account", ACCOUNT)
    contact = created(caller, "Contact", {"AccountId": second, "FirstName": "F", "LastName": "L"})
    method = created(caller, "PaymentMethod", {"AccountId": second, "Type": "Check"})
    assert "another account" in update(caller, "Account", first, {"BillToId": contact})[1]
    assert "another account" in update(caller, "Account", first, {"DefaultPaymentMethodId": method})[1]
    assert "another account" in create(caller, "Account", {**ACCOUNT, "SoldToId": contact})[1]


def test_the_states_of_an_account(caller: Any, tenant: Tenant) -> None:
    account = active_account(caller)
    assert update(caller, "Account", account, {"Status": "Draft"})[0] == "INVALID_VALUE"
    assert "once the account is active" in update(caller, "Account", account, {"Currency": "EUR"})[1]
    updated(caller, "Account", account, {"Currency": "USD"})
    subscription = Sales(tenant, account).subscribe({})
    assert "Cancel the subscription first" in update(caller, "Account", account, {"Status": "Canceled"})[1]
    tenant.data(GLOBAL).store.update("Subscription", subscription, {"Status": "Cancelled"})
    updated(caller, "Account", account, {"Status": "Canceled"})
    updated(caller, "Account", account, {"Status": "Active"})
    draft = created(caller, "Account", ACCOUNT)
    updated(caller, "Account", draft, {"Currency": "EUR"})


def test_no_account_stands_above_itself(caller: Any) -> None:
    top = created(caller, "Account", ACCOUNT)
    middle = created(caller, "Account", {**ACCOUNT, "ParentId": top})
    bottom = created(caller, "Account", {**ACCOUNT, "ParentId": middle})
    assert update(caller, "Account", top, {"ParentId": bottom})[0] == "INVALID_VALUE"
    assert update(caller, "Account", top, {"ParentId": top})[0] == "INVALID_VALUE"
    updated(caller, "Account", bottom, {"ParentId": top})


def test_an_account_number_stays_once_an_invoice_is_posted(caller: Any, tenant: Tenant, make_id: Any) -> None:
    account = created(caller, "Account", ACCOUNT)
    updated(caller, "Account", account, {"AccountNumber": "X-1"})
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(1), "AccountId": account, "Status": "Posted"}])
    assert update(caller, "Account", account, {"AccountNumber": "X-2"})[0] == "INVALID_VALUE"


def test_a_hundred_contacts_an_account(caller: Any, tenant: Tenant, make_id: Any) -> None:
    account = created(caller, "Account", ACCOUNT)
    tenant.load(GLOBAL, "Contact", [{"Id": make_id(n), "AccountId": account} for n in range(99)])
    person = {"AccountId": account, "FirstName": "F", "LastName": "L"}
    rows = [row("Contact", person)] * 2
    first, second = save(caller, "create", rows)
    assert first[0] == ""
    assert second == (
        "INVALID_VALUE",
        TOO_MANY_CONTACTS,
    )
    assert delete(caller, "Contact", first[1])[0][0] == ""
    created(caller, "Contact", person)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"CreditCardNumber": "4111111111111112"}, "Invalid value for field CreditCardNumber: it is no card's number."),
        ({"CreditCardNumber": "12345"}, "Invalid value for field CreditCardNumber: it is no card's number."),
        (
            {"CreditCardNumber": "４１１１１１１１１１１１１１１１"},
            "Invalid value for field CreditCardNumber: it is no card's number.",
        ),
        ({"CreditCardExpirationMonth": "13"}, "It must be 12 or less."),
        ({"CreditCardType": "Plastic"}, "Use one of: AmericanExpress, Discover, MasterCard, Visa."),
        ({"Type": "Barter"}, "Invalid value for field Type: Barter."),
        ({"AchAbaCode": "12345678"}, "Invalid value for field AchAbaCode: 12345678. It has nine digits."),
        ({"PaymentMethodStatus": "Closed"}, "invalid field for create: PaymentMethod.PaymentMethodStatus"),
    ],
)
def test_payment_methods_that_are_refused(caller: Any, tenant: Tenant, fields: dict[str, str], message: str) -> None:
    found = create(caller, "PaymentMethod", {"Type": "CreditCard", **CARD, **fields})[1]
    assert message in found
    assert fields.get("CreditCardNumber", "-") not in found
    assert tenant.rows(GLOBAL, "PaymentMethod") == []


def test_a_card_keeps_its_banks_digits(caller: Any, tenant: Tenant) -> None:
    made = the(tenant, "PaymentMethod", created(caller, "PaymentMethod", {"Type": "CreditCard", **CARD}))
    assert (made["BankIdentificationNumber"], made["CreditCardMaskNumber"]) == ("411111", "************1111")


def test_a_payment_method_finds_its_account_once(caller: Any) -> None:
    first, second = created(caller, "Account", ACCOUNT), created(caller, "Account", ACCOUNT)
    method = created(caller, "PaymentMethod", {"Type": "Check"})
    updated(caller, "PaymentMethod", method, {"AccountId": first})
    assert "already belongs" in update(caller, "PaymentMethod", method, {"AccountId": second})[1]


def test_a_closed_payment_method_stays_closed(caller: Any, tenant: Tenant) -> None:
    account = active_account(caller)
    updated(caller, "Account", account, {"AutoPay": "true"})
    method = the(tenant, "Account", account)["DefaultPaymentMethodId"]
    assert "pays automatically" in update(caller, "PaymentMethod", method, {"PaymentMethodStatus": "Closed"})[1]
    updated(caller, "Account", account, {"AutoPay": "false"})
    updated(caller, "PaymentMethod", method, {"PaymentMethodStatus": "Closed"})
    assert the(tenant, "PaymentMethod", method)["Active"] is False
    assert "is closed" in update(caller, "PaymentMethod", method, {"PaymentMethodStatus": "Active"})[1]
    assert delete(caller, "PaymentMethod", method)[0][0] == "CANNOT_DELETE"


@pytest.mark.parametrize("kind", ["Product", "ProductRatePlan"])
def test_what_ends_ends_after_it_begins(caller: Any, kind: str) -> None:
    product = created(caller, "Product", {**DATES, "Name": "Product 01"})
    fields = {**DATES, "Name": "n"} | ({"ProductId": product} if kind == "ProductRatePlan" else {})
    backwards = {**fields, "EffectiveEndDate": "2019-12-31"}
    assert "must not be before" in create(caller, kind, backwards)[1]
    made = created(caller, kind, {**fields, "EffectiveEndDate": "2020-01-01"})
    assert "must not be before" in update(caller, kind, made, {"EffectiveStartDate": "2020-01-02"})[1]


CHARGE = {
    "BillCycleType": "DefaultFromCustomer",
    "ChargeModel": "Flat Fee Pricing",
    "ChargeType": "Recurring",
    "Name": "Charge 01",
    "TriggerEvent": "ContractEffective",
}


def tiers(*steps: str) -> str:
    return "".join(f"<obj:ProductRatePlanChargeTier>{each}</obj:ProductRatePlanChargeTier>" for each in steps)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ChargeModel": "Per Unit Pricing"}, "Missing required value: UOM"),
        ({"ChargeModel": "Free"}, "Invalid value for field ChargeModel: Free."),
        ({"ChargeModel": "Overage Pricing", "UOM": "Each"}, "Only a usage charge"),
        ({"BillCycleType": "SpecificDayofMonth"}, "Missing required value: BillCycleDay"),
        ({"BillingPeriod": "Specific Weeks"}, "Missing required value: SpecificBillingPeriod"),
        ({"EndDateCondition": "FixedPeriod"}, "Missing required value: UpToPeriods"),
        ({"ProductRatePlanChargeTierData": tiers("<obj:Currency>USD</obj:Currency>")}, "Missing required value: Price"),
        (
            {
                "ProductRatePlanChargeTierData": tiers(
                    "<obj:Price>1</obj:Price><obj:PriceFormat>Cheap</obj:PriceFormat>"
                )
            },
            "Invalid value for field PriceFormat: Cheap.",
        ),
        (
            {
                "ChargeModel": "Volume Pricing",
                "UOM": "Each",
                "ProductRatePlanChargeTierData": tiers(
                    "<obj:Price>1</obj:Price><obj:StartingUnit>0</obj:StartingUnit><obj:EndingUnit>10</obj:EndingUnit>",
                    "<obj:Price>1</obj:Price><obj:StartingUnit>9</obj:StartingUnit>",
                ),
            },
            "inside the tier before it",
        ),
    ],
)
def test_charges_of_the_catalog_that_are_refused(
    caller: Any, tenant: Tenant, fields: dict[str, str], message: str
) -> None:
    product = created(caller, "Product", {**DATES, "Name": "Product 01"})
    plan = created(caller, "ProductRatePlan", {**DATES, "Name": "Plan 01", "ProductId": product})
    whole = {**CHARGE, "ProductRatePlanChargeTierData": tiers("<obj:Price>1</obj:Price>"), "ProductRatePlanId": plan}
    assert message in create(caller, "ProductRatePlanCharge", {**whole, **fields})[1]
    assert tenant.rows(GLOBAL, "ProductRatePlanCharge") == tenant.rows(GLOBAL, "ProductRatePlanChargeTier") == []
    created(caller, "ProductRatePlanCharge", whole)


def test_a_product_that_is_sold_cannot_be_deleted(caller: Any, tenant: Tenant) -> None:
    product = created(caller, "Product", {**DATES, "Name": "Product 01"})
    plan = created(caller, "ProductRatePlan", {**DATES, "Name": "Plan 01", "ProductId": product})
    Sales(tenant, created(caller, "Account", ACCOUNT)).subscribe({})
    (sold,) = tenant.rows(GLOBAL, "RatePlan")
    tenant.data(GLOBAL).store.update("RatePlan", sold["Id"], {"ProductRatePlanId": plan})
    assert delete(caller, "ProductRatePlan", plan)[0][0] == "CANNOT_DELETE"
    assert delete(caller, "Product", product)[0][0] == "CANNOT_DELETE"
    assert len(tenant.rows(GLOBAL, "ProductRatePlan")) == 1


USED = {"Quantity": "1", "StartDateTime": "2026-01-05T12:00:00", "UOM": "Each"}


def test_usage_is_of_an_account(caller: Any, tenant: Tenant) -> None:
    account = created(caller, "Account", {"AccountNumber": "X-1", **ACCOUNT})
    made = the(tenant, "Usage", created(caller, "Usage", {"AccountNumber": "X-1", **USED}))
    assert (made["AccountId"], made["RbeStatus"]) == (account, "Pending")
    assert create(caller, "Usage", USED) == ("MISSING_REQUIRED_VALUE", "Missing required value: AccountId")
    assert create(caller, "Usage", {"AccountNumber": "example-test-10", **USED}) == (
        "INVALID_VALUE",
        "The account number example-test-10 is invalid.",
    )
    assert create(caller, "Usage", {"AccountId": account, "AccountNumber": "X-2", **USED})[0] == "INVALID_VALUE"


def test_usage_names_a_subscription_and_a_charge_of_its_account(caller: Any, tenant: Tenant) -> None:
    account = active_account(caller)
    subscription = Sales(tenant, account).subscribe({"ChargeType": "Usage", "UOM": "Each"}, {"UOM": "Each"})
    name = the(tenant, "Subscription", subscription)["Name"]
    metered, recurring = tenant.rows(GLOBAL, "RatePlanCharge")
    whose = {"AccountId": account}
    made = created(
        caller, "Usage", {**whose, **USED, "SubscriptionNumber": name, "ChargeNumber": metered["ChargeNumber"]}
    )
    found = the(tenant, "Usage", made)
    assert (found["SubscriptionId"], found["ChargeId"]) == (subscription, metered["Id"])
    other = created(caller, "Account", ACCOUNT)
    for fields in (
        {**whose, **USED, "SubscriptionNumber": "S-none"},
        {"AccountId": other, **USED, "SubscriptionId": subscription},
        {**whose, **USED, "ChargeNumber": recurring["ChargeNumber"]},
        {**whose, **USED, "ChargeNumber": metered["ChargeNumber"], "UOM": "Hour"},
        {**whose, **USED, "EndDateTime": "2026-01-05T11:00:00"},
        {**whose, **USED, "Quantity": "-1"},
    ):
        assert create(caller, "Usage", fields)[0] == "INVALID_VALUE", fields


def test_the_same_id_twice_in_a_call(caller: Any, tenant: Tenant) -> None:
    account = created(caller, "Account", ACCOUNT)
    rows = [row("Account", {"Name": name}, f"<obj:Id>{account}</obj:Id>") for name in ("first", "second")]
    assert [code for code, _ in save(caller, "update", rows)] == ["", ""]
    assert the(tenant, "Account", account)["Name"] == "second"
    assert [code for code, _ in delete(caller, "Account", account, account)] == ["", "INVALID_ID"]


def test_calls_with_nothing_in_them(caller: Any) -> None:
    for call in ("create", "update", "generate"):
        reply = caller.call(f"<api:{call}/>")
        assert (reply.status, b"result" in reply.body) == (200, False)
    reply = caller.call('<api:create><api:zObjects xsi:nil="true"/></api:create>')
    assert b"<fns:InvalidTypeFault>" in reply.body


def test_a_row_in_a_dated_object_keeps_days(caller: Any, tenant: Tenant) -> None:
    exempt = {**ACCOUNT, "TaxExemptEffectiveDate": "2026-02-03", "TaxExemptStatus": "Yes"}
    assert the(tenant, "Account", created(caller, "Account", exempt))["TaxExemptEffectiveDate"] == date(2026, 2, 3)


@pytest.mark.parametrize("field", ["Status", "AutoPay", "AccountNumber", "Batch"])
def test_what_an_account_always_has_cannot_be_emptied(caller: Any, field: str) -> None:
    account = created(caller, "Account", ACCOUNT)
    assert update(caller, "Account", account, {}, (field,))[1] == f"Missing required value: {field}"


def test_the_tiers_of_a_charge_are_changed_and_added_with_it(caller: Any, tenant: Tenant) -> None:
    product = created(caller, "Product", {**DATES, "Name": "Product 01"})
    plan = created(caller, "ProductRatePlan", {**DATES, "Name": "Plan 01", "ProductId": product})
    two = tiers("<obj:Price>1</obj:Price>", "<obj:Price>2</obj:Price>")
    whole = {**CHARGE, "ProductRatePlanChargeTierData": two, "ProductRatePlanId": plan}
    charge, other = (created(caller, "ProductRatePlanCharge", whole) for _ in range(2))
    mine = [
        each for each in tenant.rows(GLOBAL, "ProductRatePlanChargeTier") if each["ProductRatePlanChargeId"] == charge
    ]
    changed = tiers(f"<obj:Id>{mine[0]['Id']}</obj:Id><obj:Price>5</obj:Price>", "<obj:Price>3</obj:Price>")
    assert update(caller, "ProductRatePlanCharge", other, {"ProductRatePlanChargeTierData": changed})[0] == "INVALID_ID"
    updated(caller, "ProductRatePlanCharge", charge, {"ProductRatePlanChargeTierData": changed})
    found = tenant.rows(GLOBAL, "ProductRatePlanChargeTier")
    prices = [(each["Tier"], each["Price"]) for each in found if each["ProductRatePlanChargeId"] == charge]
    assert prices == [(1, 5), (2, 2), (3, 3)]


def test_records_loaded_without_their_account_break_nothing(caller: Any, tenant: Tenant, make_id: Any) -> None:
    invoice = {"Id": make_id(1), "AccountId": make_id(9), "InvoiceNumber": "INV-1", "Status": "Draft", "Amount": 5}
    tenant.load(GLOBAL, "Invoice", [invoice])
    updated(caller, "Invoice", make_id(1), {"Status": "Posted"})
    payment = {"AccountId": make_id(9), "Amount": "5", "EffectiveDate": "2026-01-15", "InvoiceId": make_id(1)}
    assert create(caller, "Payment", {**payment, "Status": "Processed", "Type": "External"})[0] == "INVALID_ID"
    tenant.load(GLOBAL, "Payment", [{"Id": make_id(2), "AccountId": make_id(9), "Status": "Processed"}])
    assert update(caller, "Payment", make_id(2), {"Status": "Canceled"})[0] == "INVALID_ID"
