"""However a subscription is amended and whenever it is billed: in the end its charges have cost what they are worth."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_zuora import ZuoraMock
from mock_zuora.calendar import months_between
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock
from tests.mock_zuora.conftest import TENANT, Caller
from tests.mock_zuora.soap_rows import create, update
from tests.mock_zuora.subscriptions.conftest import START, Shop, load_catalogue

FIRST = date.fromisoformat(START)
STEPS = st.lists(
    st.tuples(st.sampled_from(["quantity", "bill", "cancel the last invoice"]), st.integers(0, 60), st.integers(1, 9)),
    max_size=6,
)


def billed(shop: Shop, account: str, target: date, *, post: bool) -> str:
    """What is due by a day is drafted, and posted or not; "" when there is nothing."""
    days = {"InvoiceDate": target.isoformat(), "TargetDate": target.isoformat()}
    code, made = create(shop.caller, "Invoice", {"AccountId": account, **days}, "generate")
    if code:
        assert "No charges are due" in made
        return ""
    if post:
        assert update(shop.caller, "Invoice", made, {"Status": "Posted"})[0] == ""
    return made


@given(
    steps=STEPS, ends=st.integers(0, 300), post=st.booleans(), plans=st.sampled_from([("team",), ("team", "discount")])
)
@settings(max_examples=settings.default.max_examples * 4 // 10)
def test_what_was_billed_is_what_the_segments_are_worth(
    steps: list[tuple[str, int, int]], ends: int, post: bool, plans: tuple[str, ...]
) -> None:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(7))
    tenant = mock.add_tenant(TENANT)
    load_catalogue(tenant)
    caller = Caller(mock)
    assert caller.login().status == 200
    shop = Shop(caller, tenant)
    sold = shop.sold(*plans, TermType="EVERGREEN", InitialTerm=None)
    latest, account, day = sold["SubscriptionId"], sold["AccountId"], FIRST
    for row in shop.rows("RatePlanCharge", Name="discount"):
        reach = {"ApplyDiscountTo": "RECURRING", "DiscountLevel": "subscription"}
        tenant.data(TENANT.entities[0].id).store.update("RatePlanCharge", row["Id"], reach)
    invoices: list[str] = []
    for step, later, number in steps:
        if step == "quantity":
            day += timedelta(days=later)
            plan = shop.plans(latest)[0]["Id"]
            data = shop.update_data(plan, "seats", Quantity=number)
            latest = shop.amended(latest, "UpdateProduct", day.isoformat(), data)["SubscriptionId"]
        elif step == "bill":
            invoices.append(billed(shop, account, day + timedelta(days=later), post=post))
        elif invoices and invoices[-1]:
            assert update(caller, "Invoice", invoices.pop(), {"Status": "Canceled"})[0] == ""
        assert problems(tenant) == []
    end = FIRST + timedelta(days=ends)  # also before the last changes, which are then left out
    latest = shop.amended(latest, "Cancellation", end.isoformat())["SubscriptionId"]
    billed(shop, account, date(2030, 1, 1), post=post)
    assert problems(tenant) == []
    assert billed(shop, account, date(2030, 1, 1), post=post) == ""

    standing = {each["Id"] for each in tenant.rows(TENANT.entities[0].id, "Invoice") if each["Status"] != "Canceled"}
    items = [each for each in shop.rows("InvoiceItem", ChargeType="Recurring") if each["InvoiceId"] in standing]
    cost = sum((each["ChargeAmount"] for each in items), Decimal(0))
    worth = Fraction(0)
    for segment in shop.segments(latest, "seats"):
        months = months_between(segment["EffectiveStartDate"], segment["EffectiveEndDate"], FIRST.replace(day=1))
        worth += 10 * Fraction(segment["Quantity"]) * months
    if "discount" in plans:
        worth *= Fraction(9, 10)
    assert abs(Fraction(cost) - worth) <= Fraction(len(items) + 1, 200), (cost, float(worth))
    mock.close()
