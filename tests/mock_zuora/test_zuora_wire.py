"""The bytes of replies, compared whole with the shapes that recordings of the real service show."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

GLOBAL = "0" * 31 + "1"
START = (
    b"<?xml version='1.0' encoding='UTF-8'?>"
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
)
END = b"</soapenv:Body></soapenv:Envelope>"
NIL = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="1" />'
RECORD = (
    b'<ns1:records xmlns:ns2="http://object.api.zuora.com/"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ns2:'
)


def test_login(caller: Any) -> None:
    reply = caller.login()
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/xml;charset=UTF-8"
    assert reply.headers["Cache-Control"] == "max-age=0, no-cache, no-store"
    assert reply.body == (
        START + b'<ns1:loginResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:Session>'
        + caller.session.encode() + b"</ns1:Session><ns1:ServerUrl>http://zuora.test/apps/services/a/83.0"
        b"</ns1:ServerUrl></ns1:result></ns1:loginResponse>" + END
    )  # fmt: skip
    assert 64 <= len(caller.session) <= 512


def test_login_refused(caller: Any) -> None:
    reply = caller.login(password="wrong")
    words = b"Invalid login. User name and password do not match."
    assert reply.status == 500
    assert reply.body == (
        START + b'<soapenv:Fault xmlns:fns="http://fault.api.zuora.com/"><faultcode>fns:INVALID_VALUE</faultcode>'
        b"<faultstring>" + words + b"</faultstring><detail><fns:LoginFault><fns:FaultCode>INVALID_VALUE"
        b"</fns:FaultCode><fns:FaultMessage>" + words + b"</fns:FaultMessage></fns:LoginFault></detail>"
        b"</soapenv:Fault>" + END
    )  # fmt: skip


def test_empty_result(caller: Any) -> None:
    assert caller.query("select Id from Account").body == (
        START + b'<ns1:queryResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:done>true</ns1:done>'
        b"<ns1:queryLocator" + NIL + b"<ns1:records" + NIL + b"<ns1:size>0</ns1:size></ns1:result>"
        b"</ns1:queryResponse>" + END
    )  # fmt: skip


def test_records_have_id_first_wsdl_order_canonical_names_and_no_nulls(caller: Any, tenant: Any, make_id: Any) -> None:
    tenant.load(
        GLOBAL,
        "RatePlanCharge",
        [
            {
                "Id": make_id(1),
                "Name": "Seats & <more>",
                "ChargeModel": "Per Unit Pricing",
                "Quantity": Decimal("50.00"),
                "MRR": Decimal("1234.50"),
                "UOM": "Each",
                "UpdatedDate": datetime(2011, 12, 29, 1, 23, 27, tzinfo=UTC),
                "EffectiveStartDate": date(2012, 1, 1),
                "IsLastSegment": True,
            }
        ],
    )
    text = (
        "SELECT updateddate, UOM, name, QUANTITY, mrr, islastsegment, effectivestartdate, EffectiveEndDate "
        "FROM rateplancharge"
    )
    fields = (
        b"<ns2:EffectiveStartDate>2012-01-01</ns2:EffectiveStartDate><ns2:IsLastSegment>true</ns2:IsLastSegment>"
        b"<ns2:MRR>1234.5</ns2:MRR><ns2:Name>Seats &amp; &lt;more&gt;</ns2:Name><ns2:Quantity>50</ns2:Quantity>"
        b"<ns2:UOM>Each</ns2:UOM><ns2:UpdatedDate>2011-12-28T17:23:27.000-08:00</ns2:UpdatedDate>"
    )
    reply = caller.query(text)
    assert reply.body == (
        START + b'<ns1:queryResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:done>true</ns1:done>'
        b"<ns1:queryLocator" + NIL + RECORD + b'RatePlanCharge"><ns2:Id>' + make_id(1).encode() + b"</ns2:Id>"
        + fields + b"</ns1:records><ns1:size>1</ns1:size></ns1:result></ns1:queryResponse>" + END
    )  # fmt: skip
    old = caller.query(text, version="68.0")
    assert b"<ns2:EffectiveStartDate>2012-01-01T00:00:00</ns2:EffectiveStartDate>" in old.body


def test_first_page_and_last_page(caller: Any, tenant: Any, make_id: Any) -> None:
    tenant.load(GLOBAL, "Account", [{"Id": make_id(n), "Name": "x"} for n in range(3)])
    first = caller.query("select Id from Account", options="<api:batchSize>2</api:batchSize>")
    locator = first.body.split(b"<ns1:queryLocator>")[1].split(b"<")[0]
    key, _, offset = locator.partition(b"-")
    assert len(key) == 32
    assert offset == b"2"
    assert b"<ns1:done>false</ns1:done><ns1:queryLocator>" + locator + b"</ns1:queryLocator><ns1:records" in first.body
    more = f"<api:queryMore><api:queryLocator>{locator.decode()}</api:queryLocator></api:queryMore>"
    assert caller.call(more).body == (
        START + b'<ns1:queryMoreResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:done>true</ns1:done>'
        b"<ns1:queryLocator" + NIL + RECORD + b'Account"><ns2:Id>' + make_id(2).encode()
        + b"</ns2:Id></ns1:records><ns1:size>3</ns1:size></ns1:result></ns1:queryMoreResponse>" + END
    )  # fmt: skip
    assert caller.call(more).status == 200, "a page whose reply was lost can be asked for again"


def test_save_results(caller: Any) -> None:
    reply = caller.call('<api:create><api:zObjects xsi:type="obj:Account"/></api:create>')
    assert reply.body == (
        START + b'<ns1:createResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:Errors>'
        b"<ns1:Code>MISSING_REQUIRED_VALUE</ns1:Code><ns1:Message>Missing required value: Name</ns1:Message>"
        b"</ns1:Errors><ns1:Success>false</ns1:Success></ns1:result></ns1:createResponse>" + END
    )  # fmt: skip
    reply = caller.call(
        '<api:create><api:zObjects xsi:type="obj:Product"><obj:EffectiveEndDate>2030-01-01</obj:EffectiveEndDate>'
        "<obj:EffectiveStartDate>2020-01-01</obj:EffectiveStartDate><obj:Name>P</obj:Name></api:zObjects></api:create>"
    )
    made = reply.body.split(b"<ns1:Id>")[1].split(b"<")[0]
    assert reply.body == (
        START + b'<ns1:createResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:Id>' + made
        + b"</ns1:Id><ns1:Success>true</ns1:Success></ns1:result></ns1:createResponse>" + END
    )  # fmt: skip
    reply = caller.call(f"<api:delete><api:type>product</api:type><api:ids>{made.decode()}</api:ids></api:delete>")
    assert reply.body == (
        START + b'<ns1:deleteResponse xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:id>' + made
        + b"</ns1:id><ns1:success>true</ns1:success></ns1:result></ns1:deleteResponse>" + END
    )  # fmt: skip


def test_soap_12_is_answered_in_kind(caller: Any) -> None:
    request = (
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:api="http://api.zuora.com/">'
        f"<env:Header><api:SessionHeader><api:session>{caller.session}</api:session></api:SessionHeader></env:Header>"
        "<env:Body><api:getUserInfo/></env:Body></env:Envelope>"
    )
    reply = caller.raw(request.encode())
    assert reply.status == 200
    assert b'xmlns:soapenv="http://www.w3.org/2003/05/soap-envelope"' in reply.body
    assert b"<ns1:TenantId>10001</ns1:TenantId>" in reply.body


@pytest.mark.parametrize("body", ["<api:billingPreview/>", "<api:nothing/>"])
def test_an_operation_that_is_not_there_is_a_fault(caller: Any, body: str) -> None:
    reply = caller.call(body)
    assert reply.status == 500
    assert b"<faultcode>soapenv:Client</faultcode>" in reply.body


def test_a_document_that_is_not_xml_is_a_fault(caller: Any) -> None:
    reply = caller.raw(b"<not xml")
    assert reply.status == 500
    assert b"<faultcode>soapenv:Server</faultcode>" in reply.body


def test_tenants_and_entities_do_not_cross_under_threads(caller: Any) -> None:
    who = [
        ("api@tenant-01.example.com", "right-password", ""),
        ("api@tenant-01.example.com", "right-password", "<api:entityName>Europe</api:entityName>"),
        ("api@tenant-02.example.com", "other-password", ""),
    ]

    def work(number: int) -> list[bytes]:
        username, password, extra = who[number % 3]
        mine = f"Of {number % 3}"
        own = type(caller)(caller.mock)
        assert own.login(username, password, extra).status == 200
        row = (
            '<api:zObjects xsi:type="obj:Account"><obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1</obj:BillCycleDay>'
            f"<obj:Currency>USD</obj:Currency><obj:Name>{mine}</obj:Name></api:zObjects>"
        )
        for _ in range(3):
            assert own.call(f"<api:create>{row * 2}</api:create>").body.count(b"<ns1:Success>true") == 2
            names = set(re.findall(rb"<ns2:Name>([^<]*)<", own.query("select Name from Account").body))
            assert names == {mine.encode()}
        return re.findall(rb"<ns2:AccountNumber>([^<]*)<", own.query("select AccountNumber from Account").body)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    for number in range(3):
        numbers = work(number)
        assert len(numbers) == len(set(numbers)) == 4 * 6 + 6


def test_paths_and_versions_that_are_not_served(caller: Any) -> None:
    assert caller.raw(b"", PATH_INFO="/apps/services/b/83.0").status == 404
    assert caller.raw(b"", REQUEST_METHOD="GET").status == 404
    assert b"fns:INVALID_VERSION" in caller.query("select Id from Account", version="200.0").body


def test_the_reply_says_how_long_the_service_would_take(caller: Any) -> None:
    caller.query("select Id from Account")
    assert 0.05 < caller.service_time_s < 2
