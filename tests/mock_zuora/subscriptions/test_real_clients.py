"""A plain SOAP client, made from the real WSDLs, sells and amends."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest


@pytest.mark.parametrize("wsdl", ["zuora-83.0.wsdl", "zuora-78.0.wsdl"])
def test_zeep_subscribes_and_amends(
    connect: Callable[[str], Any], shop: Any, plan_ids: dict[str, str], charge_ids: dict[str, str], wsdl: str
) -> None:
    client = connect(wsdl)
    api, obj = client.type_factory("http://api.zuora.com/"), client.type_factory("http://object.api.zuora.com/")
    login = client.service_proxy.login(username="api@tenant-01.example.com", password="right-password")
    header = {"SessionHeader": {"session": login.Session}}
    request = api.SubscribeRequest(
        Account=obj.Account(Name="Customer 01", Currency="USD", Batch="Batch1", BillCycleDay=1),
        BillToContact=obj.Contact(FirstName="First", LastName="Last"),
        SubscribeOptions=api.SubscribeOptions(GenerateInvoice=True, ProcessPayments=False),
        SubscriptionData=api.SubscriptionData(
            Subscription=obj.Subscription(
                ContractEffectiveDate="2026-01-01", InitialTerm=12, RenewalTerm=12, TermType="TERMED", AutoRenew=False
            ),
            RatePlanData=[api.RatePlanData(RatePlan=obj.RatePlan(ProductRatePlanId=plan_ids["team"]))],
        ),
    )
    (sold,) = client.service_proxy.subscribe([request], _soapheaders=header)
    assert (sold.Success, sold.TotalMrr, sold.TotalTcv) == (True, Decimal(20), Decimal(340))
    assert [each.InvoiceNumber for each in sold.InvoiceResult.Invoice] == [sold.InvoiceNumber]
    (plan,) = shop.plans(sold.SubscriptionId)
    amendment = obj.Amendment(
        Name="More seats",
        Type="UpdateProduct",
        SubscriptionId=sold.SubscriptionId,
        ContractEffectiveDate="2026-04-01",
        RatePlanData=api.RatePlanData(
            RatePlan=obj.RatePlan(AmendmentSubscriptionRatePlanId=plan["Id"]),
            RatePlanChargeData=[
                api.RatePlanChargeData(
                    RatePlanCharge=obj.RatePlanCharge(ProductRatePlanChargeId=charge_ids["seats"], Quantity=5)
                )
            ],
        ),
    )
    asked = api.AmendRequest(Amendments=[amendment], PreviewOptions=api.PreviewOptions(EnablePreviewMode=True))
    (seen,) = client.service_proxy.amend([asked], _soapheaders=header)
    assert (seen.Success, seen.TotalDeltaMrr, seen.SubscriptionId) == (True, Decimal(30), None)
    asked = api.AmendRequest(Amendments=[amendment])
    (done,) = client.service_proxy.amend([asked], _soapheaders=header)
    assert (done.Success, done.TotalDeltaMrr, len(done.AmendmentIds)) == (True, Decimal(30), 1)
    (refused,) = client.service_proxy.amend([asked], _soapheaders=header)
    assert (refused.Success, refused.Errors[0].Code) == (False, "INVALID_VALUE")
    assert len(shop.segments(done.SubscriptionId, "seats")) == 2
