"""query, queryAll, queryMore and retrieve."""

from __future__ import annotations

from mock_salesforce import queries
from mock_salesforce.headers import header_text
from mock_salesforce.operations.desk import Request


def query(request: Request) -> bytes:
    """The first page of a query's living records."""
    return _first_page(request, "query", include_deleted=False)


def query_all(request: Request) -> bytes:
    """The first page of a query's records, those in the recycle bin among them."""
    request.org.bin.expire()
    return _first_page(request, "queryAll", include_deleted=True)


def _first_page(request: Request, operation: str, *, include_deleted: bool) -> bytes:
    size = queries.batch_size(request.org, header_text(request.call, "QueryOptions", "batchSize"))
    found = queries.ask(
        request.org, request.text("queryString"), include_deleted=include_deleted, schema=request.schema
    )
    page = queries.page(request.org, request.desk.cursors, request.session.user_id, found, 0, size)
    return _response(operation, page)


def query_more(request: Request) -> bytes:
    """The page that a locator leads to."""
    asked = header_text(request.call, "QueryOptions", "batchSize")
    locator = request.text("queryLocator")
    page = queries.more(request.org, request.desk.cursors, request.session.user_id, locator, asked)
    return _response("queryMore", page)


def retrieve(request: Request) -> bytes:
    """Some fields of records by their ids."""
    fields, sobject = request.text("fieldList"), request.text("sObjectType").strip()
    found = queries.retrieve(request.org, fields, sobject, request.ids(), request.schema, request.version)
    return b"<retrieveResponse>" + found + b"</retrieveResponse>"


def _response(operation: str, page: bytes) -> bytes:
    name = operation.encode()
    return b'<%bResponse><result xsi:type="QueryResult">%b</result></%bResponse>' % (name, page, name)
