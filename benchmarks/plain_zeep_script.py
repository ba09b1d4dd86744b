"""What one would write in an afternoon: one account from Zuora to Salesforce with zeep, one call after the other.

It reads what belongs to the account object by object, a query for as many ids as fit, takes a few fields of each, and
upserts 200 rows a call, parents first. It removes nothing, retries nothing, keeps no lease and no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import zeep
from lxml import etree

_ZUORA, _PARTNER = "http://api.zuora.com/", "urn:partner.soap.sforce.com"
_IDS, _ROWS = 150, 200
_CLIENT: Any = zeep.Client
"""Its stubs say nothing of services and elements, so it is used as the untyped thing it is."""
_KEY = "Zuora__External_Id__c"


class Script:
    """Two zeep clients, logged in."""

    def __init__(self, zuora: str, salesforce: str, user: str, password: str) -> None:
        self._zuora = _CLIENT(f"{zuora}/apps/services/a/83.0?wsdl")
        self._salesforce = _CLIENT(f"{salesforce}/services/Soap/u/64.0?wsdl")
        self._zuora_service = self._bound(self._zuora, f"{zuora}/apps/services/a/83.0")
        self._salesforce_service = self._bound(self._salesforce, f"{salesforce}/services/Soap/u/64.0")
        session = self._zuora_service.login(username=user, password=password).Session
        self._zuora_header = [self._zuora.get_element(f"{{{_ZUORA}}}SessionHeader")(session=session)]
        login = self._salesforce_service.login(username=user, password=password)
        self._salesforce_header = [self._salesforce.get_element(f"{{{_PARTNER}}}SessionHeader")(login.sessionId)]

    @staticmethod
    def _bound(client: Any, address: str) -> Any:
        return client.create_service(next(iter(client.wsdl.bindings)), address)

    def read(self, fields: Sequence[str], name: str, where: str, ids: Iterable[str]) -> list[dict[str, str]]:
        """Rows of an object by what they refer to."""
        rows, wanted = [], list(ids)
        for start in range(0, len(wanted), _IDS):
            arms = " or ".join(f"{where} = '{each}'" for each in wanted[start : start + _IDS])
            zoql = f"select {', '.join(fields)} from {name} where {arms}"
            found = self._zuora_service.query(zoql, _soapheaders=self._zuora_header)
            while True:
                rows += [_values(record, fields) for record in found.records if record is not None]
                if found.done:
                    break
                found = self._zuora_service.queryMore(found.queryLocator, _soapheaders=self._zuora_header)
        return rows

    def upsert(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Write rows by their external id, 200 a call; raises `RuntimeError` for one that fails."""
        for start in range(0, len(rows), _ROWS):
            sent = [self._row(name, row) for row in rows[start : start + _ROWS]]
            # the reply has headers too, so zeep gives both
            results = self._salesforce_service.upsert(_KEY, sent, _soapheaders=self._salesforce_header).body.result
            failed = [result for result in results if not result.success]
            if failed:
                raise RuntimeError(str(failed[0]))

    def _row(self, name: str, row: dict[str, Any]) -> Any:
        fields = []
        for field, value in row.items():
            element = etree.Element(f"{{urn:sobject.partner.soap.sforce.com}}{field}")
            if isinstance(value, tuple):
                kind, key = value
                for inner, text in (("type", kind), (_KEY, key)):
                    etree.SubElement(element, f"{{urn:sobject.partner.soap.sforce.com}}{inner}").text = text
            else:
                element.text = value
            fields.append(element)
        return {"type": name, "_value_1": fields}


def run(zuora: str, salesforce: str, user: str, password: str, account_id: str) -> int:
    """Sync one account; gives the number of rows written."""
    script = Script(zuora, salesforce, user, password)
    (account,) = script.read(["Id", "Name", "CrmId", "Status", "Currency"], "Account", "Id", [account_id])
    subscriptions = script.read(["Id", "Name", "Status", "Version"], "Subscription", "AccountId", [account_id])
    plans = script.read(["Id", "Name", "SubscriptionId"], "RatePlan", "SubscriptionId", _ids(subscriptions))
    charges = script.read(
        ["Id", "Name", "RatePlanId", "ChargeModel", "ChargeType", "MRR", "Quantity"],
        "RatePlanCharge",
        "RatePlanId",
        _ids(plans),
    )
    prices = script.read(["Id", "Price"], "RatePlanCharge", "RatePlanId", _ids(plans))
    tiers = script.read(
        ["Id", "RatePlanChargeId", "Tier", "Price"], "RatePlanChargeTier", "RatePlanChargeId", _ids(charges)
    )
    price = {row["Id"]: row.get("Price", "") for row in prices}
    subscription = {row["Id"]: row["SubscriptionId"] for row in plans}
    written: list[tuple[str, list[dict[str, Any]]]] = [
        (
            "Zuora__CustomerAccount__c",
            [{_KEY: account["Id"], "Name": account["Name"], "Zuora__Account__c": account["CrmId"]}],
        ),
        (
            "Zuora__Subscription__c",
            [
                {_KEY: row["Id"], "Name": row["Name"], "Zuora__Status__c": row["Status"]}
                | {"Zuora__CustomerAccount__r": ("Zuora__CustomerAccount__c", account_id)}
                for row in subscriptions
            ],
        ),
        (
            "Zuora__SubscriptionRatePlan__c",
            [
                {_KEY: row["Id"], "Name": row["Name"]}
                | {"Zuora__Subscription__r": ("Zuora__Subscription__c", row["SubscriptionId"])}
                for row in plans
            ],
        ),
        (
            "Zuora__SubscriptionProductCharge__c",
            [
                {_KEY: row["Id"], "Name": row["Name"], "Zuora__Model__c": row["ChargeModel"]}
                | {"Zuora__Type__c": row["ChargeType"], "Zuora__Price__c": price[row["Id"]]}
                | {"Zuora__Subscription__r": ("Zuora__Subscription__c", subscription[row["RatePlanId"]])}
                | {"Zuora__SubscriptionRatePlan__r": ("Zuora__SubscriptionRatePlan__c", row["RatePlanId"])}
                for row in charges
            ],
        ),
        (
            "Zuora__SubscriptionRatePlanChargeTier__c",
            [
                {_KEY: row["Id"], "Zuora__Tier__c": row["Tier"], "Zuora__Price__c": row["Price"]}
                | {
                    "Zuora__SubscriptionProductCharge__r": (
                        "Zuora__SubscriptionProductCharge__c",
                        row["RatePlanChargeId"],
                    )
                }
                for row in tiers
            ],
        ),
    ]
    for name, rows in written:
        script.upsert(name, rows)
    return sum(len(rows) for _, rows in written)


def _ids(rows: Iterable[dict[str, str]]) -> list[str]:
    return [row["Id"] for row in rows]


def _values(record: Any, fields: Sequence[str]) -> dict[str, str]:
    return {field: str(value) for field in fields if (value := getattr(record, field, None)) is not None}
