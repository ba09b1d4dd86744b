"""Regular expressions of REGEX(), matched in time that grows with the text only.

A pattern is the part of Java's language that needs no looking back or ahead: characters, classes, groups,
alternatives and repetitions. It becomes a machine of states, all of which a text goes through side by side, so that
no pattern takes longer for a clever text. A whole text matches or does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood

MAX_STATES = 4_000
MAX_DEPTH = 40
MAX_WORK = 1_000_000
"""Steps of states over characters that one match may take; Apex has a limit of the same size."""
_MAX_REMEMBERED = 2_000
_END = 0x110000

Ranges = tuple[tuple[int, int], ...]


def _without(ranges: Ranges) -> Ranges:
    """Every character but these."""
    left, start = [], 0
    for first, last in sorted(ranges):
        if first > start:
            left.append((start, first - 1))
        start = max(start, last + 1)
    return (*left, (start, _END)) if start <= _END else tuple(left)


def _of(characters: str) -> Ranges:
    return tuple((ord(each), ord(each)) for each in characters)


_DIGIT: Ranges = ((48, 57),)
_UPPER: Ranges = ((65, 90),)
_LOWER: Ranges = ((97, 122),)
_WORD: Ranges = (*_DIGIT, *_UPPER, *_LOWER, (95, 95))
_SPACE = _of(" \t\n\x0b\f\r")
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "h": _of(" \t\u00a0")}
_CLASSES |= {name.upper(): _without(ranges) for name, ranges in _CLASSES.items()}
_NAMED: dict[str, Ranges] = {
    "Lower": _LOWER,
    "Upper": _UPPER,
    "Alpha": (*_UPPER, *_LOWER),
    "Digit": _DIGIT,
    "Alnum": (*_DIGIT, *_UPPER, *_LOWER),
    "Punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "Space": _SPACE,
    "XDigit": (*_DIGIT, (65, 70), (97, 102)),
    "ASCII": ((0, 127),),
}
_NOT_LINES = _without(_of("\n\r\u0085\u2028\u2029"))
_COUNTS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}


@dataclass(slots=True)
class _State:
    """Where a text may be: `ranges` lead to `then`; without them the state is a fork to all of `forks`.

    With an `anchor` the forks are open at the text's beginning (^) or end ($) only.
    """

    ranges: Ranges | None = None
    then: int = -1
    anchor: str = ""
    forks: list[int] = field(default_factory=list)


class Pattern:
    """A pattern that was understood."""

    def __init__(self, text: str) -> None:
        """Raises `NotUnderstood`."""
        reader = _Reader(text)
        start, self._end = reader.read()
        self._states = reader.states
        self._start = self._closure([start], "^")
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the whole text is one of the pattern's. Raises `CannotCompute` when that takes too much."""
        at, work = self._start, 0
        for character in text:
            step = self._steps.get((at, character))
            if step is None:
                work += len(at)
                if work > MAX_WORK:
                    raise CannotCompute("Regex too complicated")
                step = self._step(at, character)
                if len(self._steps) < _MAX_REMEMBERED:
                    self._steps[at, character] = step
            at = step
            if not at:
                return False
        return self._end in self._closure(at, "$" if text else "^$")

    def _step(self, at: frozenset[int], character: str) -> frozenset[int]:
        code, states = ord(character), self._states
        reached = [
            states[each].then
            for each in at
            if (ranges := states[each].ranges) is not None and any(first <= code <= last for first, last in ranges)
        ]
        return self._closure(reached, "")

    def _closure(self, starts: Iterable[int], anchors: str) -> frozenset[int]:
        """The states, and all that forks lead to from them; `anchors` are those whose place this is."""
        found = set(starts)
        waiting = list(found)
        while waiting:
            state = self._states[waiting.pop()]
            if state.ranges is None and state.anchor in ("", *anchors):
                for each in state.forks:
                    if each not in found:
                        found.add(each)
                        waiting.append(each)
        return frozenset(found)


@lru_cache(maxsize=500)
def pattern(text: str) -> Pattern:
    """The pattern of a text; raises `NotUnderstood`."""
    return Pattern(text)


