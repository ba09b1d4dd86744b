"""What an org is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mock_salesforce.apex.connection import SyncConnection
from mock_salesforce.connected_apps import ConnectedApp
from mock_salesforce.currencies import Currencies, Currency
from mock_salesforce.schema import Field, Schema, catalogue
from mock_salesforce.shape.extension import Joined, joined
from mock_salesforce.shape.model import Shape
from mock_salesforce.triggers.model import Trigger, ValidationRule
from mock_salesforce.users import OrgUser


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field the org's admin added. `type` is the metadata's word: Text, Date, Picklist, Number, Checkbox, ...

    A `restricted` picklist takes no value but its own.
    """

    sobject: str
    name: str
    type: str = "Text"
    length: int = 255
    values: tuple[str, ...] = ()
    restricted: bool = False
    external_id: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class OrgSpec:
    """What an org is made from. `id` has 15 or 18 characters and the prefix 00D.

    `profile` names its limits (`mock_salesforce.limits.PROFILES`), to which its licences add; `daily_api_limit` takes
    the place of its calls in 24 hours. From `trusted_ranges`, addresses or networks, no security token is needed.
    An org with `currencies` has several, the corporate one first; `currency` is that of an org that has one.
    `shape` has the objects, fields and rules of a real org. Through `connected_apps` programs log in by OAuth.
    """

    id: str
    name: str
    users: tuple[OrgUser, ...]
    custom_fields: tuple[CustomField, ...] = ()
    daily_api_limit: int | None = None
    sandbox: bool = False
    profile: str = "plain"
    licences: int = 0
    triggers: tuple[Trigger, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    sync_service: SyncConnection | None = None
    time_zone: str = "America/Los_Angeles"
    currency: str = "USD"
    currencies: tuple[Currency, ...] = ()
    soap_login: bool = True
    api_enabled: bool = True
    trusted_ranges: tuple[str, ...] = ()
    connected_apps: tuple[ConnectedApp, ...] = ()
    packages: tuple[str, ...] = catalogue.PACKAGES
    shape: Shape | None = None


def _custom_fields(spec: OrgSpec) -> Mapping[str, Sequence[Field]]:
    found: dict[str, list[Field]] = {}
    for custom in spec.custom_fields:
        word = custom.type.partition("(")[0]
        if word not in catalogue.metadata_types():
            msg = f"{custom.sobject}.{custom.name}: {custom.type!r} is not a type a custom field can have here"
            raise ValueError(msg)
        sized = "(" not in custom.type and word in ("Text", "LongTextArea")
        type_ = f"{word}({custom.length})" if sized else custom.type
        label = custom.name.removesuffix("__c").replace("_", " ")
        flags = {"restricted": custom.restricted, "external": custom.external_id, "unique": custom.unique}
        words = [word for word, said in flags.items() if said]
        made = catalogue.make_field(custom.name, label, type_, words, custom.values)
        found.setdefault(custom.sobject, []).append(made)
    return found


def joined_schema(spec: OrgSpec) -> Joined:
    """The schema with what the spec's shape brings; raises `ValueError` for what cannot be."""
    custom, currencies = _custom_fields(spec), Currencies(spec.currency, spec.currencies)
    currencies.check([user.currency for user in spec.users])
    if spec.currencies:
        base = catalogue.build(spec.packages, custom, currencies.field())
    else:
        base = catalogue.build(spec.packages, custom) if custom else catalogue.plain(tuple(spec.packages))
    return joined(base, spec.shape) if spec.shape is not None else Joined(base)


def schema_of(spec: OrgSpec) -> Schema:
    """The objects and fields of an org; raises `ValueError` for a custom field that cannot be."""
    return joined_schema(spec).schema
