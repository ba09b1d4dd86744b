from __future__ import annotations

import pytest

from mock_salesforce import CustomField, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.schema import Kind, OnDelete
from mock_salesforce.schema.catalogue import PACKAGES, build, plain

SCHEMA = plain(PACKAGES)


def test_every_reference_and_every_formula_leads_somewhere():
    for sobject in SCHEMA.sobjects:
        for field in sobject.fields:
            if field.refers_to:
                assert SCHEMA.sobject(field.refers_to), f"{sobject.name}.{field.name}"
            owner = sobject
            for step in (field.formula or ())[:-1]:
                owner = SCHEMA.required(owner.parent(step).refers_to)
            if field.formula:
                assert owner.field(field.formula[-1]), f"{sobject.name}.{field.name}"


def test_names_and_key_prefixes_are_not_shared():
    prefixes = [sobject.key_prefix for sobject in SCHEMA.sobjects]
    assert len(set(prefixes)) == len(prefixes)
    for sobject in SCHEMA.sobjects:
        names = [field.name.lower() for field in sobject.fields]
        assert len(set(names)) == len(names)
        links = [link.name.lower() for link in sobject.links]
        assert len(set(links)) == len(links)


@pytest.mark.parametrize(
    ("sobject", "key", "cased"),
    [
        ("Zuora__CustomerAccount__c", "Zuora__External_Id__c", True),
        ("Zuora__PaymentMethod__c", "Zuora__External_Id__c", False),
        ("Zuora__Payment__c", "Zuora__EXT_ID__c", True),
        ("Zuora__PaymentInvoice__c", "Zuora__EXT_ID__c", True),
        ("Zuora__RefundInvoicePayment__c", "Zuora__EXT_ID__c", True),
        ("Zuora__Subscription__c", "Zuora__SubscriptionNumber__c", False),
        ("Zuora__TaxationItem__c", "Zuora__External_Id_Unique__c", False),
        ("Product2", "zqu__ZuoraId__c", True),
        ("zqu__BillingEntity__c", "zqu__ZuoraId__c", True),
    ],
)
def test_match_keys_are_unique_external_ids(sobject, key, cased):
    field = SCHEMA.required(sobject).field(key)
    assert field.external_id
    assert field.unique
    assert field.case_sensitive is cased


@pytest.mark.parametrize(
    ("sobject", "field", "rule", "detail"),
    [
        ("Zuora__CustomerAccount__c", "Zuora__Account__c", OnDelete.CASCADE, True),
        ("Zuora__Subscription__c", "Zuora__CustomerAccount__c", OnDelete.CASCADE, False),
        ("Zuora__Subscription__c", "Zuora__Account__c", OnDelete.SET_NULL, False),
        ("Zuora__CustomerAccount__c", "Zuora__BillToContact__c", OnDelete.RESTRICT, False),
        ("Zuora__TaxationItem__c", "Zuora__Invoice_Item__c", OnDelete.CASCADE, False),
    ],
)
def test_delete_rules(sobject, field, rule, detail):
    found = SCHEMA.required(sobject).field(field)
    assert (found.on_delete, found.master_detail) == (rule, detail)


def test_relationship_names_from_both_sides():
    account = SCHEMA.required("Zuora__CustomerAccount__c")
    assert account.parent("zuora__account__r").name == "Zuora__Account__c"
    assert account.child("Zuora__Subscriptions__r").field.name == "Zuora__CustomerAccount__c"
    assert SCHEMA.required("Account").child("ChildAccounts").field.name == "ParentId"


def test_a_sum_knows_which_field_points_at_its_record():
    rollup = SCHEMA.required("Zuora__Payment__c").field("Zuora__AppliedInvoiceAmount__c").rollup
    assert (rollup.child, rollup.field, rollup.reference) == (
        "Zuora__PaymentInvoice__c",
        "Zuora__ApplyAmount__c",
        "Zuora__Payment__c",
    )


def test_details_have_no_owner_and_others_do():
    assert SCHEMA.required("Zuora__CustomerAccount__c").field("OwnerId") is None
    assert SCHEMA.required("Zuora__Subscription__c").field("OwnerId").createable


