"""Requests of subscribe and amend, built from few words; what they leave, read back."""

from __future__ import annotations

from contracts.zuora.client import Client, element, fields
from contracts.zuora.replies import Fields, Outcome, Reply

START = "2026-01-01"
"""The day on which the subscriptions of these facts begin: the first of a month, bill cycle day 1."""

EVERGREEN: dict[str, object] = {
    "ContractAcceptanceDate": START,
    "ContractEffectiveDate": START,
    "ServiceActivationDate": START,
    "TermStartDate": START,
    "TermType": "EVERGREEN",
}
TERMED: dict[str, object] = {
    "AutoRenew": False,
    "ContractAcceptanceDate": START,
    "ContractEffectiveDate": START,
    "InitialTerm": 12,
    "InitialTermPeriodType": "Month",
    "RenewalTerm": 12,
    "RenewalTermPeriodType": "Month",
    "ServiceActivationDate": START,
    "TermStartDate": START,
    "TermType": "TERMED",
}


def plan(client: Client, name: str, **values: object) -> str:
    """RatePlanData that takes a product rate plan of the scenario."""
    inside = fields({"ProductRatePlanId": client.target.id(name), **values})
    return f"<api:RatePlanData><api:RatePlan>{inside}</api:RatePlan></api:RatePlanData>"


def request(
    client: Client, terms: dict[str, object], *plans: str, options: dict[str, object] | None = None, account: str = ""
) -> str:
    """One `subscribes` element for an account of the scenario; `options` are those of SubscribeOptions."""
    inside = "".join(element(name, value) for name, value in (options or {}).items())
    chosen = f"<api:SubscribeOptions>{inside}</api:SubscribeOptions>" if options else ""
    who = account or f"<api:Account>{fields({'Id': client.target.id('hazel')})}</api:Account>"
    return (
        f"<api:subscribes>{who}{chosen}<api:SubscriptionData><api:Subscription>{fields(terms)}</api:Subscription>"
        f"{''.join(plans)}</api:SubscriptionData></api:subscribes>"
    )


def subscribe_reply(
    client: Client, terms: dict[str, object], *plans: str, options: dict[str, object] | None = None
) -> Reply:
    """The reply to a subscribe with one request."""
    return client.act("subscribe", request(client, terms, *plans, options=options))


def subscribed(
    client: Client,
    terms: dict[str, object] | None = None,
    *plans: str,
    options: dict[str, object] | None = None,
) -> Outcome:
    """The result of a subscribe that goes well; without plans it takes the flat fee of 59 a month."""
    reply = subscribe_reply(client, terms or TERMED, *(plans or (plan(client, "lamp-monthly"),)), options=options)
    (outcome,) = reply.outcomes("subscribe")
    outcome.text("SubscriptionId")
    return outcome


def amend_reply(client: Client, subscription: str, kind: str, day: str = START, *data: str, **values: object) -> Reply:
    """The reply to an amend with one amendment of this type, all its dates on `day`."""
    given: dict[str, object] = {
        "ContractEffectiveDate": day,
        "CustomerAcceptanceDate": day,
        "EffectiveDate": day,
        "Name": f"a {kind}",
        "ServiceActivationDate": day,
        "Status": "Completed",
        "SubscriptionId": subscription,
        "Type": kind,
        **values,
    }
    inside = fields(given) + "".join(data).replace("api:RatePlanData>", "obj:RatePlanData>")
    return client.act("amend", f"<api:requests><api:Amendments>{inside}</api:Amendments></api:requests>")


def amended(client: Client, subscription: str, kind: str, day: str = START, *data: str, **values: object) -> Outcome:
    """The result of an amend that goes well."""
    (outcome,) = amend_reply(client, subscription, kind, day, *data, **values).outcomes("amend", name="results")
    outcome.text("SubscriptionId")
    return outcome


def plans_of(client: Client, subscription: str, *names: str) -> list[Fields]:
    """The rate plans of a subscription's version, with these fields and Id, removed ones too."""
    zoql = f"select {', '.join(('Id', *names))} from RatePlan where SubscriptionId = '{subscription}' and "
    where = f"AmendmentType = null or SubscriptionId = '{subscription}' and AmendmentType != null"
    return [Fields(record.fields) for record in client.query(zoql + where).records]


def charges_of(client: Client, plan_id: str, *names: str) -> list[Fields]:
    """The charge segments of a rate plan, with these fields and Id."""
    zoql = f"select {', '.join(('Id', *names))} from RatePlanCharge where RatePlanId = '{plan_id}'"
    return [Fields(record.fields) for record in client.query(zoql).records]
