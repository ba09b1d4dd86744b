"""What is wrong in a seed: every mistake with its file, row and field, and nothing is loaded when there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches

from simulator.control import ControlInvalid

SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `row` is 0 and `field` "" where it is about the whole file; `file` is "" for the seed as a whole."""

    file: str
    problem: str
    row: int = 0
    field: str = ""

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        place += [f"row {self.row}"] if self.row else []
        place += [self.field] if self.field else []
        return f"{', '.join(place)}: {self.problem}" if place else self.problem


class Mistakes:
    """All that was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []
        self._count = 0

    def add(self, file: str, problem: str, *, row: int = 0, field: str = "") -> None:
        """One more."""
        self._count += 1
        if len(self._found) < SHOWN_MAX:
            self._found.append(Mistake(file, problem, row, field))

    def check(self) -> None:
        """Raise `ControlInvalid` with all of them when there are any."""
        if not self._count:
            return
        first, many = self._found[0], f"{self._count} mistakes, the first: " if self._count > 1 else ""
        raise ControlInvalid(f"Nothing was loaded. {many}{first}", [asdict(each) for each in self._found])


def meant(given: str, names: Iterable[str]) -> str:
    """The nearest of some names, as a question; "" when none is near."""
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""
