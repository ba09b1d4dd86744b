from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.soql.errors import SoqlError, as_fault
from mock_salesforce.soql.parser import parse
from mock_salesforce.soql.tree import Place


@pytest.fixture
def filled(org):
    """Four accounts that differ in every way a filter can tell, and billing accounts under two of them."""
    ids = org.load(
        "Account",
        [
            {"Name": "Alpha", "AnnualRevenue": 100, "NumberOfEmployees": 5, "CreatedDate": "2026-01-01T00:00:00Z"},
            {"Name": "beta", "AnnualRevenue": 200, "CreatedDate": "2026-01-02T00:00:00Z", "Site": "a_b"},
            {"Name": "Gamma", "Site": "axb", "CreatedDate": "2026-01-03T00:00:00Z"},
            {"Name": "O'Neil 100%", "AnnualRevenue": -1.0, "Site": "back\\slash"},
        ],
    )
    org.load("Account", [{"Name": "Gone", "IsDeleted": True}])
    kept = org.load(
        "Zuora__CustomerAccount__c",
        [
            {"Name": "B1", "Zuora__Account__c": ids[0], "Zuora__External_Id__c": "Ab", "Zuora__AutoPay__c": True},
            {"Name": "B2", "Zuora__Account__c": ids[0], "Zuora__External_Id__c": "aB", "Since__c": "2026-02-01"},
            {"Name": "B3", "Zuora__Account__c": ids[1], "Since__c": "2026-03-01"},
        ],
    )
    org.load("Zuora__Subscription__c", [{"Name": "S1", "Zuora__CustomerAccount__c": kept[0]}, {"Name": "S2"}])
    return ids


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'ALPHA'", ["Alpha"]),
        ("Name != 'alpha'", ["beta", "Gamma", "O'Neil 100%"]),
        ("Name LIKE '%A'", ["Alpha", "beta", "Gamma"]),
        ("Site LIKE 'a_b'", ["beta", "Gamma"]),
        (r"Site LIKE 'a\_b'", ["beta"]),
        (r"Name LIKE '%100\%'", ["O'Neil 100%"]),
        (r"Site = 'back\\slash'", ["O'Neil 100%"]),
        (r"Name = 'O\'Neil 100%'", ["O'Neil 100%"]),
        (r"Name = '\u0041lpha'", ["Alpha"]),
        ("Name IN ('beta', 'GAMMA', 'delta')", ["beta", "Gamma"]),
        ("Name NOT IN ('beta', 'GAMMA')", ["Alpha", "O'Neil 100%"]),
        ("Site NOT IN ('a_b')", ["Alpha", "Gamma", "O'Neil 100%"]),
        ("Site NOT IN ('a_b', null)", ["Gamma", "O'Neil 100%"]),
        ("Site IN ('a_b', null)", ["Alpha", "beta"]),
        ("Site = null", ["Alpha"]),
        ("Site = ''", ["Alpha"]),
        ("Site != null AND AnnualRevenue = null", ["Gamma"]),
        ("AnnualRevenue >= 100", ["Alpha", "beta"]),
        ("AnnualRevenue < 1e2", ["O'Neil 100%"]),
        ("AnnualRevenue <> 100", ["beta", "Gamma", "O'Neil 100%"]),
        ("NOT AnnualRevenue > 100", ["Alpha", "Gamma", "O'Neil 100%"]),
        ("NOT (Name = 'Alpha' OR Name = 'beta')", ["Gamma", "O'Neil 100%"]),
        ("(Name = 'Alpha' OR Name = 'beta') AND AnnualRevenue > 150", ["beta"]),
        ("CreatedDate > 2026-01-01T00:00:00Z AND CreatedDate <= 2026-01-03T01:00:00+01:00", ["beta", "Gamma"]),
        ("Id IN (SELECT Zuora__Account__c FROM Zuora__CustomerAccount__c WHERE Since__c != null)", ["Alpha", "beta"]),
        ("Id NOT IN (SELECT Zuora__Account__c FROM Zuora__CustomerAccount__c)", ["Gamma", "O'Neil 100%"]),
        ("NumberOfEmployees = 5", ["Alpha"]),
    ],
)
def test_filters(wire, filled, where, names):
    assert wire.query(f"SELECT Name FROM Account WHERE {where}").texts("Name") == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Zuora__External_Id__c = 'Ab'", ["B1"]),
        ("Zuora__AutoPay__c = TRUE", ["B1"]),
        ("Zuora__AutoPay__c = false", ["B2", "B3"]),
        ("Since__c > 2026-02-01", ["B3"]),
        ("Zuora__Account__r.Name = 'alpha'", ["B1", "B2"]),
        ("Zuora__CustomerAccount__c.Name = 'B1'", ["B1"]),
        ("Zuora__Account__r.AnnualRevenue != 100", ["B3"]),
    ],
)
def test_filters_of_dates_flags_keys_and_parents(wire, filled, where, names):
    assert wire.query(f"SELECT Name FROM Zuora__CustomerAccount__c WHERE {where}").texts("Name") == names


