"""What a request gives back: one result an object asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync_engine.model import ObjectKind, RequestedObject, SessionState

SEND_ERROR = "An error occurred while sending on-demand sync request to ZBilling. The error details are :"
"""How the Salesforce package begins a result for a request that could not be sent."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What became of one account or product.

    `success` is True when everything of it was synced. `status_message` is what to show a person, `what_to_do` the
    next step. `session_id` is "" for an object that never reached a session. `try_again_at` is set when another
    session holds the object. `exit_code` is what the command line ends with for it.

    The names that Apex knows, `statusMessage`, `objectId`, `zuoraId` and `sessionId`, read the same values.
    """

    success: bool
    status_message: str
    kind: ObjectKind = ObjectKind.BILLING_ACCOUNT
    object_id: str | None = None
    zuora_id: str | None = None
    entity_id: str | None = None
    session_id: str = ""
    state: SessionState = SessionState.FAILURE
    code: str | None = None
    what_to_do: str | None = None
    try_again_at: datetime | None = None
    exit_code: int = field(default=0, compare=False)

    @property
    def statusMessage(self) -> str:  # noqa: N802 - the name in Apex
        """`status_message`."""
        return self.status_message

    @property
    def objectId(self) -> str | None:  # noqa: N802 - the name in Apex
        """`object_id`."""
        return self.object_id

    @property
    def zuoraId(self) -> str | None:  # noqa: N802 - the name in Apex
        """`zuora_id`."""
        return self.zuora_id

    @property
    def sessionId(self) -> str:  # noqa: N802 - the name in Apex
        """`session_id`."""
        return self.session_id


def failed(
    asked: RequestedObject, message: str, what_to_do: str, *, code: str | None = None, exit_code: int = 1
) -> SyncResult:
    """A result for an object that never reached a session."""
    return SyncResult(
        success=False,
        status_message=message,
        kind=asked.kind,
        object_id=asked.salesforce_id,
        zuora_id=asked.zuora_id,
        entity_id=asked.entity_id,
        code=code,
        what_to_do=what_to_do,
        exit_code=exit_code,
    )


def exit_code(results: Sequence[SyncResult]) -> int:
    """The exit code for a whole request: the most serious of its objects' own.

    A service that cannot be used (3) and a limit (5) stop everything, so they come first; rows that failed (1) come
    before accounts that only have to wait (4).
    """
    codes = {result.exit_code for result in results}
    return next((code for code in (3, 5, 1, 4) if code in codes), 0)
