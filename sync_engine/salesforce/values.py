"""Whether a value read from Salesforce is the one that was sent, given the field's type.

Salesforce stores what it understood, not what it was sent: numbers rounded to the field's scale, moments in UTC,
texts trimmed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sync_engine.salesforce.messages import sendable

_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_IDS = frozenset({"id", "reference"})


def agree(kind: str, sent: str | None, read: str | None, *, scale: int | None = None) -> bool:
    """Whether `read` is `sent` as a field of the describe type `kind` (with `scale` decimal places) keeps it.

    None and the empty text are the same: Salesforce has no empty texts.
    """
    sent, read = sendable(sent or ""), sendable(read or "")
    if not sent or not read:
        # A checkbox is never null: blank is stored as false.
        return sent == read or (kind == "boolean" and {sent, read} <= {"", "false", "0"})
    if kind == "boolean":
        return (sent in ("true", "1")) == (read in ("true", "1"))
    if kind in _NUMBERS:
        return _number(sent, scale) == _number(read, scale)
    if kind == "datetime":
        return _moment(sent) == _moment(read)
    if kind in _IDS:
        return sent[:15] == read[:15]
    return sent.replace("\r\n", "\n") == read.replace("\r\n", "\n")


def _number(text: str, scale: int | None) -> Decimal | str:
    try:
        number = Decimal(text)
        if not number.is_finite():
            return text  # NaN is a word here: no field keeps it, and it would not even equal itself
        return number if scale is None else number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    except InvalidOperation:
        return text


def _moment(text: str) -> datetime | str:
    try:
        moment = datetime.fromisoformat(text)
        # Salesforce keeps whole seconds; a text without an offset is UTC to it.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return text
