"""Request bodies of bulk writes, written as text: many times faster than element by element, and the same on the wire.

An sObject's parts must come in this order: type, fieldsToNull, Id, fields. The schema demands the Id even of rows that
have none yet; the service does not, and clients leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from sync_engine.model import ParentRef, TargetRow

NAMESPACE = "urn:partner.soap.sforce.com"
SOBJECT_NAMESPACE = "urn:sobject.partner.soap.sforce.com"
ROWS_MAX = 200
"""Rows in one create, update, upsert or delete."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_START = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="{NAMESPACE}" xmlns:e="{SOBJECT_NAMESPACE}">'
)


def sendable(text: str) -> str:
    """The text as Salesforce can store it: without the characters XML cannot carry, and trimmed, as it does itself."""
    return _NOT_XML.sub("", text).strip()


def escape(text: str) -> str:
    """Text for the inside of an element; a carriage return would else arrive as a line feed."""
    text = _NOT_XML.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def upsert(session: str, sobject: str, key_field: str, rows: Sequence[TargetRow], *, all_or_none: bool) -> bytes:
    """An upsert of one type, matched by `key_field`, parents named by their external ids."""
    body = "".join(_target(sobject, key_field, row) for row in rows)
    inside = f"<externalIDFieldName>{_name(key_field)}</externalIDFieldName>{body}"
    return _envelope(session, "upsert", inside, all_or_none=all_or_none)


def save(
    session: str, operation: str, sobject: str, rows: Iterable[Mapping[str, str | None]], *, all_or_none: bool
) -> bytes:
    """A create or update of one type; a row maps fields to text, and to None what is to be blanked."""
    return _envelope(session, operation, "".join(_plain(sobject, row) for row in rows), all_or_none=all_or_none)


def delete(session: str, ids: Iterable[str], *, all_or_none: bool) -> bytes:
    """A delete by Salesforce id."""
    return _envelope(session, "delete", "".join(f"<ids>{escape(i)}</ids>" for i in ids), all_or_none=all_or_none)


def _envelope(session: str, operation: str, inside: str, *, all_or_none: bool) -> bytes:
    flag = "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>" if all_or_none else ""
    return (
        f"{_START}<soapenv:Header><SessionHeader><sessionId>{escape(session)}</sessionId></SessionHeader>{flag}"
        f"</soapenv:Header><soapenv:Body><{operation}>{inside}</{operation}></soapenv:Body></soapenv:Envelope>"
    ).encode()


def _target(sobject: str, key_field: str, row: TargetRow) -> str:
    fields = {name: text for name, text in row.fields.items() if name != key_field}
    return (
        f"<sObjects><e:type>{_name(sobject)}</e:type>{_nulls(row.nulls)}{_field(key_field, row.key)}"
        f"{''.join(_field(name, text) for name, text in fields.items())}"
        f"{''.join(_parent(name, ref) for name, ref in row.parents.items())}</sObjects>"
    )


def _plain(sobject: str, row: Mapping[str, str | None]) -> str:
    nulls = [name for name, text in row.items() if text is None]
    values = sorted(((n, t) for n, t in row.items() if t is not None), key=lambda item: item[0] != "Id")
    return (
        f"<sObjects><e:type>{_name(sobject)}</e:type>{_nulls(nulls)}"
        f"{''.join(_field(name, text) for name, text in values)}</sObjects>"
    )


def _nulls(names: Iterable[str]) -> str:
    return "".join(f"<e:fieldsToNull>{_name(name)}</e:fieldsToNull>" for name in names)


def _field(name: str, text: str) -> str:
    _name(name)
    return f"<e:{name}>{escape(text)}</e:{name}>"


def _parent(relationship: str, ref: ParentRef) -> str:
    _name(relationship)
    return (
        f'<e:{relationship} xsi:type="e:sObject"><e:type>{_name(ref.sobject)}</e:type>{_field(ref.field, ref.value)}'
        f"</e:{relationship}>"
    )


@lru_cache(maxsize=4_096)
def _name(text: str) -> str:
    """The text if it can be an API name, so that a setting can never smuggle markup in."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not an API name")
    return text
