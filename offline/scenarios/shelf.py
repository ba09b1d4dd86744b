"""The scenarios there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from offline.scenarios.demo import demo
from offline.scenarios.model import Scenario

_SHELF: Mapping[str, Callable[[], Scenario]] = {"demo": demo}


class UnknownScenario(LookupError):
    """There is no scenario of that name; the message suggests those that are near, or all."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, _SHELF, 1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(_SHELF))}."
        super().__init__(f"there is no scenario {name!r}; {hint}")
        self.name = name


def names() -> list[str]:
    """The names of all scenarios."""
    return sorted(_SHELF)


def scenario(name: str) -> Scenario:
    """Build a scenario; raises `UnknownScenario`."""
    build = _SHELF.get(name)
    if build is None:
        raise UnknownScenario(name)
    return build()
