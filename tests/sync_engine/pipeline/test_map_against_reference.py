"""The map against the documented one, where the reference is at hand: every row is there, from its own source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mock_salesforce.schema.catalogue import plain
from sync_engine.mapping import FieldMap
from sync_engine.mapping.field_map import ORDER
from sync_engine.mapping.object_map import ObjectMap
from sync_engine.mapping.paths import Path as FieldPath
from sync_engine.mapping.paths import fields_on

SAID_OTHERWISE = {
    # the documented name is a label, an abbreviation or a slip; the field that the API has is this
    "Zuora__Payment__c.Zuora__UpdatedById__c": {"Payment.UpdatedById"},
    "Zuora__Refund__c.Zuora__CreatedById__c": {"Refund.CreatedById"},
    "Zuora__Refund__c.Zuora__ReferenceId__c": {"Refund.ReferenceID"},
    "Zuora__Refund__c.Zuora__UpdatedById__c": {"Refund.UpdatedById"},
    "Zuora__Subscription__c.Zuora__Account__c": {"Account.CrmId"},
    "Zuora__Subscription__c.Zuora__CustomerAccount__c": {"Subscription.AccountId"},
    "Zuora__Subscription__c.Zuora__Status__c": {"Subscription.Status"},
    "Zuora__Subscription__c.Zuora__SubscriptionNumber__c": {"Subscription.Name"},
    "Zuora__SubscriptionProductFeature__c.Zuora__FeatureCode__c": {
        "Feature.FeatureCode",
        "SubscriptionProductFeature.FeatureCode",
    },
    "Zuora__SubscriptionProductFeature__c.Zuora__RatePlanZuoraId__c": {"SubscriptionProductFeature.RatePlanId"},
    "Zuora__SubscriptionProductFeature__c.Zuora__Subscription__c": {"RatePlan.SubscriptionId"},
    "Zuora__SubscriptionRatePlan__c.Zuora__OriginalSubscriptionRatePlanId__c": {"RatePlan.OriginalRatePlanId"},
    "Zuora__Product__c.Zuora__CreatedDate__c": {"Product.CreatedDate"},
    "Zuora__Product__c.Zuora__External_Id__c": {"Product.Id"},
    "Zuora__Product__c.Zuora__UpdatedDate__c": {"Product.UpdatedDate"},
    "zqu__ProductRatePlanCharge__c.zqu__Model__c": {"ProductRatePlanCharge.ChargeModel"},
    "zqu__ProductRatePlanCharge__c.zqu__ZUom_Id__c": {"UnitOfMeasure.Id"},
    "zqu__ProductRatePlanCharge__c.zqu__ZUnitOfMeasure__c": {"UnitOfMeasure.Id"},
    # an invoice is generated when its record is made; its invoice date has a field of its own
    "Zuora__ZInvoice__c.Zuora__GeneratedDate__c": {"Invoice.CreatedDate"},
    # the words of a payment method, where an id would say nothing
    "Zuora__Payment__c.Zuora__PaymentMethod__c": {"PaymentMethod.Type"},
    "Zuora__Refund__c.Zuora__PaymentMethod__c": {"PaymentMethod.Type"},
    # the clear number cannot be read
    "Zuora__PaymentMethod__c.Zuora__BankTransferAccountNumber__c": {"PaymentMethod.BankTransferAccountNumberMask"},
    # the API has no invoice on a payment, only the parts that went to invoices
    "Zuora__Payment__c.Zuora__InvoiceNumber__c": {"Invoice.InvoiceNumber"},
    "Zuora__Payment__c.Zuora__Invoice__c": {"InvoicePayment.InvoiceId"},
    "Zuora__Refund__c.Zuora__Payment__c": {"InvoicePayment.PaymentId"},
    # a date goes where a date belongs; the billing period has its own field
    "Zuora__SubscriptionProductCharge__c.Zuora__SpecificEndDate__c": {"RatePlanCharge.SpecificEndDate"},
    # these two cannot be queried of a subscription's charge; its catalog charge has them
    "Zuora__SubscriptionProductCharge__c.Zuora__RevRecCode__c": {"ProductRatePlanCharge.RevRecCode"},
    "Zuora__SubscriptionProductCharge__c.Zuora__RevRecTriggerCondition__c": {
        "ProductRatePlanCharge.RevRecTriggerCondition"
    },
    # a subscription's rate plan has none of these; its catalog plan has, and the charge and the product have their own
    "Zuora__SubscriptionProductFeature__c.Zuora__RatePlanDescription__c": {"ProductRatePlan.Description"},
    "Zuora__SubscriptionProductFeature__c.Zuora__RatePlanEffectiveEndDate__c": {"ProductRatePlan.EffectiveEndDate"},
    "Zuora__SubscriptionProductCharge__c.Zuora__Description__c": {"RatePlanCharge.Description"},
    "Zuora__SubscriptionProductCharge__c.Zuora__ProductSKU__c": {"Product.SKU"},
    # what is worked out
    "Zuora__CustomerAccount__c.Zuora__MRR__c": {"RatePlanCharge.MRR", "Subscription.Status"},
    "Zuora__Subscription__c.Zuora__MRR__c": {"RatePlanCharge.MRR"},
    "Zuora__Subscription__c.Zuora__TCV__c": {"RatePlanCharge.TCV"},
    "zqu__ProductRatePlanCharge__c.zqu__ListPrice__c": {
        "@default_currency",
        "ProductRatePlanChargeTier.Currency",
        "ProductRatePlanChargeTier.Price",
    },
    "Zuora__PaymentMethod__c.Zuora__DefaultPaymentMethod__c": {"PaymentMethod.Id", "Account.DefaultPaymentMethodId"},
    "Zuora__Subscription__c.Zuora__NextChargeDate__c": {"RatePlanCharge.ChargedThroughDate"},
    "Zuora__SubscriptionProductCharge__c.Zuora__BillingPeriodStartDay__c": {"ProductRatePlanCharge.BillCycleDay"},
    "Zuora__SubscriptionProductCharge__c.Zuora__ExtendedAmount__c": {
        "RatePlanCharge.MRR",
        "RatePlanCharge.BillingPeriod",
        "RatePlanCharge.SpecificBillingPeriod",
    },
    "Zuora__SubscriptionProductCharge__c.Zuora__PriceTable__c": {
        f"RatePlanChargeTier.{name}"
        for name in ("Tier", "StartingUnit", "EndingUnit", "Price", "PriceFormat", "IsOveragePrice")
    },
    "zqu__ProductRatePlanCharge__c.zqu__Discount_Apply_Type__c": {"ProductRatePlanCharge.ApplyDiscountTo"},
}
"""Where the map reads a target from, for the rows in which the documented source is not the field itself."""

NOT_WRITTEN = {
    "Zuora__ZInvoice__c.Zuora__ReverseFlag__c": "no package metadata has such a field",
    "zqu__ProductRatePlanCharge__c.zqu__PrepaymentPeriods__c": "internal to Zuora: the API does not give it",
}


@dataclass(frozen=True)
class Row:
    """One documented row. `zuora_object` may carry in brackets the way that leads to it."""

    docset: str
    zuora_object: str
    zuora_field: str
    sobject: str
    target: str


def documented(shared_dir: Path, docsets: str) -> Iterator[Row]:
    lines = (shared_dir / "reference" / "field-map.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[2:]:
        docset, zuora_object, zuora_field, sobject, target = [*line.split("\t"), "", ""][:5]
        if docset.startswith(docsets):
            plain_object = zuora_object.split("(")[0].strip()
            field = zuora_field.split("(")[0].replace(" ", "")
            yield Row(docset, plain_object, field, sobject, target.split(" ")[0])


def ends(each: ObjectMap) -> Iterator[tuple[str, str]]:
    """Every target of a map with the Zuora object and field that a value of it comes from."""
    rules: list[tuple[str, FieldPath]] = [
        (rule.target, path)
        for rule in (*each.fields, each.key, *([each.number_key] if each.number_key else []))
        for path in rule.sources
    ]
    rules += [(parent.column, path) for parent in each.parents for path in parent.sources]
    if each.currency:
        rules.append(("CurrencyIsoCode", each.currency))
    for target, path in rules:
        if path.constant:
            yield target, f"@{path.field}"
        else:
            yield target, ".".join(fields_on(path, each.source)[-1])


def test_every_documented_row_of_the_classic_sync_is_in_the_map(shared_dir: Path, field_map: FieldMap) -> None:
    written: dict[str, set[str]] = {}
    for name in (name for names in ORDER.values() for name in names):
        for target, end in ends(field_map[name]):
            written.setdefault(f"{field_map[name].sobject}.{target}", set()).add(end)
    schema = plain(("Zuora", "zqu"))
    wrong, rows = [], 0
    for row in documented(shared_dir, "360-"):
        rows += 1
        target = f"{row.sobject}.{row.target}"
        field = schema.required(row.sobject).field(row.target)
        if target in NOT_WRITTEN or (field is not None and field.calculated):
            if target in written:
                wrong.append(f"{target} cannot be written")
        elif not _is_from(row, written.get(target, set())):
            wrong.append(f"{target} is {sorted(written.get(target, ()))}, not {row.zuora_object}.{row.zuora_field}")
    assert not wrong, "\n".join(wrong)
    assert rows == 458


def _is_from(row: Row, found: set[str]) -> bool:
    """Whether the map reads what the row says, or what stands for it."""
    target = f"{row.sobject}.{row.target}"
    if target in SAID_OTHERWISE:
        return SAID_OTHERWISE[target] <= found
    if row.zuora_field in ("Deleted", "EntityID"):
        return found == {"@deleted" if row.zuora_field == "Deleted" else "@entity_id"}
    return f"{row.zuora_object}.{row.zuora_field}" in found
