"""The scenario `demo`: one tenant with two entities, fourteen billing accounts, forty subscriptions, eight products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import mock_salesforce
import mock_zuora
from offline.scenarios import histories, products
from offline.scenarios.accounts import REGIONS, AccountBuilder, AccountSpec, BuiltAccount
from offline.scenarios.billing import InvoiceBuilder
from offline.scenarios.catalog import CatalogBuilder, ProductSpec
from offline.scenarios.ids import Numbers, ZuoraIds, salesforce_id
from offline.scenarios.model import Row, Scenario, Tables, add
from offline.scenarios.payments import PaymentBuilder
from offline.scenarios.stamps import INVOICE_DATES
from offline.scenarios.subscriptions import SubscriptionBuilder

DESCRIPTION = (
    "Two entities, 14 billing accounts on 4 Salesforce accounts, 40 subscriptions over every charge model, 8 products"
)

SALESFORCE_ACCOUNTS = tuple(salesforce_id("001", number) for number in range(1, 5))
_GROUPS = (*[0] * 9, 1, 1, 2, 2, 3)
"""Which Salesforce account each billing account hangs under: nine under the first."""

_METHODS = ("CreditCard", "ACH", "BankTransfer", "Check", "PayPal", "CreditCard", "WireTransfer")
_FIRST_CURRENCIES = ("USD", "USD", "EUR", "USD", "GBP")
_SECOND_CURRENCIES = ("EUR", "JPY")
_FIRST_ENTITY_ACCOUNTS = 11
_SHORT_CRM_IDS = {4, 9, 12}
"""Accounts whose CRM id is given in 15 characters, as Salesforce's pages show it; the others have all 18."""

_STATUSES = {13: "Draft", 23: "Pending Activation", 34: "Pending Acceptance"}
"""Subscriptions that are not active, by their place among all of them."""
_EVERGREEN = {1, 12}
"""Subscriptions without a term."""


@dataclass
class _Entity:
    """One entity as it is built: its own ids, numbers and rows."""

    spec: mock_zuora.EntitySpec
    ids: ZuoraIds
    numbers: Numbers
    tables: Tables = field(default_factory=dict)

    def keep(self, tables: Tables) -> None:
        for name, rows in tables.items():
            add(self.tables, name, rows)


def demo() -> Scenario:
    """Build the scenario; every call gives the same ids and values."""
    common = ZuoraIds(series=1)
    tenant_id, first_id, second_id = common.next("Tenant"), common.next("Entity"), common.next("Entity")
    first = _Entity(mock_zuora.EntitySpec(first_id, "Entity 01", "Entity 01"), ZuoraIds(2), Numbers("A"))
    second = _Entity(
        mock_zuora.EntitySpec(second_id, "Entity 02", "Entity 02", parent_id=first_id), ZuoraIds(3), Numbers("B")
    )
    specs = tuple(_account_spec(number) for number in range(1, len(_GROUPS) + 1))
    _fill(
        first,
        products.FIRST_ENTITY,
        ("USD", "EUR", "GBP"),
        specs[:_FIRST_ENTITY_ACCOUNTS],
        _recipes(histories.FIRST_ENTITY, (3,) * _FIRST_ENTITY_ACCOUNTS, first_place=1),
    )
    _fill(
        second,
        products.SECOND_ENTITY,
        _SECOND_CURRENCIES,
        specs[_FIRST_ENTITY_ACCOUNTS:],
        _recipes(histories.SECOND_ENTITY, (3, 2, 2), first_place=3 * _FIRST_ENTITY_ACCOUNTS + 1),
    )
    return Scenario(
        name="demo",
        description=DESCRIPTION,
        tenant=_tenant(tenant_id, first.spec, second.spec),
        org=_org(),
        zuora={first_id: first.tables, second_id: second.tables},
        salesforce={"Account": _salesforce_accounts(), "zqu__BillingEntity__c": _billing_entities(first, second)},
        custom_fields={"Account": ("Region__c",), "Subscription": ("GoLiveDate__c",), "Product": ("Family__c",)},
    )


@dataclass(frozen=True)
class _Planned:
    """A subscription to come: what is in it, and its place among all of them."""

    recipe: histories.Recipe
    place: int


def _recipes(cycle: Sequence[histories.Recipe], counts: Sequence[int], *, first_place: int) -> list[list[_Planned]]:
    """For each account, its subscriptions: `counts` of them, going round the cycle."""
    planned: list[list[_Planned]] = []
    made = 0
    for count in counts:
        planned.append(
            [_Planned(cycle[(made + step) % len(cycle)], first_place + made + step) for step in range(count)]
        )
        made += count
    return planned


def _account_spec(number: int) -> AccountSpec:
    first = number <= _FIRST_ENTITY_ACCOUNTS
    currencies = _FIRST_CURRENCIES if first else _SECOND_CURRENCIES
    crm_id = SALESFORCE_ACCOUNTS[_GROUPS[number - 1]]
    return AccountSpec(
        number,
        currencies[(number - 1) % len(currencies)],
        crm_id[:15] if number in _SHORT_CRM_IDS else crm_id,
        _METHODS[(number - 1) % len(_METHODS)],
    )


