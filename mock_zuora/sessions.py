"""Who is logged in: session ids to tenant, entity and user, for as long as the clock and the tenant's policy allow."""

from __future__ import annotations

import hmac
import random
import string
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mock_zuora.faults import RESTRICTED_IP, api_disabled_fault, login_fault, session_fault
from mock_zuora.tenants import EntityData, EntitySpec, Tenant, UserSpec
from simulator.clock import Clock

ID_CHARACTERS = 160

_ALPHABET = string.ascii_letters + string.digits + "-_"


@dataclass(slots=True)
class Session:
    """One login, bound to one entity of one tenant; under a sliding policy every use moves `expires_at` on."""

    id: str = field(repr=False)
    tenant: Tenant = field(repr=False)
    entity: EntitySpec
    username: str
    expires_at: datetime

    @property
    def user(self) -> UserSpec:
        """The logged-in user, with the settings they have now."""
        found = self.tenant.user(self.username)
        if found is None:
            msg = f"the session's user {self.username} is gone"
            raise RuntimeError(msg)
        return found

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
    """Opens sessions and finds them again. Safe to use from several threads."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(
        self,
        tenants: Iterable[Tenant],
        username: str,
        password: str,
        *,
        entity_id: str = "",
        entity_name: str = "",
        address: str = "",
    ) -> Session:
        """Log a user in who calls from an IP address, "" being none to speak of.

        Raises a LoginFault. Its words do not tell whether name or password was wrong, nor that a user is locked out or
        no longer active.
        """
        tenant, user = self.authenticated(tenants, username, password, address)
        return self._add(tenant, entered(tenant, user, entity_id, entity_name), user)

    def authenticated(
        self, tenants: Iterable[Tenant], username: str, password: str, address: str
    ) -> tuple[Tenant, UserSpec]:
        """The user with this name and password; raises a LoginFault, or the API_DISABLED fault of their tenant."""
        for tenant in tenants:
            user = tenant.user(username)
            if user is None:
                continue
            # Before the password is looked at, so that a stranger learns nothing of it.
            if address and not tenant.policy.admits(address):
                raise login_fault(RESTRICTED_IP)
            right = hmac.compare_digest(user.password.encode(), password.encode())
            admitted = tenant.lockouts.attempt(username, tenant.policy, self._clock.now(), right=right)
            if not admitted or not user.active:
                break
            if not tenant.spec.api_enabled:
                raise api_disabled_fault()
            return tenant, user
        raise login_fault()

    def known(self, session_id: str) -> Session:
        """The session with this id, which goes on no longer for it; raises the INVALID_SESSION fault.

        It also ends when its user is no longer active or no longer has access to the entity.
        """
        now = self._clock.now()
        with self._lock:
            session = self._open.get(session_id)
            if session is None or session.expires_at <= now or not _still_welcome(session):
                self._open.pop(session_id, None)
                raise session_fault()
            return session

    def renew(self, session: Session) -> None:
        """A session was used: begin its time anew where the policy lets it slide."""
        if session.tenant.policy.sliding:
            with self._lock:
                session.expires_at = self._clock.now() + session.tenant.session_lifetime

    def count(self, tenant: Tenant) -> int:
        """How many sessions of a tenant are open."""
        now = self._clock.now()
        with self._lock:
            return sum(each.tenant is tenant and each.expires_at > now for each in self._open.values())

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
            session = Session(session_id, tenant, entity, user.username, now + tenant.session_lifetime)
            self._open[session_id] = session
            return session


def entered(tenant: Tenant, user: UserSpec, entity_id: str, entity_name: str) -> EntitySpec:
    """The entity a user asks for by id or by name, or their home entity; raises a LoginFault."""
    if not entity_id and not entity_name:
        return tenant.home_of(user)
    if not tenant.spec.is_multi_entity:
        raise login_fault("An entity cannot be specified: Multi-entity is not enabled for this tenant.")
    if entity_id and entity_name:
        raise login_fault("Only one of entityId and entityName can be specified.")
    entity = tenant.entity(id_=entity_id, name=entity_name)
    if entity is None or not entity.provisioned or not tenant.may_enter(user, entity):
        # One text for all, so that a login does not tell which entities exist.
        raise login_fault(f"You do not have permission to access the entity {entity_id or entity_name}.")
    return entity


def _still_welcome(session: Session) -> bool:
    user = session.tenant.user(session.username)
    return user is not None and user.active and session.tenant.may_enter(user, session.entity)
