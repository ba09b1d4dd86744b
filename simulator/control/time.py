"""The mock's clock from outside: what time it is, freezing and resuming it, moving it, and its rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from werkzeug.wrappers import Request

from simulator import durations
from simulator.clock import Clock
from simulator.control.routes import Route, only, typed
from simulator.control.safety import json_body
from simulator.control.subject import ControlInvalid, ControlRefused

ADVANCE_S_MAX = 10 * 366 * 86_400
"""Ten years: as far as one step may take a clock."""

_EXAMPLES = (
    'Say what to do: {"freeze": true}, {"resume": true}, {"advance": "24h"}, {"set": "2030-01-01T00:00:00Z"} '
    'or {"rate": 60}, or several of them.'
)


@runtime_checkable
class Movable(Protocol):
    """A clock that can be moved forward."""

    def advance(self, seconds: float) -> None:
        """Move time forward; raises `ValueError` for a step back."""


@runtime_checkable
class Steerable(Movable, Protocol):
    """A clock that can also be frozen, set, and run at another rate. All raise `ValueError` for what cannot be."""

    @property
    def rate(self) -> float:
        """How fast it runs."""

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""

    def set(self, moment: datetime) -> None:
        """Move time forward to a moment."""

    def freeze(self) -> None:
        """Stand still."""

    def resume(self) -> None:
        """Run on."""

    def set_rate(self, rate: float) -> None:
        """Run faster or slower."""


class TimeRoutes:
    """`/clock`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.routes = (
            Route("GET", "/clock", lambda _request: self.told()),
            Route("POST", "/clock", self._steer),
        )

    def told(self) -> dict[str, Any]:
        """The time, and how it passes."""
        clock = self._clock
        told: dict[str, Any] = {"now": clock.now().isoformat(), "movable": isinstance(clock, Movable)}
        if isinstance(clock, Steerable):
            return {**told, "rate": clock.rate, "frozen": clock.frozen}
        # One that can only be moved stands still in between.
        return {**told, "rate": 1.0, "frozen": told["movable"]}

    def _steer(self, request: Request) -> Mapping[str, Any]:
        body = json_body(request)
        only(body, "advance", "advance_s", "set", "freeze", "resume", "rate")
        for name in ("freeze", "resume"):
            if body.get(name) not in (None, True):
                raise ControlInvalid(f"{name} is true, or left out.")
        if body.get("freeze") and body.get("resume"):
            raise ControlInvalid("A clock is frozen or resumed, not both at once.")
        steps = self._steps(body)
        if not steps:
            raise ControlInvalid(_EXAMPLES)
        try:
            for step in steps:
                step()
        except ValueError as error:
            words = str(error)
            raise ControlInvalid(f"{words[0].upper()}{words[1:]}.") from None
        return self.told()

    def _steps(self, body: Mapping[str, Any]) -> list[Callable[[], None]]:
        """What is to be done, in this order: set, move, rate, freeze or resume; all of it can be read."""
        steps: list[Callable[[], None]] = []
        moment, seconds, rate = _moment(body), _seconds(body), _rate(body)
        clock = self._clock
        if not isinstance(clock, Movable):
            raise ControlRefused("This mock runs on the machine's own clock, which cannot be moved.")
        if not isinstance(clock, Steerable):
            if seconds is None or len([name for name in body if body[name] is not None]) > 1:
                raise ControlRefused("This mock's clock moves only when it is told to; nothing but advance works.")
            return [lambda: clock.advance(seconds)]
        if moment is not None:
            steps.append(lambda: clock.set(moment))
        if seconds is not None:
            steps.append(lambda: clock.advance(seconds))
        if rate is not None:
            steps.append(lambda: clock.set_rate(rate))
        if body.get("freeze"):
            steps.append(clock.freeze)
        if body.get("resume"):
            steps.append(clock.resume)
        return steps


def _seconds(body: Mapping[str, Any]) -> float | None:
    if body.get("advance") is not None and body.get("advance_s") is not None:
        raise ControlInvalid("Give advance or advance_s, not both.")
    given = body.get("advance_s")
    if given is None:
        span = body.get("advance")
        if span is None:
            return None
        try:
            given = durations.seconds(span) if isinstance(span, str) else span
        except ValueError as error:
            raise ControlInvalid(str(error)) from None
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 <= given <= ADVANCE_S_MAX:
        raise ControlInvalid('Say how far forward, at most ten years: {"advance": "24h"} or {"advance_s": 3600}.')
    return float(given)


def _rate(body: Mapping[str, Any]) -> float | None:
    given = body.get("rate")
    if given is not None and (not isinstance(given, int | float) or isinstance(given, bool)):
        raise ControlInvalid(f'rate is a number, as in {{"rate": 60}}, not {given!r:.80}.')
    return None if given is None else float(given)


def _moment(body: Mapping[str, Any]) -> datetime | None:
    given = typed(body, "set", str, '{"set": "2030-01-01T00:00:00Z"}')
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ControlInvalid(f"set is a moment with its offset, such as 2030-01-01T00:00:00Z, not {given!r:.80}.")
    return moment
