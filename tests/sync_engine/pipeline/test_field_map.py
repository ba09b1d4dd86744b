from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sync_engine.mapping import FieldMap
from sync_engine.mapping.field_map import ORDER
from sync_engine.mapping.targets import Targets
from sync_engine.model import ObjectKind, ParentRef, TargetRow
from sync_engine.rules import ACCOUNT_OBJECTS, Rules
from sync_engine.zuora.graph import graph
from sync_engine.zuora.rows import RowSet

ACCOUNTS, PRODUCTS = ObjectKind.BILLING_ACCOUNT, ObjectKind.ZPRODUCT


def by_key(targets: Targets) -> dict[tuple[str, str], TargetRow]:
    return {(row.sobject, row.key): row for row in targets.rows()}


def test_a_billing_account_carries_its_contacts_and_what_its_subscriptions_bring(
    field_map: FieldMap, account_rows: RowSet
) -> None:
    account = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__CustomerAccount__c", "acc1"]
    assert account.key_field == "Zuora__External_Id__c"
    assert account.fields["Name"] == "Customer 01"
    assert account.fields["Zuora__Account__c"] == "001D000000IqhSLIAZ"
    assert account.fields["Zuora__Balance__c"] == "10.01"
    assert account.fields["Zuora__AllowInvoiceEdit__c"] == "false"
    assert account.fields["Zuora__BillToName__c"] == "First Last"
    assert account.fields["Zuora__SoldToCity__c"] == "Town"
    assert account.fields["Zuora__MRR__c"] == "100.13"
    assert account.fields["Zuora__DefaultPaymentMethod__c"] == "CreditCard"
    assert account.parents["Zuora__Payment_Term__r"] == ParentRef(
        "Zuora__PaymentTerm__c", "Zuora__External_Id__c", "Net 30"
    )
    assert "Zuora__BillToFax__c" in account.nulls
    assert "Zuora__EntityID__c" in account.nulls
    assert (account.source_object, account.source_id, account.root_id) == ("Account", "acc1", "acc1")


def test_what_is_absent_in_zuora_is_blanked_and_nothing_is_both_written_and_blanked(
    field_map: FieldMap, account_rows: RowSet, product_rows: RowSet
) -> None:
    for kind, rows in ((ACCOUNTS, account_rows), (PRODUCTS, product_rows)):
        for row in field_map.targets(kind, rows, Rules()).rows():
            assert not set(row.fields) & set(row.nulls)
            assert all(row.fields.values())
            assert not {name.replace("__r", "__c") for name in row.parents} & {*row.fields, *row.nulls}


def test_parents_come_before_what_points_at_them(
    field_map: FieldMap, account_rows: RowSet, product_rows: RowSet
) -> None:
    for kind, rows in ((ACCOUNTS, account_rows), (PRODUCTS, product_rows)):
        seen: set[tuple[str, str]] = set()
        for row in field_map.targets(kind, rows, Rules()).rows():
            for parent in row.parents.values():
                assert (parent.sobject, parent.value) in seen, (row.sobject, row.key, parent)
            seen.add((row.sobject, row.key))


def test_links_that_lead_to_rows_of_the_same_kind_wait_for_a_second_pass(
    field_map: FieldMap, account_rows: RowSet
) -> None:
    targets = field_map.targets(ACCOUNTS, account_rows, Rules())
    links = {(link.sobject, link.key): link for link in targets.links()}
    assert links["Zuora__CustomerAccount__c", "acc1"].parents == {
        "Zuora__Default_Payment_Method__r": ParentRef("Zuora__PaymentMethod__c", "Zuora__External_Id__c", "pm1")
    }
    assert links["Zuora__CustomerAccount__c", "acc2"].parents == {
        "Zuora__Parent__r": ParentRef("Zuora__CustomerAccount__c", "Zuora__External_Id__c", "acc1")
    }
    assert links["Zuora__InvoiceItem__c", "item2"].parents["Zuora__AppliedToInvoiceItem__r"].value == "item1"
    assert all(not link.fields and not link.nulls for link in targets.links())
    accounts = by_key(targets)
    assert "Zuora__Default_Payment_Method__c" not in accounts["Zuora__CustomerAccount__c", "acc1"].nulls
    assert "Zuora__Default_Payment_Method__c" in accounts["Zuora__CustomerAccount__c", "acc2"].nulls


