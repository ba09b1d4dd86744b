"""What SOQL refuses: the words, and the part of the text that is shown with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.soql.errors import SoqlError, as_fault, excerpt
from mock_salesforce.soql.tree import Place

HOLDER = "Zuora__CustomerAccount__c"


# Lines and what was shown of them in messages that users of the service have posted; `|` stands before the place.
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("select Id, ProductCode from Product2 where |ProductCode = 3999",
         "ProductCode from Product2 where |ProductCode = 3999"),
        ("SELECT Id, Name, AccountNumber FROM |AccountOpps WHERE Name like 'okToDelete%'",
         "SELECT Id, Name, AccountNumber FROM |AccountOpps WHERE Name like 'okToDelete%'"),
        ("select Id, Company,Email,LastName,|SF_date__c, ConvertedContactId from Lead where Email = 'a'",
         "select Id, Company,Email,LastName,|SF_date__c, ConvertedContactId from"),
        ("SELECT Id, |DepProbeField__c FROM Account LIMIT 1", "SELECT Id, |DepProbeField__c FROM Account LIMIT"),
        ("SELECT Id,LastModifiedById,NumberOfEmployees,OwnerId,|Ownership,ParentId,Rating,Sic,Type FROM Account",
         "LastModifiedById,NumberOfEmployees,OwnerId,|Ownership,ParentId,Rating,Sic,Type"),
        ("x, WebEmail__c, Case_Resolution_Summary__c, |MW_Case_ID__c, Escalation_Helper_Contact__c, Y__c from Case",
         "WebEmail__c, Case_Resolution_Summary__c, |MW_Case_ID__c, Escalation_Helper_Contact__c"),
        ("select Account.Id, Account.Phone, Account.Rating, |Account.RecordTypeId, Account.ShippingCity, Account.Sic",
         "Account.Phone, Account.Rating, |Account.RecordTypeId, Account.ShippingCity"),
        ("            WHERE |Name LIKE :key AND Picture__c != null",
         "            WHERE |Name LIKE :key AND Picture__c !="),
    ],
)  # fmt: skip
def test_the_text_is_shown_from_word_to_word_around_the_place(line: str, shown: str) -> None:
    place = Place(1, line.index("|") + 1)
    assert excerpt(line.replace("|", ""), place) == (shown.replace("|", ""), shown.index("|"))


@given(st.text("ab, \n", max_size=300), st.data())
def test_the_caret_is_always_under_the_place(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    row = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[row - 1]) + 1))
    shown, caret = excerpt(text, Place(row, column))
    assert shown[caret : caret + 1] == lines[row - 1][column - 1 : column]
    assert shown in lines[row - 1]
    message = as_fault(SoqlError("INVALID_FIELD", "wrong", Place(row, column)), text).message.split("\n")
    assert message[1:] == [shown, " " * caret + "^", f"ERROR at Row:{row}:Column:{column}", "wrong"]


ACCOUNTS = "SELECT Id FROM Account WHERE "
HOLDERS = f"SELECT Id FROM {HOLDER} WHERE "


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        (ACCOUNTS + "Id IN (SELECT Id FROM Account)",
         "The inner and outer selects should not be on the same object type"),
        (ACCOUNTS + "Name = 'x' OR Id IN (SELECT AccountId FROM Contact)",
         "Semi join sub-selects are not allowed with the 'OR' operator"),
        (ACCOUNTS + "NOT Id IN (SELECT AccountId FROM Contact)",
         "Semi join sub-selects are not allowed with the 'NOT' operator"),
        (ACCOUNTS + "Id IN (SELECT AccountId FROM Contact WHERE OwnerId IN (SELECT Id FROM User))",
         "Nesting of semi join sub-selects is not supported"),
        (ACCOUNTS + " AND ".join(["Id IN (SELECT AccountId FROM Contact)"] * 3),
         "Cannot have more than 2 semi join sub-selects"),
        (ACCOUNTS + "Parent.Id IN (SELECT AccountId FROM Contact)",
         "The left operand 'Parent.Id' cannot have more than one level of relationships"),
        (ACCOUNTS + "Id IN (SELECT Account.ParentId FROM Contact)",
         "The inner select field 'Account.ParentId' cannot have more than one level of relationships"),
        (ACCOUNTS + "Name IN (SELECT LastName FROM Contact)",
         "The left operand field in the where expression for outer query should be an id field, cannot use: 'Name'"),
        (ACCOUNTS + "Id IN (SELECT LastName FROM Contact)",
         "Semi join sub-selects can only query id fields, cannot use: 'LastName'"),
        (ACCOUNTS + "Id IN (SELECT OwnerId FROM Contact)",
         "The selected field 'OwnerId' in the subquery and the left operand field in the where expression"),
        (ACCOUNTS + "Id IN (SELECT AccountId FROM Contact LIMIT 1)", "without an order, a group or a limit"),
        (ACCOUNTS + "Name = :name", "Bind variables only allowed in Apex code"),
        (ACCOUNTS + "Name = Site", "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Account LIMIT 1 ALL ROWS", "ALL ROWS not allowed in this context"),
        ("SELECT TYPEOF Owner WHEN User THEN Name END FROM Account", "TYPEOF is for relationships with objects of"),
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name ORDER BY Site",
         "Ordered field must be grouped or aggregated"),
        ("SELECT Name, COUNT(Id) n, MAX(Site) N FROM Account GROUP BY Name", "duplicate alias: N"),
        ("SELECT COUNT(Id) n FROM Account GROUP BY Name ORDER BY n", "No such column 'n' on entity 'Account'"),
        ("SELECT COUNT(), Name FROM Account GROUP BY Name", "Grouped query cannot use COUNT()"),
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name HAVING Site = 'x'",
         "Field must be grouped or aggregated: Site"),
        ("SELECT COUNT(Id) FROM Account GROUP BY ROLLUP(Name), Site", "GROUP BY ROLLUP takes up to 3 fields"),
        ("SELECT GROUPING(Name), COUNT(Id) FROM Account GROUP BY Name", "Field must be in GROUP BY ROLLUP or CUBE"),
        ("SELECT Id FROM Account ORDER BY " + ", ".join(["Name"] * 33), "maximum number of fields in ORDER BY clause"),
        ("SELECT Id, (SELECT COUNT(Id) FROM Contacts) FROM Account",
         "aggregates and groups are not allowed in a subquery"),
        ("SELECT Id FROM Account.Contacts", "sObject type 'Account.Contacts' is not supported"),
        ("SELECT Id, (SELECT Id FROM Contact.Contacts) FROM Account",
         "Didn't understand relationship 'Contacts' in FROM"),
    ],
)  # fmt: skip
def test_what_the_rules_of_joins_groups_and_clauses_refuse(wire, soql, words):
    reply = wire.query(soql)
    assert reply.status == 500
    assert words in reply.texts("exceptionMessage")[0]


@pytest.mark.parametrize(
    ("soql", "token"),
    [
        ("SELECT Id FROM Account LIMIT 1 WHERE Name = 'x'", "WHERE"),
        ("SELECT Id FROM Account USING SCOPE nobody", "nobody"),
        ("SELECT Id FROM Account WITH nothing", "nothing"),
        ("SELECT f(g(h(Id))) FROM Account", "("),
        (ACCOUNTS + "Name LIKE null", "null"),
        (ACCOUNTS + "Name IN ()", ")"),
        (ACCOUNTS + "Name = 'a' AND Name = 'b' OR Name = 'c'", "OR"),
        (ACCOUNTS + "Name = 'Q2' June'", "June"),
    ],
)
def test_tokens_out_of_place(wire, soql, token):
    assert wire.query(soql).texts("exceptionMessage") == [f"unexpected token: '{token}'"]


def test_fields_and_grandchildren_are_of_later_versions(wire):
    deep = "SELECT Id, (SELECT Id, (SELECT Id FROM ReportContacts) FROM Contacts) FROM Account"
    assert wire.query(deep).status == 200
    wire.path = "/services/Soap/u/57.0"
    assert (
        wire.query(deep)
        .texts("exceptionMessage")[0]
        .endswith(
            "\nSOQL statements cannot query aggregate relationships more than 1 level away from the root entity object."
        )
    )
    wire.path = "/services/Soap/u/50.0"
    assert wire.query("SELECT FIELDS(ALL) FROM Account LIMIT 1").texts("exceptionCode") == ["UNSUPPORTED_API_VERSION"]


def test_no_more_than_55_parents_and_20_subqueries(wire):
    twenty = ", ".join(["(SELECT Id FROM Contacts)"] * 21)
    assert "selected twice" in wire.query(f"SELECT {twenty} FROM Account").texts("exceptionMessage")[0]
    who = [f"{'Parent.' * depth}{name}" for depth in range(5) for name in ("Owner", "CreatedBy", "LastModifiedBy")]
    deeper = [f"{each}.{name}.Name" for each in who for name in ("CreatedBy", "LastModifiedBy") if each.count(".") < 4]
    reply = wire.query(f"SELECT {', '.join([*(f'{each}.Name' for each in who), *deeper])} FROM Account")
    assert reply.status == 200
    more = [f"{each[: -len('.Name')]}.{name}.Name" for each in deeper for name in ("CreatedBy", "LastModifiedBy")]
    assert "55" in wire.query(f"SELECT {', '.join(more)} FROM Account").texts("exceptionMessage")[0]
