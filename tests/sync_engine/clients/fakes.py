"""What client tests stand on: a clock that only notes sleeps, and a service that answers with prepared bytes."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import httpx
from lxml import etree

from sync_engine.model import ParentRef, RowOutcome, TargetRow
from sync_engine.salesforce.loading import load

ZUORA_URL = "https://zuora.test/apps/services/a/83.0"
SALESFORCE_URL = "https://login.test/services/Soap/u/64.0"
SALESFORCE_HOME = "https://org.test/services/Soap/u/64.0/00D000000000001"


class NotingClock:
    """Time that passes at once; `slept` are the pauses asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._now = datetime(2026, 1, 15, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += timedelta(seconds=seconds)


Answer = bytes | Exception | tuple[int, bytes, dict[str, str]]


class Service(httpx.AsyncBaseTransport):
    """Answers each operation with its prepared answers, the last one again and again; notes what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str, etree._Element]] = []
        self.requests: list[httpx.Request] = []
        self.on_request: Callable[[str], Awaitable[None]] | None = None

    def on(self, operation: str, *answers: Answer) -> Service:
        self.answers[operation] = list(answers)
        return self

    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.asked]

    def envelopes(self, operation: str) -> list[etree._Element]:
        return [envelope for name, _, envelope in self.asked if name == operation]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        envelope = etree.fromstring(body)
        operation = etree.QName(envelope.find("{*}Body")[0]).localname  # type: ignore[index]
        self.requests.append(request)
        self.asked.append((operation, str(request.url), envelope))
        if self.on_request is not None:
            await self.on_request(operation)
        answers = self.answers[operation]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, content, headers = answer if isinstance(answer, tuple) else (200, answer, {})
        headers = {"Content-Type": "text/xml; charset=utf-8", **headers}
        return httpx.Response(status, content=content, headers=headers, request=request)


def texts(element: etree._Element, name: str) -> list[str]:
    return [item.text or "" for item in element.iter(f"{{*}}{name}")]


# Zuora's replies, in the shape that recordings show.


def zuora(body: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope"
        ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        f"{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def zuora_login(session: str = "zsession-1", url: str = ZUORA_URL) -> bytes:
    return zuora(
        '<ns1:loginResponse xmlns:ns1="http://api.zuora.com/"><ns1:result>'
        f"<ns1:Session>{session}</ns1:Session><ns1:ServerUrl>{url}</ns1:ServerUrl>"
        "</ns1:result></ns1:loginResponse>"
    )


def zuora_fault(
    code: str, message: str, kind: str = "UnexpectedErrorFault", status: int = 500, **headers: str
) -> Answer:
    body = zuora(
        f'<soapenv:Fault xmlns:fns="http://fault.api.zuora.com/"><faultcode>fns:{code}</faultcode>'
        f"<faultstring>{message}</faultstring><detail><fns:{kind}><fns:FaultCode>{code}</fns:FaultCode>"
        f"<fns:FaultMessage>{message}</fns:FaultMessage></fns:{kind}></detail></soapenv:Fault>"
    )
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


def zuora_page(records: list[dict[str, str]], *, size: int, locator: str = "", operation: str = "query") -> bytes:
    rows = "".join(
        '<ns1:records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ns2:Account"'
        ' xmlns:ns2="http://object.api.zuora.com/">'
        + "".join(f"<ns2:{name}>{value}</ns2:{name}>" for name, value in record.items())
        + "</ns1:records>"
        for record in records
    )
    nil = '{} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="1" />'
    following = f"<ns1:queryLocator>{locator}</ns1:queryLocator>" if locator else nil.format("<ns1:queryLocator")
    done = "false" if locator else "true"
    return zuora(
        f'<ns1:{operation}Response xmlns:ns1="http://api.zuora.com/"><ns1:result><ns1:done>{done}</ns1:done>'
        f"{following}{rows or nil.format('<ns1:records')}<ns1:size>{size}</ns1:size></ns1:result>"
        f"</ns1:{operation}Response>"
    )


# Salesforce's replies.


def salesforce(body: str, *, used: int | None = None, limit: int = 15000) -> bytes:
    header = (
        ""
        if used is None
        else f"<soapenv:Header><LimitInfoHeader><limitInfo><current>{used}</current><limit>{limit}</limit>"
        "<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
        ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sf="urn:sobject.partner.soap.sforce.com">'
        f"{header}<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def salesforce_login(session: str = "ssession-1", url: str = SALESFORCE_HOME, *, expired: bool = False) -> bytes:
    return salesforce(
        f"<loginResponse><result><metadataServerUrl>https://org.test/m</metadataServerUrl><passwordExpired>"
        f"{str(expired).lower()}</passwordExpired><sandbox>false</sandbox><serverUrl>{url}</serverUrl>"
        f"<sessionId>{session}</sessionId><userId>005000000000001AAA</userId><userInfo>"
        "<organizationId>00D000000000001EAA</organizationId></userInfo></result></loginResponse>"
    )


def salesforce_fault(code: str, message: str, kind: str = "UnexpectedErrorFault") -> Answer:
    return (
        500,
        salesforce(
            f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>"
            f'<sf:{kind} xmlns:sf="urn:fault.partner.soap.sforce.com" xsi:type="sf:{kind}">'
            f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>"
            f"</sf:{kind}></detail></soapenv:Fault>"
        ),
        {},
    )


def salesforce_page(records: str, *, size: int, locator: str = "", operation: str = "query") -> bytes:
    following = f"<queryLocator>{locator}</queryLocator>" if locator else '<queryLocator xsi:nil="true"/>'
    return salesforce(
        f'<{operation}Response><result xsi:type="QueryResult"><done>{"false" if locator else "true"}</done>'
        f"{following}{records}<size>{size}</size></result></{operation}Response>",
        used=31,
    )


def saved(*results: str, operation: str = "upsert") -> bytes:
    return salesforce(f"<{operation}Response>{''.join(results)}</{operation}Response>", used=32)


def ok(identifier: str = "a00000000000001AAA", *, created: bool = True) -> str:
    return f"<result><created>{str(created).lower()}</created><id>{identifier}</id><success>true</success></result>"


def bad(code: str, message: str = "no", fields: tuple[str, ...] = ()) -> str:
    named = "".join(f"<fields>{name}</fields>" for name in fields)
    return (
        f"<result><created>false</created><errors>{named}<message>{message}</message><statusCode>{code}</statusCode>"
        '</errors><id xsi:nil="true"/><success>false</success></result>'
    )


async def outcomes_of(
    client: Any,
    rows: Sequence[Any],
    *,
    lease_guard: Callable[[str], Awaitable[None]],
    write: Callable[..., Awaitable[None]] = load,
    told: list[RowOutcome] | None = None,
) -> list[RowOutcome]:
    """What became of rows, in their order; each is to be told once. `told` gets what is told, as it is."""
    found: dict[str, RowOutcome] = {}

    async def on_outcome(done: Sequence[tuple[Any, RowOutcome]]) -> None:
        assert done
        for each, outcome in done:
            assert outcome.key == each.key
            assert outcome.key not in found, outcome
            found[outcome.key] = outcome
            if told is not None:
                told.append(outcome)

    for _, group in groupby(rows, key=lambda each: each.sobject):
        await write(client, group, lease_guard=lease_guard, on_outcome=on_outcome)
    return [found[each.key] for each in rows]


def row(
    key: str,
    *,
    root: str = "r1",
    sobject: str = "Zuora__CustomerAccount__c",
    parent: str = "",
    fields: dict[str, str] | None = None,
    nulls: tuple[str, ...] = (),
) -> TargetRow:
    parents = {"Zuora__Parent__r": ParentRef("Zuora__Parent__c", "Zuora__External_Id__c", parent)} if parent else {}
    return TargetRow(
        sobject,
        "Zuora__External_Id__c",
        key,
        {"Name": f"Customer {key}"} if fields is None else fields,
        nulls,
        parents,
        "Account",
        key,
        root,
    )
