"""An org: its people, its schema, and the store of its records. Two orgs share nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mock_salesforce import rollups
from mock_salesforce.access import Access, access_of, view
from mock_salesforce.apex.callouts import Callout, HttpCallout
from mock_salesforce.apex.outbox import Outbox
from mock_salesforce.currencies import OWN_CURRENCY, TYPES, Currencies
from mock_salesforce.formulas import fields as formula_fields
from mock_salesforce.formulas.on_save import SavedFormulas
from mock_salesforce.ids import id_of, is_id, to_18
from mock_salesforce.limits import Limits, Logins, Storage, profile_named
from mock_salesforce.locks import RowLocks
from mock_salesforce.new_records import load_row
from mock_salesforce.org_spec import OrgSpec, joined_schema
from mock_salesforce.recycling import RecycleBin
from mock_salesforce.schema import Schema, SObject
from mock_salesforce.soql import functions as soql_functions
from mock_salesforce.soql.scope import expression
from mock_salesforce.triggers.model import Automation, automation_of
from mock_salesforce.users import OrgUser, Passwords
from mock_salesforce.values import as_python, column, moment_text
from simulator.clock import Clock
from simulator.store import RecordStore, quoted

_SEQUENCES = "_sequences"


class Org:
    """One org. Everything that reads and writes it holds `store.lock`."""

    def __init__(self, spec: OrgSpec, clock: Clock, path: Path | None = None) -> None:
        if not is_id(spec.id) or not spec.id.startswith("00D"):
            msg = f"an org's id has 15 or 18 characters and begins with 00D: {spec.id!r}"
            raise ValueError(msg)
        self.spec = spec
        self.id = to_18(spec.id)
        self.name = spec.name
        self.shape = joined_schema(spec)
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
        self.own_currencies: dict[str, str] = {}
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
            return [load_row(self, described, row) for row in rows]

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
        self.own_currencies = {
            present[user.username.lower()]: user.currency for user in self.spec.users if user.currency
        }
        if self.currencies.several and not self.rows(TYPES):
            self.load(TYPES, self.currencies.rows())
