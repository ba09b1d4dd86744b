"""The words of refusals that several parts of a write share."""

from __future__ import annotations

from collections.abc import Sequence

_BAD_ID_BELOW = 40.0


def not_writable(names: Sequence[str]) -> str:
    """Fields that cannot be set, or not by this user."""
    return (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set."
    )


def malformed_id(sent: str, version: float) -> str:
    """What is sent as an id and is none; the words changed with version 40.0 of the API."""
    return f"{'bad' if version < _BAD_ID_BELOW else 'malformed'} id {sent}"


NO_RECORD = "invalid cross reference id"
NO_ACCESS = "insufficient access rights on object id"
DELETED = "entity is deleted"
CIRCLE = "attempt to violate hierarchy constraints"
