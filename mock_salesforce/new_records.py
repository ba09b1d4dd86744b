"""New records: what fills itself, and rows that are put into an org as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mock_salesforce.currencies import FIELD as CURRENCY
from mock_salesforce.schema import SObject
from mock_salesforce.schema.autonumbers import autonumber
from mock_salesforce.values import BadValue, as_text, parse

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org


def completed(org: Org, sobject: SObject, stored: dict[str, object], user_id: str | None) -> dict[str, object]:
    """A new record with everything that fills itself: id, name, defaults, dates, owner."""
    if not stored.get("Id"):
        stored["Id"] = org.new_id(sobject)
    now = org.now_text()
    for made in sobject.defaults:
        # A field that was sent as null stays null, unless it is one that always has a value.
        if made.name in stored and (stored[made.name] is not None or made.nillable):
            continue
        if made.default_formula:
            stored[made.name] = org.formulas.default(org, sobject, made, user_id)
        if stored.get(made.name) is None and made.default is not None:
            stored[made.name] = parse(made, made.default)
    for made in sobject.stored_fields:
        if made.autonumber and not stored.get(made.name):
            stored[made.name] = autonumber(made.autonumber, org.take(f"{sobject.name}.{made.name}"), org.now().date())
    name = sobject.name_field
    if not stored.get(name.name) and name.stored and not name.required:
        stored[name.name] = stored["Id"]
    if sobject.field(CURRENCY) is not None:
        stored[CURRENCY] = stored.get(CURRENCY) or org.own_currencies.get(user_id or "", org.currencies.corporate)
    for date_field in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
        stored[date_field] = stored.get(date_field) or now
    for who in ("CreatedById", "LastModifiedById", "OwnerId"):
        if sobject.field(who) is not None:
            stored[who] = stored.get(who) or user_id
    stored["IsDeleted"] = stored.get("IsDeleted") or 0
    return stored


def load_row(org: Org, sobject: SObject, row: Mapping[str, object]) -> str:
    """Put one record in as it is, and tell its id. Raises `ValueError`, and `sqlite3.IntegrityError` for a taken id."""
    stored: dict[str, object] = {}
    for name, value in row.items():
        made = sobject.field(name)
        if made is None or not made.stored:
            msg = f"{sobject.name} has no field {name} that can be loaded"
            raise ValueError(msg)
        text = as_text(value)
        try:
            if text is not None:
                stored[made.name] = parse(made, text)
        except BadValue as bad:
            msg = f"{sobject.name}.{made.name}: {bad.message}"
            raise ValueError(msg) from bad
    fallback = _owner(org, stored)
    stored = completed(org, sobject, stored, fallback)
    org.store.insert(sobject.name, stored)
    identifier = str(stored["Id"])
    if stored["IsDeleted"]:
        org.bin.put({sobject.name: [identifier]}, identifier, str(stored["SystemModstamp"]))
    return identifier


def _owner(org: Org, stored: Mapping[str, object]) -> str | None:
    owner = stored.get("OwnerId")
    if owner is not None:
        return str(owner)
    found = org.store.execute('SELECT MIN("Id") FROM "User"')
    return None if found[0][0] is None else str(found[0][0])
