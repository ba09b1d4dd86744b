"""Broken, hostile and oversized requests: each gets a fault or a plain HTTP error, soon and cheaply, without harm."""

from __future__ import annotations

import gzip
import io
import json
import logging
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from simulator.journal import Journal, journaled

ENTITY = "0" * 31 + "1"
CPU_SECONDS_MAX = 1.0
MEMORY_MB_MAX = 160
MB = 2**20
NAMESPACES = (
    'xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://api.zuora.com/"'
    ' xmlns:o="http://object.api.zuora.com/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
START = f"<e:Envelope {NAMESPACES}><e:Header><a:SessionHeader><a:session>SESSION</a:session></a:SessionHeader>"


class Victim:
    """A journaled mock with one logged-in user and one account."""

    def __init__(self, *, loose: bool = False) -> None:
        clock = VirtualClock()
        self.mock = ZuoraMock(clock=clock, chance=random.Random(5), loose=loose)
        users = (UserSpec("user@example.com", "password"),)
        self.tenant = self.mock.add_tenant(TenantSpec("1", "One", (EntitySpec(ENTITY, "E"),), users))
        self.tenant.load(ENTITY, "Account", [{"Id": "a" * 32, "Name": "First"}])
        self.app = journaled(self.mock.wsgi, Journal(), "zuora", clock)
        login = "<a:login><a:username>user@example.com</a:username><a:password>password</a:password></a:login>"
        reply = self.post(f"<e:Envelope {NAMESPACES}><e:Body>{login}</e:Body></e:Envelope>".encode())[2]
        self.session = reply.split(b"<ns1:Session>")[1].split(b"<")[0]

    def post(self, body: bytes, **environ: str) -> tuple[int, str, bytes]:
        """Status, content type and body of the reply."""
        started: list[Any] = []
        request: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/apps/services/a/83.0",
            "QUERY_STRING": "",
            "SERVER_NAME": "zuora.test",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "text/xml",
            **environ,
        }
        reply = b"".join(self.app(request, lambda status, headers, _=None: started.append((status, headers)) or _write))
        ((status, headers),) = started
        return int(status.split()[0]), dict(headers)["Content-Type"], reply

    def held(self) -> list[dict[str, object]]:
        """What must not change."""
        return self.tenant.rows(ENTITY, "Account")

    def works(self) -> bool:
        """Whether the next request is answered."""
        query = "<a:query><a:queryString>select Name from Account</a:queryString></a:query>"
        return b"<ns2:Name>First</ns2:Name>" in self.post(signed(query, self.session))[2]


def _write(_: bytes) -> None:
    return None


def signed(body: str, session: bytes) -> bytes:
    text = f"{START}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    return text.encode().replace(b"SESSION", session)


def _attributes(count: int, name: str) -> str:
    return "".join(f' {name}{number}="u"' for number in range(count))


def _create(inner: str) -> str:
    return f'<a:create><a:zObjects xsi:type="o:Account">{inner}</a:zObjects></a:create>'


def _bomb(encoding: str) -> bytes:
    levels = "".join(f'<!ENTITY e{n + 1} "' + f"&e{n};" * 10 + '">' for n in range(10))
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [<!ENTITY e0 "xxxxxxxxxx">{levels}]>'
    return (text + '<r a="&e9;">&e9;</r>').encode(encoding)


