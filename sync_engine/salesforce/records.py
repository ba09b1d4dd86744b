"""Salesforce's replies as plain rows: query pages, save results, the limit header."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from sync_engine.soap import child, child_text, children, is_nil, local

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

Row = dict[str, Any]
"""One record: field to text, None for null, a nested row for a parent, a list of rows for a child subquery."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not saved, in the service's words."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What became of one row of a write; results come in the order of the rows."""

    success: bool
    id: str | None = None
    created: bool = False
    errors: tuple[RowError, ...] = ()


@dataclass(slots=True)
class Page:
    """One page of a query. `locator` is None after the last; `size` counts the rows of the whole query.

    `unfinished` lists child subqueries cut short: their rows so far, and the locator of the rest.
    """

    rows: list[Row]
    size: int
    locator: str | None
    unfinished: list[tuple[list[Row], str]] = field(default_factory=list)


def read_page(result: etree._Element) -> Page:
    """Read a QueryResult."""
    page = Page([], int(child_text(result, "size") or 0), _locator(result))
    page.rows = [_row(record, page) for record in children(result, "records") if not is_nil(record)]
    return page


def read_save_result(result: etree._Element) -> SaveResult:
    """Read a SaveResult, UpsertResult or DeleteResult."""
    return SaveResult(
        success=child_text(result, "success") == "true",
        id=child_text(result, "id") or None,
        created=child_text(result, "created") == "true",
        errors=tuple(
            RowError(
                child_text(error, "statusCode") or "",
                child_text(error, "message") or "",
                tuple(item.text or "" for item in children(error, "fields") if not is_nil(item)),
            )
            for error in children(result, "errors")
        ),
    )


def read_limits(header: etree._Element | None) -> tuple[int, int] | None:
    """The API calls used in the last 24 hours and the allowance, when the reply's header tells them."""
    for info in children(child(header, "LimitInfoHeader"), "limitInfo"):
        current, limit = child_text(info, "current"), child_text(info, "limit")
        if child_text(info, "type") == "API REQUESTS" and current and limit:
            return int(current), int(limit)
    return None


def _row(record: etree._Element, page: Page) -> Row:
    row: Row = {}
    for item in record:
        name = local(item)
        if not name or name == "type":
            continue
        if name == "Id":
            # Id comes twice when it was selected, and once as nil when it was not.
            if not is_nil(item):
                row[name] = item.text
        elif is_nil(item):
            row[name] = None
        elif len(item) or item.get(_XSI_TYPE):
            row[name] = _nested(item, page)
        else:
            row[name] = item.text or ""
    return row


def _nested(item: etree._Element, page: Page) -> Any:
    if child(item, "records") is None and child(item, "done") is None:
        return _row(item, page) if len(item) else item.text or ""
    rows = [_row(record, page) for record in children(item, "records") if not is_nil(record)]
    locator = _locator(item)
    if locator is not None:
        page.unfinished.append((rows, locator))
    return rows


def _locator(result: etree._Element) -> str | None:
    """Where a result goes on; None when it is whole."""
    return None if child_text(result, "done") == "true" else child_text(result, "queryLocator")
