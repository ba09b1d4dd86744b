"""What can be wrong with a fault rule."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class FaultRuleInvalid(ValueError):
    """A rule that makes no sense; the message names the key that is wrong and says what is allowed."""


class FaultRuleUnknown(KeyError):
    """There is no rule of that id; the message says which there are."""

    def __str__(self) -> str:
        # KeyError would put its message in quotes.
        return str(self.args[0]) if self.args else ""


def allowed(given: str, names: Iterable[str]) -> str:
    """What to do about a name that is none of `names`: the nearest one when it is near, and all of them when few."""
    known = sorted(names)
    near = get_close_matches(given, known, n=1) or get_close_matches(given.lower(), [n.lower() for n in known], n=1)
    meant = [name for name in known if near and name.lower() == near[0].lower()]
    hint = f"did you mean {meant[0]!r}?" if meant else ""
    listed = f"Allowed: {', '.join(known)}." if len(known) <= 40 else ""
    return " ".join(part for part in (hint, listed) if part) or "See the service's documentation."
