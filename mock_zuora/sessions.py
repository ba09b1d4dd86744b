"""Who is logged in: session ids to tenant, entity and user, for as long as the clock allows."""

from __future__ import annotations

import random
import string
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_zuora.faults import login_fault, session_fault
from mock_zuora.tenants import EntityData, EntitySpec, Tenant, UserSpec
from simulator.clock import Clock

LIFETIME = timedelta(minutes=15)
ID_CHARACTERS = 160

_ALPHABET = string.ascii_letters + string.digits + "-_"


@dataclass(slots=True)
class Session:
    """One login, bound to one entity of one tenant; every use of it moves `expires_at` on."""

    id: str = field(repr=False)
    tenant: Tenant = field(repr=False)
    entity: EntitySpec
    user: UserSpec
    expires_at: datetime

    @property
    def user_id(self) -> str:
        """The logged-in user's id."""
        return self.tenant.user_id(self.user)

    @property
    def data(self) -> EntityData:
        """The records the session sees: its entity's, and no others."""
        return self.tenant.data(self.entity.id)

    @property
    def scope(self) -> tuple[str, str]:
        """What the session is bound to: tenant id and entity id."""
        return self.tenant.spec.id, self.entity.id


class Sessions:
    """Opens sessions and finds them again."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(
        self, tenants: list[Tenant], username: str, password: str, *, entity_id: str = "", entity_name: str = ""
    ) -> Session:
        """Log a user in; raises a LoginFault that does not tell which of name and password is wrong."""
        for tenant in tenants:
            user = tenant.user(username)
            if user is not None and user.password == password:
                entity = _entered(tenant, user, entity_id, entity_name)
                return self._add(tenant, entity, user)
        raise login_fault()

    def find(self, session_id: str) -> Session:
        """The session with this id, its time begun anew; raises the INVALID_SESSION fault."""
        now = self._clock.now()
        with self._lock:
            session = self._open.get(session_id)
            if session is None or session.expires_at <= now:
                self._open.pop(session_id, None)
                raise session_fault()
            session.expires_at = now + LIFETIME
            return session

    def peek(self, session_id: str) -> Session | None:
        """The session with this id while it lives, which this does not prolong."""
        now = self._clock.now()
        with self._lock:
            session = self._open.get(session_id)
        return session if session is not None and session.expires_at > now else None

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(session.expires_at > now for session in self._open.values())

    def _add(self, tenant: Tenant, entity: EntitySpec, user: UserSpec) -> Session:
        now = self._clock.now()
        with self._lock:
            for ended in [key for key, session in self._open.items() if session.expires_at <= now]:
                del self._open[ended]
            session_id = "".join(self._chance.choices(_ALPHABET, k=ID_CHARACTERS))
            session = Session(session_id, tenant, entity, user, now + LIFETIME)
            self._open[session_id] = session
            return session


def _entered(tenant: Tenant, user: UserSpec, entity_id: str, entity_name: str) -> EntitySpec:
    if entity_id and entity_name:
        raise login_fault("Only one of entityId and entityName can be specified.")
    if not entity_id and not entity_name:
        return tenant.home_of(user)
    entity = tenant.entity(id_=entity_id, name=entity_name)
    if entity is None or not tenant.may_enter(user, entity):
        # One text for both, so that a login does not tell which entities exist.
        raise login_fault(f"You do not have permission to access the entity {entity_id or entity_name}.")
    return entity
