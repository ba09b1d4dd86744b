"""Who may ask for a sync, and what becomes of a request: accepted and done afterwards, or refused in words.

First wins here as everywhere: while a request for an object is waiting or being worked on, or another session holds
it, a further one is refused at once. What is not known yet at this moment, such as the Zuora id behind a Salesforce
id, is settled by the lease when the session runs.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sync_engine import admission
from sync_engine.admission import SyncRequest
from sync_engine.errors import OnDemandSyncError, RequestRefused
from sync_engine.leases import Leases
from sync_engine.model import ObjectKind
from sync_engine.results import SyncResult
from sync_engine.service.background import Background, Busy
from sync_engine.service.envelope import Asked

log = logging.getLogger(__name__)

ACCEPTED = "The request was accepted; its data arrives in a moment."
Sync = Callable[[SyncRequest], Awaitable[list[SyncResult]]]


class CredentialsWrong(Exception):
    """The token is not the one that was agreed on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request."""

    accepted: bool
    message: str


class RequestDesk:
    """Takes requests, and has them worked on in the background.

    `sync` does a request, `organization_id` is the one org that may ask ("" takes any that knows the token).
    """

    def __init__(
        self, sync: Sync, leases: Leases, background: Background, *, token: str, organization_id: str = ""
    ) -> None:
        self._sync = sync
        self._leases = leases
        self._background = background
        self._token = token
        self._organization_id = organization_id

    async def ask(self, asked: Asked) -> Answer:
        """Accept or refuse a request; raises `CredentialsWrong` for a token that is not ours."""
        if not hmac.compare_digest(asked.token.encode(), self._token.encode()):
            raise CredentialsWrong
        if self._organization_id and asked.organization_id[:15] != self._organization_id[:15]:
            return Answer(
                accepted=False,
                message=f"This service is connected to another org than {asked.organization_id or 'none'}. Ask from "
                "the org whose data it writes.",
            )
        try:
            request = _request(asked)
            (wanted,) = admission.admit(request).objects
        except RequestRefused as refused:
            return Answer(accepted=False, message=f"{refused.message} {refused.what_to_do}".strip())
        held = await self._held(wanted.zuora_id)
        if held:
            return Answer(accepted=False, message=held)
        key = f"{wanted.kind}:{wanted.zuora_id or wanted.salesforce_id}"
        try:
            self._background.start(key, lambda: self._work(request))
        except Busy as busy:
            return Answer(accepted=False, message=str(busy))
        return Answer(accepted=True, message=ACCEPTED)

    async def _held(self, zuora_id: str | None) -> str:
        """Words for an object that a session holds, "" for one that is free."""
        for lease in await self._leases.all() if zuora_id else ():
            if lease.key.zuora_id == zuora_id:
                return (
                    f"Another session is syncing it: {lease.holder}, since {lease.taken_at:%Y-%m-%d %H:%M:%S} UTC. "
                    "The first request wins; ask again in 30 minutes."
                )
        return ""

    async def _work(self, request: SyncRequest) -> None:
        """Do an accepted request; its outcome is in the ledger, and told to the log in a line an object."""
        try:
            results = await self._sync(request)
        except OnDemandSyncError as error:
            log.warning("a request could not be done: %s %s", error.message, error.what_to_do)
            return
        for result in results:
            log.info("%s %s: %s", result.kind, result.zuora_id or result.object_id, result.status_message)


def _request(asked: Asked) -> SyncRequest:
    """The request of the engine; raises `RequestRefused` for one that names no object or two."""
    try:
        kind = ObjectKind(asked.object_type)
    except ValueError:
        names = " and ".join(ObjectKind)
        raise RequestRefused(f"{asked.object_type!r:.80} is no object type.", f"There are {names}.") from None
    if bool(asked.object_id) == bool(asked.zuora_id):
        raise RequestRefused("A request names one object.", "Give its objectId or its zuoraId.")
    return SyncRequest(
        kind,
        object_ids=[asked.object_id] if asked.object_id else (),
        zuora_ids=[asked.zuora_id] if asked.zuora_id else (),
        entity_id=asked.entity_id,
        email_notification=False,  # the org's own class tells its user
    )