def test_ids_are_found_by_either_form(wire, filled):
    for form in (filled[0], filled[0][:15]):
        assert wire.query(f"SELECT Name FROM Account WHERE Id = '{form}'").texts("Name") == ["Alpha"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("ORDER BY Name", ["Alpha", "beta", "Gamma", "O'Neil 100%"]),
        ("ORDER BY Name DESC LIMIT 2", ["O'Neil 100%", "Gamma"]),
        ("ORDER BY AnnualRevenue", ["Gamma", "O'Neil 100%", "Alpha", "beta"]),
        ("ORDER BY AnnualRevenue DESC NULLS LAST", ["beta", "Alpha", "O'Neil 100%", "Gamma"]),
        ("ORDER BY AnnualRevenue ASC NULLS LAST LIMIT 2 OFFSET 1", ["Alpha", "beta"]),
        ("OFFSET 3", ["O'Neil 100%"]),
        ("LIMIT 0", []),
    ],
)
def test_order_limit_and_offset(wire, filled, order, names):
    assert wire.query(f"SELECT Name FROM Account {order}").texts("Name") == names


def test_count_has_a_size_and_no_records(wire, filled):
    reply = wire.query("SELECT COUNT() FROM Account WHERE AnnualRevenue != null")
    assert reply.texts("size") == ["3"]
    assert reply.texts("records") == []


def test_query_all_shows_the_deleted(wire, filled):
    assert "Gone" not in wire.query("SELECT Name FROM Account").texts("Name")
    found = wire.query("SELECT Name FROM Account WHERE IsDeleted = true", operation="queryAll")
    assert found.texts("Name") == ["Gone"]


def test_parents_of_parents(wire, filled):
    reply = wire.query("SELECT Name, Zuora__CustomerAccount__r.Zuora__Account__r.Name FROM Zuora__Subscription__c")
    assert reply.texts("Name") == ["S1", "Alpha", "S2"]


def test_a_subquery_may_filter_sort_and_limit_each_parents_children(wire, filled):
    reply = wire.query(
        "SELECT Name, (SELECT Name FROM Zuora__R00N40000001kyLcEAI__r WHERE Name LIKE 'B%' ORDER BY Name DESC LIMIT 1) "
        "FROM Account WHERE Name IN ('Alpha', 'beta', 'Gamma')"
    )
    assert reply.texts("Name") == ["Alpha", "B2", "beta", "B3", "Gamma"]


def test_formulas_and_sums_are_computed_when_read(wire, filled, org):
    (holder, other) = [row["Id"] for row in org.rows("Zuora__CustomerAccount__c")][:2]
    (method,) = org.load(
        "Zuora__PaymentMethod__c", [{"Zuora__BillingAccount__c": holder, "Zuora__CreditCardType__c": "Visa"}]
    )
    org.store.update("Zuora__CustomerAccount__c", holder, {"Zuora__Default_Payment_Method__c": method})
    (payment, _) = org.load("Zuora__Payment__c", [{"Zuora__BillingAccount__c": holder}] * 2)
    org.load("Zuora__PaymentInvoice__c", [{"Zuora__Payment__c": payment, "Zuora__ApplyAmount__c": 1.25}] * 2)
    soql = "SELECT Zuora__CreditCardType__c FROM Zuora__CustomerAccount__c WHERE Zuora__CreditCardType__c = 'visa'"
    assert wire.query(soql).texts("Zuora__CreditCardType__c") == ["Visa"]
    amounts = wire.query("SELECT Zuora__AppliedInvoiceAmount__c FROM Zuora__Payment__c")
    assert amounts.texts("Zuora__AppliedInvoiceAmount__c") == ["2.5", "0.0"]
    assert other != holder


