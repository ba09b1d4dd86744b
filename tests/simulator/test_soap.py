from __future__ import annotations

import gzip
import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.soap import Call, Dialect, Operation, SoapFault, escape, soap_app, text
from simulator.wsgi import REQUEST, SERVICE_TIME

DIALECT = Dialect("urn:test", b'<?xml version="1.0"?>', b' xmlns:x="urn:x"')
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    '<s:Header><h:Session xmlns:h="urn:test"><h:id>7</h:id></h:Session></s:Header>'
    "<s:Body>{}</s:Body></s:Envelope>"
)


def echo(call: Call) -> bytes:
    call.service_time_s = 1.5
    call.response_header = b"<seen>" + escape(text(call.headers["Session"], "id") or "") + b"</seen>"
    return b"<echoed>" + escape(text(call.payload, "said") or "") + b"</echoed>"


def refuse(call: Call) -> bytes:
    raise SoapFault("t:NO", "not <today>", detail=b"<t:why/>", attributes=b'xmlns:t="urn:t"', http_status=429)


def break_down(call: Call) -> bytes:
    msg = "a secret from inside"
    raise RuntimeError(msg)


APP = soap_app(
    "test", [Operation("echo", echo), Operation("refuse", refuse), Operation("breakDown", break_down)], DIALECT
)


class Reply:
    status = ""
    headers: dict[str, str]
    body = b""
    environ: dict[str, Any]


def post(body: bytes, **extra: str) -> Reply:
    reply = Reply()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/service",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "text/xml",
        **extra,
    }
    environ[REQUEST] = environ

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        reply.status, reply.headers = status, dict(headers)

    reply.body = b"".join(APP(environ, start_response))
    reply.environ = environ
    return reply


def request(payload: str) -> bytes:
    return ENVELOPE.format(payload).encode()


def test_the_envelope_is_the_dialects_and_the_body_the_handlers() -> None:
    reply = post(request('<echo xmlns="urn:test"><said>a &amp; b</said></echo>'))
    assert reply.status == "200 OK"
    assert reply.body == (
        b'<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        b' xmlns:x="urn:x"><soapenv:Header><seen>7</seen></soapenv:Header>'
        b"<soapenv:Body><echoed>a &amp; b</echoed></soapenv:Body></soapenv:Envelope>"
    )


def test_the_host_learns_how_long_the_real_service_would_have_taken() -> None:
    assert post(request('<echo xmlns="urn:test"/>')).environ[SERVICE_TIME] == 1.5


def test_children_are_found_in_any_namespace() -> None:
    reply = post(request('<echo xmlns="urn:test"><o:said xmlns:o="urn:other">hello</o:said></echo>'))
    assert b"<echoed>hello</echoed>" in reply.body


def test_a_fault_keeps_its_code_detail_attributes_and_status() -> None:
    reply = post(request('<refuse xmlns="urn:test"/>'))
    assert reply.status.startswith("429 ")
    assert (
        b'<soapenv:Fault xmlns:t="urn:t"><faultcode>t:NO</faultcode><faultstring>not &lt;today&gt;</faultstring>'
        b"<detail><t:why/></detail></soapenv:Fault>" in reply.body
    )


def test_soap_12_is_answered_in_kind() -> None:
    twelve = request('<refuse xmlns="urn:test"/>').replace(
        b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
    )
    reply = post(twelve)
    assert reply.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    root = etree.fromstring(reply.body)
    namespace = {"s": "http://www.w3.org/2003/05/soap-envelope"}
    assert root.findtext("s:Body/s:Fault/s:Code/s:Value", namespaces=namespace) == "t:NO"
    assert root.findtext("s:Body/s:Fault/s:Reason/s:Text", namespaces=namespace) == "not <today>"


def test_a_broken_handler_is_a_server_fault_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    reply = post(request('<breakDown xmlns="urn:test"/>'))
    assert reply.status.startswith("500 ")
    assert b"soapenv:Server" in reply.body
    assert b"secret" not in reply.body
    assert "breakDown" in caplog.text