def _fill(
    entity: _Entity,
    catalog_specs: Iterable[ProductSpec],
    currencies: Sequence[str],
    account_specs: Iterable[AccountSpec],
    planned: Iterable[Sequence[_Planned]],
) -> None:
    """An entity's catalog and accounts, with all that belongs to them."""
    catalog = CatalogBuilder(entity.ids, sku_prefix=f"SKU-{entity.numbers.letter}", currencies=currencies)
    catalog.add_units(products.UNITS)
    for spec in catalog_specs:
        catalog.add_product(spec)
    entity.keep(catalog.tables)
    accounts = AccountBuilder(entity.ids, entity.numbers)
    for account_spec, subscriptions in zip(account_specs, planned, strict=True):
        _sell(entity, catalog, accounts.add(account_spec), subscriptions)
    entity.keep(accounts.tables)


def _sell(entity: _Entity, catalog: CatalogBuilder, account: BuiltAccount, planned: Sequence[_Planned]) -> None:
    """One account's subscriptions, invoices, payments and refunds."""
    ids, numbers = entity.ids, entity.numbers
    sold: list[SubscriptionBuilder] = []
    for each in planned:
        renewed = each.recipe.history == "renewed"
        subscription = SubscriptionBuilder(
            account,
            date(2024, 10, 1) if renewed else INVOICE_DATES[each.place % 2],
            ids=ids,
            numbers=numbers,
            term_months=None if each.place in _EVERGREEN else 12,
        )
        status = _STATUSES.get(each.place, "Active")
        histories.begin_and_amend(subscription, each.recipe, catalog.plans, status=status)
        entity.keep(subscription.tables)
        sold.append(subscription)
    invoices = InvoiceBuilder(account, ids=ids, numbers=numbers)
    invoices.bill(sold, last_is_draft=account.spec.number % 3 == 0)
    payments = PaymentBuilder(account, ids=ids, numbers=numbers)
    payments.settle(invoices.posted)
    entity.keep(invoices.tables)
    entity.keep(payments.tables)


def _tenant(tenant_id: str, first: mock_zuora.EntitySpec, second: mock_zuora.EntitySpec) -> mock_zuora.TenantSpec:
    """The tenant, with one user who may enter both entities and one who may enter the first only."""
    return mock_zuora.TenantSpec(
        id=tenant_id,
        name="Tenant 01",
        entities=(first, second),
        users=(
            mock_zuora.UserSpec(
                username="zuora.user@example.com",
                password="offline-zuora-1",  # noqa: S106 - of a mock that listens on this machine only
                entities=(first.id, second.id),
                full_name="User 01",
                email="user@example.com",
            ),
            mock_zuora.UserSpec(
                username="zuora.first@example.com",
                password="offline-zuora-2",  # noqa: S106 - as above
                full_name="User 02",
                email="user@example.com",
            ),
        ),
        custom_fields=(
            mock_zuora.CustomField("Account", "Region__c"),
            mock_zuora.CustomField("Subscription", "GoLiveDate__c", "date"),
            mock_zuora.CustomField("Product", "Family__c"),
        ),
        profile="production",
    )


def _org() -> mock_salesforce.OrgSpec:
    """The org, with the custom fields that take what the tenant's hold."""
    return mock_salesforce.OrgSpec(
        id=salesforce_id("00D", 1),
        name="Org 01",
        users=(
            mock_salesforce.OrgUser(
                username="salesforce.user@example.com",
                password="offline-salesforce-1",  # noqa: S106 - of a mock that listens on this machine only
                security_token="offlineToken1",  # noqa: S106 - as above
                full_name="User 01",
                email="user@example.com",
            ),
        ),
        sync_service=mock_salesforce.SyncConnection(
            "http://127.0.0.1:8480/",
            "offline-service-1",
        ),
        custom_fields=(
            mock_salesforce.CustomField("Zuora__CustomerAccount__c", "Region__c", "Picklist", values=REGIONS),
            mock_salesforce.CustomField("Zuora__Subscription__c", "GoLiveDate__c", "Date"),
            mock_salesforce.CustomField("Product2", "Family__c", "Text", length=80),
            mock_salesforce.CustomField("zqu__ZProduct__c", "Family__c", "Text", length=80),
        ),
    )


def _salesforce_accounts() -> list[Row]:
    return [{"Id": id_, "Name": f"Account {place:02d}"} for place, id_ in enumerate(SALESFORCE_ACCOUNTS, 1)]


def _billing_entities(*entities: _Entity) -> list[Row]:
    """What a catalog sync of each entity has left behind, without which no object of the entity may be synced."""
    return [
        {
            "Name": entity.spec.name,
            "zqu__ZuoraId__c": entity.spec.id,
            "zqu__EntityID__c": entity.spec.id,
            "zqu__EntityName__c": entity.spec.name,
        }
        for entity in entities
    ]
