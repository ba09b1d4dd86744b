"""query, queryAll, queryMore and retrieve."""

from __future__ import annotations

from mock_salesforce import queries
from mock_salesforce.headers import header_text
from mock_salesforce.operations.desk import Request
from mock_salesforce.records import XSD


def question(request: Request, *, include_deleted: bool = False) -> queries.Question:
    """Who asks, and how."""
    user_id = request.session.user_id
    return queries.Question(request.org, user_id, request.schema, request.version, include_deleted)


def query(request: Request) -> bytes:
    """The first page of a query's living records."""
    return _first_page(request, b"query", include_deleted=False)


def query_all(request: Request) -> bytes:
    """The first page of a query's records, those in the recycle bin among them."""
    request.org.bin.expire()
    return _first_page(request, b"queryAll", include_deleted=True)


def _first_page(request: Request, name: bytes, *, include_deleted: bool) -> bytes:
    size = queries.batch_size(request.org, header_text(request.call, "QueryOptions", "batchSize"))
    asked = question(request, include_deleted=include_deleted)
    page, typed = queries.first_page(asked, request.desk.cursors, request.text("queryString"), size)
    return _response(name, page, b" " + XSD if typed else b"")


def query_more(request: Request) -> bytes:
    """The page that a locator leads to."""
    size = header_text(request.call, "QueryOptions", "batchSize")
    locator = request.text("queryLocator")
    page = queries.next_page(request.org, request.desk.cursors, request.session.user_id, locator, size)
    return _response(b"queryMore", page)


def retrieve(request: Request) -> bytes:
    """Some fields of records by their ids."""
    fields, sobject = request.text("fieldList"), request.text("sObjectType").strip()
    found = queries.retrieve(question(request), request.desk.cursors, fields, sobject, request.ids())
    return b"<retrieveResponse>" + found + b"</retrieveResponse>"


def _response(name: bytes, page: bytes, declared: bytes = b"") -> bytes:
    return b'<%bResponse%b><result xsi:type="QueryResult">%b</result></%bResponse>' % (name, declared, page, name)