@pytest.mark.parametrize("payload", ['<unheard xmlns="urn:test"/>', '<echo xmlns="urn:elsewhere"/>', "<echo/>"])
def test_an_unknown_operation_is_named(payload: str) -> None:
    reply = post(request(payload))
    assert b"No operation available for request" in reply.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<open>",
        b"<html/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>',
        b"<!DOCTYPE x><x/>",
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>',
    ],
)
def test_what_is_not_a_soap_message_gets_a_client_fault(body: bytes) -> None:
    reply = post(body)
    assert reply.status.startswith("500 ")
    assert b"<faultcode>soapenv:Client</faultcode>" in reply.body


def test_an_external_entity_is_never_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + request(
        '<echo xmlns="urn:test"><said>&f;</said></echo>'
    )
    assert b"root:" not in post(bomb).body


def test_an_entity_bomb_is_refused_before_it_goes_off() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "x">{levels}]><x a="&e11;"/>'.encode()
    assert b"soapenv:Client" in post(bomb).body


def test_deep_nesting_is_refused() -> None:
    deep = "<a>" * 200 + "</a>" * 200
    assert b"nested" in post(request(f'<echo xmlns="urn:test">{deep}</echo>')).body


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_requests_are_read(encoding: str) -> None:
    plain = request('<echo xmlns="urn:test"><said>packed</said></echo>')
    packed = gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain)
    assert b"packed" in post(packed, HTTP_CONTENT_ENCODING=encoding).body


def test_a_broken_compressed_request_is_a_plain_400() -> None:
    whole = gzip.compress(request('<echo xmlns="urn:test"/>'))
    assert post(whole[: len(whole) // 2], HTTP_CONTENT_ENCODING="gzip").status.startswith("400 ")
    assert post(b"junk", HTTP_CONTENT_ENCODING="gzip").status.startswith("400 ")


def test_a_compression_nobody_reads_is_a_plain_415() -> None:
    assert post(request('<echo xmlns="urn:test"/>'), HTTP_CONTENT_ENCODING="br").status.startswith("415 ")
    assert post(request('<echo xmlns="urn:test"/>'), HTTP_CONTENT_ENCODING="identity").status.startswith("200 ")


def test_a_compression_bomb_costs_no_more_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * (60 * 1024 * 1024))
    assert post(bomb, HTTP_CONTENT_ENCODING="gzip").status.startswith("413 ")


def test_a_request_that_says_it_is_too_large_is_refused_unread() -> None:
    assert post(b"", CONTENT_LENGTH=str(51 * 1024 * 1024)).status.startswith("413 ")


def test_replies_are_compressed_when_asked_and_worth_it() -> None:
    long = "x" * 5000
    reply = post(request(f'<echo xmlns="urn:test"><said>{long}</said></echo>'), HTTP_ACCEPT_ENCODING="gzip, deflate")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert long.encode() in gzip.decompress(reply.body)
    assert "Content-Encoding" not in post(request('<echo xmlns="urn:test"/>'), HTTP_ACCEPT_ENCODING="gzip").headers


@pytest.mark.parametrize(("accepted", "packed"), [("deflate, GZIP;q=0.5", True), ("gzip;q=0", False), ("br", False)])
def test_replies_are_compressed_only_for_who_takes_gzip(accepted: str, packed: bool) -> None:
    body = request(f'<echo xmlns="urn:test"><said>{"x" * 5000}</said></echo>')
    assert ("Content-Encoding" in post(body, HTTP_ACCEPT_ENCODING=accepted).headers) is packed


def test_get_is_not_for_soap() -> None:
    assert post(b"", REQUEST_METHOD="GET").status.startswith("405 ")


@given(st.text())
def test_any_text_that_xml_can_carry_comes_back_as_it_was(said: str) -> None:
    carried = "".join(c for c in said if ord(c) in (9, 10) or (ord(c) >= 32 and ord(c) not in (0xFFFE, 0xFFFF)))
    carried = "".join(c for c in carried if not 0xD800 <= ord(c) <= 0xDFFF)
    assert (etree.fromstring(b"<a>" + escape(carried) + b"</a>").text or "") == carried
    etree.fromstring(b"<a>" + escape(said) + b"</a>")
