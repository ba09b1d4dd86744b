"""Plain zeep clients, of the real WSDLs and of the served one, build a catalogue, subscribe and amend over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zeep

from mock_zuora import ZuoraMock
from simulator.clock import VirtualClock
from simulator.hosting import Host

API, OBJECTS = "{http://api.zuora.com/}", "{http://object.api.zuora.com/}"
TODAY, LATER = date(2026, 1, 15), date(2026, 3, 15)


class Client:
    """A zeep client, logged in; `a` makes a type of either namespace by its name."""

    def __init__(self, wsdl: str, endpoint: str) -> None:
        self.zeep = zeep.Client(wsdl)
        self.service: Any = self.zeep.create_service("{http://api.zuora.com/}SoapBinding", endpoint)
        session = self.service.login(username="api@tenant-01.example.com", password="right-password").Session
        self.headers = [self.zeep.get_element(API + "SessionHeader")(session=session)]

    def a(self, name: str, **values: Any) -> Any:
        space = API if name.endswith(("Data", "Request", "Options")) else OBJECTS
        return self.zeep.get_type(space + name)(**values)

    def create(self, row: Any) -> str:
        (saved,) = self.service.create(zObjects=[row], _soapheaders=self.headers)
        assert saved.Success, saved.Errors
        return str(saved.Id)

    def rows(self, zoql: str) -> Any:
        return self.service.query(queryString=zoql, _soapheaders=self.headers).records


@pytest.fixture(params=["served", "zuora-83.0.wsdl", "zuora-78.0.wsdl"])
def client(request: pytest.FixtureRequest, mock: ZuoraMock, clock: VirtualClock) -> Iterator[Client]:
    with Host(mock.wsgi, clock) as host:
        version = "83.0" if request.param == "served" else request.param[6:10]
        endpoint = f"{host.url}/apps/services/a/{version}"
        if request.param == "served":
            wsdl = f"{host.url}/apps/servlet/GenerateWsdl?version={version}"
        else:
            folder: Path = request.getfixturevalue("shared_dir")
            wsdl = str(folder / "wsdl" / request.param)
        client = Client(wsdl, endpoint)
        yield client
        client.zeep.transport.session.close()


@pytest.fixture
def plan(client: Client) -> Callable[[str, str], str]:
    """A function that makes a product's rate plan with one flat monthly charge, and gives the plan's id."""

    def make(name: str, price: str) -> str:
        ends = date(2036, 1, 1)
        product = client.create(client.a("Product", Name=name, EffectiveStartDate=TODAY, EffectiveEndDate=ends))
        plan = client.create(
            client.a("ProductRatePlan", Name=name, ProductId=product, EffectiveStartDate=TODAY, EffectiveEndDate=ends)
        )
        tier = client.a("ProductRatePlanChargeTier", Currency="USD", Price=Decimal(price))
        client.create(
            client.a(
                "ProductRatePlanCharge",
                BillCycleType="DefaultFromCustomer",
                BillingPeriod="Month",
                ChargeModel="Flat Fee Pricing",
                ChargeType="Recurring",
                Name=name,
                ProductRatePlanChargeTierData=client.a(
                    "ProductRatePlanChargeTierData", ProductRatePlanChargeTier=[tier]
                ),
                ProductRatePlanId=plan,
                TriggerEvent="ContractEffective",
            )
        )
        return plan

    return make


def test_a_client_subscribes_and_amends(client: Client, plan: Callable[[str, str], str]) -> None:
    first, second = plan("First", "59"), plan("Second", "10")
    rate_plan = client.a("RatePlanData", RatePlan=client.a("RatePlan", ProductRatePlanId=first))
    subscription = client.a(
        "Subscription",
        ContractEffectiveDate=TODAY,
        ContractAcceptanceDate=TODAY,
        ServiceActivationDate=TODAY,
        TermStartDate=TODAY,
        TermType="EVERGREEN",
        AutoRenew=False,
    )
    account = client.a("Account", Name="Customer", Currency="USD", Batch="Batch1", BillCycleDay=1, Status="Draft")
    asked = client.a(
        "SubscribeRequest",
        Account=account,
        BillToContact=client.a("Contact", FirstName="A", LastName="B", Country="United States", State="California"),
        SubscribeOptions=client.a("SubscribeOptions", GenerateInvoice=False, ProcessPayments=False),
        SubscriptionData=client.a("SubscriptionData", Subscription=subscription, RatePlanData=[rate_plan]),
    )
    (result,) = client.service.subscribe(subscribes=[asked], _soapheaders=client.headers)
    assert result.Success, result.Errors
    assert result.TotalMrr == 59
    assert result.TotalTcv is None

    amendment = client.a(
        "Amendment",
        Name="More",
        Type="NewProduct",
        Status="Completed",
        SubscriptionId=result.SubscriptionId,
        ContractEffectiveDate=LATER,
        CustomerAcceptanceDate=LATER,
        ServiceActivationDate=LATER,
        RatePlanData=client.a("RatePlanData", RatePlan=client.a("RatePlan", ProductRatePlanId=second)),
    )
    request = client.a(
        "AmendRequest",
        Amendments=[amendment],
        AmendOptions=client.a("AmendOptions", GenerateInvoice=False, ProcessPayments=False),
        PreviewOptions=client.a("PreviewOptions", EnablePreviewMode=False),
    )
    (amended,) = client.service.amend(requests=[request], _soapheaders=client.headers)
    assert amended.Success, amended.Errors
    assert amended.TotalDeltaMrr == 10
    assert len(amended.AmendmentIds) == 1
    versions = client.rows(
        f"select Id, Version, PreviousSubscriptionId from Subscription where AccountId = '{result.AccountId}'"
    )
    assert {(row.Version, row.PreviousSubscriptionId) for row in versions} == {(1, None), (2, result.SubscriptionId)}
    charges = client.rows("select Name, MRR from RatePlanCharge where MRR > 0")
    assert {(row.Name, row.MRR) for row in charges} >= {("First", 59), ("Second", 10)}


def test_a_subscription_that_cannot_be_is_a_row_error(client: Client) -> None:
    asked = client.a("SubscribeRequest", Account=client.a("Account", Name="Customer"))
    (result,) = client.service.subscribe(subscribes=[asked], _soapheaders=client.headers)
    assert not result.Success
    assert result.Errors[0].Code
    assert client.rows("select Id from Account")[0].Id is None