def test_every_segment_of_a_charge_is_a_row_in_the_default_mode(field_map: FieldMap, account_rows: RowSet) -> None:
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))
    first = rows["Zuora__SubscriptionProductCharge__c", "ch1s1"]
    last = rows["Zuora__SubscriptionProductCharge__c", "ch1s2"]
    assert (first.fields["Zuora__Segment__c"], last.fields["Zuora__Segment__c"]) == ("1", "2")
    assert "Zuora__SubscriptionChargeNumber__c" not in last.fields
    assert last.fields["Zuora__ExtendedAmount__c"] == "300.38"
    assert last.fields["Zuora__Price__c"] == "10.01250"
    assert last.fields["Zuora__TriggerEvent__c"] == "Upon Contract Effective"
    assert last.fields["Zuora__PriceTable__c"] == "0 and above: 10.0125 Per Unit"
    assert last.fields["Zuora__ProductName__c"] == "Product 01"
    assert last.fields["Zuora__RevRecCode__c"] == "R1"
    assert last.parents["Zuora__UnitOfMeasure__r"].value == "Each"


def test_by_number_the_last_segment_is_the_row_and_parents_go_by_number_too(
    field_map: FieldMap, account_rows: RowSet
) -> None:
    rules = Rules(subscription_key="number")
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, rules))
    subscription = rows["Zuora__Subscription__c", "S-1"]
    assert subscription.key_field == "Zuora__SubscriptionNumber__c"
    assert subscription.fields["Zuora__External_Id__c"] == "sub1v2"
    assert "Zuora__SubscriptionNumber__c" not in subscription.fields
    charge = rows["Zuora__SubscriptionProductCharge__c", "C-1"]
    assert charge.fields["Zuora__External_Id__c"] == "ch1s2"
    assert charge.parents["Zuora__Subscription__r"] == ParentRef(
        "Zuora__Subscription__c", "Zuora__SubscriptionNumber__c", "S-1"
    )
    tier = rows["Zuora__SubscriptionRatePlanChargeTier__c", "t1"]
    assert tier.parents["Zuora__SubscriptionProductCharge__r"].value == "C-1"
    item = rows["Zuora__InvoiceItem__c", "item2"]
    assert item.parents["Zuora__SubscriptionRatePlanCharge__r"].value == "C-1"


def test_a_subscription_sums_up_its_charges(field_map: FieldMap, account_rows: RowSet) -> None:
    fields = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__Subscription__c", "sub1v2"].fields
    assert fields["Zuora__MRR__c"] == "100.13"
    assert fields["Zuora__TCV__c"] == "900.00"
    assert fields["Zuora__NextChargeDate__c"] == "2026-07-01"
    assert fields["Zuora__InitialTerm__c"] == "12 Months"
    assert fields["Zuora__RenewalTerm__c"] == "1 Year"
    assert fields["Zuora__OriginalCreated_Date__c"] == "2026-01-01T18:00:00.000Z"


def test_long_names_are_cut_and_kept_whole_beside(field_map: FieldMap, account_rows: RowSet) -> None:
    fields = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__SubscriptionRatePlan__c", "rp1"].fields
    assert len(fields["Name"]) == 80
    assert len(fields["Zuora__SubscriptionRatePlanName__c"]) == 95


def test_an_item_billed_on_a_replaced_version_points_at_its_successor(
    field_map: FieldMap, account_rows: RowSet
) -> None:
    item = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__InvoiceItem__c", "item1"]
    assert item.parents["Zuora__Subscription__r"].value == "sub1v2"
    assert item.parents["Zuora__SubscriptionRatePlanCharge__r"].value == "ch1s2"
    assert item.fields["Zuora__ProcessingType__c"] == "Charge"


def test_rows_without_their_parent_are_not_written(field_map: FieldMap, account_rows: RowSet) -> None:
    keys = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))
    assert ("Zuora__InvoiceItem__c", "item3") not in keys
    assert ("Zuora__Subscription__c", "sub1v1") not in keys


def test_payments_and_refunds_point_at_what_they_settle(field_map: FieldMap, account_rows: RowSet) -> None:
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))
    payment = rows["Zuora__Payment__c", "pay1"]
    assert payment.key_field == "Zuora__EXT_ID__c"
    assert payment.parents["Zuora__Invoice__r"].value == "inv1"
    assert payment.fields["Zuora__InvoiceNumber__c"] == "INV-1"
    assert payment.fields["Zuora__PaymentMethod__c"] == "CreditCard"
    assert payment.fields["Zuora__External_Id__c"] == "pay1"
    refund = rows["Zuora__Refund__c", "ref1"]
    assert refund.parents["Zuora__Payment__r"].value == "pay1"
    part = rows["Zuora__RefundInvoicePayment__c", "rip1"]
    assert part.key_field == "Zuora__EXT_ID__c"
    assert part.parents["Zuora__InvoicePayment__r"].value == "ip1"


