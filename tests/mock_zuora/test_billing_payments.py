"""Payments, refunds, adjustments and credit over SOAP, and the balances they leave."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mock_zuora import Tenant
from mock_zuora.behaviour.payments import collect
from mock_zuora.books import Books
from mock_zuora.integrity import problems
from mock_zuora.sessions import Session
from simulator.clock import VirtualClock
from tests.mock_zuora.soap_rows import (
    DECLINED_CARD,
    GLOBAL,
    Sales,
    active_account,
    create,
    created,
    delete,
    pay,
    posted,
    row,
    save,
    the,
    update,
    updated,
)


@pytest.fixture
def account(caller: Any) -> str:
    return active_account(caller)


@pytest.fixture
def invoice(caller: Any, tenant: Tenant, account: str) -> str:
    Sales(tenant, account).subscribe({"Price": Decimal(100)})
    return posted(caller, account)


@pytest.fixture
def second_invoice(caller: Any, account: str, invoice: str) -> str:
    return posted(caller, account, "2026-02-01")


def balances(tenant: Tenant, account: str) -> tuple[int, int, int]:
    """Balance, TotalInvoiceBalance and CreditBalance."""
    found = the(tenant, "Account", account)
    return found["Balance"], found["TotalInvoiceBalance"], found["CreditBalance"]


def paid(caller: Any, account: str, invoice: str, amount: str, **fields: str) -> str:
    code, made = pay(caller, account, invoice, amount, **fields)
    assert code == "", made
    return made


def refund(caller: Any, payment: str, amount: str, **fields: str) -> tuple[str, str]:
    given = {"Amount": amount, "MethodType": "Check", "PaymentId": payment, "Type": "External", **fields}
    return create(caller, "Refund", given)


def payment_of(caller: Any, account: str, parts: dict[str, str], **fields: str) -> tuple[str, str]:
    """A payment of several invoices at once."""
    inner = "".join(
        f'<api:InvoicePayment xsi:type="obj:InvoicePayment"><obj:Amount>{amount}</obj:Amount>'
        f"<obj:InvoiceId>{key}</obj:InvoiceId></api:InvoicePayment>"
        for key, amount in parts.items()
    )
    given = {"AccountId": account, "EffectiveDate": "2026-01-15", "InvoicePaymentData": inner}
    return create(caller, "Payment", {**given, "Status": "Processed", "Type": "External", **fields})


def test_a_payment_lowers_its_invoice_and_its_account(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    payment = the(tenant, "Payment", paid(caller, account, invoice, "40"))
    assert (payment["Amount"], payment["PaymentNumber"], payment["Status"]) == (40, "P-00000001", "Processed")
    found = the(tenant, "Invoice", invoice)
    assert (found["Balance"], found["PaymentAmount"], found["Amount"]) == (60, 40, 100)
    assert balances(tenant, account) == (60, 60, 0)
    (part,) = tenant.rows(GLOBAL, "InvoicePayment")
    assert (part["InvoiceId"], part["PaymentId"], part["Amount"]) == (invoice, payment["Id"], 40)
    assert problems(tenant) == []


def test_an_invoice_can_be_named_by_its_number(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    number = the(tenant, "Invoice", invoice)["InvoiceNumber"]
    given = {"AccountId": account, "Amount": "100", "AppliedInvoiceAmount": "100", "EffectiveDate": "2026-01-15"}
    created(caller, "Payment", {**given, "InvoiceNumber": number, "Status": "Processed", "Type": "External"})
    assert the(tenant, "Invoice", invoice)["Balance"] == 0
    code, message = create(
        caller, "Payment", {**given, "InvoiceNumber": "INV-none", "Status": "Processed", "Type": "External"}
    )
    assert (code, message) == ("INVALID_VALUE", "The invoice number INV-none is invalid.")


def test_one_payment_pays_several_invoices(
    caller: Any, tenant: Tenant, account: str, invoice: str, second_invoice: str
) -> None:
    code, made = payment_of(caller, account, {invoice: "100", second_invoice: "30"}, Amount="130")
    assert code == "", made
    assert [the(tenant, "Invoice", each)["Balance"] for each in (invoice, second_invoice)] == [0, 70]
    assert balances(tenant, account) == (70, 70, 0)
    assert problems(tenant) == []


@pytest.mark.parametrize("parts", [("100", "101"), ("0", "10"), ("-1", "10")])
def test_a_payment_of_several_is_made_whole_or_not_at_all(
    caller: Any, tenant: Tenant, account: str, invoice: str, second_invoice: str, parts: tuple[str, str]
) -> None:
    before = tenant.rows(GLOBAL, "Invoice")
    code, _ = payment_of(caller, account, dict(zip((invoice, second_invoice), parts, strict=True)))
    assert code == "INVALID_VALUE"
    assert tenant.rows(GLOBAL, "Payment") == tenant.rows(GLOBAL, "InvoicePayment") == []
    assert tenant.rows(GLOBAL, "Invoice") == before


def test_what_is_not_applied_becomes_credit(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    payment = paid(caller, account, invoice, "100", Amount="130")
    assert the(tenant, "Payment", payment)["AppliedCreditBalanceAmount"] == 30
    assert balances(tenant, account) == (-30, 0, 30)
    (credit,) = tenant.rows(GLOBAL, "CreditBalanceAdjustment")
    assert (credit["Type"], credit["Amount"], credit["SourceTransactionType"]) == ("Increase", 30, "Payment")
    assert problems(tenant) == []


def test_a_payment_without_an_invoice_is_all_credit(caller: Any, tenant: Tenant, account: str) -> None:
    given = {"AccountId": account, "Amount": "50", "AppliedCreditBalanceAmount": "50", "EffectiveDate": "2026-01-15"}
    created(caller, "Payment", {**given, "Status": "Processed", "Type": "Electronic"})
    assert balances(tenant, account) == (-50, 0, 50)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"AppliedInvoiceAmount": "101"}, "INVALID_VALUE"),
        ({"AppliedInvoiceAmount": "0", "Amount": "0"}, "INVALID_VALUE"),
        ({"AppliedInvoiceAmount": "-5"}, "INVALID_VALUE"),
        ({"Amount": "90"}, "INVALID_VALUE"),
        ({"Amount": "100", "AppliedCreditBalanceAmount": "10"}, "INVALID_VALUE"),
        ({"InvoiceId": "0" * 32}, "INVALID_ID"),
        ({"Status": "Voided"}, "INVALID_VALUE"),
        ({"Status": "Posted"}, "INVALID_VALUE"),
        ({"Type": "Barter"}, "INVALID_VALUE"),
        ({"RefundAmount": "5"}, "INVALID_FIELD"),
    ],
)
def test_payments_that_are_refused(
    caller: Any, tenant: Tenant, account: str, invoice: str, fields: dict[str, str], code: str
) -> None:
    assert pay(caller, account, invoice, fields.pop("AppliedInvoiceAmount", "100"), **fields)[0] == code
    assert tenant.rows(GLOBAL, "Payment") == []
    assert the(tenant, "Invoice", invoice)["Balance"] == 100


@pytest.mark.parametrize("missing", ["AccountId", "EffectiveDate", "Status", "Type"])
def test_what_a_payment_needs(caller: Any, account: str, missing: str) -> None:
    given = {"AccountId": account, "EffectiveDate": "2026-01-15", "Status": "Processed", "Type": "External"}
    assert create(caller, "Payment", given)[1] == "Missing required value: Amount"
    del given[missing]
    assert create(caller, "Payment", given) == ("MISSING_REQUIRED_VALUE", f"Missing required value: {missing}")


def test_another_accounts_invoice_cannot_be_paid(caller: Any, account: str, invoice: str) -> None:
    other = active_account(caller)
    assert "another account" in pay(caller, other, invoice, "1")[1]


def test_a_draft_invoice_cannot_be_paid(caller: Any, tenant: Tenant) -> None:
    account = active_account(caller)
    Sales(tenant, account).subscribe({})
    days = {"InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"}
    draft = created(caller, "Invoice", {"AccountId": account, **days}, "generate")
    assert "only a posted one" in pay(caller, account, draft, "1")[1]


def test_a_draft_payment_counts_once_it_is_processed(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    given = {"AccountId": account, "Amount": "100", "EffectiveDate": "2026-01-15"}
    payment = created(caller, "Payment", {**given, "Status": "Draft", "Type": "Electronic"})
    part = {"Amount": "60", "InvoiceId": invoice, "PaymentId": payment}
    made = created(caller, "InvoicePayment", part)
    assert create(caller, "InvoicePayment", {**part, "Amount": "41"})[0] == "INVALID_VALUE"
    updated(caller, "InvoicePayment", made, {"Amount": "70"})
    assert balances(tenant, account) == (100, 100, 0)
    updated(caller, "Payment", payment, {"Status": "Processed"})
    assert balances(tenant, account) == (0, 30, 30)
    assert the(tenant, "Payment", payment)["GatewayResponse"] == "Approved"
    assert create(caller, "InvoicePayment", {**part, "Amount": "1"})[0] == "INVALID_VALUE"
    assert update(caller, "InvoicePayment", made, {"Amount": "1"})[0] == "INVALID_VALUE"
    assert problems(tenant) == []


@pytest.mark.parametrize(
    ("kind", "status", "other"), [("External", "Canceled", "Voided"), ("Electronic", "Voided", "Canceled")]
)
def test_a_payment_is_taken_back_in_the_way_of_its_type(
    caller: Any, tenant: Tenant, account: str, invoice: str, kind: str, status: str, other: str
) -> None:
    payment = paid(caller, account, invoice, "100", Amount="120", Type=kind)
    assert update(caller, "Payment", payment, {"Status": other})[0] == "INVALID_VALUE"
    assert delete(caller, "Payment", payment)[0][0] == "CANNOT_DELETE"
    updated(caller, "Payment", payment, {"Status": status})
    assert balances(tenant, account) == (100, 100, 0)
    assert the(tenant, "Payment", payment)["CancelledOn"] is not None
    assert problems(tenant) == []
    assert update(caller, "Payment", payment, {"Status": "Processed"})[0] == "INVALID_VALUE"
    assert delete(caller, "Payment", payment) == [("", payment)]
    assert tenant.rows(GLOBAL, "InvoicePayment") == []
    assert problems(tenant) == []


def test_a_payment_whose_credit_is_used_up_stays(
    caller: Any, tenant: Tenant, account: str, invoice: str, second_invoice: str
) -> None:
    payment = paid(caller, account, invoice, "100", Amount="120")
    use = {"Amount": "20", "SourceTransactionId": second_invoice, "Type": "Decrease"}
    adjustment = created(caller, "CreditBalanceAdjustment", use)
    assert "more than the credit balance 0" in update(caller, "Payment", payment, {"Status": "Canceled"})[1]
    assert the(tenant, "Payment", payment)["Status"] == "Processed"
    updated(caller, "CreditBalanceAdjustment", adjustment, {"Status": "Canceled"})
    updated(caller, "Payment", payment, {"Status": "Canceled"})
    assert problems(tenant) == []


def test_a_declined_card_makes_a_payment_in_error_all_the_same(
    caller: Any, tenant: Tenant, account: str, invoice: str
) -> None:
    card = created(caller, "PaymentMethod", {"AccountId": account, "Type": "CreditCard", **DECLINED_CARD})
    payment = the(tenant, "Payment", paid(caller, account, invoice, "100", Type="Electronic", PaymentMethodId=card))
    assert (payment["Status"], payment["GatewayResponseCode"]) == ("Error", "05")
    assert balances(tenant, account) == (100, 100, 0)
    method = the(tenant, "PaymentMethod", card)
    assert (method["NumConsecutiveFailures"], method["TotalNumberOfErrorPayments"]) == (1, 1)
    assert tenant.rows(GLOBAL, "InvoicePayment") == []
    assert problems(tenant) == []


def test_an_expired_card_is_declined(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    card = the(tenant, "Account", account)["DefaultPaymentMethodId"]
    updated(caller, "PaymentMethod", card, {"CreditCardExpirationYear": "2025"})
    payment = the(tenant, "Payment", paid(caller, account, invoice, "100", Type="Electronic"))
    assert (payment["Status"], payment["GatewayResponse"]) == ("Error", "The card has expired.")


def test_electronic_payments_need_an_electronic_method(caller: Any, account: str, invoice: str) -> None:
    check = created(caller, "PaymentMethod", {"AccountId": account, "Type": "Check"})
    assert pay(caller, account, invoice, "1", Type="Electronic", PaymentMethodId=check)[0] == "INVALID_VALUE"
    closed = created(caller, "PaymentMethod", {"AccountId": account, "Type": "PayPal"})
    updated(caller, "PaymentMethod", closed, {"PaymentMethodStatus": "Closed"})
    assert "closed" in pay(caller, account, invoice, "1", PaymentMethodId=closed)[1]


def test_a_refund_opens_the_invoice_again(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    payment = paid(caller, account, invoice, "100")
    code, made = refund(caller, payment, "40")
    assert code == "", made
    found = the(tenant, "Refund", made)
    assert (found["AccountId"], found["SourceType"], found["Status"]) == (account, "Payment", "Processed")
    assert (the(tenant, "Payment", payment)["RefundAmount"], the(tenant, "Invoice", invoice)["RefundAmount"]) == (
        40,
        40,
    )
    assert balances(tenant, account) == (40, 40, 0)
    (part,) = tenant.rows(GLOBAL, "RefundInvoicePayment")
    assert (part["InvoiceId"], part["RefundAmount"], part["RefundId"]) == (invoice, 40, made)
    assert refund(caller, payment, "61")[0] == "INVALID_VALUE"
    assert update(caller, "Payment", payment, {"Status": "Canceled"})[0] == "INVALID_VALUE"
    assert problems(tenant) == []


def test_an_electronic_refund_takes_little(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    payment = paid(caller, account, invoice, "100", Type="Electronic")
    given = {"Amount": "5", "Comment": "no discount", "PaymentId": payment, "Type": "Electronic"}
    found = the(tenant, "Refund", created(caller, "Refund", given))
    assert (found["MethodType"], found["RefundNumber"]) == ("CreditCard", "R-00000001")


def test_an_external_payment_has_no_electronic_refund(caller: Any, account: str, invoice: str) -> None:
    assert refund(caller, paid(caller, account, invoice, "100"), "5", Type="Electronic")[0] == "INVALID_VALUE"


def test_a_refund_can_say_of_which_invoices_it_is(
    caller: Any, tenant: Tenant, account: str, invoice: str, second_invoice: str
) -> None:
    _, payment = payment_of(caller, account, {invoice: "100", second_invoice: "100"})

    def parts(*amounts: str) -> str:
        return "".join(
            f'<api:RefundInvoicePayment xsi:type="obj:RefundInvoicePayment"><obj:RefundAmount>{amount}'
            f"</obj:RefundAmount><obj:InvoiceId>{key}</obj:InvoiceId></api:RefundInvoicePayment>"
            for key, amount in zip((invoice, second_invoice), amounts, strict=True)
        )

    assert refund(caller, payment, "30", RefundInvoicePaymentData=parts("10", "10"))[0] == "INVALID_VALUE"
    assert refund(caller, payment, "110", RefundInvoicePaymentData=parts("9", "101"))[0] == "INVALID_VALUE"
    assert refund(caller, payment, "10", RefundInvoicePaymentData=parts("20", "-10"))[0] == "INVALID_VALUE"
    assert refund(caller, payment, "30", RefundInvoicePaymentData=parts("10", "20"))[0] == ""
    assert [the(tenant, "Invoice", each)["Balance"] for each in (invoice, second_invoice)] == [10, 20]
    assert refund(caller, payment, "100")[0] == ""  # from the first part on
    assert [the(tenant, "Invoice", each)["Balance"] for each in (invoice, second_invoice)] == [100, 30]
    assert problems(tenant) == []


def test_a_canceled_refund_leaves_the_payment_as_it_was(
    caller: Any, tenant: Tenant, account: str, invoice: str
) -> None:
    payment = paid(caller, account, invoice, "100")
    _, made = refund(caller, payment, "40")
    assert delete(caller, "Refund", made)[0][0] == "CANNOT_DELETE"
    updated(caller, "Refund", made, {"Status": "Canceled"})
    assert balances(tenant, account) == (0, 0, 0)
    assert the(tenant, "Payment", payment)["RefundAmount"] == 0
    assert problems(tenant) == []
    assert delete(caller, "Refund", made) == [("", made)]
    assert problems(tenant) == []


def test_a_refund_cannot_be_canceled_once_its_invoice_is_paid_again(caller: Any, account: str, invoice: str) -> None:
    _, made = refund(caller, paid(caller, account, invoice, "100"), "40")
    paid(caller, account, invoice, "30")
    assert "left to pay" in update(caller, "Refund", made, {"Status": "Canceled"})[1]


def test_credit_is_refunded_and_taken_back(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    payment = paid(caller, account, invoice, "100", Amount="130")
    given = {"AccountId": account, "Amount": "20", "SourceType": "CreditBalance", "Type": "Electronic"}
    made = created(caller, "Refund", given)
    assert balances(tenant, account) == (-10, 0, 10)
    assert create(caller, "Refund", {**given, "Amount": "11"})[0] == "INVALID_VALUE"
    assert refund(caller, payment, "101")[0] == "INVALID_VALUE"
    updated(caller, "Refund", made, {"Status": "Canceled"})
    assert balances(tenant, account) == (-30, 0, 30)
    assert problems(tenant) == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "Type"),
        ({"Type": "External"}, "Amount"),
        ({"Type": "External", "Amount": "1"}, "PaymentId"),
        ({"Type": "External", "Amount": "1", "SourceType": "CreditBalance"}, "AccountId"),
    ],
)
def test_what_a_refund_needs(caller: Any, given: dict[str, str], missing: str) -> None:
    assert create(caller, "Refund", given) == ("MISSING_REQUIRED_VALUE", f"Missing required value: {missing}")


def adjust(caller: Any, tenant: Tenant, amount: str, kind: str = "Credit", **fields: str) -> tuple[str, str]:
    item = tenant.rows(GLOBAL, "InvoiceItem")[0]["Id"]
    given = {"AdjustmentDate": "2026-01-15", "Amount": amount, "SourceId": item, "SourceType": "InvoiceDetail"}
    return create(caller, "InvoiceItemAdjustment", {**given, "Type": kind, **fields})


def test_an_item_adjustment_moves_the_balance(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    code, made = adjust(caller, tenant, "30", InvoiceId=invoice)
    assert code == "", made
    found = the(tenant, "Invoice", invoice)
    assert (found["Amount"], found["AdjustmentAmount"], found["Balance"]) == (100, -30, 70)
    assert the(tenant, "InvoiceItemAdjustment", made)["AdjustmentNumber"] == "IILA-00000001"
    assert adjust(caller, tenant, "71")[0] == "INVALID_VALUE"
    assert adjust(caller, tenant, "5", "Charge")[0] == ""
    assert balances(tenant, account) == (75, 75, 0)
    assert delete(caller, "InvoiceItemAdjustment", made)[0][0] == "CANNOT_DELETE"
    updated(caller, "InvoiceItemAdjustment", made, {"Status": "Canceled"})
    assert balances(tenant, account) == (105, 105, 0)
    assert delete(caller, "InvoiceItemAdjustment", made) == [("", made)]
    assert problems(tenant) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"SourceId": "0" * 32}, "INVALID_ID"),
        ({"InvoiceId": "0" * 32}, "INVALID_ID"),
        ({"InvoiceNumber": "INV-other"}, "INVALID_VALUE"),
        ({"SourceType": "Tax"}, "INVALID_ID"),
        ({"Amount": "0"}, "INVALID_VALUE"),
        ({"Type": "Gift"}, "INVALID_VALUE"),
    ],
)
def test_item_adjustments_that_are_refused(
    caller: Any, tenant: Tenant, invoice: str, fields: dict[str, str], code: str
) -> None:
    assert adjust(caller, tenant, fields.pop("Amount", "1"), fields.pop("Type", "Credit"), **fields)[0] == code


def test_a_charge_that_is_paid_cannot_be_canceled(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    _, made = adjust(caller, tenant, "5", "Charge")
    paid(caller, account, invoice, "105")
    assert "paid already" in update(caller, "InvoiceItemAdjustment", made, {"Status": "Canceled"})[1]


def test_a_negative_invoice_becomes_credit(caller: Any, tenant: Tenant, account: str) -> None:
    Sales(tenant, account).subscribe({"Price": Decimal(-25)})
    invoice = posted(caller, account)
    given = {"Amount": "25", "SourceTransactionNumber": "INV00000001", "Type": "Increase"}
    assert create(caller, "CreditBalanceAdjustment", {**given, "Amount": "26"})[0] == "INVALID_VALUE"
    made = created(caller, "CreditBalanceAdjustment", given)
    found = the(tenant, "Invoice", invoice)
    assert (found["Balance"], found["CreditBalanceAdjustmentAmount"]) == (0, 25)
    assert balances(tenant, account) == (-25, 0, 25)
    adjustment = the(tenant, "CreditBalanceAdjustment", made)
    assert (adjustment["AccountId"], adjustment["SourceTransactionId"]) == (account, invoice)
    updated(caller, "CreditBalanceAdjustment", made, {"Status": "Canceled"})
    assert balances(tenant, account) == (-25, -25, 0)
    assert problems(tenant) == []


def test_credit_made_by_a_payment_is_taken_back_with_the_payment(
    caller: Any, tenant: Tenant, account: str, invoice: str
) -> None:
    paid(caller, account, invoice, "100", Amount="130")
    (credit,) = tenant.rows(GLOBAL, "CreditBalanceAdjustment")
    assert "Cancel that." in update(caller, "CreditBalanceAdjustment", credit["Id"], {"Status": "Canceled"})[1]


@pytest.mark.parametrize("way", ["Increase", "Decrease"])
def test_credit_needs_a_source(caller: Any, way: str) -> None:
    given = {"Amount": "5", "Type": way}
    assert create(caller, "CreditBalanceAdjustment", given)[1] == "Missing required value: SourceTransactionId"
    assert create(caller, "CreditBalanceAdjustment", {**given, "SourceTransactionId": "0" * 32})[0] == "INVALID_VALUE"


def test_an_invoice_loaded_without_items_keeps_its_amount(
    caller: Any, tenant: Tenant, account: str, make_id: Any
) -> None:
    loaded = {"AccountId": account, "Amount": 80, "Balance": 80, "InvoiceNumber": "INV-old", "Status": "Posted"}
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(1), **loaded}])
    paid(caller, account, make_id(1), "30")
    assert balances(tenant, account) == (50, 50, 0)
    assert problems(tenant) == [f"Global: Invoice {make_id(1)}: has an Amount of 80 and no items"]


def test_calculated_amounts_cannot_be_set(caller: Any, account: str, invoice: str) -> None:
    for kind, row_id, field in (
        ("Account", account, "Balance"),
        ("Account", account, "CreditBalance"),
        ("Account", account, "TotalInvoiceBalance"),
        ("Invoice", invoice, "Balance"),
        ("Invoice", invoice, "Amount"),
    ):
        code, message = update(caller, kind, row_id, {field: "1"})
        assert (code, message) == ("INVALID_FIELD", f"invalid field for update: {kind}.{field}")


def test_one_transaction_takes_back_payments_and_what_they_did(
    caller: Any, tenant: Tenant, account: str, invoice: str
) -> None:
    given = {"AccountId": account, "AppliedInvoiceAmount": "60", "EffectiveDate": "2026-01-15", "InvoiceId": invoice}
    rows = [row("Payment", {**given, "Status": "Processed", "Type": "External"})] * 2
    options = "<api:CallOptions><api:useSingleTransaction>true</api:useSingleTransaction></api:CallOptions>"
    assert [code for code, _ in save(caller, "create", rows, options)] == ["TRANSACTION_FAILED", "INVALID_VALUE"]
    assert balances(tenant, account) == (100, 100, 0)
    # before it was offered the option means nothing
    assert [code for code, _ in save(caller, "create", rows, options, version="24.0")] == ["", "INVALID_VALUE"]
    assert balances(tenant, account) == (40, 40, 0)


def test_payments_cannot_be_deleted_in_old_versions(caller: Any, tenant: Tenant, account: str) -> None:
    reply = caller.call("<api:delete><api:type>Payment</api:type></api:delete>", version="30.0")
    assert b"<fns:InvalidTypeFault>" in reply.body


@pytest.mark.parametrize(("declined", "balance"), [(False, 0), (True, 100)])
def test_the_service_collects_an_invoice_itself(
    caller: Any, tenant: Tenant, clock: VirtualClock, account: str, invoice: str, declined: bool, balance: int
) -> None:
    card = None
    if declined:
        card = created(caller, "PaymentMethod", {"AccountId": account, "Type": "CreditCard", **DECLINED_CARD})
    session = Session("", tenant, tenant.spec.entities[0], tenant.spec.users[0].username, clock.now())
    payment = collect(Books(session, clock.now()), invoice, method_id=card)
    assert the(tenant, "Payment", payment)["Status"] == ("Error" if declined else "Processed")
    assert the(tenant, "Invoice", invoice)["Balance"] == balance
    assert problems(tenant) == []


def test_no_more_is_credited_than_is_left_to_pay(caller: Any, tenant: Tenant, account: str, invoice: str) -> None:
    paid(caller, account, invoice, "80")
    assert adjust(caller, tenant, "21")[0] == "INVALID_VALUE"
    assert adjust(caller, tenant, "20")[0] == ""


def test_no_more_credit_is_used_than_there_is(caller: Any, account: str, invoice: str, second_invoice: str) -> None:
    paid(caller, account, invoice, "100", Amount="130")
    use = {"SourceTransactionId": second_invoice, "Type": "Decrease"}
    assert create(caller, "CreditBalanceAdjustment", {**use, "Amount": "31"})[0] == "INVALID_VALUE"
    assert create(caller, "CreditBalanceAdjustment", {**use, "Amount": "30"})[0] == ""
