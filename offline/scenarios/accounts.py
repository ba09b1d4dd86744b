"""Billing accounts with their contacts and payment methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from offline.scenarios.ids import Numbers, ZuoraIds
from offline.scenarios.model import Row, Tables, add
from offline.scenarios.stamps import stamped

MADE_ON = date(2025, 9, 15)
REGIONS = ("North", "East", "South", "West")

_COUNTRIES = {"USD": "United States", "EUR": "Germany", "GBP": "United Kingdom", "JPY": "Japan"}


@dataclass(frozen=True)
class AccountSpec:
    """A billing account as it is written down; `number` is its place among the scenario's accounts, from 1."""

    number: int
    currency: str
    crm_id: str
    method: str


@dataclass(frozen=True)
class BuiltAccount:
    """A billing account with what its invoices and payments need; `row` is filled in as they are made."""

    spec: AccountSpec
    id: str
    method_id: str
    row: Row

    @property
    def electronic(self) -> bool:
        """Whether a gateway takes its payments."""
        return self.spec.method in {"CreditCard", "ACH", "BankTransfer", "PayPal"}


class AccountBuilder:
    """Turns account specs into rows."""

    def __init__(self, ids: ZuoraIds, numbers: Numbers) -> None:
        self.tables: Tables = {}
        self._ids = ids
        self._numbers = numbers
        self._stamps = stamped(MADE_ON)

    def add(self, spec: AccountSpec) -> BuiltAccount:
        """An account with one or two contacts and one or two payment methods."""
        account_id = self._ids.next("Account")
        bill_to = self._contact(account_id, spec, "Bill-to")
        # Every third account gets its goods where it gets its bills.
        sold_to = bill_to if spec.number % 3 == 0 else self._contact(account_id, spec, "Sold-to")
        method_id = self._payment_method(account_id, spec.method, spec.number, active=True)
        if spec.number % 4 == 0:
            self._payment_method(account_id, "CreditCard", spec.number, active=False)
        automatic = spec.method in {"CreditCard", "ACH"}
        row: Row = {
            "Id": account_id,
            "Name": f"Customer {spec.number:02d}",
            "AccountNumber": self._numbers.next("A"),
            "Status": "Active",
            "Currency": spec.currency,
            "CrmId": spec.crm_id,
            "Batch": f"Batch{(spec.number - 1) % 3 + 1}",
            "BcdSettingOption": "ManualSet",
            "BillCycleDay": 1,
            "BillToId": bill_to,
            "SoldToId": sold_to,
            "DefaultPaymentMethodId": method_id,
            "PaymentTerm": "Net 30" if spec.number % 2 else "Due Upon Receipt",
            "PaymentGateway": "Gateway 01" if automatic else None,
            "AutoPay": automatic,
            "AllowInvoiceEdit": False,
            "InvoiceDeliveryPrefsEmail": True,
            "InvoiceDeliveryPrefsPrint": spec.number % 5 == 0,
            "PurchaseOrderNumber": f"PO-{spec.number:04d}",
            "SalesRepName": "Sales Rep 01",
            "CustomerServiceRepName": "Service Rep 01",
            "Notes": "An account of the demonstration.",
            "TaxExemptStatus": "No",
            "Balance": Decimal(0),
            "CreditBalance": Decimal(0),
            "TotalInvoiceBalance": Decimal(0),
            "Region__c": REGIONS[spec.number % len(REGIONS)],
        }
        row |= self._stamps
        add(self.tables, "Account", [row])
        return BuiltAccount(spec, account_id, method_id, row)

    def _contact(self, account_id: str, spec: AccountSpec, role: str) -> str:
        contact_id = self._ids.next("Contact")
        place = spec.number * 2 - (role == "Bill-to")
        row: Row = {
            "Id": contact_id,
            "AccountId": account_id,
            "FirstName": "Contact",
            "LastName": f"{place:02d}",
            "Address1": f"{place} Example Street",
            "Address2": "Floor 2" if place % 3 == 0 else None,
            "City": "Example City",
            "PostalCode": f"{10_000 + place}",
            "Country": _COUNTRIES[spec.currency],
            "State": "California" if spec.currency == "USD" else None,
            "WorkEmail": f"contact.{place:02d}@example.com",
            "WorkPhone": f"+1 555 0100 {place:02d}",
            "Description": role,
        }
        add(self.tables, "Contact", [row | self._stamps])
        return contact_id

    def _payment_method(self, account_id: str, kind: str, number: int, *, active: bool) -> str:
        method_id = self._ids.next("PaymentMethod")
        row: Row = {
            "Id": method_id,
            "AccountId": account_id,
            "Type": kind,
            "Active": active,
            "PaymentMethodStatus": "Active" if active else "Closed",
            "Name": f"{kind} {number:02d}",
            "NumConsecutiveFailures": 0,
            "TotalNumberOfProcessedPayments": 0,
            "TotalNumberOfErrorPayments": 0,
            "UseDefaultRetryRule": True,
        }
        row |= _METHOD_FIELDS.get(kind, {})
        add(self.tables, "PaymentMethod", [row | self._stamps])
        return method_id


_METHOD_FIELDS: Mapping[str, Row] = {
    "CreditCard": {
        "CreditCardType": "Visa",
        "CreditCardMaskNumber": "************1111",
        "CreditCardExpirationMonth": 12,
        "CreditCardExpirationYear": 2030,
        "CreditCardHolderName": "Card Holder",
        "CreditCardCountry": "United States",
        "CreditCardPostalCode": "10001",
    },
    "ACH": {
        "AchAccountName": "Account Holder",
        "AchAccountType": "BusinessChecking",
        "AchAccountNumberMask": "*****6789",
        "AchBankName": "Bank 01",
    },
    "BankTransfer": {
        "BankTransferType": "SEPA",
        "BankTransferAccountName": "Account Holder",
        "BankTransferAccountNumberMask": "*****3000",
        "BankName": "Bank 02",
        "MandateID": "MANDATE-0001",
        "MandateReceived": "Yes",
        "ExistingMandate": "No",
        "MandateCreationDate": date(2025, 9, 15),
        "FirstName": "Account",
        "LastName": "Holder",
        "Country": "Germany",
    },
    "PayPal": {"PaypalType": "ExpressCheckout", "PaypalEmail": "user@example.com"},
}
