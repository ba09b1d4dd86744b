"""The Body of an invoice: a PDF whose parts are where its table says, with the invoice and its items in it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_zuora.invoice_pdf import pdf

GLOBAL = "0" * 31 + "1"


def objects_of(document: bytes) -> list[bytes]:
    """The objects of a PDF, found through its cross-reference table as a reader finds them."""
    assert document.startswith(b"%PDF-1.4\n")
    trailer = re.search(rb"trailer\n<< /Size (\d+) /Root 1 0 R >>\nstartxref\n(\d+)\n%%EOF\n\Z", document)
    assert trailer
    size, table = int(trailer[1]), int(trailer[2])
    lines = document[table:].split(b"\n")
    assert lines[:2] == [b"xref", b"0 %d" % size]
    entries = document[table:].split(b"\n", 2)[2][: 20 * size]
    places = [int(entries[20 * n : 20 * n + 10]) for n in range(1, size)]
    found = []
    for number, place in enumerate(places, start=1):
        assert document[place:].startswith(b"%d 0 obj\n" % number)
        found.append(document[place:].split(b"\nendobj\n")[0].split(b"\n", 1)[1])
    return found


def text_of(document: bytes) -> str:
    shown = re.findall(rb"\((.*)\) Tj T\*", document)
    return "\n".join(re.sub(rb"\\(.)", rb"\1", each).decode("cp1252") for each in shown)


@given(st.lists(st.text(max_size=30), max_size=120))
def test_any_lines_make_a_document_that_holds_together(lines: list[str]) -> None:
    document = pdf(lines)
    objects = objects_of(document)
    pages = max(1, -(-len(lines) // 52))
    assert len(objects) == 3 + 2 * pages
    assert b"/Count %d" % pages in objects[1]
    for each in objects[4::2]:
        length = re.match(rb"<< /Length (\d+) >>\nstream\n", each)
        assert length
        assert each[length.end() :].endswith(b"\nendstream")
        assert len(each) - length.end() - len(b"\nendstream") == int(length[1])


def test_parentheses_and_backslashes_are_escaped() -> None:
    assert text_of(pdf([r"a (b) c\d"])) == r"a (b) c\d"


def test_the_body_is_the_invoice_and_its_items(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    account, invoice, item = make_id(1), make_id(2), make_id(3)
    tenant.load(GLOBAL, "Account", [{"Id": account, "Name": "Account 01", "AccountNumber": "A00000001"}])
    invoices = [
        {"Id": invoice, "AccountId": account, "InvoiceNumber": "INV00000001", "Amount": "59.5"},
        {"Id": make_id(4), "AccountId": account, "Body": "JVBERg=="},
    ]
    tenant.load(GLOBAL, "Invoice", invoices)
    tenant.load(
        GLOBAL, "InvoiceItem", [{"Id": item, "InvoiceId": invoice, "ChargeName": "Seats", "ChargeAmount": "59.5"}]
    )

    def body(number: str) -> bytes:
        reply = caller.query(f"select Body from Invoice where Id = '{number}'").body
        return b64decode(reply.split(b"<ns2:Body>")[1].split(b"<")[0], validate=True)

    document = body(invoice)
    objects_of(document)
    shown = text_of(document)
    for words in ("INV00000001", "Account 01", "A00000001", "Seats", "59.5"):
        assert words in shown
    assert body(invoice) == document
    assert body(make_id(4)) == b"%PDF"


def test_only_one_body_at_a_time(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(n)} for n in range(80)])
    for zoql in (
        "select Body from Invoice",
        f"select Body from Invoice where Id = '{make_id(1)}' or Id = '{make_id(2)}'",
    ):
        reply = caller.query(zoql)
        assert reply.status == 500
        assert b"<fns:MalformedQueryFault><fns:FaultCode>INVALID_VALUE" in reply.body
        assert b"Can only query one invoice body at a time" in reply.body
    assert b"<ns1:size>0</ns1:size>" in caller.query("select Body from Invoice where Id = '1'").body


def test_no_invoice_is_without_a_body(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    tenant.load(GLOBAL, "Invoice", [{"Id": make_id(n)} for n in range(3)])
    assert len(caller.ids("select Id from Invoice where Body != null")) == 3
    assert caller.ids("select Id from Invoice where Body = null") == []
