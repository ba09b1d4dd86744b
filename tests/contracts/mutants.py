"""Planted bugs: the mock with one thing wrong on its way over the wire, and the facts that must notice.

Nothing of the mock is patched, so that a mutant outlives any rewriting of the mock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.target import Request, Response
from contracts.zuora.target import Target
from tests.contracts.sabotage import Exchange

Edit = Callable[[bytes, bytes], bytes]
"""A body's new bytes; what is handed in second is the request's body."""


@dataclass(frozen=True)
class Mutant:
    """A service with one bug, and the facts that must break on it."""

    name: str
    caught_by: tuple[str, ...]
    exchange: Exchange
    pace: float = 1.0


def plain(target: Target, request: Request) -> Response:
    """No change."""
    return target.send(request)


def in_reply(edit: Edit) -> Exchange:
    """A service whose replies are edited."""

    def exchange(target: Target, request: Request) -> Response:
        reply = target.send(request)
        return replace(reply, body=edit(reply.body, request.body))

    return exchange


def in_request(edit: Callable[[bytes], bytes]) -> Exchange:
    """A service that reads something else than was sent."""
    return lambda target, request: target.send(replace(request, body=edit(request.body)))


def says(pattern: bytes, words: bytes) -> Exchange:
    """A service that says one thing differently."""
    return in_reply(lambda body, _: re.sub(pattern, words, body))


def reads(pattern: bytes, words: bytes) -> Exchange:
    """A service that takes one thing for another."""
    return in_request(lambda body: re.sub(pattern, words, body))


def with_header(name: str, value: str | None) -> Exchange:
    """A service whose replies have another value in a header, None for no such header."""

    def exchange(target: Target, request: Request) -> Response:
        reply = target.send(request)
        kept = tuple((key, old) for key, old in reply.headers if key.lower() != name.lower())
        return replace(reply, headers=kept if value is None else (*kept, (name, value)))

    return exchange


def with_status(old: int, new: int) -> Exchange:
    """A service that uses another HTTP status."""

    def exchange(target: Target, request: Request) -> Response:
        reply = target.send(request)
        return replace(reply, status=new) if reply.status == old else reply

    return exchange


_RECORD = re.compile(rb"(<ns1:records[^>]*>)(.*?)(</ns1:records>)", re.DOTALL)
_FIELD = re.compile(rb"<ns2:(\w+)>[^<]*</ns2:\1>")


def _in_records(edit: Callable[[list[bytes], bytes], list[bytes]]) -> Exchange:
    """A service that writes the fields of records otherwise; handed the fields and the request."""

    def whole(body: bytes, request: bytes) -> bytes:
        def one(match: re.Match[bytes]) -> bytes:
            fields = [each[0] for each in _FIELD.finditer(match[2])]
            return match[1] + b"".join(edit(fields, request)) + match[3]

        return _RECORD.sub(one, body)

    return in_reply(whole)


def _selected(request: bytes) -> list[bytes]:
    match = re.search(rb"select (.*?) from", request, re.IGNORECASE)
    return [each.strip() for each in match[1].split(b",")] if match else []


def _as_selected(fields: list[bytes], request: bytes) -> list[bytes]:
    order = [each.lower() for each in _selected(request)]

    def place(field: bytes) -> int:
        name = field[5:].split(b">")[0].lower()
        return order.index(name) if name in order else -1

    return sorted(fields, key=place)


def _id_only_if_selected(fields: list[bytes], request: bytes) -> list[bytes]:
    wanted = b"id" in [each.lower() for each in _selected(request)]
    return [each for each in fields if wanted or not each.startswith(b"<ns2:Id>")]


def _nulls_empty(fields: list[bytes], request: bytes) -> list[bytes]:
    there = {each[5:].split(b">")[0] for each in fields}
    missing = [each for each in _selected(request) if each not in there]
    return fields + [b"<ns2:" + each + b"/>" for each in missing]


def _page_size(body: bytes, _: bytes) -> bytes:
    rows = str(body.count(b"<ns1:records ") or 0).encode()
    return re.sub(rb"<ns1:size>\d+</ns1:size>", b"<ns1:size>" + rows + b"</ns1:size>", body)


def _one_condition_less(body: bytes) -> bytes:
    return re.sub(rb" or Name = 'n199'", b"", body)


def _one_row_less(body: bytes) -> bytes:
    rows = re.findall(rb"<api:zObjects.*?</api:zObjects>", body, re.DOTALL)
    return body.replace(rows[-1], b"", 1) if len(rows) > 50 else body


def _login_sorted(body: bytes) -> bytes:
    match = re.search(rb"<api:login>(<api:password>.*?</api:password>)(<api:username>.*?</api:username>)", body)
    return body.replace(match[1] + match[2], match[2] + match[1]) if match else body


def _or_binds_tighter(body: bytes) -> bytes:
    return re.sub(rb"where (.*?) or (.*?) and (.*?)</", rb"where \1 and \3 or \2 and \3</", body)


def _amount_dropped(body: bytes) -> bytes:
    amounts = rb"(?:Price|IncludedUnits|DiscountAmount|DiscountPercentage|OveragePrice)"
    return re.sub(rb"select (" + amounts + rb"), " + amounts + rb" from", rb"select \1 from", body)


def _blank_nulls(body: bytes) -> bytes:
    found = rb'(<api:zObjects xsi:type="obj:Account">)(<obj:Id>.*?</obj:Id>)<obj:CrmId(?: xsi:nil="true")?/>'
    return re.sub(found, rb"\1<obj:fieldsToNull>CrmId</obj:fieldsToNull>\2", body)


def _next_version_named(body: bytes, request: bytes) -> bytes:
    if b"from Amendment" not in request:
        return body
    return re.sub(rb"(<ns2:SubscriptionId>)(\w)", lambda m: m[1] + (b"0" if m[2] != b"0" else b"1"), body)


def _entities_everywhere(body: bytes, _: bytes) -> bytes:
    found = re.search(rb'<[^<>]*name="password"[^<>]*>', body)
    if found is None or b"portType" not in body:
        return body
    return body.replace(found[0], found[0] + found[0].replace(b"password", b"entityName"), 1)


SLOW, FAST = 0.93, 1.07

MUTANTS = (
    Mutant("cursors last 16 minutes", ("zuora.paging.fifteen-minutes",), plain, SLOW),
    Mutant("cursors last 14 minutes", ("zuora.paging.fifteen-minutes",), plain, FAST),
    Mutant("sessions last 16 minutes", ("zuora.login.fifteen-minutes",), plain, SLOW),
    Mutant("sessions last 14 minutes", ("zuora.login.fifteen-minutes",), plain, FAST),
    Mutant(
        "fault codes in lower case",
        ("zuora.faults.code-twice",),
        in_reply(lambda body, _: re.sub(rb"fns:(INVALID_\w+)</faultcode", lambda m: m[0].lower(), body)),
    ),
    Mutant("fault codes without prefix", ("zuora.faults.shape",), says(rb"<faultcode>fns:", b"<faultcode>")),
    Mutant("faults with HTTP 200", ("zuora.faults.http-500",), with_status(500, 200)),
    Mutant("unknown object echoed in capitals", ("zuora.faults.unknown-object",), says(rb": productt", b": Productt")),
    Mutant("unknown field as typed", ("zuora.faults.unknown-field",), says(rb"Invoice.foobar", b"Invoice.FooBar")),
    Mutant("INVALID_LOGIN", ("zuora.login.wrong-password",), says(rb"INVALID_VALUE", b"INVALID_LOGIN")),
    Mutant(
        "a login fault of another type",
        ("zuora.login.wrong-password",),
        says(rb"fns:LoginFault", b"fns:UnexpectedErrorFault"),
    ),
    Mutant("a login in any order", ("zuora.login.order-password-first",), in_request(_login_sorted)),
    Mutant(
        "a login with both id and name of an entity",
        ("zuora.entities.not-both",),
        reads(rb"(</api:entityId>)<api:entityName>.*?</api:entityName>", rb"\1"),
    ),
    Mutant("entities not looked at", ("zuora.entities.by-id",), reads(rb"<api:entityId>.*?</api:entityId>", b"")),
    Mutant("Id last", ("zuora.records.id-first",), _in_records(lambda fields, _: fields[1:] + fields[:1])),
    Mutant("Id where it is selected", ("zuora.records.id-first",), _in_records(_as_selected)),
    Mutant("Id only when selected", ("zuora.records.id-always",), _in_records(_id_only_if_selected)),
    Mutant("fields in the order of the query", ("zuora.records.wsdl-order",), _in_records(_as_selected)),
    Mutant("nulls as empty elements", ("zuora.records.nulls-left-out",), _in_records(_nulls_empty)),
    Mutant("nil as true", ("zuora.records.nil-is-one",), says(rb'nil="1"', b'nil="true"')),
    Mutant(
        "no nil record in an empty result",
        ("zuora.records.empty-result",),
        says(rb"<ns1:records [^>]*/>", b""),
    ),
    Mutant("size of the page", ("zuora.records.size-is-total",), in_reply(_page_size)),
    Mutant(
        "every page done",
        ("zuora.records.last-page-locator",),
        says(rb"<ns1:done>false", b"<ns1:done>true"),
    ),
    Mutant("locators without offset", ("zuora.paging.locator-form",), says(rb"([0-9a-f]{32})-\d+", rb"\1")),
    Mutant("batchSize not looked at", ("zuora.paging.batch-size",), reads(rb"<api:batchSize>\d+</api:batchSize>", b"")),
    Mutant("`or` binds tighter", ("zuora.zoql.and-binds-tighter",), in_request(_or_binds_tighter)),
    Mutant("201 conditions", ("zuora.zoql.conditions-201",), in_request(_one_condition_less)),
    Mutant("10,001 characters", ("zuora.zoql.characters-10001",), reads(rb"x{9900,}", b"x" * 9900)),
    Mutant(
        "letters' case always counts",
        ("zuora.values.case-blind",),
        reads(
            rb"<soapenv:Header>",
            b"<soapenv:Header><api:QueryOptions><api:caseSensitive>true</api:caseSensitive></api:QueryOptions>",
        ),
    ),
    Mutant("letters' case never counts", ("zuora.values.case-sensitive-true",), reads(rb"caseSensitive", b"unknown")),
    Mutant("`%` inside a pattern", ("zuora.values.like-percent-inside",), reads(rb"CT%1", b"CT%")),
    Mutant("null and not null swapped", ("zuora.values.null",), reads(rb"CrmId != null", b"CrmId = null")),
    Mutant("One-Time as it is stored only", ("zuora.values.one-time",), reads(rb"One-Time", b"OnceOnly")),
    Mutant("dates with a time", ("zuora.records.date-new",), says(rb"2024-02-29<", b"2024-02-29T00:00:00<")),
    Mutant("old dates without a time", ("zuora.records.date-old",), says(rb"T00:00:00<", b"<")),
    Mutant(
        "date times in UTC",
        ("zuora.records.date-time",),
        says(rb"(T\d\d:\d\d:\d\d\.\d{3})[+-]\d\d:\d\d", rb"\1+00:00"),
    ),
    Mutant("decimals filled up", ("zuora.records.decimals-trimmed",), says(rb">50</ns2", b">50.00</ns2")),
    Mutant("booleans as digits", ("zuora.records.booleans",), says(rb">true</ns2", b">1</ns2")),
    Mutant("types in lower case", ("zuora.records.type-attribute",), says(rb"ns2:Account", b"ns2:account")),
    Mutant(
        "ids in capitals",
        ("zuora.records.id-form",),
        in_reply(lambda body, _: re.sub(rb"<ns2:Id>[^<]*", lambda m: b"<ns2:Id>" + m[0][8:].upper(), body)),
    ),
    Mutant(
        "an XML declaration in double quotes",
        ("zuora.wire.xml-declaration",),
        says(rb"<\?xml[^>]*>", b'<?xml version="1.0" encoding="UTF-8"?>'),
    ),
    Mutant("another prefix", ("zuora.wire.prefixes",), says(rb"soapenv", b"soap")),
    Mutant("line breaks", ("zuora.wire.no-white-space",), says(rb"<ns1:size>", b"\n<ns1:size>")),
    Mutant("a Header", ("zuora.wire.no-reply-header",), says(rb"<soapenv:Body>", b"<soapenv:Header/><soapenv:Body>")),
    Mutant("another type", ("zuora.wire.reply-content-type",), with_header("Content-Type", "text/xml; charset=utf-8")),
    Mutant("replies that may be cached", ("zuora.wire.never-cached",), with_header("Cache-Control", None)),
    Mutant("a server without a name", ("zuora.wire.server-name",), with_header("Server", None)),
    Mutant(
        "removed plans shown",
        ("zuora.hidden.removed-plans",),
        reads(
            rb"from RatePlan where (SubscriptionId = '\w+')<",
            rb"from RatePlan where \1 and AmendmentType = null or \1 and AmendmentType != null<",
        ),
    ),
    Mutant("Price of every model", ("zuora.hidden.price-models",), reads(rb"select Price from", b"select Id from")),
    Mutant("two amounts of a charge", ("zuora.faults.charge-amounts",), in_request(_amount_dropped)),
    Mutant("several PDFs at once", ("zuora.faults.invoice-body",), reads(rb"('\w+') or Id = '\w+'", rb"\1")),
    Mutant(
        "errors with a Field",
        ("zuora.writes.result-bad",),
        says(rb"</ns1:Message>", b"</ns1:Message><ns1:Field>x</ns1:Field>"),
    ),
    Mutant(
        "Success before Id",
        ("zuora.writes.result-good",),
        says(rb"(<ns1:Id>\w+</ns1:Id>)(<ns1:Success>true</ns1:Success>)", rb"\2\1"),
    ),
    Mutant("delete in capitals", ("zuora.writes.delete-result",), says(rb"ns1:(success)>", b"ns1:Success>")),
    Mutant(
        "useSingleTransaction not looked at",
        ("zuora.writes.single-transaction",),
        reads(rb"useSingleTransaction", b"unknown"),
    ),
    Mutant("51 rows", ("zuora.writes.fifty-create", "zuora.faults.all-or-nothing"), in_request(_one_row_less)),
    Mutant(
        "fieldsToNull not looked at",
        ("zuora.writes.fields-to-null",),
        reads(rb"<obj:fieldsToNull>\w+</obj:fieldsToNull>", b""),
    ),
    Mutant("empty elements empty", ("zuora.writes.empty-changes-nothing",), in_request(_blank_nulls)),
    Mutant("Retry-After of a minute", ("zuora.limits.retry-after-120",), with_header("Retry-After", "60")),
    Mutant("HTTP 503 over a limit", ("zuora.limits.retry-after-120", "zuora.limits.api-minute"), with_status(429, 503)),
    Mutant(
        "one code for all versions",
        ("zuora.limits.code-by-version",),
        says(rb"UNKNOWN_ERROR", b"REQUEST_EXCEEDED_LIMIT"),
    ),
    Mutant(
        "28 error codes", ("zuora.wsdl.error-codes",), says(rb'<\w*:?enumeration value="PDF_QUERY_ERROR"\s*/>', b"")
    ),
    Mutant("a soapAction", ("zuora.wsdl.document-literal",), says(rb'soapAction=""', b'soapAction="query"')),
    Mutant(
        "totals trimmed",
        ("zuora.subscribe.totals-nine-decimals",),
        says(rb"(<ns1:Total\w+>\d+)\.0+<", rb"\1<"),
    ),
    Mutant("amend with result", ("zuora.amend.result",), says(rb"ns1:results", b"ns1:result")),
    Mutant("versions counted from 0", ("zuora.subscribe.first-version",), says(rb"Version>1<", b"Version>0<")),
    Mutant(
        "the version before still Active",
        ("zuora.amend.old-version-expired",),
        says(rb"<ns2:Status>Expired<", b"<ns2:Status>Active<"),
    ),
    Mutant(
        "removed plans without their mark",
        ("zuora.amend.remove-product",),
        says(rb"<ns2:AmendmentType>RemoveProduct</ns2:AmendmentType>", b""),
    ),
    Mutant("Canceled with one l", ("zuora.amend.cancellation",), says(rb">Cancelled<", b">Canceled<")),
    Mutant(
        "an amendment names the version it made",
        ("zuora.amend.amendment-row",),
        in_reply(_next_version_named),
    ),
    Mutant(
        "segments without end",
        ("zuora.amend.update-product",),
        says(rb"EffectiveEndDate>2026-07-01<", b"EffectiveEndDate>2027-01-01<"),
    ),
    Mutant("posted by nobody", ("zuora.billing.post",), says(rb"<ns2:PostedBy>\w+</ns2:PostedBy>", b"")),
    Mutant("payments that lower nothing", ("zuora.billing.payment",), says(rb"<ns2:Balance>0<", b"<ns2:Balance>59<")),
    Mutant(
        "another RefundInvoicePayment amount",
        ("zuora.billing.refund",),
        says(rb"<ns2:RefundAmount>9<", b"<ns2:RefundAmount>59<"),
    ),
    Mutant(
        "an id that tells no time",
        ("zuora.rows.id-tells-time",),
        says(rb"(<ns1:Id>\w{16})\w{12}", rb"\g<1>000000000000"),
    ),
    Mutant("masks of five digits", ("zuora.rows.card-masked",), says(rb"\*1111<", b"11111<")),
    Mutant("entityName in every WSDL", ("zuora.entities.not-in-wsdl",), in_reply(_entities_everywhere)),
    Mutant("a track id lost", ("zuora.wire.track-id-echoed",), with_header("Zuora-Track-Id", None)),
    Mutant("one id for all requests", ("zuora.wire.request-id",), with_header("zuora-request-id", "1")),
    Mutant("limits of another kind", ("zuora.limits.figures-production",), with_header("RateLimit-Limit", "1, 1;w=60")),
)