def test_formulas_and_roll_ups_are_never_written(field_map: FieldMap) -> None:
    never = {
        "Zuora__CreditCardType__c", "Zuora__CreditCard_Number__c", "Zuora__CreditCard_Expiration__c",
        "Zuora__AppliedInvoiceAmount__c", "Zuora__RefundedAmount__c", "Zuora__Age_Bucket__c", "Zuora__UOM_formula__c",
    }  # fmt: skip
    for kind in ORDER:
        for each in field_map.maps(kind, Rules()):
            targets = {rule.target for rule in each.fields}
            if each.name == "invoice":
                targets.discard("Zuora__RefundedAmount__c")  # a plain field there
            if each.name == "payment_method":
                targets.discard("Zuora__CreditCardType__c")  # as above
            assert not targets & never, each.name


def test_the_catalog_is_worded_as_the_picklists_are(field_map: FieldMap, product_rows: RowSet) -> None:
    rules = Rules(multi_entity=True, entity_id="e" * 32, entity_name="Entity A")
    product_rows.add("Entity", {"Id": "e" * 32, "Name": "Entity A"}, "prod1")
    rows = by_key(field_map.targets(PRODUCTS, product_rows, rules))
    assert rows["zqu__BillingEntity__c", "e" * 32].fields["zqu__EntityName__c"] == "Entity A"
    charge = rows["zqu__ProductRatePlanCharge__c", "prc1"]
    assert charge.fields["zqu__Model__c"] == "Per Unit"
    assert charge.fields["zqu__Discount_Apply_Type__c"] == "3"
    assert charge.fields["zqu__Apply_Discount_To_Recurring_Charges__c"] == "true"
    assert charge.fields["zqu__Apply_Discount_To_Usage_Charges__c"] == "false"
    assert charge.fields["zqu__BillCycleDay__c"] == "3rd of the month"
    assert charge.fields["zqu__ListPrice__c"] == "10.0000000"
    assert charge.fields["zqu__ZUom_Id__c"] == "uom1"
    assert charge.parents["zqu__ZUnitOfMeasure__r"].value == "uom1"
    assert charge.fields["zqu__EndDateCondition__c"] == "Subscription End Date"
    product = rows["Product2", "prod1"]
    assert product.parents["zqu__BillingEntity__r"].value == "e" * 32
    assert product.fields["zqu__SKU2__c"] == "SKU-1"
    assert product.fields["zqu__Deleted__c"] == "false"
    assert rows["zqu__ZProduct__c", "prod1"].parents["zqu__Product__r"].value == "prod1"
    plan = rows["zqu__ProductRatePlan__c", "prp1"]
    assert plan.parents["zqu__ZProduct__r"].sobject == "zqu__ZProduct__c"
    assert plan.fields["zqu__ActiveCurrencies__c"] == "USD,EUR"


def test_without_entities_no_entity_is_written(field_map: FieldMap, product_rows: RowSet) -> None:
    rows = list(field_map.targets(PRODUCTS, product_rows, Rules()).rows())
    assert not any(row.sobject == "zqu__BillingEntity__c" for row in rows)
    assert not any("BillingEntity" in name for row in rows for name in (*row.parents, *row.nulls))


def test_names_that_stand_for_records_are_keys_within_their_entity(field_map: FieldMap, account_rows: RowSet) -> None:
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, Rules(multi_entity=True, entity_id="e1")))
    assert rows["Zuora__PaymentTerm__c", "e1:Net 30"].fields == {"Name": "Net 30", "Zuora__EntityID__c": "e1"}
    account = rows["Zuora__CustomerAccount__c", "acc2"]
    assert account.parents["Zuora__Payment_Term__r"].value == "e1:Net 30"


def test_what_is_not_synced_is_neither_written_nor_blanked(field_map: FieldMap, account_rows: RowSet) -> None:
    rules = Rules(objects=ACCOUNT_OBJECTS - {"Contact"}, sync_invoices=False)
    rows = list(field_map.targets(ACCOUNTS, account_rows, rules).rows())
    assert not {row.sobject for row in rows} & {"Zuora__ZInvoice__c", "Zuora__InvoiceItem__c", "Zuora__ZContact__c"}
    mentioned = {name for row in rows for name in (*row.fields, *row.nulls, *row.parents)}
    assert "Zuora__BillToCity__c" not in mentioned
    assert "Zuora__Invoice__c" not in mentioned
    assert "Zuora__Invoice__r" not in mentioned
    to_read = field_map.fields_to_read(ACCOUNTS, rules)
    assert "Contact" not in to_read
    assert "Invoice" not in to_read


def test_contacts_get_rows_of_their_own_when_asked(field_map: FieldMap, account_rows: RowSet) -> None:
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, Rules(contact_rows=True)))
    assert rows["Zuora__ZContact__c", "con1"].fields["Zuora__City__c"] == "Town"
    assert rows["Zuora__CustomerAccount__c", "acc1"].parents["Zuora__BillToContact__r"].value == "con1"


