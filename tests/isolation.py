"""What every test of mocks that must keep their tenants apart shares: threads at work, and the error of a crossing."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

STUCK_S = 120


class Crossing(AssertionError):
    """Something of one tenant, entity or org showed in another."""


class Post(Protocol):
    """A way to reach the mock: bytes there, status and bytes back. GET when there is no body."""

    def __call__(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """One exchange."""


class Actor(Protocol):
    """Someone at work in one place; a step raises `Crossing` when it sees what it should not."""

    STEPS: Sequence[str]

    def step(self, what: str, number: int) -> None:
        """Do one thing; `number` chooses among what it can be done with."""


def require(holds: bool, what: str) -> None:
    """Raise the error of a crossing unless all is well."""
    if not holds:
        raise Crossing(what)


def run_actors(makers: Sequence[Callable[[], Actor]], calls_each: int, seed: int) -> None:
    """Each actor in a thread of its own, doing random steps; raises the first `Crossing` or other error."""
    errors: list[BaseException] = []

    def work(number: int, make: Callable[[], Actor]) -> None:
        chance = random.Random(seed * 1_000 + number)
        try:
            actor = make()
            for _ in range(calls_each):
                if errors:
                    return
                actor.step(chance.choice(actor.STEPS), chance.randrange(1_000))
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            errors.append(error)

    # Threads that wait for one another for ever fail the test rather than keep it from ending.
    threads = [threading.Thread(target=work, args=(n, make), daemon=True) for n, make in enumerate(makers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(STUCK_S)
    if any(each.is_alive() for each in threads) and not errors:
        msg = f"calls have waited for one another for {STUCK_S} s"
        raise RuntimeError(msg)
    if errors:
        raise errors[0]
