"""Fields that shut each other out, rows that stay hidden, and what may be selected and filtered by."""

from __future__ import annotations

from contracts.facts.zuora.asking import finds, refused
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import ACCOUNTS, BILLING, CATALOG, SUBSCRIPTIONS
from contracts.zuora.scenarios.billing import PDF_BASE64

fact = ZUORA.fact


@fact(
    "zuora.hidden.removed-plans",
    "A query of rate plans leaves out those that an amendment removed.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def removed_plans(client: Client) -> None:
    second = client.target.id("second")
    finds(client, f"SubscriptionId = '{second}'", ["plain", "added"], of="RatePlan")


@fact(
    "zuora.hidden.removed-plan-by-id",
    "A removed rate plan is not found by its Id either.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def removed_plan_by_id(client: Client) -> None:
    finds(client, f"Id = '{client.target.id('plain')}'", ["plain"], of="RatePlan")
    finds(client, f"Id = '{client.target.id('removed')}'", [], of="RatePlan")


@fact(
    "zuora.hidden.removed-plans-shown",
    "`AmendmentType = null or AmendmentType != null` shows removed rate plans as well.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def removed_plans_shown(client: Client) -> None:
    every = ["first-flat", "plain", "added", "removed"]
    finds(client, "AmendmentType = null or AmendmentType != null", every, of="RatePlan")


@fact(
    "zuora.hidden.amended-plans",
    "`AmendmentType != null` finds the rate plans of amendments, removed ones among them.",
    source=sources.object_page("RatePlan"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def amended_plans(client: Client) -> None:
    finds(client, "AmendmentType != null", ["added", "removed"], of="RatePlan")


FLAT_AND_UNIT = ["c-flat", "c-seats-1", "c-seats-2", "c-over", "c-setup"]


@fact(
    "zuora.hidden.price-models",
    "A query that selects RatePlanCharge.Price shows flat fee, per unit and overage charges only.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def price_models(client: Client) -> None:
    same(sorted(client.names("select Price from RatePlanCharge")), sorted(FLAT_AND_UNIT), "charges with Price")
    require("c-volume" in client.names("select Id from RatePlanCharge"), "the volume charge is not there without Price")


@fact(
    "zuora.hidden.price-filter",
    "A filter by RatePlanCharge.Price hides the other models in the same way.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def price_filter(client: Client) -> None:
    finds(client, "Price = null or Price >= 0", FLAT_AND_UNIT, of="RatePlanCharge")


@fact(
    "zuora.hidden.discount-models",
    "A query that selects RatePlanCharge.DiscountAmount shows discount charges only.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def discount_models(client: Client) -> None:
    found = client.names("select DiscountAmount from RatePlanCharge")
    require("c-off" in found and not found - {"c-off", "c-rebate"}, f"charges with DiscountAmount: {sorted(found)}")


@fact(
    "zuora.hidden.rollover-alone",
    "RolloverBalance may be selected alone, for one charge named by Id.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def rollover_alone(client: Client) -> None:
    where = f"where Id = '{client.target.id('c-flat')}'"
    same(client.query(f"select RolloverBalance from RatePlanCharge {where}").ids, [client.target.id("c-flat")], "found")
    same(
        client.query_reply(f"select RolloverBalance, Name from RatePlanCharge {where}").fault().kind,
        "MalformedQueryFault",
        "the fault with another field",
    )


@fact(
    "zuora.hidden.charge-amount-alone",
    "One amount of a charge may be selected beside other fields.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def charge_amount_alone(client: Client) -> None:
    where = f"where Id = '{client.target.id('c-off')}'"
    record = client.query(f"select Name, DiscountAmount, ChargeNumber from RatePlanCharge {where}").one
    same(record["DiscountAmount"], "5", "DiscountAmount")


@fact(
    "zuora.hidden.charge-amount-in-filter",
    "An amount in the select clause and another in the where clause exclude one another too.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def charge_amount_in_filter(client: Client) -> None:
    zoql = "select Price from RatePlanCharge where "
    refused(client, f"{zoql}DiscountAmount > 0", "INVALID_VALUE", beside=f"{zoql}Price > 0")


@fact(
    "zuora.hidden.active-currencies",
    "ActiveCurrencies may be selected with Id, and lists the plan's currencies.",
    source=sources.object_page("ProductRatePlan"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
)
def active_currencies(client: Client) -> None:
    where = f"where Id = '{client.target.id('lamp-monthly')}'"
    record = client.query(f"select Id, ActiveCurrencies from ProductRatePlan {where}").one
    found = {each.strip() for each in record["ActiveCurrencies"].split(",")}
    same(found, {"USD", "EUR"}, "ActiveCurrencies")


@fact(
    "zuora.hidden.invoice-body",
    "Invoice.Body is the invoice's PDF in base64.",
    source=sources.object_page("Invoice"),
    sure=Sure.DOCUMENTED,
    scenario=BILLING,
)
def invoice_body(client: Client) -> None:
    row = client.row("Invoice", client.target.id("posted"), "Body")
    same(row.get("Body"), PDF_BASE64, "Body")


@fact(
    "zuora.fields.no-textarea-filter",
    "A field of type textarea, such as Account.Notes, cannot be filtered by.",
    source=sources.FIELD_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def no_textarea_filter(client: Client) -> None:
    id_ = client.target.id("alder")
    beside = f"select Notes from Account where Id = '{id_}'"
    require("Notes" in client.query(beside).one.names, "Notes cannot be read")
    refused(client, "select Id from Account where Notes = 'First line'", "INVALID_FIELD", beside=beside)


NOT_QUERYABLE = {
    "Subscription": "RenewalSetting AncestorAccountId",
    "Amendment": "RenewalSetting RatePlanData DestinationAccountId DestinationInvoiceOwnerId",
    "RatePlanCharge": "RevRecCode RevRecTriggerCondition RevenueRecognitionRuleName",
    "Invoice": "RegenerateInvoicePDF",
    "InvoiceItem": "AppliedToChargeNumber ProductRatePlanChargeId",
    "Payment": "InvoiceId InvoiceNumber AppliedInvoiceAmount AppliedAmount InvoicePaymentData GatewayOptionData",
    "PaymentMethod": "AchAccountNumber BankTransferAccountNumber CreditCardNumber CreditCardSecurityCode SkipValidation"
    " MitConsentAgreementRef MitConsentAgreementSrc MitNetworkTransactionId MitProfileAction MitProfileAgreedOn"
    " MitProfileType GatewayOptionData",
    "Refund": "PaymentId RefundInvoicePaymentData",
    "ProductRatePlanCharge": "ProductRatePlanChargeTierData ProductDiscountApplyDetailData ChargeModelConfiguration",
}
"""Fields whose pages do not list Query among their allowed operations."""

NOT_FILTERABLE = {
    "Account": "TaxCompanyCode",
    "Subscription": "CurrentTerm CurrentTermPeriodType Currency Revision LastBookingDate ExternallyManagedBy"
    " SubscriptionBillToId SubscriptionBillToSnapshotId",
    "RatePlan": "OriginalRatePlanId InvoiceOwnerId SubscriptionOwnerId ExternallyManagedPlanId",
    "RatePlanCharge": "BillingTiming ListPriceBase UsageRecordRatingOption WeeklyBillCycleDay DiscountClass"
    " SubscriptionId",
    "Invoice": "Currency CreditBalanceAdjustmentAmount",
    "Payment": "Source SourceName PaymentMethodSnapshotId",
    "PaymentMethod": "TokenId AchCity AchState AchCountry AchPostalCode",
    "Refund": "PaymentMethodId PaymentMethodSnapshotId",
    "Product": "ProductNumber",
    "ProductRatePlan": "ActiveCurrencies ProductRatePlanNumber",
    "ProductRatePlanCharge": "BillingTiming ListPriceBase",
}
"""Fields whose pages list Query but not Filter."""

NEWEST = "153.0"


def _not_queryable(object_name: str, field: str) -> None:
    def check(client: Client) -> None:
        refused(
            client,
            f"select {field} from {object_name}",
            "INVALID_FIELD",
            f"invalid field for query: {object_name}.{field.lower()}",
            beside=f"select Id, CreatedDate from {object_name}",
            version=NEWEST,
        )

    fact(
        f"zuora.fields.not-queryable-{object_name.lower()}-{field.lower()}",
        f"{object_name}.{field} cannot be selected.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


def _not_filterable(object_name: str, field: str) -> None:
    def check(client: Client) -> None:
        refused(
            client,
            f"select Id from {object_name} where {field} != null",
            "INVALID_FIELD",
            beside=f"select {field} from {object_name}",
            version=NEWEST,
        )

    fact(
        f"zuora.fields.not-filterable-{object_name.lower()}-{field.lower()}",
        f"{object_name}.{field} can be selected but not filtered by.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


for _object, _names in NOT_QUERYABLE.items():
    for _field in _names.split():
        _not_queryable(_object, _field)
for _object, _names in NOT_FILTERABLE.items():
    for _field in _names.split():
        _not_filterable(_object, _field)


@fact(
    "zuora.fields.filter-only",
    "Subscription.AncestorAccountId can be filtered by though it cannot be selected.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def filter_only(client: Client) -> None:
    finds(client, "AncestorAccountId = null", ["first", "second"], of="Subscription")


SINCE = {
    "Invoice.AutoPay": 89,
    "Invoice.SourceType": 118,
    "Invoice.BillToContactId": 118,
    "Invoice.Currency": 147,
    "Subscription.Revision": 107,
    "Subscription.PaymentTerm": 115,
    "Subscription.IsLatestVersion": 124,
    "Subscription.Currency": 137,
    "RatePlan.InvoiceOwnerId": 122,
    "RatePlan.SubscriptionOwnerId": 122,
    "RatePlanCharge.InvoiceOwnerId": 122,
    "RatePlanCharge.SubscriptionOwnerId": 122,
    "RatePlanCharge.SubscriptionId": 122,
    "RatePlan.OriginalRatePlanId": 136,
    "Product.ProductNumber": 133,
    "InvoiceItem.SourceItemType": 118,
}
"""Fields by the first WSDL version that has them."""


def _since(path: str, version: int) -> None:
    object_name, field = path.split(".")

    def check(client: Client) -> None:
        zoql = f"select {field} from {object_name}"
        require(client.query(zoql, version=f"{version}.0").records, f"{zoql} finds nothing at {version}.0")
        fault = client.query_reply(zoql, version=f"{version - 1}.0").fault()
        same(fault.fault_code, "INVALID_FIELD", f"the code at {version - 1}.0")

    fact(
        f"zuora.fields.since-{object_name.lower()}-{field.lower()}",
        f"{path} exists from WSDL {version} on.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


for _path, _version in SINCE.items():
    _since(_path, _version)


@fact(
    "zuora.fields.secrets-masked",
    "A card's number cannot be read back; its mask shows the last four digits.",
    source=sources.object_page("PaymentMethod"),
    sure=Sure.DOCUMENTED,
    scenario=BILLING,
)
def secrets_masked(client: Client) -> None:
    row = client.row("PaymentMethod", client.target.id("card"), "CreditCardMaskNumber")
    require(row["CreditCardMaskNumber"].endswith("1111"), f"the mask is {row}")
    require("*" in row["CreditCardMaskNumber"], f"the mask is {row}")
    refused(
        client, "select CreditCardNumber from PaymentMethod", "INVALID_FIELD", beside="select Id from PaymentMethod"
    )


@fact(
    "zuora.fields.settlement-objects",
    "Objects of Invoice Settlement and Orders cannot be queried.",
    source=sources.developer("v1-api-reference: action query"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def settlement_objects(client: Client) -> None:
    for name in ("CreditMemo", "DebitMemo", "Order", "PaymentApplication"):
        refused(client, f"select Id from {name}", "INVALID_TYPE", f"invalid type specified: {name}")