def test_custom_fields_have_the_same_name_on_both_sides(field_map: FieldMap, account_rows: RowSet) -> None:
    account_rows.add("Account", {"Id": "acc1", "Region__c": "North"}, "acc1")
    rules = Rules(custom_fields={"Account": ("Region__c",)}, multi_currency=True)
    rows = by_key(field_map.targets(ACCOUNTS, account_rows, rules))
    assert rows["Zuora__CustomerAccount__c", "acc1"].fields["Region__c"] == "North"
    assert "Region__c" in rows["Zuora__CustomerAccount__c", "acc2"].nulls
    assert rows["Zuora__Subscription__c", "sub1v2"].fields["CurrencyIsoCode"] == "USD"
    assert "Region__c" in field_map.fields_to_read(ACCOUNTS, rules)["Account"]


def test_a_field_the_tenant_does_not_have_is_left_alone(field_map: FieldMap, account_rows: RowSet) -> None:
    account_rows.unreadable.add(("Account", "ParentId"))
    targets = field_map.targets(ACCOUNTS, account_rows, Rules())
    account = by_key(targets)["Zuora__CustomerAccount__c", "acc1"]
    assert "Zuora__Parent__c" not in account.nulls


def test_a_parent_outside_the_sync_is_named_only_when_salesforce_has_it(
    field_map: FieldMap, account_rows: RowSet
) -> None:
    account_rows.add("Account", {"Id": "acc1", "ParentId": "elsewhere"}, "acc1")
    assert ("billing_account", "elsewhere") in field_map.targets(ACCOUNTS, account_rows, Rules()).outside()
    without = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__CustomerAccount__c", "acc1"]
    assert "Zuora__Parent__c" in without.nulls
    known = {("billing_account", "elsewhere")}
    links = {link.key: link for link in field_map.targets(ACCOUNTS, account_rows, Rules(), known).links()}
    assert links["acc1"].parents["Zuora__Parent__r"].value == "elsewhere"


def test_every_field_to_read_exists_and_every_object_has_a_step(field_map: FieldMap) -> None:
    for kind in ORDER:
        wanted = field_map.fields_to_read(kind, Rules(contact_rows=True))
        steps = {step.object for step in graph().steps[kind]}
        assert set(wanted) <= steps
        for name in wanted:
            assert name in graph().objects


def test_a_map_that_cannot_be_understood_is_named(field_map: FieldMap, tmp_path: Path) -> None:
    for names in ORDER.values():
        for name in names:
            (tmp_path / f"{name}.toml").write_text(
                'sobject = "X__c"\nsource = "Account"\nkey = { field = "K__c", from = "Id" }\n'
                '[fields]\nName = { from = "Name", as = "no_such" }\n'
            )
    with pytest.raises(ValueError, match=r"payment_term\.toml.*no_such"):
        FieldMap.load(tmp_path)


def test_rows_are_the_same_whatever_order_zuora_answered_in(
    field_map: FieldMap, tenant: dict[str, list[dict[str, str]]], account_rows: RowSet
) -> None:
    backwards = RowSet(["acc1", "acc2"])
    for zuora_object, rows in tenant.items():
        for record in reversed(rows):
            backwards.add(zuora_object, dict(record), record["Id"] if record["Id"] == "acc2" else "acc1")
    backwards.keep_only("Subscription", ["sub1v2"])
    backwards.keep_only("Invoice", ["inv1"])
    rules = replace(Rules(), multi_entity=True, entity_id="e1")
    one, other = (field_map.targets(ACCOUNTS, rows, rules) for rows in (backwards, account_rows))
    assert list(one.rows()) == list(other.rows())
    assert list(one.links()) == list(other.links())


def test_a_missing_name_is_left_to_salesforce(
    field_map: FieldMap, tenant: dict[str, list[dict[str, str]]], account_rows: RowSet
) -> None:
    account_rows.add("Payment", {"Id": "pay9", "AccountId": "acc1", "Amount": "1"}, "acc1")
    payment = by_key(field_map.targets(ACCOUNTS, account_rows, Rules()))["Zuora__Payment__c", "pay9"]
    assert "Name" not in payment.fields
    assert "Name" not in payment.nulls


def test_a_parent_that_rows_cannot_do_without_is_not_looked_for_outside(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    row = '{ to = "product", from = "RatePlan.ProductRatePlan.ProductId", required = true, outside = true }'
    own.write_text(f"[charge.parents]\nZuora__Product__r = {row}\n")
    with pytest.raises(ValueError, match="Zuora__Product__r cannot be both required and outside"):
        FieldMap.load(own=own)
