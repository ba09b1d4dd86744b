"""Finding rows in Salesforce by external id or by the account they hang from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Protocol

from sync_engine.salesforce.jobs import soql_text

SOQL_VALUES_MAX = 200
"""Values in one IN list: 200 quoted ids of up to 255 characters stay well under the longest statement allowed."""


class Soql(Protocol):
    """What looking up needs of a Salesforce client."""

    def query(self, soql: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a query; a parent's fields are a dictionary of their own."""


async def find(
    salesforce: Soql, sobject: str, fields: Sequence[str], where: str, values: Iterable[str], *, also: str = ""
) -> list[dict[str, Any]]:
    """All rows of `find_pages`."""
    return [row async for page in find_pages(salesforce, sobject, fields, where, values, also=also) for row in page]


async def find_pages(
    salesforce: Soql, sobject: str, fields: Sequence[str], where: str, values: Iterable[str], *, also: str = ""
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of `sobject` whose `where` (a field or a path of parents) is one of `values`, a page at a time.

    `fields` are read besides Id; `also` is one more condition.
    """
    wanted = list(dict.fromkeys(values))
    columns = ", ".join(dict.fromkeys(("Id", *fields)))
    for start in range(0, len(wanted), SOQL_VALUES_MAX):
        listed = ", ".join(soql_text(value) for value in wanted[start : start + SOQL_VALUES_MAX])
        soql = f"SELECT {columns} FROM {sobject} WHERE {where} IN ({listed})"
        if also:
            soql += f" AND {also}"
        async for page in salesforce.query(soql):
            yield page


def at(row: dict[str, Any], path: str) -> str | None:
    """The value at a path of parents such as `Zuora__Invoice__r.Name`; None when a parent is missing."""
    value: Any = row
    for step in path.split("."):
        if value is None:
            return None
        value = value.get(step)
    return None if value is None else str(value)
