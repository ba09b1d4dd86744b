"""ZOQL: what it accepts and refuses, what its conditions mean, and its rules for particular objects."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import EntitySpec, TenantSpec, UserSpec
from mock_zuora.objects import standard_catalogue
from mock_zuora.zoql import Reader
from mock_zuora.zoql.syntax import MAX_CHARACTERS, MAX_CONDITIONS, SyntaxFault, parse
from simulator.soap import SoapFault

GLOBAL = "0" * 31 + "1"


def reader(version: float = 83.0, *, case_sensitive: bool = False) -> Reader:
    return Reader(standard_catalogue(), ZoneInfo("America/Los_Angeles"), version, case_sensitive)


def refusal(text: str, version: float = 83.0) -> tuple[str, str]:
    with pytest.raises(SoapFault) as caught:
        reader(version).plan(text)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select * from Account",
        "select Id, from Account",
        "select Id from Account where",
        "select Id from Account limit 5",
        "select Id from Account order by Id",
        "select Id from Account where (Name = 'x')",
        "select Id from Account where Id in ('x')",
        "select Id from Account, Contact",
        "select count(Id) from Account",
        "select Id from Account where Name = BillToId",
        "select Id from Account where Name = 'it's'",
        r"select Id from Account where Name = 'bad \q escape'",
        "select Id from Account where not Name = 'x'",
        "select Id from Account; select Id from Contact",
        "update Account",
    ],
)
def test_what_is_no_zoql(text: str) -> None:
    assert refusal(text) == ("fns:MALFORMED_QUERY", "You have an error in your ZOQL syntax")


@pytest.mark.parametrize(
    "text",
    [
        "select Id from Account",
        "SELECT\n Id ,\tname\r\nFROM account ;",
        "select Id from Account where Name='x'and Status!='y'or Balance>=1.5",
        "select Id from Account where CreatedDate > 2026-01-01T00:00:00",
        "select Id from Account where CreatedDate > '2026-01-01T00:00:00+08:00'",
        "select Id from Account where AutoPay = true AND Name LIKE 'x%' OR Name = NULL",
    ],
)
def test_what_is_zoql(text: str) -> None:
    assert reader().plan(text).target.name == "Account"


def test_limits_of_length_and_conditions() -> None:
    condition = "Name = 'x'"
    most = "select Id from Account where " + " or ".join([condition] * MAX_CONDITIONS)
    assert len(parse(most).comparisons()) == MAX_CONDITIONS
    assert refusal(most + " or " + condition)[0] == "fns:MALFORMED_QUERY"
    start = "select Id from Account where Name = '"
    longest = start + "x" * (MAX_CHARACTERS - len(start) - 1) + "'"
    assert parse(longest)
    with pytest.raises(SyntaxFault, match="10000"):
        parse(longest + " ")


def test_escapes_in_strings() -> None:
    (comparison,) = parse(r"select Id from Account where Name = 'a\'b\"c\\d\n\t'").comparisons()
    assert comparison.text == "a'b\"c\\d\n\t"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("select Id from productt", "INVALID_TYPE", "invalid type specified: productt"),
        ("select FooBar from INVOICE", "INVALID_FIELD", "invalid field for query: Invoice.foobar"),
        (
            "select ProductRatePlanChargeTierData from ProductRatePlanCharge",
            "INVALID_FIELD",
            "invalid field for query: ProductRatePlanCharge.productrateplanchargetierdata",
        ),
        ("select Id from Account where TaxCompanyCode = 'x'", "INVALID_FIELD", None),
        ("select CreditCardNumber from PaymentMethod", "INVALID_FIELD", None),
        ("select RenewalSetting from Subscription", "INVALID_FIELD", None),
        ("select BillRunId from Invoice", "INVALID_FIELD", "Cannot use the BillRunId field in the select clause"),
        (
            "select Price, DiscountAmount from ProductRatePlanChargeTier",
            "INVALID_VALUE",
            "You can only use Price or DiscountAmount or DiscountPercentage in one ProductRatePlanChargeTier query.",
        ),
        (
            "select Id, Name, ActiveCurrencies from ProductRatePlan",
            "INVALID_VALUE",
            "When querying for active currencies, you cannot query for other fields at the same time.",
        ),
        ("select Id from Account where AutoPay > true", "INVALID_VALUE", None),
        ("select Id from Account where AutoPay = 3", "INVALID_VALUE", None),
        ("select Id from Account where Name = 3", "INVALID_VALUE", None),
        ("select Id from Account where BillCycleDay = 'x'", "INVALID_VALUE", None),
        ("select Id from Account where BillCycleDay like '1%'", "INVALID_VALUE", None),
        ("select Id from Account where Name like 'a%c'", "INVALID_VALUE", None),
        ("select Id from Account where Name like '%a%'", "INVALID_VALUE", None),
        ("select Id from Account where Name > null", "INVALID_VALUE", None),
        ("select Id from Account where LastInvoiceDate = '2026-01-01T00:00:00'", "INVALID_VALUE", None),
        ("select Id from Account where LastInvoiceDate = '2026-02-30'", "INVALID_VALUE", None),
        ("select Id from Account where CreatedDate = '2026-01-01'", "INVALID_VALUE", None),
    ],
)
def test_what_is_refused(text: str, code: str, message: str | None) -> None:
    found_code, found_message = refusal(text)
    assert found_code == f"fns:{code}"
    if message is not None:
        assert found_message == message


def test_amounts_of_a_charge_shut_each_other_out() -> None:
    amounts = ["Price", "IncludedUnits", "DiscountAmount", "DiscountPercentage", "OveragePrice"]
    for amount in amounts:
        assert reader().plan(f"select Id, {amount} from RatePlanCharge")
    for left, right in pairwise(amounts):
        for text in (
            f"select {left}, {right} from RatePlanCharge",
            f"select {left} from RatePlanCharge where {right} > 1",
        ):
            code, message = refusal(text)
            assert code == "fns:INVALID_VALUE"
            assert "OveragePrice, Price, IncludedUnits, DiscountAmount or DiscountPercentage" in message


def test_rollover_balance_needs_one_id() -> None:
    assert reader().plan("select RolloverBalance from RatePlanCharge where Id = '1'")
    assert refusal("select RolloverBalance from RatePlanCharge")[0] == "fns:INVALID_VALUE"
    assert refusal("select RolloverBalance, Name from RatePlanCharge where Id = '1'")[0] == "fns:INVALID_VALUE"


def test_fields_newer_than_the_version_are_unknown() -> None:
    assert refusal("select IsLatestVersion from Subscription", 83.0)[0] == "fns:INVALID_FIELD"
    assert reader(124.0).plan("select IsLatestVersion from Subscription")


def test_old_versions_take_either_form_of_date() -> None:
    for text in ("LastInvoiceDate = '2026-01-01T00:00:00'", "CreatedDate >= '2026-01-01'"):
        assert reader(68.0).plan(f"select Id from Account where {text}")


@pytest.fixture
def accounts(tenant: Any, make_id: Callable[[int], str]) -> None:
    names = ["Alpha", "alpha", "Beta*", None, "Be_ta"]
    tenant.load(
        GLOBAL,
        "Account",
        [{"Id": make_id(n), "Name": name, "BillCycleDay": n, "AutoPay": n % 2 == 0} for n, name in enumerate(names)],
    )


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("Name = 'ALPHA'", [0, 1]),
        ("Name != 'alpha'", [2, 4]),
        ("Name = null", [3]),
        ("Name != null", [0, 1, 2, 4]),
        ("name like 'al%'", [0, 1]),
        ("Name like '%A'", [0, 1, 4]),
        ("Name like 'be_ta'", [4]),
        ("Name like 'Beta_'", [2]),
        ("AutoPay = true", [0, 2, 4]),
        ("AutoPay != true", [1, 3]),
        ("BillCycleDay >= 3", [3, 4]),
        ("BillCycleDay < '2'", [0, 1]),
        ("BillCycleDay = 0 or BillCycleDay = 1 and AutoPay = true", [0]),
        ("AutoPay = true and BillCycleDay = 0 or BillCycleDay = 1", [0, 1]),
        ("Id = '2C92C0F8AAAAAAAA0000000000000001'", []),
    ],
)
@pytest.mark.usefixtures("accounts")
def test_what_conditions_mean(caller: Any, make_id: Callable[[int], str], where: str, numbers: list[int]) -> None:
    assert caller.ids(f"select Id from Account where {where}") == [make_id(n) for n in numbers]


@pytest.mark.parametrize(
    ("where", "numbers"),
    [("Name = 'alpha'", [1]), ("Name like 'Al%'", [0]), ("Name like '%*'", [2]), ("Name like 'Be_ta'", [4])],
)
@pytest.mark.usefixtures("accounts")
def test_letters_case_counts_when_asked(
    caller: Any, make_id: Callable[[int], str], where: str, numbers: list[int]
) -> None:
    options = "<api:caseSensitive>true</api:caseSensitive>"
    assert caller.ids(f"select Id from Account where {where}", options=options) == [make_id(n) for n in numbers]


def test_moments_compare_in_the_tenants_zone(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    moments = ["2026-01-01T07:59:59Z", "2026-01-01T08:00:00Z"]
    tenant.load(GLOBAL, "Account", [{"Id": make_id(n), "UpdatedDate": each} for n, each in enumerate(moments)])
    for literal in ("2026-01-01T00:00:00", "'2026-01-01T00:00:00'", "2026-01-01T03:00:00-05:00"):
        assert caller.ids(f"select Id from Account where UpdatedDate >= {literal}") == [make_id(1)]


def test_removed_rate_plans_stay_hidden_until_asked_for(
    caller: Any, tenant: Any, make_id: Callable[[int], str]
) -> None:
    kinds = [None, "NewProduct", "RemoveProduct"]
    tenant.load(GLOBAL, "RatePlan", [{"Id": make_id(n), "AmendmentType": kind} for n, kind in enumerate(kinds)])
    everything = "where AmendmentType = null or AmendmentType != null"
    assert caller.ids("select Id from RatePlan") == [make_id(0), make_id(1)]
    assert caller.ids(f"select Id from RatePlan where Id = '{make_id(2)}'") == []
    assert caller.ids(f"select Id from RatePlan where Id = '{make_id(1)}' or Id = '{make_id(2)}'") == [make_id(1)]
    assert caller.ids(f"select Id from RatePlan {everything}") == [make_id(n) for n in range(3)]


def test_an_amount_hides_charges_of_other_models(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    models = ["Flat Fee Pricing", "Tiered Pricing", "Discount-Percentage", "Per Unit Pricing"]
    tenant.load(GLOBAL, "RatePlanCharge", [{"Id": make_id(n), "ChargeModel": each} for n, each in enumerate(models)])
    assert len(caller.ids("select Id from RatePlanCharge")) == 4
    assert caller.ids("select Id, Price from RatePlanCharge") == [make_id(0), make_id(3)]
    assert caller.ids("select Id, DiscountPercentage from RatePlanCharge") == [make_id(2)]


def test_the_filter_for_one_time_charges_is_spelled_its_own_way(
    caller: Any, tenant: Any, make_id: Callable[[int], str]
) -> None:
    kinds = ["OneTime", "Recurring"]
    tenant.load(GLOBAL, "RatePlanCharge", [{"Id": make_id(n), "ChargeType": each} for n, each in enumerate(kinds)])
    reply = caller.query("select ChargeType from RatePlanCharge where ChargeType = 'One-Time'")
    assert b"<ns2:ChargeType>OneTime</ns2:ChargeType>" in reply.body
    assert b"<ns1:size>1</ns1:size>" in reply.body


def test_one_invoice_body_at_a_time(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(n), "Body": "JVBERg=="} for n in range(2)])
    assert b"Can only query one invoice body at a time" in caller.query("select Id, Body from Invoice").body
    assert b"JVBERg==" in caller.query(f"select Body from Invoice where Id = '{make_id(1)}'").body


def test_decimals_compare_exactly(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    balances = ["-12345678901234.123456789", "0.1", "5", "12345678901234.123456788", "12345678901234.123456789", None]
    tenant.load(GLOBAL, "Account", [{"Id": make_id(n), "Balance": each} for n, each in enumerate(balances)])
    for where, numbers in (
        ("Balance < 0", [0]),
        ("Balance < 5.0", [0, 1]),
        ("Balance = 0.10", [1]),
        ("Balance > 1000000000000000", []),
        ("Balance >= 12345678901234.123456789", [4]),
        ("Balance < 12345678901234.123456789", [0, 1, 2, 3]),
        ("Balance = '12345678901234.123456788'", [3]),
        ("Balance != .1", [0, 2, 3, 4]),
    ):
        assert caller.ids(f"select Id from Account where {where}") == [make_id(n) for n in numbers], where
    page = caller.query("select Balance from Account where Balance > 5").body
    assert b"<ns2:Balance>12345678901234.123456789</ns2:Balance>" in page


def test_old_versions_take_the_date_of_an_offset_in_pacific_time(
    caller: Any, mock: Any, make_id: Callable[[int], str]
) -> None:
    users = (UserSpec("api@tenant-03.example.com", "third-password"),)
    spec = TenantSpec("10003", "Tenant 03", (EntitySpec(GLOBAL, "Global"),), users, time_zone="Asia/Tokyo")
    tenant = mock.add_tenant(spec)
    days = ["2025-12-31", "2026-01-01"]
    tenant.load(
        GLOBAL,
        "Account",
        [{"Id": make_id(n), "LastInvoiceDate": day, "UpdatedDate": day + "T00:00:00"} for n, day in enumerate(days)],
    )
    caller.login("api@tenant-03.example.com", "third-password")
    for where, numbers in (
        ("LastInvoiceDate = '2026-01-01T07:59:59Z'", [0]),
        ("LastInvoiceDate = 2026-01-01T08:00:00+00:00", [1]),
        ("LastInvoiceDate = '2026-01-01T00:00:00'", [1]),
        ("LastInvoiceDate = '2026-01-01'", [1]),
        ("UpdatedDate = 2026-01-01", [1]),  # midnight where the tenant is
        ("UpdatedDate < '2025-12-31T15:00:00Z'", [0]),
    ):
        found = caller.ids(f"select Id from Account where {where}", version="68.0")
        assert found == [make_id(n) for n in numbers], where
    assert b"+09:00</ns2:UpdatedDate>" in caller.query("select UpdatedDate from Account").body


def test_the_one_time_literal_works_with_every_operator(
    caller: Any, tenant: Any, make_id: Callable[[int], str]
) -> None:
    kinds = ["OneTime", "Recurring", "Usage", None]
    tenant.load(GLOBAL, "RatePlanCharge", [{"Id": make_id(n), "ChargeType": each} for n, each in enumerate(kinds)])
    for where, numbers in (
        ("ChargeType = 'one-time'", [0]),
        ("ChargeType != 'One-Time'", [1, 2]),
        ("ChargeType like 'One-%'", [0]),
        ("ChargeType = 'OneTime'", [0]),
        ("ChargeType = null", [3]),
    ):
        assert caller.ids(f"select Id from RatePlanCharge where {where}") == [make_id(n) for n in numbers], where


def test_active_currencies_are_those_of_the_prices_unless_they_were_set(
    caller: Any, tenant: Any, make_id: Callable[[int], str]
) -> None:
    plans = [{"Id": make_id(1)}, {"Id": make_id(2), "ActiveCurrencies": "JPY,USD"}, {"Id": make_id(3)}]
    tenant.load(GLOBAL, "ProductRatePlan", plans)
    charges = [{"Id": make_id(10 + n), "ProductRatePlanId": make_id(plan)} for n, plan in enumerate((1, 1, 2))]
    tenant.load(GLOBAL, "ProductRatePlanCharge", charges)
    tiers = [(10, "USD", None), (10, "EUR", True), (11, "EUR", None), (11, "GBP", False), (12, "CAD", None)]
    tenant.load(
        GLOBAL,
        "ProductRatePlanChargeTier",
        [
            {"Id": make_id(20 + n), "ProductRatePlanChargeId": make_id(charge), "Currency": currency, "Active": active}
            for n, (charge, currency, active) in enumerate(tiers)
        ],
    )

    def currencies(plan: int) -> bytes | None:
        page = caller.query(f"select Id, ActiveCurrencies from ProductRatePlan where Id = '{make_id(plan)}'").body
        found = page.split(b"<ns2:ActiveCurrencies>")
        return found[1].split(b"<")[0] if len(found) > 1 else None

    assert [currencies(plan) for plan in (1, 2, 3)] == [b"EUR,USD", b"JPY,USD", None]


def test_secrets_are_found_by_nothing_and_text_areas_cannot_be_filtered(caller: Any, tenant: Any) -> None:
    tenant.load(GLOBAL, "PaymentMethod", [{"Id": "1" * 32, "Type": "CreditCard"}])
    for where in ("CreditCardSecurityCode = '123'", "BankTransferAccountNumber like '1%'"):
        assert caller.ids(f"select Id from PaymentMethod where {where}") == []
    for name in ("Account", "Subscription"):
        assert reader().plan(f"select Notes from {name}")
        code, message = refusal(f"select Id from {name} where Notes = 'x'")
        assert (code, message) == ("fns:INVALID_FIELD", f"invalid field for query: {name}.notes")


@pytest.mark.parametrize(
    "dotted",
    [
        "Account.TaxCompanyCode",
        "Subscription.CurrentTerm",
        "Subscription.CurrentTermPeriodType",
        "Subscription.Currency",
        "Subscription.Revision",
        "Subscription.LastBookingDate",
        "Subscription.ExternallyManagedBy",
        "Subscription.SubscriptionBillToId",
        "RatePlan.OriginalRatePlanId",
        "RatePlan.InvoiceOwnerId",
        "RatePlan.SubscriptionOwnerId",
        "RatePlan.ExternallyManagedPlanId",
        "RatePlanCharge.BillingTiming",
        "RatePlanCharge.ListPriceBase",
        "RatePlanCharge.UsageRecordRatingOption",
        "RatePlanCharge.WeeklyBillCycleDay",
        "RatePlanCharge.DiscountClass",
        "RatePlanCharge.SubscriptionId",
        "Invoice.Currency",
        "Invoice.CreditBalanceAdjustmentAmount",
        "Payment.Source",
        "Payment.SourceName",
        "Payment.PaymentMethodSnapshotId",
        "PaymentMethod.TokenId",
        "PaymentMethod.AchCity",
        "Refund.PaymentMethodId",
        "Refund.PaymentMethodSnapshotId",
        "Product.ProductNumber",
        "ProductRatePlan.ActiveCurrencies",
        "ProductRatePlan.ProductRatePlanNumber",
        "ProductRatePlanCharge.BillingTiming",
        "ProductRatePlanCharge.ListPriceBase",
    ],
)
def test_fields_that_can_be_read_and_not_filtered_by(dotted: str) -> None:
    owner, _, name = dotted.partition(".")
    assert reader(153.0).plan(f"select {name} from {owner}")
    assert refusal(f"select Id from {owner} where {name} = null", 153.0) == (
        "fns:INVALID_FIELD",
        f"invalid field for query: {owner}.{name.lower()}",
    )


@pytest.mark.parametrize(
    "dotted",
    [
        "Subscription.RenewalSetting",
        "Subscription.AncestorAccountId",
        "Amendment.RenewalSetting",
        "Amendment.RatePlanData",
        "Amendment.DestinationAccountId",
        "Amendment.DestinationInvoiceOwnerId",
        "RatePlanCharge.RevRecCode",
        "RatePlanCharge.RevRecTriggerCondition",
        "RatePlanCharge.RevenueRecognitionRuleName",
        "Invoice.RegenerateInvoicePDF",
        "InvoiceItem.AppliedToChargeNumber",
        "InvoiceItem.ProductRatePlanChargeId",
        "Payment.InvoiceId",
        "Payment.InvoiceNumber",
        "Payment.AppliedInvoiceAmount",
        "Payment.AppliedAmount",
        "Payment.InvoicePaymentData",
        "Payment.GatewayOptionData",
        "PaymentMethod.AchAccountNumber",
        "PaymentMethod.BankTransferAccountNumber",
        "PaymentMethod.CreditCardNumber",
        "PaymentMethod.CreditCardSecurityCode",
        "PaymentMethod.SkipValidation",
        "PaymentMethod.MitProfileAction",
        "PaymentMethod.GatewayOptionData",
        "Refund.PaymentId",
        "Refund.RefundInvoicePaymentData",
        "ProductRatePlanCharge.ProductRatePlanChargeTierData",
        "ProductRatePlanCharge.ProductDiscountApplyDetailData",
        "ProductRatePlanCharge.ChargeModelConfiguration",
    ],
)
def test_fields_that_cannot_be_read(dotted: str) -> None:
    owner, _, name = dotted.partition(".")
    expected = ("fns:INVALID_FIELD", f"invalid field for query: {owner}.{name.lower()}")
    assert refusal(f"select {name} from {owner}", 153.0) == expected


STAMPS_ARE_ONLY_READ = {
    "AccountingCode",
    "AccountingPeriod",
    "ChargeMetrics",
    "InvoiceFile",
    "SubscriptionProductFeature",
}


def test_objects_can_be_filtered_by_their_stamps_but_for_those_documented_otherwise() -> None:
    for each in [each for each in standard_catalogue() if each.name not in STAMPS_ARE_ONLY_READ]:
        for name in ("CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"):
            if each.find(name):
                assert reader(153.0).plan(f"select {name} from {each.name} where {name} != null")


def test_the_condition_that_shows_removed_rate_plans(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    kinds = [None, "UpdateProduct", "RemoveProduct"]
    tenant.load(GLOBAL, "RatePlan", [{"Id": make_id(n), "AmendmentType": kind} for n, kind in enumerate(kinds)])
    assert caller.ids("select Id from RatePlan where AmendmentType != null") == [make_id(1), make_id(2)]
    assert caller.ids("select Id from RatePlan where AmendmentType = null") == [make_id(0)]
    assert caller.ids("select Id from RatePlan where AmendmentType = 'RemoveProduct'") == [make_id(2)]


# What an XML message can carry.
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)


@given(_TEXTS)
def test_any_text_in_a_string_is_that_text(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    (comparison,) = parse(f"select Id from Account where Name = '{escaped}'").comparisons()
    assert comparison.text == value


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        reader().plan(text)
    except SoapFault as fault:
        assert fault.code.startswith("fns:")  # noqa: PT017 - most texts are refused, a few are not