BODIES: dict[str, Callable[[], str]] = {
    "elements": lambda: _create("<o:X/>" * (15 * MB // 6)),
    "as many elements as are read": lambda: _create("<o:X/>" * 99_000),
    "objects": lambda: "<a:create>" + '<a:zObjects xsi:type="o:Account"/>' * 40_000 + "</a:create>",
    "ids": lambda: "<a:delete><a:type>Account</a:type>" + "<a:ids>x</a:ids>" * 90_000 + "</a:delete>",
    "attributes": lambda: f"<a:query {_attributes(MB, 'a')}/>",
    "attributes below the limit": lambda: f"<a:query {_attributes(80_000, 'a')}/>",
    "attributes spread": lambda: _create(f"<o:X {_attributes(1000, 'a')}/>" * 900),
    "namespaces": lambda: f"<a:query {_attributes(MB // 2, 'xmlns:a')}/>",
    "text": lambda: f"<a:query><a:queryString>{'x' * 15 * MB}</a:queryString></a:query>",
    "a long query": lambda: f"<a:query><a:queryString>{'x' * (MB - 9999)}</a:queryString></a:query>",
    "a long name": lambda: _create(f"<o:{'n' * 15 * MB}/>"),
    "a long operation": lambda: f"<a:{'n' * 40_000}/>",
    "a long type": lambda: f'<a:create><a:zObjects xsi:type="o:{"n" * 900_000}"/></a:create>',
    "a long field": lambda: _create(f"<o:Name>{'&#65;' * 100_000}</o:Name>"),
    "a long locator": lambda: f"<a:queryMore><a:queryLocator>{'1' * 900_000}-1</a:queryLocator></a:queryMore>",
    "a long offset": lambda: f"<a:queryMore><a:queryLocator>{'1' * 32}-{'1' * 900_000}</a:queryLocator></a:queryMore>",
    "a long number": lambda: _create(f"<o:BillCycleDay>{'9' * 900_000}</o:BillCycleDay>"),
    "a large exponent": lambda: _create("<o:BillCycleDay>1e999999999</o:BillCycleDay>"),
    "depth": lambda: "<o:X>" * (15 * MB // 5),
    "comments": lambda: _create("<!---->" * (15 * MB // 7)),
    "instructions": lambda: _create("<?a?>" * (15 * MB // 5)),
    "character data": lambda: _create("<![CDATA[]]>" * (15 * MB // 12)),
    "passwords": lambda: "<a:login>" + "<a:password>x</a:password>" * 40_000,
}
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"select Id from Account",
    "JSON": lambda: b'{"query": "select Id from Account"}',
    "zeros": lambda: b"\0" * 15 * MB,
    "tags that do not begin": lambda: b"<" * 15 * MB,
    "space": lambda: b" " * 15 * MB,
    "a prolog of comments": lambda: b"<!---->" * (2 * MB),
    "a prolog that does not end": lambda: b"<!--" * (3 * MB),
    "instructions that do not end": lambda: b"<?" * (7 * MB),
    "invalid UTF-8": lambda: signed("<a:query><a:queryString>XX</a:queryString></a:query>", b"").replace(
        b"XX", b"\xc3("
    ),
    "an entity bomb": lambda: _bomb("utf-8"),
    "an entity bomb in UTF-16": lambda: _bomb("utf-16"),
    "an external entity": lambda: (
        b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + signed(_create("<o:Name>&f;</o:Name>"), b"")
    ),
    "an external document type": lambda: b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/dtd">' + signed("<a:rasd/>", b""),
    "an include": lambda: signed(
        _create('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'), b""
    ),
    "two megabytes too many": lambda: b"x" * 18 * MB,
}
PACKED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a compression bomb": ("gzip", lambda: gzip.compress(b"\0" * 100 * MB, 9)),
    "a compressed document of elements": ("gzip", lambda: gzip.compress(b"<a>" + b"<b/>" * 3 * MB, 9)),
    "what is not compressed": ("gzip", lambda: signed("<a:rasdRequest/>", b"")),
    "half of what is compressed": ("gzip", lambda: gzip.compress(signed("<a:rasdRequest/>", b""))[:80]),
    "a compression nobody knows": ("br", lambda: signed("<a:rasdRequest/>", b"")),
}
HARMLESS = {"as many elements as are read", "attributes spread", "a long field", "a long number", "a large exponent"}


def hostile() -> Iterator[tuple[str, dict[str, str], Callable[[bytes], bytes]]]:
    """Every hostile request: its name, its headers, and how to make it for a session."""
    for name, body in BODIES.items():
        yield f"a body of {name}", {}, lambda session, body=body: signed(body(), session)  # type: ignore[misc]
    for name, document in DOCUMENTS.items():
        yield name, {}, lambda _, document=document: document()  # type: ignore[misc]
    for name, (encoding, document) in PACKED.items():
        yield name, {"HTTP_CONTENT_ENCODING": encoding}, lambda _, document=document: document()  # type: ignore[misc]


MEASURE = """
import json, resource, sys, time, importlib.util
spec = importlib.util.spec_from_file_location("bad_input", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["bad_input"] = module
spec.loader.exec_module(module)
victim, before = module.Victim(), None
for name, headers, make in module.hostile():
    request = make(victim.session)
    before = victim.held()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    status, kind, body = victim.post(request, **headers)
    seconds = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    print(json.dumps([name, status, kind, seconds, grown, len(body), body[:600].decode("utf-8", "replace"),
                      victim.held() == before and victim.works()]))
"""


def test_every_hostile_request_is_refused_within_a_second_and_little_memory_and_does_no_harm() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURE, __file__],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert run.stderr == ""
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(BODIES) + len(DOCUMENTS) + len(PACKED)
    for name, status, kind, seconds, grown, length, body, unharmed in answers:
        allowed = (200, 500) if name.removeprefix("a body of ") in HARMLESS else (400, 413, 415, 500)
        assert status in allowed, (name, status, body)
        assert kind.startswith("text/plain" if status in (400, 413, 415) else "text/xml"), (name, kind)
        assert seconds < CPU_SECONDS_MAX, (name, seconds)
        assert grown < MEMORY_MB_MAX, (name, grown)
        assert length < 2 * MB, (name, length)
        assert unharmed, name
        assert "root:" not in body
        assert "Traceback" not in body


@pytest.fixture(scope="module", params=[False, True], ids=["strict", "loose"])
def victim(request: pytest.FixtureRequest) -> Iterator[Victim]:
    victim = Victim(loose=request.param)
    yield victim
    victim.mock.close()


class Broken(logging.Handler):
    """Notes what the SOAP host logs when a handler breaks."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(self.format(record))


@pytest.fixture(scope="module")
def broken() -> Iterator[Broken]:
    handler = Broken()
    logging.getLogger("simulator").addHandler(handler)
    yield handler
    logging.getLogger("simulator").removeHandler(handler)


def check(victim: Victim, broken: Broken, document: bytes, **environ: str) -> None:
    """Any answer is well-formed, no handler breaks, and what is refused changes nothing."""
    before = victim.held()
    status, kind, body = victim.post(document, **environ)
    assert broken.seen == []
    assert status in (200, 400, 405, 413, 415, 500)
    if kind.startswith("text/plain"):
        assert body.endswith(b"\n")
    else:
        root = etree.fromstring(body)
        assert etree.QName(root).localname == "Envelope"
        assert (root.find(".//{*}Fault") is not None) == (status == 500)
    if status != 200:
        assert victim.held() == before


VALID = [
    "<a:login><a:username>user@example.com</a:username><a:password>password</a:password></a:login>",
    "<a:getUserInfo/>",
    "<a:rasdRequest/>",
    "<a:query><a:queryString>select Id, Name from Account where Name != 'x'</a:queryString></a:query>",
    f"<a:queryMore><a:queryLocator>{'1' * 32}-1</a:queryLocator></a:queryMore>",
    (
        '<a:create><a:zObjects xsi:type="o:Account"><o:fieldsToNull>Notes</o:fieldsToNull><o:Name>N</o:Name>'
        "<o:BillCycleDay>1</o:BillCycleDay></a:zObjects></a:create>"
    ),
    (
        '<a:create><a:zObjects xsi:type="o:ProductRatePlanCharge"><o:Name>N</o:Name><o:ProductRatePlanChargeTierData>'
        "<a:ProductRatePlanChargeTier><o:Price>1</o:Price></a:ProductRatePlanChargeTier>"
        "</o:ProductRatePlanChargeTierData></a:zObjects></a:create>"
    ),
    (
        f'<a:update><a:zObjects xsi:type="o:Account"><o:Id>{"a" * 32}</o:Id><o:Name>First</o:Name>'
        "<o:TaxExemptEffectiveDate>2026-01-01</o:TaxExemptEffectiveDate></a:zObjects></a:update>"
    ),
    f"<a:delete><a:type>Contact</a:type><a:ids>{'b' * 32}</a:ids></a:delete>",
]
HEADERS = (
    "<a:QueryOptions><a:batchSize>10</a:batchSize><a:caseSensitive>true</a:caseSensitive></a:QueryOptions>"
    "<a:CallOptions><a:useSingleTransaction>true</a:useSingleTransaction></a:CallOptions>"
)
TEXTS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e999",
        "NaN",
        "9" * 400,
        "true",
        "2026-02-30",
        "0001-01-01T00:00:00Z",
        "a" * 32,
        "'",
        "%",
        "o:Account",
        "a:ID",
        ":",
        "x:y:z",
        "Account",
        "Nothing",
        "\u0661",
        "\U0001f600",
        "null",
        "select",
        "]]>",
    ]
) | st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"), max_size=20)
NAMES = st.sampled_from(
    [
        "{http://api.zuora.com/}zObjects",
        "{http://object.api.zuora.com/}Id",
        "{http://object.api.zuora.com/}Name",
        "{http://api.zuora.com/}ids",
        "{http://api.zuora.com/}type",
        "{urn:foreign}Name",
        "Name",
        "{http://object.api.zuora.com/}ProductRatePlanChargeTierData",
        "{http://api.zuora.com/}queryString",
        "{http://schemas.xmlsoap.org/soap/envelope/}Body",
        "{http://schemas.xmlsoap.org/soap/envelope/}Header",
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "{http://www.w3.org/2001/XMLSchema-instance}type",
        "{http://www.w3.org/2001/XMLSchema-instance}nil",
        "{http://schemas.xmlsoap.org/soap/envelope/}mustUnderstand",
        "id",
        "href",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid request, changed here and there in its structure."""
    text = f"{START}{HEADERS}</e:Header><e:Body>{draw(st.sampled_from(VALID))}</e:Body></e:Envelope>"
    root = etree.fromstring(text)
    for _ in range(draw(st.integers(1, 4))):
        elements = list(root.iter())
        one = elements[draw(st.integers(0, len(elements) - 1))]
        other = elements[draw(st.integers(0, len(elements) - 1))]
        change = draw(st.sampled_from(["text", "rename", "attribute", "drop", "double", "wrap", "insert", "move"]))
        parent = one.getparent()
        if change == "text":
            one.text = draw(TEXTS)
        elif change == "rename":
            one.tag = draw(NAMES)
        elif change == "attribute":
            one.set(draw(ATTRIBUTES), draw(TEXTS))
        elif change == "insert":
            etree.SubElement(one, draw(NAMES)).text = draw(TEXTS)
        elif parent is None:
            continue
        elif change == "drop":
            parent.remove(one)
        elif change == "double":
            parent.append(etree.fromstring(etree.tostring(one, with_tail=False)))
        elif change == "wrap":
            around = etree.SubElement(parent, draw(NAMES))
            around.append(one)
        elif other not in list(one.iter()):
            other.append(one)
    return etree.tostring(root)


@given(document=mutated())
def test_a_request_changed_in_its_structure_is_answered_and_harmless(
    victim: Victim, broken: Broken, document: bytes
) -> None:
    check(victim, broken, document.replace(b"SESSION", victim.session))


@given(
    base=st.sampled_from(VALID),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=12)), min_size=1, max_size=4),
)
@example(base=VALID[0], cuts=[(0.0, 0, b"\xff\xfe")])
@example(base=VALID[0], cuts=[(0.0, 0, b"\xef\xbb\xbf")])
@example(base=VALID[3], cuts=[(0.9, 5, b"\0")])
def test_a_request_with_damaged_bytes_is_answered_and_harmless(
    victim: Victim, broken: Broken, base: str, cuts: list[tuple[float, int, bytes]]
) -> None:
    document = signed(base, victim.session)
    for where, length, bytes_ in cuts:
        place = int(where * len(document))
        document = document[:place] + bytes_ + document[place + length :]
    check(victim, broken, document)


HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


@given(
    document=st.binary(max_size=200),
    media=st.sampled_from(["text/xml", "application/soap+xml", "text/xml; charset=utf-16", ""]) | HEADER_TEXT,
    encoding=st.sampled_from(["", "gzip", "deflate", "identity", "gzip, gzip"]) | HEADER_TEXT,
    length=st.sampled_from(["", "0", "5", "-1", "99", "x", "٣"]),
)
def test_any_bytes_under_any_headers_are_answered_and_harmless(
    victim: Victim, broken: Broken, document: bytes, media: str, encoding: str, length: str
) -> None:
    environ = {"CONTENT_TYPE": media, "HTTP_CONTENT_ENCODING": encoding}
    check(victim, broken, document, **environ)
    check(victim, broken, document, CONTENT_LENGTH=length, **environ)


@given(path=st.text(max_size=30), query=st.text(max_size=60), method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]))
def test_any_address_is_answered(victim: Victim, broken: Broken, path: str, query: str, method: str) -> None:
    for prefix in ("", "/apps/services/a/", "/apps/servlet/GenerateWsdl"):
        place = {"PATH_INFO": prefix + path, "QUERY_STRING": query, "REQUEST_METHOD": method}
        status, _, _ = victim.post(b"", **place)
        assert status in (200, 400, 404, 405, 500)
    assert broken.seen == []
