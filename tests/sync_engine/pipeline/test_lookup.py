from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from sync_engine.lookup import SOQL_VALUES_MAX, at, find


class Org:
    def __init__(self) -> None:
        self.soql: list[str] = []

    async def query(self, soql: str) -> AsyncIterator[list[dict[str, Any]]]:
        self.soql.append(soql)
        yield [{"Id": str(len(self.soql))}]
        yield [{"Id": "more"}]


def test_many_values_take_several_statements_and_all_pages_are_read() -> None:
    org = Org()
    values = [str(number) for number in range(SOQL_VALUES_MAX + 1)]
    found = asyncio.run(find(org, "A__c", ["Name"], "Key__c", [*values, "0"], also="Deleted__c = false"))
    assert [row["Id"] for row in found] == ["1", "more", "2", "more"]
    assert org.soql[1] == f"SELECT Id, Name FROM A__c WHERE Key__c IN ('{SOQL_VALUES_MAX}') AND Deleted__c = false"


def test_values_cannot_break_out_of_their_quotes() -> None:
    org = Org()
    asyncio.run(find(org, "A__c", [], "Name", ["it's \\ odd"]))
    assert org.soql == [r"SELECT Id FROM A__c WHERE Name IN ('it\'s \\ odd')"]


def test_no_values_need_no_statement() -> None:
    org = Org()
    assert asyncio.run(find(org, "A__c", [], "Name", [])) == []
    assert org.soql == []


def test_paths_lead_through_parents_that_may_be_missing() -> None:
    row = {"Id": "1", "Parent__r": {"Name": "p", "Count": 2}, "Other__r": None}
    assert at(row, "Parent__r.Name") == "p"
    assert at(row, "Parent__r.Count") == "2"
    assert at(row, "Other__r.Name") is None
    assert at(row, "Missing") is None
