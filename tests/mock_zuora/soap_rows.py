"""Creating, changing, deleting and generating rows over SOAP, and accounts ready to be billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from mock_zuora import Tenant

GLOBAL = "0" * 31 + "1"
EUROPE = "0" * 31 + "2"
ACCOUNT = {"Batch": "Batch1", "BillCycleDay": "1", "Currency": "USD", "Name": "Customer 01"}

Outcome = tuple[str, str]
"""What became of a row: ("", id), or the error's code and message."""


def row(kind: str, fields: dict[str, str], first: str = "") -> str:
    inner = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
    return f'<api:zObjects xsi:type="obj:{kind}">{first}{inner}</api:zObjects>'


def save(caller: Any, call: str, rows: list[str], headers: str = "", version: str = "83.0") -> list[Outcome]:
    reply = caller.call(f"<api:{call}>{''.join(rows)}</api:{call}>", headers=headers, version=version)
    assert reply.status == 200, reply.body
    outcomes = []
    for part in reply.body.decode().split("<ns1:result>")[1:]:
        texts = [piece.split("<")[0] for piece in part.replace("</ns1:", "<ns1:").split(">")]
        if "<ns1:Success>true" in part or "<ns1:success>true" in part:
            outcomes.append(("", texts[1]))
        else:
            code = part.split("<ns1:Code>")[1].split("<")[0]
            outcomes.append((code, part.split("<ns1:Message>")[1].split("<")[0]))
    return outcomes


def create(caller: Any, kind: str, fields: dict[str, str], call: str = "create", version: str = "83.0") -> Outcome:
    (outcome,) = save(caller, call, [row(kind, fields)], version=version)
    return outcome


def created(caller: Any, kind: str, fields: dict[str, str], call: str = "create") -> str:
    code, made = create(caller, kind, fields, call)
    assert code == "", made
    return made


def update(caller: Any, kind: str, row_id: str, fields: dict[str, str], nulls: tuple[str, ...] = ()) -> Outcome:
    first = "".join(f"<obj:fieldsToNull>{name}</obj:fieldsToNull>" for name in nulls)
    first += f"<obj:Id>{row_id}</obj:Id>"
    (outcome,) = save(caller, "update", [row(kind, fields, first)])
    return outcome


def updated(caller: Any, kind: str, row_id: str, fields: dict[str, str]) -> None:
    code, made = update(caller, kind, row_id, fields)
    assert code == "", made


def delete(caller: Any, kind: str, *ids: str) -> list[Outcome]:
    return save(caller, "delete", [f"<api:type>{kind}</api:type>", *(f"<api:ids>{each}</api:ids>" for each in ids)])


def the(tenant: Tenant, kind: str, row_id: str) -> dict[str, Any]:
    return next(each for each in tenant.rows(GLOBAL, kind) if each["Id"] == row_id)


def active_account(caller: Any, **fields: str) -> str:
    """An account with a contact and a card, made active."""
    account = created(caller, "Account", {**ACCOUNT, **fields})
    contact = created(caller, "Contact", {"AccountId": account, "FirstName": "F", "LastName": "L"})
    card = created(caller, "PaymentMethod", {"AccountId": account, "Type": "CreditCard", **CARD})
    ready = {"BillToId": contact, "DefaultPaymentMethodId": card, "SoldToId": contact, "Status": "Active"}
    updated(caller, "Account", account, ready)
    return account


CARD = {"CreditCardExpirationMonth": "12", "CreditCardExpirationYear": "2030", "CreditCardNumber": "4111111111111111"}
DECLINED_CARD = {**CARD, "CreditCardNumber": "4000000000000002"}


class Sales:
    """Subscriptions of an account put in as they are, a charge each or several, for billing to find."""

    def __init__(self, tenant: Tenant, account: str, start: date = date(2026, 1, 1)) -> None:
        self.tenant = tenant
        self.account = account
        self.start = start

    def subscribe(self, *charges: dict[str, Any], **fields: Any) -> str:
        """A subscription with one rate plan; returns its id."""
        subscription = self._load(
            "Subscription",
            {
                "AccountId": self.account,
                "InvoiceOwnerId": self.account,
                "Name": f"S-{self.tenant.new_id(GLOBAL, 'Subscription')[-12:]}",
                "Status": "Active",
                "SubscriptionStartDate": self.start,
                "TermStartDate": self.start,
                "TermType": "EVERGREEN",
                "Version": 1,
                **fields,
            },
        )
        self._change("Subscription", subscription, "OriginalId", subscription)
        plan = self._load("RatePlan", {"SubscriptionId": subscription, "Name": "Plan 01"})
        for charge in charges:
            self.charge(plan, **charge)
        return subscription

    def charge(self, plan: str, tiers: list[dict[str, Any]] | None = None, **fields: Any) -> str:
        """A charge, flat and monthly unless the fields say otherwise; returns its id."""
        charge = self._load(
            "RatePlanCharge",
            {
                "RatePlanId": plan,
                "BillCycleType": "DefaultFromCustomer",
                "BillingPeriod": "Month",
                "BillingPeriodAlignment": "AlignToCharge",
                "ChargeModel": "Flat Fee Pricing",
                "ChargeNumber": f"C-{self.tenant.new_id(GLOBAL, 'RatePlanCharge')[-12:]}",
                "ChargeType": "Recurring",
                "EffectiveStartDate": self.start,
                "IsLastSegment": True,
                "Name": "Charge 01",
                "Price": Decimal(31),
                "Quantity": Decimal(1),
                "Segment": 1,
                "TriggerDate": self.start,
                **fields,
            },
        )
        if "OriginalId" not in fields:
            self._change("RatePlanCharge", charge, "OriginalId", charge)
        for number, tier in enumerate(tiers or [], start=1):
            self._load("RatePlanChargeTier", {"RatePlanChargeId": charge, "Tier": number, **tier})
        return charge

    def _load(self, kind: str, values: dict[str, Any]) -> str:
        row_id = self.tenant.new_id(GLOBAL, kind)
        self.tenant.load(GLOBAL, kind, [{"Id": row_id, **values}])
        return row_id

    def _change(self, kind: str, row_id: str, field: str, value: str) -> None:
        self.tenant.data(GLOBAL).store.update(kind, row_id, {field: value})


def generated(caller: Any, account: str, target: str = "2026-01-15", **fields: str) -> str:
    """A draft invoice of all that is due; returns its id."""
    asked = {"AccountId": account, **fields, "InvoiceDate": target, "TargetDate": target}
    return created(caller, "Invoice", asked, "generate")


def posted(caller: Any, account: str, target: str = "2026-01-15") -> str:
    """A posted invoice of all that is due; returns its id."""
    invoice = generated(caller, account, target)
    updated(caller, "Invoice", invoice, {"Status": "Posted"})
    return invoice


def pay(caller: Any, account: str, invoice: str, amount: str, **fields: str) -> Outcome:
    """An external payment of one invoice."""
    given = {"AccountId": account, "AppliedInvoiceAmount": amount, "EffectiveDate": "2026-01-15", "InvoiceId": invoice}
    return create(caller, "Payment", {**given, "Status": "Processed", "Type": "External", **fields})
