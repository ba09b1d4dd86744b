"""Loading a seed's tables into the Salesforce mock: into one of its orgs, or into a new one that the seed describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.org_spec import schema_of
from mock_salesforce.schema import Schema
from mock_salesforce.values import BadValue, as_text, parse
from offline.seeds.checking import check
from offline.seeds.mistakes import Mistakes
from offline.seeds.specs import read_spec
from offline.seeds.tables import Table
from simulator.control import ControlInvalid, ControlUnknown

ORG_FILE = "org.json"
USERNAME = "salesforce.user@example.com"
PASSWORD = "offline-salesforce-1"  # noqa: S105 - of a mock, and told to everyone
TOKEN = "offlineToken1"  # noqa: S105 - as above
"""The security token of a seed's users whose file gives none."""


class SalesforceSchema:
    """An org's objects and fields, as far as loading is concerned."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def object_named(self, name: str) -> str | None:
        """The object's own name."""
        found = self._schema.sobject(name)
        return None if found is None else found.name

    def object_names(self) -> Iterable[str]:
        """All objects."""
        return [each.name for each in self._schema.sobjects]

    def field_named(self, object_name: str, name: str) -> str | None:
        """The field's own name, None for one that is not stored either."""
        found = self._schema.required(object_name).field(name)
        return None if found is None or not found.stored else found.name

    def field_names(self, object_name: str) -> Iterable[str]:
        """All fields that are stored."""
        return [each.name for each in self._schema.required(object_name).stored_fields]

    def problem(self, object_name: str, field_name: str, value: object) -> str:
        """Why the field cannot hold the value."""
        field, text = self._schema.required(object_name).field(field_name), as_text(value)
        if field is None or text is None:
            return ""
        try:
            parse(field, text)
        except BadValue as bad:
            return bad.message
        return ""


def read_org(files: Mapping[str, str], mistakes: Mistakes) -> OrgSpec | None:
    """The org that a seed describes, None when it has no `org.json`, or a wrong one."""
    text = next((text for name, text in files.items() if name.lower() == ORG_FILE), None)
    if text is None:
        return None
    plain_one = default_org()
    defaults: dict[str, Any] = {"id": plain_one.id, "name": plain_one.name, "users": plain_one.users}
    return read_spec(OrgSpec, ORG_FILE, text, defaults, {"password": PASSWORD, "security_token": TOKEN}, mistakes)


def default_org() -> OrgSpec:
    """An org for records that come without one."""
    user = OrgUser(USERNAME, PASSWORD, TOKEN, full_name="User 01", email="user@example.com")
    return OrgSpec("00D000000000001", "Org 01", (user,))


def load(
    mock: SalesforceMock,
    tables: Sequence[Table],
    spec: OrgSpec | None,
    wanted: str,
    mistakes: Mistakes,
    *,
    afresh: bool,
) -> tuple[Org, dict[str, int]]:
    """Load all of it or nothing; gives the org, and how many records of which object it got.

    It goes into the org that `wanted` names, or that the seed's own `spec` does, or into the only one; an org that is
    not there yet is added. `afresh` removes what the org had. Raises `ControlInvalid` and `ControlUnknown`.
    """
    org = _org(mock, spec, wanted)
    spec = org.spec if org is not None else spec or default_org()
    for table in tables:
        if table.entity:
            mistakes.add(table.file, "an org has no entities: put the file at the top")
    try:
        schema = org.schema if org is not None else schema_of(spec)
    except ValueError as error:
        raise ControlInvalid(f"Nothing was loaded. {ORG_FILE}: {error}.") from None

    def taken(_entity: str, object_name: str, id_: str) -> bool:
        if org is None or afresh:
            return False
        return bool(org.by_ids(org.schema.required(object_name), [id_]))

    checked = check(tables, SalesforceSchema(schema), taken, mistakes)
    mistakes.check()
    if org is None:
        try:
            org = mock.add_org(spec)
        except ValueError as error:
            raise ControlInvalid(f"Nothing was loaded. {ORG_FILE}: {error}.") from None
    with org.store.savepoint():
        if afresh:
            org.clear()
        for (_, object_name), rows in checked.items():
            org.load(object_name, rows)
    if afresh:
        mock.cursors.clear()
    return org, {object_name: len(rows) for (_, object_name), rows in checked.items()}


def org_named(mock: SalesforceMock, name: str) -> Org:
    """An org by its id or name, "" for the only one; raises `ControlUnknown` or `ControlInvalid`."""
    found = [each for each in mock.orgs if not name or name in (each.id, each.id[:15], each.name)]
    known = ", ".join(f"{each.id} ({each.name})" for each in mock.orgs) or "none"
    if not found:
        raise ControlUnknown(f"There is no org {name!r:.80}; there is: {known}.")
    if len(found) > 1:
        raise ControlInvalid(f"Say which org; there are: {known}.")
    return found[0]


def _org(mock: SalesforceMock, spec: OrgSpec | None, wanted: str) -> Org | None:
    if wanted:
        return org_named(mock, wanted)
    if spec is not None:
        return next((each for each in mock.orgs if each.id[:15] == spec.id[:15]), None)
    return org_named(mock, "") if mock.orgs else None
