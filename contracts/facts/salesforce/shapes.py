"""What records and results look like on the wire."""

from __future__ import annotations

import re

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, KEY, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)


@fact(
    "salesforce.wire.id-twice",
    "Id is there twice when it is selected: in its own place, and among the fields.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def id_twice(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    inside = client.query(f"SELECT Id, Name FROM Account WHERE Id = '{id_}'").inside
    expected = (
        f'<records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id>{id_}</sf:Id><sf:Id>{id_}</sf:Id>'
        "<sf:Name>Alpha</sf:Name></records>"
    )
    require(expected in inside, f"the record is {inside}")


@fact(
    "salesforce.wire.id-nil",
    "Id is there once and nil when it is not selected.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def id_nil(client: SalesforceClient) -> None:
    inside = client.query("SELECT Name FROM Account WHERE Name = 'Alpha'").inside
    expected = '<records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>Alpha</sf:Name></records>'
    require(expected in inside, f"the record is {inside}")


@fact(
    "salesforce.wire.query-result",
    "A QueryResult is done, queryLocator, records, size, the locator nil when it is done.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def query_result(client: SalesforceClient) -> None:
    inside = client.query("SELECT Name FROM Account WHERE Name = 'nobody'").inside
    expected = '<queryResponse><result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/><size>0</size></result></queryResponse>'
    same(inside, expected, "the body")


@fact(
    "salesforce.wire.select-order",
    "Fields come in the order of SELECT, null as nil.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def select_order(client: SalesforceClient) -> None:
    inside = client.query("SELECT Site, Phone, Name FROM Account WHERE Name = 'beta'").inside
    require(
        '<sf:Site>a_b</sf:Site><sf:Phone xsi:nil="true"/><sf:Name>beta</sf:Name>' in inside, f"the record is {inside}"
    )


@fact(
    "salesforce.wire.parent",
    "A parent's fields come as a record within the record, its Id nil unless selected.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def parent(client: SalesforceClient) -> None:
    inside = client.query("SELECT Account.Name FROM Contact WHERE LastName = 'Delta'").inside
    expected = '<sf:Account xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>Alpha</sf:Name></sf:Account>'
    require(expected in inside, f"the record is {inside}")


@fact(
    "salesforce.wire.no-parent",
    "A parent that is not there is its name, nil.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def no_parent(client: SalesforceClient) -> None:
    inside = client.query("SELECT Account.Name FROM Contact WHERE LastName = 'Epsilon'").inside
    require('<sf:Account xsi:nil="true"/>' in inside, f"the record is {inside}")


@fact(
    "salesforce.wire.subquery",
    "A subquery's records are a QueryResult under the relationship's name, nil when there are none.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def subquery(client: SalesforceClient) -> None:
    inside = client.query(
        "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name IN ('Alpha', 'beta') ORDER BY Name"
    ).inside
    require('<sf:Contacts xsi:type="QueryResult"><done>true</done>' in inside, f"no QueryResult in {inside}")
    require('<sf:Contacts xsi:nil="true"/>' in inside, f"no nil in {inside}")


@fact(
    "salesforce.wire.values",
    "Doubles print as 350000.0, moments in UTC with milliseconds, booleans as true and false.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def values(client: SalesforceClient) -> None:
    record = client.query("SELECT AnnualRevenue, CreatedDate, IsDeleted FROM Account WHERE Name = 'Alpha'").record
    same(record["AnnualRevenue"], "350000.0", "the double")
    same(record["CreatedDate"], "2026-01-01T10:00:00.000Z", "the moment")
    same(record["IsDeleted"], "false", "the boolean")


@fact(
    "salesforce.wire.save-success",
    "A row that is saved is answered with id and success alone.",
    source=sources.DRIVER_LOG,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=WRITABLE,
)
def save_success(client: SalesforceClient) -> None:
    inside = client.create("Account", {"Name": "New"}).inside
    require(
        re.fullmatch(
            r"<createResponse><result><id>001\w{15}</id><success>true</success></result></createResponse>", inside
        ),
        inside,
    )


@fact(
    "salesforce.wire.upsert-success",
    "A row that is upserted says created, id and success.",
    source=sources.DRIVER_LOG,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_success(client: SalesforceClient) -> None:
    values = {KEY: "Key-1", "Name": "Changed"}
    expected = f"<upsertResponse><result><created>false</created><id>{client.target.id('billing')}</id><success>true</success></result></upsertResponse>"
    same(client.upsert(KEY, BILLING, values).inside, expected, "the body")


@fact(
    "salesforce.wire.save-failure",
    "A row that fails has errors with message and statusCode, no fields when there are none, and id nil also on update.",
    source=sources.DRIVER_LOG,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=(Capability.LOCKS, Capability.WRITABLE),
)
def save_failure(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    client.target.hold("alpha", 3600)
    inside = client.update("Account", {"Id": id_, "Name": "New"}).inside
    expected = (
        "<updateResponse><result><errors><message>unable to obtain exclusive access to this record or 1 records: "
        f'{id_}</message><statusCode>UNABLE_TO_LOCK_ROW</statusCode></errors><id xsi:nil="true"/>'
        "<success>false</success></result></updateResponse>"
    )
    same(inside, expected, "the body")


@fact(
    "salesforce.wire.result-order",
    "Results come in the order of the rows, one for each.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def result_order(client: SalesforceClient) -> None:
    results = client.create("Account", {"Name": "One"}, {}, {"Name": "Three"}).results
    same([each["success"] for each in results], ["true", "false", "true"], "the successes")