class _Reader:
    """Reads a pattern and makes its states; a piece is where it starts and the fork where it ends."""

    def __init__(self, text: str) -> None:
        self._folds = text.startswith("(?i)")
        self._text = text[4:] if self._folds else text
        self._at = 0
        self._depth = 0
        self.states: list[_State] = []

    def read(self) -> tuple[int, int]:
        piece = self._alternatives()
        if self._at < len(self._text):
            raise self._wrong("a ')' closes nothing")
        return piece

    def _wrong(self, why: str) -> NotUnderstood:
        return NotUnderstood(f"the pattern {self._text[:60]!r} cannot be read: {why}")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._peek()
        if not taken:
            raise self._wrong("it ends where something is missing")
        self._at += 1
        return taken

    def _state(self, ranges: Ranges | None = None, then: int = -1) -> int:
        if len(self.states) >= MAX_STATES:
            raise self._wrong("it is too large")
        self.states.append(_State(ranges, then))
        return len(self.states) - 1

    def _alternatives(self) -> tuple[int, int]:
        start, end = self._state(), self._state()
        while True:
            first, last = self._sequence()
            self.states[start].forks.append(first)
            self.states[last].forks.append(end)
            if self._peek() != "|":
                return start, end
            self._at += 1

    def _sequence(self) -> tuple[int, int]:
        start = last = self._state()
        while self._peek() not in ("", "|", ")"):
            first, end = self._repeated()
            self.states[last].forks.append(first)
            last = end
        return start, last

    def _repeated(self) -> tuple[int, int]:
        """An item as often as it says. What is repeated is read again for each further copy."""
        begin = self._at
        piece = self._item()
        least, most = self._count()
        if (least, most) == (1, 1):
            return piece
        after, copies = self._at, most if most is not None else max(least, 1)
        pieces = [piece, *(self._piece_at(begin) for _ in range(copies - 1))] if copies else []
        self._at = after
        start, leave = self._state(), self._state()
        last = start
        for number, (first, end) in enumerate(pieces):
            if number >= least:
                self.states[last].forks.append(leave)
            self.states[last].forks.append(first)
            last = end
        if most is None:
            self.states[last].forks.append(pieces[-1][0])
        self.states[last].forks.append(leave)
        return start, leave

    def _piece_at(self, begin: int) -> tuple[int, int]:
        self._at = begin
        return self._item()

    def _count(self) -> tuple[int, int | None]:
        mark = self._peek()
        if mark not in ("*", "+", "?", "{") or not mark:
            return 1, 1
        self._at += 1
        counts = self._braces() if mark == "{" else _COUNTS[mark]
        if self._peek() == "?":  # as few as possible: which text matches as a whole stays the same
            self._at += 1
        elif self._peek() == "+":
            raise self._wrong("possessive repetitions are not supported")
        if self._peek() in ("*", "+", "?", "{") and self._peek():
            raise self._wrong("a repetition is repeated")
        return counts

    def _braces(self) -> tuple[int, int | None]:
        inside, closed, _ = self._text[self._at :].partition("}")
        least, comma, most = inside.partition(",")
        known = least.isdecimal() and least.isascii() and len(least) < 5
        if not closed or not known or (most and not (most.isdecimal() and most.isascii() and len(most) < 5)):
            raise self._wrong("'{' is not followed by how often")
        self._at += len(inside) + 1
        if not comma:
            return int(least), int(least)
        if most and int(most) < int(least):
            raise self._wrong("a repetition's most is below its least")
        return int(least), int(most) if most else None

    def _item(self) -> tuple[int, int]:
        mark = self._take()
        if mark == "(":
            return self._group()
        if mark in ("^", "$"):
            anchor = self._state()
            self.states[anchor].anchor = mark
            return anchor, anchor
        if mark in ("*", "+", "?", "{"):
            raise self._wrong(f"{mark!r} repeats nothing")
        if mark == ".":
            return self._one(_NOT_LINES)
        if mark == "[":
            return self._one(self._class())
        return self._one(self._escape() if mark == "\\" else _of(mark))

    def _group(self) -> tuple[int, int]:
        if self._peek() == "?":
            if not self._text.startswith("?:", self._at):
                raise self._wrong("groups that begin with '(?' are not supported, but for '(?:'")
            self._at += 2
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._wrong("it is nested too deep")
        piece = self._alternatives()
        self._depth -= 1
        if self._take() != ")":
            raise self._wrong("a '(' is not closed")
        return piece

    def _one(self, ranges: Ranges) -> tuple[int, int]:
        end = self._state()
        return self._state(self._folded(ranges), end), end

    def _folded(self, ranges: Ranges) -> Ranges:
        """With (?i), the ASCII letters of both cases, as Java does without asking for more."""
        if not self._folds:
            return ranges
        more = []
        for (low, high), shift in ((_LOWER[0], -32), (_UPPER[0], 32)):
            for first, last in ranges:
                if max(first, low) <= min(last, high):
                    more.append((max(first, low) + shift, min(last, high) + shift))
        return (*ranges, *more)

    def _escape(self) -> Ranges:
        mark = self._take()
        if mark in _CLASSES:
            return _CLASSES[mark]
        if mark in _CONTROL:
            return _of(_CONTROL[mark])
        if mark in ("p", "P"):
            return self._named(mark)
        if mark in ("u", "x"):
            digits = self._text[self._at : self._at + (4 if mark == "u" else 2)]
            if len(digits) != (4 if mark == "u" else 2) or not all(each in "0123456789abcdefABCDEF" for each in digits):
                raise self._wrong(f"'\\{mark}' is not followed by a character's number")
            self._at += len(digits)
            return ((int(digits, 16), int(digits, 16)),)
        if mark.isascii() and mark.isalnum():
            raise self._wrong(f"'\\{mark}' is not supported")
        return _of(mark)

    def _named(self, mark: str) -> Ranges:
        name, closed, _ = self._text[self._at :].partition("}")
        ranges = _NAMED.get(name.removeprefix("{"))
        if not closed or ranges is None:
            raise self._wrong(f"'\\{mark}{name[:20]}' is not supported")
        self._at += len(name) + 1
        return _without(ranges) if mark == "P" else ranges

    def _class(self) -> Ranges:
        negated = self._peek() == "^"
        self._at += negated
        ranges: list[tuple[int, int]] = []
        opened = self._at
        while self._peek() != "]" or self._at == opened:
            mark = self._take()
            if mark == "[" or self._text.startswith("&&", self._at - 1):
                raise self._wrong("classes within classes are not supported")
            single = self._escape() if mark == "\\" else _of(mark)
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                last = self._take()
                end = self._escape() if last == "\\" else _of(last)
                if len(single) != 1 or len(end) != 1 or end[0][1] < single[0][0]:
                    raise self._wrong("a range in a class is none")
                single = ((single[0][0], end[0][1]),)
            ranges.extend(single)
        self._at += 1
        found = tuple(ranges)
        return _without(self._folded(found)) if negated else found
