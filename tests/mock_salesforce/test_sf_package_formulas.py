"""Formula fields of the packages that do more than follow a path."""

from __future__ import annotations

import pytest

BA, METHOD, INVOICE = "Zuora__CustomerAccount__c", "Zuora__PaymentMethod__c", "Zuora__ZInvoice__c"
DAY = 86400


def test_a_cards_expiration_is_that_of_the_default_payment_method(wire, org):
    (account,) = org.load("Account", [{"Name": "A"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
    expiration = {"Zuora__CreditCardExpirationMonth__c": "7", "Zuora__CreditCardExpirationYear__c": "2031"}
    (card,) = org.load(METHOD, [{"Zuora__BillingAccount__c": billing, **expiration}])
    asked = f"SELECT Zuora__CreditCard_Expiration__c FROM {BA}"
    assert wire.query(asked).texts("Zuora__CreditCard_Expiration__c") == [""]
    wire.save("update", wire.row(BA, Id=billing, Zuora__Default_Payment_Method__c=card))
    assert wire.query(asked).texts("Zuora__CreditCard_Expiration__c") == ["7/2031"]
    assert org.rows(BA)[0]["Zuora__CreditCard_Expiration__c"] == "7/2031"


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "Current"),
        (6, "Current"),
        (7, "1 - 30 Days"),
        (40, "31 - 60 Days"),
        (90, "61 - 90 Days"),
        (200, "Over 90 Days"),
    ],
)
def test_an_invoices_age_follows_the_clock(org, clock, days, bucket):
    due = {"Zuora__DueDate__c": "2026-01-21", "Zuora__Balance2__c": 10}
    org.load(INVOICE, [{"Name": "I1", **due}, {"Name": "I2", **due, "Zuora__Balance2__c": 0}])
    clock.advance(days * DAY)
    assert [row["Zuora__Age_Bucket__c"] for row in org.rows(INVOICE)] == [bucket, None]
