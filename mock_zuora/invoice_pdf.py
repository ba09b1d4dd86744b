"""The PDF of an invoice, as its Body field carries it: made from the invoice and its items, alike for alike rows."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Sequence

from mock_zuora.values import number_text
from simulator.store import RecordStore

_LINES_A_PAGE = 52
_WIDTH, _HEIGHT, _MARGIN, _LEADING = 595, 842, 56, 14  # A4, in points
_NAME_CHARACTERS = 44


def body_of(store: RecordStore, invoice_id: str) -> str:
    """The Body of an invoice that is in the store: its PDF in base64."""
    invoice = store.get("Invoice", invoice_id)
    if invoice is None:
        raise KeyError(invoice_id)
    account = store.get("Account", invoice["AccountId"]) if invoice["AccountId"] else None
    items = store.execute('SELECT * FROM "InvoiceItem" WHERE "InvoiceId" = ? ORDER BY "Id"', [invoice_id])
    return b64encode(pdf(_lines(invoice, account, items))).decode("ascii")


def _lines(invoice: sqlite3.Row, account: sqlite3.Row | None, items: Sequence[sqlite3.Row]) -> list[str]:
    heading = [
        f"Invoice {_shown(invoice['InvoiceNumber'])}",
        "",
        f"Account       {_shown(account['Name']) if account else ''}",
        f"Account no.   {_shown(account['AccountNumber']) if account else ''}",
        f"Invoice date  {_shown(invoice['InvoiceDate'])}",
        f"Due date      {_shown(invoice['DueDate'])}",
        f"Status        {_shown(invoice['Status'])}",
        "",
        f"{'Charge':<{_NAME_CHARACTERS}}  {'From':<10}  {'To':<10}  {'Amount':>14}",
    ]
    rows = [
        f"{_shown(item['ChargeName'])[:_NAME_CHARACTERS]:<{_NAME_CHARACTERS}}  "
        f"{_shown(item['ServiceStartDate']):<10}  {_shown(item['ServiceEndDate']):<10}  "
        f"{_amount(item['ChargeAmount']):>14}"
        for item in items
    ]
    totals = [
        "",
        f"{'Tax':<{_NAME_CHARACTERS}}  {'':<10}  {'':<10}  {_amount(invoice['TaxAmount']):>14}",
        f"{'Total':<{_NAME_CHARACTERS}}  {'':<10}  {'':<10}  {_amount(invoice['Amount']):>14}",
        f"{'Balance':<{_NAME_CHARACTERS}}  {'':<10}  {'':<10}  {_amount(invoice['Balance']):>14}",
    ]
    return heading + rows + totals


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _amount(value: object) -> str:
    return number_text(0 if value is None else value)


def pdf(lines: Sequence[str]) -> bytes:
    """Lines of text as a PDF 1.4 document in Courier, as many pages as they need.

    Characters that the font's encoding (Windows-1252) does not have are shown as question marks.
    """
    sheets = [lines[first : first + _LINES_A_PAGE] for first in range(0, len(lines), _LINES_A_PAGE)] or [[]]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(sheets)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, sheet in enumerate(sheets):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (_WIDTH, _HEIGHT, 5 + 2 * number)
        )
        stream = _drawn(sheet)
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    return _document(objects)


def _drawn(lines: Sequence[str]) -> bytes:
    shown = b"\n".join(b"(%b) Tj T*" % _string(line) for line in lines)
    return b"BT\n/F1 9 Tf\n%d TL\n%d %d Td\n%b\nET" % (_LEADING, _MARGIN, _HEIGHT - _MARGIN, shown)


def _string(line: str) -> bytes:
    plain = "".join(each if each.isprintable() else " " for each in line).encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _document(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with the table that says where each begins. The first is the catalogue."""
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(written)
