"""A plain zeep client, made from the vendor's WSDL with default settings, against the mock over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import zeep.exceptions

from mock_zuora import Tenant
from mock_zuora.integrity import problems
from tests.mock_zuora.soap_rows import Sales, active_account

GLOBAL = "0" * 31 + "1"


def login(client: Any, username: str = "api@tenant-01.example.com", password: str = "right-password") -> Any:
    answer = client.service_proxy.login(username=username, password=password)
    header = client.get_element("{http://api.zuora.com/}SessionHeader")
    return [header(session=answer.Session)]


def account(client: Any, **fields: Any) -> Any:
    kind = client.get_type("{http://object.api.zuora.com/}Account")
    base = {"Name": "Customer 01", "Currency": "USD", "Batch": "Batch1", "BillCycleDay": 1}
    return kind(**{**base, **fields})


@pytest.mark.parametrize("wsdl", ["zuora-83.0.wsdl", "zuora-78.0.wsdl"])
def test_a_client_logs_in_and_learns_who_it_is(connect: Callable[..., Any], wsdl: str) -> None:
    client = connect(wsdl)
    answer = client.service_proxy.login(username="api@tenant-01.example.com", password="right-password")
    assert answer.ServerUrl == client.service_proxy._binding_options["address"]
    header = client.get_element("{http://api.zuora.com/}SessionHeader")(session=answer.Session)
    info = client.service_proxy.getUserInfo(_soapheaders=[header])
    assert (info.TenantId, info.TenantName, info.Username) == ("10001", "Tenant 01", "api@tenant-01.example.com")
    assert info.UserFullName == "API User"


def test_a_wrong_password_is_a_typed_login_fault(connect: Callable[..., Any]) -> None:
    client = connect()
    with pytest.raises(zeep.exceptions.Fault) as caught:
        login(client, password="wrong")
    assert caught.value.code == "fns:INVALID_VALUE"
    assert caught.value.message == "Invalid login. User name and password do not match."
    fault = client.get_element("{http://fault.api.zuora.com/}LoginFault").parse(
        caught.value.detail[0], client.wsdl.types
    )
    assert fault.FaultCode == "INVALID_VALUE"


def test_rows_are_written_read_changed_and_deleted(connect: Callable[..., Any]) -> None:
    client = connect()
    headers = login(client)
    service = client.service_proxy
    (created,) = service.create(zObjects=[account(client, AutoPay=False)], _soapheaders=headers)
    assert created.Success
    assert not created.Errors

    text = f"select Id, Name, AccountNumber, AutoPay, Balance, CreatedDate from Account where Id = '{created.Id}'"
    found = service.query(queryString=text, _soapheaders=headers)
    (row,) = found.records
    assert (found.done, found.queryLocator, found.size) == (True, None, 1)
    assert type(row).__name__ == "Account"
    assert (row.Name, row.AccountNumber, row.AutoPay) == ("Customer 01", "A00000001", False)
    assert row.Balance == Decimal(0)
    assert row.CreatedDate.astimezone(UTC).date() == date(2026, 1, 15)

    kind = client.get_type("{http://object.api.zuora.com/}Account")
    change = kind(Id=created.Id, fieldsToNull=["Notes"], Name="Customer 01 renamed")
    (changed,) = service.update(zObjects=[change], _soapheaders=headers)
    assert changed.Success
    (row,) = service.query(queryString=text, _soapheaders=headers).records
    assert row.Name == "Customer 01 renamed"

    (gone,) = service.delete(type="Account", ids=[created.Id], _soapheaders=headers)
    assert (gone.success, gone.id) == (True, created.Id)
    empty = service.query(queryString=text, _soapheaders=headers)
    assert empty.size == 0
    assert [each.Id for each in empty.records] == [None]


def test_a_row_that_lacks_a_value_fails_alone(connect: Callable[..., Any]) -> None:
    client = connect()
    headers = login(client)
    rows = [account(client), account(client, Name=None)]
    good, bad = client.service_proxy.create(zObjects=rows, _soapheaders=headers)
    assert good.Success
    assert not bad.Success
    assert bad.Id is None
    assert [(error.Code, error.Message) for error in bad.Errors] == [
        ("MISSING_REQUIRED_VALUE", "Missing required value: Name")
    ]


def test_pages_are_read_to_the_end(connect: Callable[..., Any], tenant: Tenant, make_id: Callable[[int], str]) -> None:
    tenant.load(GLOBAL, "Account", ({"Id": make_id(n), "Name": f"Customer {n:04}"} for n in range(4321)))
    client = connect()
    headers = login(client)
    page = client.service_proxy.query(queryString="select Id from Account", _soapheaders=headers)
    sizes, ids = [], []
    while True:
        sizes.append((page.size, page.done, len(page.records)))
        ids += [row.Id for row in page.records]
        if page.done:
            break
        page = client.service_proxy.queryMore(queryLocator=page.queryLocator, _soapheaders=headers)
    assert sizes == [(4321, False, 2000), (4321, False, 2000), (4321, True, 321)]
    assert ids == [make_id(n) for n in range(4321)]


@pytest.mark.parametrize(
    ("zoql", "kind", "code", "message"),
    [
        ("select * from accountsX", "MalformedQueryFault", "MALFORMED_QUERY", "You have an error in your ZOQL syntax"),
        ("select Id from productt", "MalformedQueryFault", "INVALID_TYPE", "invalid type specified: productt"),
        (
            "select AccountId1 from invoice",
            "MalformedQueryFault",
            "INVALID_FIELD",
            "invalid field for query: Invoice.accountid1",
        ),
    ],
)
def test_a_query_that_cannot_be_run_is_a_typed_fault(
    connect: Callable[..., Any], zoql: str, kind: str, code: str, message: str
) -> None:
    client = connect()
    headers = login(client)
    with pytest.raises(zeep.exceptions.Fault) as caught:
        client.service_proxy.query(queryString=zoql, _soapheaders=headers)
    element = client.get_element(f"{{http://fault.api.zuora.com/}}{kind}")
    fault = element.parse(caught.value.detail[0], client.wsdl.types)
    assert caught.value.code == f"fns:{code}"
    assert (fault.FaultCode, fault.FaultMessage) == (code, message)


def test_dates_and_date_times_arrive_as_such(
    connect: Callable[..., Any], tenant: Tenant, make_id: Callable[[int], str]
) -> None:
    moment = datetime(2026, 7, 1, 12, 30, 0, 250_000, tzinfo=UTC)
    row = {"Id": make_id(1), "Name": "S-1", "TermStartDate": date(2026, 7, 1), "OriginalCreatedDate": moment}
    tenant.load(GLOBAL, "Subscription", [row])
    client = connect()
    headers = login(client)
    zoql = "select TermStartDate, OriginalCreatedDate from Subscription"
    (found,) = client.service_proxy.query(queryString=zoql, _soapheaders=headers).records
    assert found.TermStartDate == date(2026, 7, 1)
    assert found.OriginalCreatedDate == moment


def test_an_invoice_is_generated_posted_paid_and_refunded(
    connect: Callable[..., Any], caller: Any, tenant: Tenant
) -> None:
    customer = active_account(caller)
    Sales(tenant, customer).subscribe({"Price": Decimal(100)})
    client = connect()
    headers, service = login(client), client.service_proxy

    def record(kind: str, **fields: Any) -> Any:
        return client.get_type(f"{{http://object.api.zuora.com/}}{kind}")(**fields)

    def parts(kind: str, **fields: Any) -> Any:
        lists = client.get_type(f"{{http://api.zuora.com/}}{kind}Data")
        return lists(**{kind: [record(kind, **fields)]})

    def done(results: list[Any]) -> str:
        assert [(each.Success, each.Errors) for each in results] == [(True, [])]
        return str(results[0].Id)

    days = {"InvoiceDate": date(2026, 1, 15), "TargetDate": date(2026, 1, 15)}
    asked = record("Invoice", AccountId=customer, **days)
    invoice = done(service.generate(zObjects=[asked], _soapheaders=headers))
    done(service.update(zObjects=[record("Invoice", Id=invoice, Status="Posted")], _soapheaders=headers))
    paid = record(
        "Payment",
        AccountId=customer,
        Amount=Decimal(100),
        EffectiveDate=date(2026, 1, 15),
        InvoicePaymentData=parts("InvoicePayment", InvoiceId=invoice, Amount=Decimal("99.5"), RefundAmount=0),
        Status="Processed",
        Type="Electronic",
    )
    payment = done(service.create(zObjects=[paid], _soapheaders=headers))
    back = record(
        "Refund",
        Amount=Decimal("9.5"),
        PaymentId=payment,
        RefundInvoicePaymentData=parts("RefundInvoicePayment", InvoiceId=invoice, RefundAmount=Decimal("9.5")),
        Type="Electronic",
    )
    done(service.create(zObjects=[back], _soapheaders=headers))
    found = service.query(
        queryString="select Amount, Balance, PaymentAmount, RefundAmount from Invoice", _soapheaders=headers
    ).records[0]
    assert (found.Amount, found.Balance, found.PaymentAmount, found.RefundAmount) == (
        Decimal(100),
        Decimal(10),
        Decimal("99.5"),
        Decimal("9.5"),
    )
    assert problems(tenant) == []
