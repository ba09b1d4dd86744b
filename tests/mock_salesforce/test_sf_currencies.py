"""Orgs with one currency, and with several."""

from __future__ import annotations

import pytest

from mock_salesforce import OrgSpec, OrgUser
from mock_salesforce.currencies import Currency
from tests.mock_salesforce.conftest import Wire

CURRENCIES = (Currency("USD"), Currency("EUR", 0.9), Currency("JPY", 150.0, 0), Currency("FRF", 6.5, active=False))


@pytest.fixture
def several(mock):
    users = (OrgUser("one@example.com", "password-1"), OrgUser("two@example.com", "password-2", currency="EUR"))
    return mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", users, currencies=CURRENCIES))


def as_user(mock, name, number):
    made = Wire(mock)
    made.login(f"{name}@example.com", f"password-{number}")
    return made


def told(wire):
    reply = wire.send("getUserInfo")
    names = ("currencySymbol", "orgDefaultCurrencyIsoCode", "organizationMultiCurrency", "userDefaultCurrencyIsoCode")
    return [reply.texts(name)[0] for name in names]


def test_a_record_is_in_its_users_currency_unless_it_says_otherwise(mock, several):
    one, two = as_user(mock, "one", 1), as_user(mock, "two", 2)
    one.save("create", one.row("Account", Name="A"), one.row("Account", Name="B", CurrencyIsoCode="jpy"))
    two.save("create", two.row("Account", Name="C"))
    assert [row["CurrencyIsoCode"] for row in several.rows("Account")] == ["USD", "JPY", "EUR"]


@pytest.mark.parametrize("code", ["XXX", "FRF", "US"])
def test_a_currency_must_be_an_active_one(mock, several, code):
    one = as_user(mock, "one", 1)
    (result,) = one.save("create", one.row("Account", Name="A", CurrencyIsoCode=code)).results
    assert (result["statusCode"], result["message"], result["fields"]) == (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        f"Currency ISO Code: bad value for restricted picklist field: {code}",
        "CurrencyIsoCode",
    )


def test_a_record_has_a_currency_always(mock, several):
    one = as_user(mock, "one", 1)
    (account,) = several.load("Account", [{"Name": "A"}])
    (result,) = one.save("update", one.row("Account", Id=account, nulls=["CurrencyIsoCode"])).results
    assert result["statusCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    one.save("update", one.row("Account", Id=account, CurrencyIsoCode="EUR"))
    assert [row["CurrencyIsoCode"] for row in several.rows("Account")] == ["EUR"]


def test_the_currencies_can_be_asked_for(mock, several):
    one = as_user(mock, "one", 1)
    found = one.query("SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType WHERE IsActive = true ORDER BY Id")
    assert found.texts("IsoCode") == ["USD", "EUR", "JPY"]
    assert found.texts("ConversionRate") == ["1.0", "0.9", "150.0"]
    assert found.texts("IsCorporate") == ["true", "false", "false"]
    several.clear()
    assert len(several.rows("CurrencyType")) == 4
    (result,) = one.save("create", one.row("CurrencyType", IsoCode="GBP")).results
    assert result["statusCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_users_are_told_which_currencies_count(mock, several, wire):
    assert told(wire) == ["$", "USD", "false", ""]
    assert told(as_user(mock, "one", 1)) == ["", "", "true", "USD"]
    assert told(as_user(mock, "two", 2)) == ["", "", "true", "EUR"]
    assert [row["DefaultCurrencyIsoCode"] for row in several.rows("User")] == ["USD", "EUR"]


def test_an_org_with_one_currency_has_no_field_for_it(mock, wire, org):
    assert "No such column" in wire.query("SELECT CurrencyIsoCode FROM Account").inside
    assert org.schema.sobject("CurrencyType") is None
    euro = mock.add_org(
        OrgSpec("00D5e000000Yyyy", "Org 03", (OrgUser("one@example.org", "password-1"),), currency="EUR")
    )
    other = Wire(mock)
    other.login("one@example.org", "password-1")
    assert told(other) == ["€", "EUR", "false", ""]
    assert euro.currencies.corporate == "EUR"


@pytest.mark.parametrize(
    ("currencies", "own"),
    [
        ((Currency("USD"), Currency("USD")), ""),
        ((Currency("USD", active=False), Currency("EUR")), ""),
        ((Currency("USD"), Currency("FRF", active=False)), "FRF"),
        ((), "EUR"),
    ],
)
def test_currencies_that_cannot_be(mock, currencies, own):
    user = OrgUser("one@example.com", "x", currency=own)
    with pytest.raises(ValueError, match="currency"):
        mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (user,), currencies=currencies))