def test_an_org_without_a_package_lacks_its_objects_and_fields():
    schema = build(("Zuora",), {})
    assert schema.sobject("zqu__ZProduct__c") is None
    assert schema.required("Product2").field("zqu__ZuoraId__c") is None
    assert schema.required("Product2").field("ProductCode").kind is Kind.STRING


@pytest.mark.parametrize(
    "spec",
    [
        {"packages": ("Nothing",)},
        {"custom_fields": (CustomField("Nothing__c", "X__c"),)},
        {"custom_fields": (CustomField("Account", "X__c", "Lookup(User)"),)},
        {"id": "0015e000000AbCd"},
        {"id": "00D"},
    ],
)
def test_an_org_that_cannot_be_is_refused(mock, spec):
    with pytest.raises(ValueError, match=r"\w"):
        mock.add_org(OrgSpec(**{"id": "00D5e000000Zzzz", "name": "Org 02", "users": (), **spec}))


def test_an_id_or_a_username_is_taken_once(mock, org):
    del org
    user = OrgUser("INTEGRATION@example.com", "x")
    with pytest.raises(ValueError, match="taken"):
        mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (user,)))
    with pytest.raises(ValueError, match="already"):
        mock.add_org(OrgSpec("00D5e000000AbCdEAK", "Org 02", ()))


def test_secrets_stay_out_of_reprs(org):
    assert "password-01" not in repr(org.spec)
    assert "TOKEN01" not in repr(org.spec)


def test_rows_loaded_are_rows_read(org):
    (account,) = org.load("Account", [{"Name": "Customer 01", "AnnualRevenue": 10}])
    (loaded,) = org.load(
        "Zuora__CustomerAccount__c",
        [{"Id": "a045e000000XyzA", "Zuora__Account__c": account, "Zuora__AutoPay__c": True, "Since__c": "2026-01-02"}],
    )
    (row,) = org.rows("Zuora__CustomerAccount__c")
    assert loaded == row["Id"] == "a045e000000XyzAAAS"
    assert row["Zuora__AutoPay__c"] is True
    assert row["Since__c"] == "2026-01-02"
    assert row["Name"] == row["Id"]
    assert row["CreatedDate"] == "2026-01-15T08:00:00.000Z"
    assert org.rows("Account")[0]["AnnualRevenue"] == 10.0
    assert org.state()["records"] == {"Account": 1, "User": 1, "Zuora__CustomerAccount__c": 1}


@pytest.mark.parametrize(
    ("sobject", "row"),
    [
        ("Nothing__c", {}),
        ("Account", {"Nothing": "x"}),
        ("Account", {"NumberOfEmployees": "many"}),
        ("Zuora__Payment__c", {"Zuora__AppliedInvoiceAmount__c": 1}),
    ],
)
def test_rows_the_schema_cannot_hold_are_not_loaded(org, sobject, row):
    with pytest.raises(ValueError, match=r"\w"):
        org.load(sobject, [{"Name": "Customer 01"} if sobject == "Account" else {}, row])
    assert org.rows("Account") == []


def test_a_state_folder_keeps_records_from_run_to_run(clock, tmp_path):
    spec = OrgSpec("00D5e000000AbCd", "Org 01", (OrgUser("user@example.com", "x"),))
    ids = []
    for _ in range(2):
        mock = SalesforceMock(clock=clock, chance=None, state_dir=tmp_path)
        org = mock.add_org(spec)
        ids += org.load("Account", [{"Name": "Customer"}])
        count = len(org.rows("Account"))
        assert len(org.rows("User")) == 1
        mock.close()
    assert count == 2
    assert len(set(ids)) == 2


def test_a_cleared_org_keeps_its_users_and_gives_no_id_twice(org):
    (before,) = org.load("Account", [{"Name": "Customer 01"}])
    org.clear()
    assert org.state()["records"] == {"User": 1}
    (after,) = org.load("Account", [{"Name": "Customer 01"}])
    assert after > before
