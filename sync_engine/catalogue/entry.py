"""What the catalogue says of one code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """The class of a code: what the engine does when it meets it."""

    RETRY_ROW = "retry row"
    """Send the same rows again after a pause."""
    SHRINK_BATCH = "shrink batch"
    """Send the same rows in smaller batches."""
    LOG_IN_AGAIN = "log in again"
    """Log in and repeat the call."""
    WAIT = "wait"
    """Repeat the whole call after a pause."""
    STOP_SESSION = "stop session"
    """Nothing more can succeed: end the session."""
    GIVE_UP_ROW = "give up row"
    """Report it; sending it again would give the same answer."""

    @property
    def says(self) -> str:
        """What the engine does, for a person."""
        return _SAYS[self]


_SAYS = {
    Action.RETRY_ROW: "sends the same rows again after a pause, and gives them up when that does not help.",
    Action.SHRINK_BATCH: "sends the same rows in smaller batches, and gives up a row that fails alone.",
    Action.LOG_IN_AGAIN: "logs in again and repeats the call.",
    Action.WAIT: "repeats the whole call after a pause, and gives up when that does not help.",
    Action.STOP_SESSION: "ends the session; what was written stays written.",
    Action.GIVE_UP_ROW: "reports it and goes on with the other rows; a call that only reads ends the session.",
}


class Reach(StrEnum):
    """Whose call brings a code."""

    SYNC = "sync"
    """A sync's own calls."""
    AUTOMATION = "automation"
    """What a sync's writes set off in the org: a trigger, a flow, a rule."""
    ELSEWHERE = "elsewhere"
    """Calls that a sync does not make."""

    @property
    def says(self) -> str:
        """Whose call it is, for a person."""
        return _REACHES[self]


_REACHES = {
    Reach.SYNC: "its own calls can bring it.",
    Reach.AUTOMATION: "its own calls do not bring it, but a trigger, flow or rule that they set off can.",
    Reach.ELSEWHERE: "it makes no call that is answered so.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `when` is a text that the message must hold for the entry to apply, "" for any message.

    `family` names what the code has to do with when it shares its explanation with others. `known` is False for an
    entry made up for a code that the catalogue does not have.
    """

    code: str
    service: str
    action: Action
    cause: str
    what_to_do: str
    when: str = ""
    reach: Reach = Reach.SYNC
    family: str = ""
    known: bool = True
