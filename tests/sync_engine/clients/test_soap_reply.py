from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.soap.reply import CURSOR_GONE, NotSoap, excerpt, read_reply
from tests.sync_engine.clients.fakes import salesforce, salesforce_fault, zuora, zuora_fault, zuora_login


def body_of(answer: object) -> bytes:
    assert isinstance(answer, tuple)
    content = answer[1]
    assert isinstance(content, bytes)
    return content


def test_the_element_inside_the_body_is_the_result() -> None:
    reply = read_reply(zuora_login(), 200)
    assert reply.result is not None
    assert reply.result.tag == "{http://api.zuora.com/}loginResponse"
    assert reply.fault is None


def test_a_fault_of_zuora_gives_its_code_without_prefix_and_its_kind() -> None:
    reply = read_reply(body_of(zuora_fault("INVALID_VALUE", "Invalid login.", "LoginFault")), 500)
    assert reply.result is None
    assert reply.fault is not None
    assert (reply.fault.code, reply.fault.message, reply.fault.kind) == (
        "INVALID_VALUE",
        "Invalid login.",
        "LoginFault",
    )


def test_a_fault_of_salesforce_gives_its_message_without_the_code_before_it() -> None:
    reply = read_reply(body_of(salesforce_fault("INVALID_TYPE", "no such thing", "InvalidSObjectFault")), 500)
    assert reply.fault is not None
    assert (reply.fault.code, reply.fault.message) == ("INVALID_TYPE", "no such thing")


def test_a_login_fault_without_a_prefix_is_read_too() -> None:
    fault = "<soapenv:Fault><faultcode>INVALID_LOGIN</faultcode><faultstring>no</faultstring></soapenv:Fault>"
    reply = read_reply(salesforce(fault), 500)
    assert reply.fault is not None
    assert (reply.fault.code, reply.fault.message) == ("INVALID_LOGIN", "no")


def test_a_generic_faultcode_gives_way_to_the_vendors_own() -> None:
    fault = (
        "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring></faultstring><detail>"
        "<x><FaultCode>LOCK_COMPETITION</FaultCode><FaultMessage>busy</FaultMessage></x></detail></soapenv:Fault>"
    )
    reply = read_reply(zuora(fault), 500)
    assert reply.fault is not None
    assert (reply.fault.code, reply.fault.message) == ("LOCK_COMPETITION", "busy")


def test_a_fault_of_soap_1_2_is_read_as_well() -> None:
    content = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code>'
        b"<e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text>unknown</e:Text></e:Reason></e:Fault></e:Body>"
        b"</e:Envelope>"
    )
    reply = read_reply(content, 500)
    assert reply.fault is not None
    assert (reply.fault.code, reply.fault.message) == ("Receiver", "unknown")


def test_an_expired_cursor_has_one_code_whatever_the_service_calls_it() -> None:
    reply = read_reply(body_of(zuora_fault("INVALID_VALUE", "gone", "InvalidQueryLocatorFault")), 500)
    assert reply.fault is not None
    assert reply.fault.code == CURSOR_GONE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01",
        b"{}",
        b"<html><head><title>Service Unavailable</title></head></html>",
        b"<Envelope/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Envelope><Body><x/></Body></Envelope>',
        zuora_login()[:-20],
    ],
)
def test_what_is_no_envelope_is_refused(content: bytes) -> None:
    with pytest.raises(NotSoap):
        read_reply(content, 200)


def test_an_entity_is_never_read_from_a_file() -> None:
    content = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Envelope><Body><x>&a;</x></Body></Envelope>'
    with pytest.raises(NotSoap) as caught:
        read_reply(content, 200)
    assert "root:" not in str(caught.value)


def test_an_excerpt_of_a_page_is_its_title() -> None:
    assert excerpt(b"<html><TITLE>\n Service\n Unavailable</TITLE><p>x</html>") == "Service Unavailable"


def test_an_excerpt_repeats_nothing_of_an_envelope() -> None:
    broken_off = b'<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="x"><soapenv:Body><a><Session>abc123</Session>'
    assert "abc123" not in excerpt(broken_off)
    assert "breaks off" in excerpt(broken_off)


def test_an_excerpt_of_nothing_says_so() -> None:
    assert excerpt(b"  ") == "an empty page"


@given(st.binary(max_size=300))
def test_any_bytes_are_either_a_reply_or_refused(content: bytes) -> None:
    refused = None
    try:
        reply = read_reply(content, 200)
    except NotSoap as error:
        refused = str(error)
    assert len(refused) < 200 if refused is not None else reply.status == 200
