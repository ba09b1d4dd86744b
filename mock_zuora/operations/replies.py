"""Replies other than query results, as bytes: elements of the API namespace, responses, and results of rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mock_zuora.faults import RowError
from mock_zuora.records import API, XSI
from simulator.soap import escape

Outcome = str | RowError
"""What became of one row: its id, or why it failed."""


def element(name: str, value: str) -> bytes:
    """One element with text."""
    tag = name.encode()
    return b"<ns1:" + tag + b">" + escape(value) + b"</ns1:" + tag + b">"


def response(operation: str, body: bytes) -> bytes:
    """The Body of an operation's reply around what is inside."""
    tag = b"ns1:" + operation.encode() + b"Response"
    return b"<" + tag + b" " + API + b">" + body + b"</" + tag + b">"


def decimal_element(name: str, value: Decimal | None) -> bytes:
    """One element with a total, which has nine decimals; nil when it is not known."""
    if value is None:
        return b"<ns1:" + name.encode() + b" " + XSI + b' xsi:nil="1" />'
    return element(name, f"{value:.9f}")


def error_element(error: RowError) -> bytes:
    """The Errors of a result."""
    return b"<ns1:Errors>" + element("Code", error.code) + element("Message", error.message) + b"</ns1:Errors>"


def save_result(outcome: Outcome) -> bytes:
    """A SaveResult: of create, update and generate."""
    return _row_result(outcome, ("Errors", "Id", "Success"))


def delete_result(outcome: Outcome) -> bytes:
    """A DeleteResult, whose elements are spelled in lower case."""
    return _row_result(outcome, ("errors", "id", "success"))


def _row_result(outcome: Outcome, names: Sequence[str]) -> bytes:
    errors, id_, success = names
    if isinstance(outcome, RowError):
        tag = errors.encode()
        inner = element("Code", outcome.code) + element("Message", outcome.message)
        body = b"<ns1:" + tag + b">" + inner + b"</ns1:" + tag + b">" + element(success, "false")
    else:
        body = element(id_, outcome) + element(success, "true")
    return b"<ns1:result>" + body + b"</ns1:result>"