NO_COLUMN = (
    "No such column 'Asdf' on entity 'Account'. If you are attempting to use a custom field, be sure to append the "
    "'__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
)
NO_TYPE = (
    "sObject type 'no_such_object' is not supported. If you are attempting to use a custom object, be sure to append "
    "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
)
NO_RELATIONSHIP = (
    "Didn't understand relationship 'Owner__r' in field path. If you are attempting to use a custom relationship, be "
    "sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for "
    "the appropriate names."
)


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Asdf FROM Account", "INVALID_FIELD",
         f"\nSELECT Asdf FROM Account\n       ^\nERROR at Row:1:Column:8\n{NO_COLUMN}"),
        ("SELECT Id,\n  Asdf FROM Account", "INVALID_FIELD",
         f"\n  Asdf FROM Account\n  ^\nERROR at Row:2:Column:3\n{NO_COLUMN}"),
        ("SELECT Id FROM no_such_object", "INVALID_TYPE",
         f"\nSELECT Id FROM no_such_object\n               ^\nERROR at Row:1:Column:16\n{NO_TYPE}"),
        ("SELECT Owner__r.Name FROM Account", "INVALID_FIELD",
         f"\nSELECT Owner__r.Name FROM Account\n       ^\nERROR at Row:1:Column:8\n{NO_RELATIONSHIP}"),
        ("SELECT Id FROM Account WHERE Id = 'ZZZ'", "INVALID_QUERY_FILTER_OPERATOR",
         ("\nSELECT Id FROM Account WHERE Id = 'ZZZ'\n                             ^\n"
         "ERROR at Row:1:Column:30\ninvalid ID field: ZZZ")),
        ("SELECT Id, Id FROM Account", "INVALID_FIELD",
         "\nSELECT Id, Id FROM Account\n           ^\nERROR at Row:1:Column:12\nduplicate field selected: Id"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT FROM Account", "MALFORMED_QUERY", "unexpected token: 'FROM'"),
        ("SELECT * FROM Account", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY",
         "unexpected token: 'OR'"),
    ],
)  # fmt: skip
def test_mistakes_in_the_services_words(wire, soql, code, message):
    reply = wire.query(soql)
    assert reply.status == 500
    assert reply.texts("exceptionCode") == [code]
    assert reply.texts("exceptionMessage") == [message]
    assert reply.texts("faultstring") == [f"{code}: {message}"]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("Name = 5", "INVALID_FIELD"),
        ("AnnualRevenue = '5'", "INVALID_FIELD"),
        ("IsDeleted = 'true'", "INVALID_FIELD"),
        ("CreatedDate > 2026-01-01", "INVALID_FIELD"),
        ("CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("CreatedDate > 2026-13-01T00:00:00Z", "MALFORMED_QUERY"),
        ("Description = 'x'", "INVALID_FIELD"),
        ("Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("AnnualRevenue LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Id > '0012S00002GWsZ0'", "INVALID_QUERY_FILTER_OPERATOR"),
        (r"Name = 'a\x'", "MALFORMED_QUERY"),
        ("Name = 'a", "MALFORMED_QUERY"),
        ("Id IN (SELECT Nothing FROM Account)", "INVALID_FIELD"),
        ("Id IN (SELECT Id, Name FROM Account)", "MALFORMED_QUERY"),
    ],
)
def test_conditions_that_are_refused(wire, where, code):
    assert wire.query(f"SELECT Id FROM Account WHERE {where}").texts("exceptionCode") == [code]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id, (SELECT Id FROM Nothings) FROM Account", "INVALID_TYPE"),
        ("SELECT Id FROM Account ORDER BY Description", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account", "MALFORMED_QUERY"),
        (f"SELECT Id FROM Account WHERE Name = '{'x' * 4001}'", "MALFORMED_QUERY"),
        (f"SELECT Id FROM Account WHERE {'(' * 1500}Name = 'x'{')' * 1500}", None),
        (f"SELECT Id FROM Account WHERE {'NOT ' * 5000} Name = 'x'", "QUERY_TOO_COMPLICATED"),
        (f"SELECT Id FROM Account WHERE {' OR '.join(['Name = null'] * 4000)}", None),
        (f"SELECT Id FROM Account WHERE Name = '{'x' * 3999}' {' ' * 100_000}", "MALFORMED_QUERY"),
    ],
)
def test_the_bounds_of_a_query(wire, soql, code):
    reply = wire.query(soql)
    assert reply.texts("exceptionCode") == ([] if code is None else [code])


def test_five_levels_of_parents_are_allowed(wire):
    assert wire.query("SELECT Parent.Parent.Parent.Parent.Parent.Name FROM Account").status == 200


def test_a_long_line_is_shown_through_a_window_with_the_caret_at_the_place():
    text = "SELECT " + ", ".join(["Name"] * 100) + ", Asdf, Name FROM Account"
    column = text.index("Asdf") + 1
    fault = as_fault(SoqlError("INVALID_FIELD", "wrong", Place(1, column)), text)
    _, excerpt, caret, place, words = fault.message.split("\n")
    assert excerpt[caret.index("^") :].startswith("Asdf")
    assert len(excerpt) <= 80
    assert (place, words) == (f"ERROR at Row:1:Column:{column}", "wrong")


WORDS = st.sampled_from(
    ["SELECT", "Id", ",", "Name", "FROM", "Account", "WHERE", "(", ")", "=", "!=", "'x'", "null", "AND", "OR", "NOT",
     "IN", "LIKE", "LIMIT", "OFFSET", "5", "ORDER", "BY", ".", "'"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_any_text_is_either_a_query_or_a_clear_mistake(text):
    mistake = None
    try:
        parse(text)
    except SoqlError as error:
        mistake = error
    assert mistake is None or (mistake.code == "MALFORMED_QUERY" and mistake.message)
