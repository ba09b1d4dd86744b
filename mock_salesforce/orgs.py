"""An org: its people, its schema, and the store of its records. Two orgs share nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mock_salesforce import rollups
from mock_salesforce.access import Access, access_of, view
from mock_salesforce.apex.callouts import Callout, HttpCallout
from mock_salesforce.apex.connection import SyncConnection
from mock_salesforce.apex.outbox import Outbox
from mock_salesforce.currencies import FIELD as CURRENCY
from mock_salesforce.currencies import OWN_CURRENCY, TYPES, Currencies, Currency
from mock_salesforce.formulas import fields as formula_fields
from mock_salesforce.formulas.on_save import SavedFormulas
from mock_salesforce.ids import id_of, is_id, to_18
from mock_salesforce.limits import Limits, Logins, Storage, profile_named
from mock_salesforce.locks import RowLocks
from mock_salesforce.recycling import RecycleBin
from mock_salesforce.schema import Field, Schema, SObject, catalogue
from mock_salesforce.schema.autonumbers import autonumber
from mock_salesforce.shape.extension import Joined, joined
from mock_salesforce.shape.model import Shape
from mock_salesforce.soql import functions as soql_functions
from mock_salesforce.soql.scope import expression
from mock_salesforce.triggers.model import Automation, Trigger, ValidationRule, automation_of
from mock_salesforce.users import OrgUser, Passwords
from mock_salesforce.values import BadValue, as_python, as_text, column, moment_text, parse
from simulator.clock import Clock
from simulator.store import RecordStore, quoted

_SEQUENCES = "_sequences"


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
    `shape` has the objects, fields and rules of a real org.
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


def _joined(spec: OrgSpec) -> Joined:
    custom, currencies = _custom_fields(spec), Currencies(spec.currency, spec.currencies)
    currencies.check([user.currency for user in spec.users])
    if spec.currencies:
        base = catalogue.build(spec.packages, custom, currencies.field())
    else:
        base = catalogue.build(spec.packages, custom) if custom else catalogue.plain(tuple(spec.packages))
    return joined(base, spec.shape) if spec.shape is not None else Joined(base)


def schema_of(spec: OrgSpec) -> Schema:
    """The objects and fields of an org; raises `ValueError` for a custom field that cannot be."""
    return _joined(spec).schema


class Org:
    """One org. Everything that reads and writes it holds `store.lock`."""

    def __init__(self, spec: OrgSpec, clock: Clock, path: Path | None = None) -> None:
        if not is_id(spec.id) or not spec.id.startswith("00D"):
            msg = f"an org's id has 15 or 18 characters and begins with 00D: {spec.id!r}"
            raise ValueError(msg)
        self.spec = spec
        self.id = to_18(spec.id)
        self.name = spec.name
        self.shape = _joined(spec)
        self.schema: Schema = self.shape.schema
        self.currencies = Currencies(spec.currency, spec.currencies)
        self.store = RecordStore(path)
        soql_functions.teach(self.store)
        self._clock = clock
        self._access = {
            user.username.lower(): access_of(user.permissions, view_all_data=user.view_all_data, schema=self.schema)
            for user in spec.users
        }
        self._views = {name: view(self.schema, access) for name, access in self._access.items() if access.objects}
        kind = profile_named(spec.profile)
        self.limits = Limits(clock, kind, licences=spec.licences, daily_calls=spec.daily_api_limit)
        self.logins = Logins()
        self.locks = RowLocks()
        self.storage = Storage(self._count_stored)
        self.outbox = Outbox()
        self.sync_service = spec.sync_service
        self.callout: Callout = HttpCallout()
        self.automation: Mapping[str, Automation] = automation_of(
            spec.triggers, (*spec.validation_rules, *self.shape.rules)
        )
        self.passwords = Passwords(spec.users)
        self.formulas = SavedFormulas(self.schema)
        self.formulas.check(spec.validation_rules)
        zone, names = self.zone, {"Id": self.id, "Name": self.name}
        formula_fields.teach(self.store, self.schema, names, lambda: clock.now().astimezone(zone))
        self._own_currency: dict[str, str] = {}
        self._define()
        self.bin = RecycleBin(self.store, clock)
        rollups.keep(self.store, self.schema)
        self.seat_users()

    @property
    def api_calls(self) -> int:
        """API calls of the last 24 hours."""
        return self.limits.calls_used

    @property
    def users(self) -> tuple[OrgUser, ...]:
        """Who may log in."""
        return self.spec.users

    @property
    def profile_id(self) -> str:
        """The id of the one profile that everyone has."""
        return id_of("00e", self.id, 1)

    def user_id(self, user: OrgUser) -> str:
        """The id of a user's record."""
        return self._user_ids[user.username.lower()]

    def access(self, user: OrgUser) -> Access:
        """What a user may do."""
        return self._access[user.username.lower()]

    def seen_by(self, user: OrgUser) -> Schema:
        """The schema as a user sees it."""
        return self._views.get(user.username.lower(), self.schema)

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its people, in which days begin and end."""
        return ZoneInfo(self.spec.time_zone)

    def zone_of(self, user_id: str) -> ZoneInfo:
        """The time zone that a user's record names; the org's where that is none."""
        found = self.store.execute('SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ?', [user_id]) if user_id else []
        try:
            return ZoneInfo(str(found[0][0])) if found else self.zone
        except (KeyError, ValueError, OSError):  # what the zones' files make of a name that is none
            return self.zone

    def now_text(self) -> str:
        """The present moment as a dateTime field holds it."""
        return moment_text(self._clock.now())

    def take(self, sequence: str) -> int:
        """The next number of a sequence, from 1."""
        ((number,),) = self.store.execute(
            f"INSERT INTO {quoted(_SEQUENCES)} (name, value) VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            [sequence],
        )
        return int(number)

    def new_id(self, sobject: SObject) -> str:
        """An id no record of the org has had."""
        return id_of(sobject.key_prefix, self.id, self.take(sobject.name))

    def load(self, sobject: str, rows: Iterable[Mapping[str, object]]) -> list[str]:
        """Put records into the org as they are, outside of the API, and tell their ids.

        Rows name fields, references by id among them, and may carry an `Id` and system fields of their own.
        Raises `ValueError` for what the schema does not know or a value its field cannot hold, and
        `sqlite3.IntegrityError` for an id that is taken.
        """
        described = self.schema.sobject(sobject)
        if described is None:
            msg = f"the org has no object {sobject}"
            raise ValueError(msg)
        self.storage.forget()
        with self.store.savepoint():
            return [self._load_row(described, row) for row in rows]

    def rows(
        self, sobject: str, *, include_deleted: bool = False, after: str = "", count: int | None = None
    ) -> list[dict[str, object]]:
        """All records of an object, by id, formulas and sums included; absent values are `None`.

        Or `count` of them at most, from the first whose id comes after `after`.
        """
        described = self.schema.required(sobject)
        selected = ", ".join(expression(self.schema, described, made, "t") for made in described.fields)
        where = "1" if include_deleted else 't."IsDeleted" = 0'
        found = self.store.execute(
            f'SELECT {selected} FROM {quoted(described.name)} t WHERE {where} AND t."Id" > ? ORDER BY t."Id" LIMIT ?',
            [after, -1 if count is None else count],
        )
        kinds = [(made.name, made.kind) for made in described.fields]
        return [{name: as_python(kind, value) for (name, kind), value in zip(kinds, row, strict=True)} for row in found]

    def state(self) -> dict[str, object]:
        """Counts for people and tests: living records by object, and API calls."""
        counts: dict[str, int] = {}
        for described in self.schema.sobjects:
            ((count,),) = self.store.execute(f'SELECT COUNT(*) FROM {quoted(described.name)} WHERE "IsDeleted" = 0')
            if count:
                counts[described.name] = count
        return {
            "id": self.id,
            "name": self.name,
            "records": counts,
            "api_calls": self.api_calls,
            "api_limit": self.limits.calls_allowed,
            "profile": self.limits.profile.name,
            "storage_kb": self.storage_kb,
            "validation_rules": sum(len(each.rules) for each in self.automation.values()),
            "left_out": [{"what": each.what, "why": each.why} for each in self.shape.left_out],
            "locked_out": {who: moment_text(until) for who, until in self.logins.locked_out(self._clock.now()).items()},
        }

    @property
    def storage_kb(self) -> int:
        """The data storage that the living records take."""
        return self._count_stored() * self.limits.profile.storage_kb_per_record

    def _count_stored(self) -> int:
        total = 0
        for described in self.schema.sobjects:
            if described.name != "User" and not described.setting:
                ((count,),) = self.store.execute(f'SELECT COUNT(*) FROM {quoted(described.name)} WHERE "IsDeleted" = 0')
                total += count
        return total

    def has_room(self, waiting: int = 0) -> bool:
        """Whether there is storage for one more record beside those `waiting` to be written; it is then taken."""
        return self.storage.take(self.limits.storage_kb_allowed, self.limits.profile.storage_kb_per_record, waiting)

    def limits_report(self) -> dict[str, Any]:
        """The limits' figures and what is used of them, as JSON values."""
        with self.store.lock:
            told = self.limits.report()
            told["used"]["storage_kb"] = self.storage_kb
            return told

    def by_ids(
        self, sobject: SObject, ids: Iterable[str], names: Iterable[str] = ()
    ) -> dict[str, Mapping[str, object]]:
        """The stored records with these 18-character ids, deleted ones included; all their columns or those named."""
        selected = ", ".join(map(quoted, names)) or "*"
        found = self.store.execute(
            f'SELECT {selected} FROM {quoted(sobject.name)} WHERE "Id" IN (SELECT value FROM json_each(?))',
            [json.dumps(list(ids))],
        )
        # A row finds each value by going through all names; with many columns that is most of the work.
        names = found[0].keys() if found else []
        records = (dict(zip(names, row, strict=True)) for row in found)
        return {str(record["Id"]): record for record in records}

    def clear(self) -> None:
        """Remove every record but those of its users, for good; ids are not used again."""
        with self.store.savepoint():
            for sobject in self.schema.sobjects:
                if sobject.name not in ("User", TYPES):
                    self.store.execute(f"DELETE FROM {quoted(sobject.name)}")
            self.bin.clear()

    def close(self) -> None:
        """Let go of the records."""
        self.store.close()

    def _define(self) -> None:
        with self.store.savepoint():
            self.store.define(_SEQUENCES, {"name": "TEXT", "value": "INTEGER NOT NULL"})
            for sobject in self.schema.sobjects:
                columns = {
                    made.name: column(made)
                    for made in sobject.fields
                    if made.has_column or self.schema.keeps(sobject, made)
                }
                # One of the indexes also tells the living from the deleted, so that counting them reads no whole rows.
                indexed = [
                    [made.name, "IsDeleted"] if made.name == "SystemModstamp" else [made.name]
                    for made in sobject.fields
                    if made.is_indexed and made.has_column
                ]
                self.store.define(sobject.name, columns, indexes=indexed)

    def seat_users(self) -> None:
        """Give each user a record; a store from an earlier run, or one that was restored, keeps those it has."""
        present = {str(row["Username"]).lower(): str(row["Id"]) for row in self.rows("User")}
        for user in self.spec.users:
            if user.username.lower() not in present:
                first, _, last = user.full_name.rpartition(" ")
                row = {
                    "Username": user.username,
                    "Name": user.full_name,
                    "FirstName": first,
                    "LastName": last,
                    "Email": user.email,
                    "IsActive": True,
                    "UserType": "Standard",
                    "ProfileId": self.profile_id,
                    "TimeZoneSidKey": self.spec.time_zone,
                    "LocaleSidKey": "en_US",
                    "LanguageLocaleKey": "en_US",
                }
                if self.currencies.several:
                    row[OWN_CURRENCY] = user.currency or self.currencies.corporate
                (present[user.username.lower()],) = self.load("User", [row])
        self._user_ids = present
        self._own_currency = {
            present[user.username.lower()]: user.currency for user in self.spec.users if user.currency
        }
        if self.currencies.several and not self.rows(TYPES):
            self.load(TYPES, self.currencies.rows())

    def _load_row(self, sobject: SObject, row: Mapping[str, object]) -> str:
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
        fallback = self._user_ids_fallback(stored)
        stored = self.completed(sobject, stored, fallback)
        self.store.insert(sobject.name, stored)
        identifier = str(stored["Id"])
        if stored["IsDeleted"]:
            self.bin.put({sobject.name: [identifier]}, identifier, str(stored["SystemModstamp"]))
        return identifier

    def _user_ids_fallback(self, stored: Mapping[str, object]) -> str | None:
        owner = stored.get("OwnerId")
        if owner is not None:
            return str(owner)
        found = self.store.execute('SELECT MIN("Id") FROM "User"')
        return None if found[0][0] is None else str(found[0][0])

    def completed(self, sobject: SObject, stored: dict[str, object], user_id: str | None) -> dict[str, object]:
        """A new record with everything that fills itself: id, name, defaults, dates, owner."""
        if not stored.get("Id"):
            stored["Id"] = self.new_id(sobject)
        now = self.now_text()
        for made in sobject.defaults:
            # A field that was sent as null stays null, unless it is one that always has a value.
            if made.name in stored and (stored[made.name] is not None or made.nillable):
                continue
            if made.default_formula:
                stored[made.name] = self.formulas.default(self, sobject, made, user_id)
            if stored.get(made.name) is None and made.default is not None:
                stored[made.name] = parse(made, made.default)
        for made in sobject.stored_fields:
            if made.autonumber and not stored.get(made.name):
                stored[made.name] = autonumber(
                    made.autonumber, self.take(f"{sobject.name}.{made.name}"), self._clock.now().date()
                )
        name = sobject.name_field
        if not stored.get(name.name) and name.stored and not name.required:
            stored[name.name] = stored["Id"]
        if sobject.field(CURRENCY) is not None:
            stored[CURRENCY] = stored.get(CURRENCY) or self._own_currency.get(user_id or "", self.currencies.corporate)
        for date_field in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
            stored[date_field] = stored.get(date_field) or now
        for who in ("CreatedById", "LastModifiedById", "OwnerId"):
            if sobject.field(who) is not None:
                stored[who] = stored.get(who) or user_id
        stored["IsDeleted"] = stored.get("IsDeleted") or 0
        return stored
