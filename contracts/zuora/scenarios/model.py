"""Scenarios as data: entities, users in roles, and named rows that refer to one another by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

Value = object
"""A field's value: str, int, Decimal, bool, date, aware datetime, None, or a `Ref`."""

GLOBAL = "global"
"""The name of the first entity of every scenario."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of the row with this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the name facts call it by, its object, its values, and the entity it lives in."""

    name: str
    object: str
    values: Mapping[str, Value]
    entity: str = GLOBAL


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may log in, by the role that facts ask for: home entity first among `entities`."""

    role: str
    entities: tuple[str, ...] = (GLOBAL,)
    may_write: bool = True


API = User("api")
"""The user every scenario has: may read and write everywhere in its own entity."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A tenant's security policy: minutes a session lasts, and where a login may come from (all when empty).

    After `wrong_passwords` in a row a user is locked out for `lockout_min` minutes.
    """

    session_min: int = 15
    wrong_passwords: int = 10
    lockout_min: int = 30
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """What a target holds when a fact begins.

    `custom_fields` are (object, name, type); `needs` names capabilities without which it cannot be set up;
    `policy` None is the service's own; `kind` is the kind of tenant whose limits hold, "" for none that matter;
    `second` is the scenario of another tenant on the same host, whose names then count as well. `first_id` is the
    last part of the first row's id.
    """

    name: str
    rows: tuple[Row, ...] = ()
    users: tuple[User, ...] = (API,)
    entities: tuple[str, ...] = (GLOBAL,)
    custom_fields: tuple[tuple[str, str, str], ...] = ()
    needs: tuple[str, ...] = ()
    policy: Policy | None = None
    kind: str = ""
    second: Scenario | None = None
    first_id: int = 0x1000

    @cached_property
    def ids(self) -> dict[str, str]:
        """Ids for targets that take them as given: 32 hex digits, rising in the order of the rows."""
        return {row.name: f"2c92c0f8c0c70000{number:016x}" for number, row in enumerate(self.rows, start=self.first_id)}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)
