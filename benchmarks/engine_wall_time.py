"""How long a sync takes: against a bare program that sends the same bytes, and against a plain script.

The bare program (`bare_program`) sends what the engine sent, the same calls side by side, and reads the replies with
lxml. The plain script (`plain_zeep_script`) is what one would write with zeep, one call after the other, here against
mocks that take 150 ms a call. Every sync is one of an account that is in the org already; the mocks are in a process
of their own.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

from benchmarks.bare_program import Recording, replay
from benchmarks.engine import ACCOUNT, PASSWORD, USER, serve, settings, sync
from benchmarks.measure import print_table, serving
from benchmarks.plain_zeep_script import run
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine

T = TypeVar("T")

CHARGES = 10_000
TAKES_S = 0.15
ROUNDS = 3
BARE_GOAL, SCRIPT_GOAL = 1.5, 3.0
CHANCE = random.Random(3)
"""One for all engines: they share a store, and sessions take their ids from it."""


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How many seconds it takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def bare_sync(sent: Recording) -> int:
    """What the engine sent, sent bare."""
    return asyncio.run(replay(sent.requests, sent.ended))


def engine_sync(zuora: str, salesforce: str, store: str) -> Recording:
    """One sync by an engine of its own, as a command makes it; gives what it sent."""
    recording = Recording(httpx.AsyncHTTPTransport())
    engine = Engine(settings(zuora, salesforce, store), clock=SystemClock(), chance=CHANCE, transport=recording)
    asyncio.run(sync(engine))
    engine.close()
    return recording


def against_bare(store: str) -> list[str]:
    """The engine and the bare program in turns, on mocks that answer at once."""
    engine, bare = [], []
    with serving(serve, CHARGES) as (zuora, salesforce):
        engine_sync(zuora, salesforce, store)
        for _ in range(ROUNDS):
            took, sent = timed(partial(engine_sync, zuora, salesforce, store))
            engine.append(took)
            bare.append(timed(partial(bare_sync, sent))[0])
    ours, theirs = statistics.median(engine), statistics.median(bare)
    what = f"the same {len(sent.requests)} calls, sent bare"
    return [what, f"{ours:.1f} s", f"{theirs:.1f} s", f"{ours / theirs:.2f} (goal: at most {BARE_GOAL})"]


def against_script(store: str) -> list[str]:
    """The engine and the script in turns, on mocks that take their time."""
    engine, script = [], []
    with serving(serve, CHARGES, TAKES_S) as (zuora, salesforce):
        engine_sync(zuora, salesforce, store)
        for _ in range(ROUNDS):
            script.append(timed(partial(run, zuora, salesforce, USER, PASSWORD, ACCOUNT))[0])
            engine.append(timed(partial(engine_sync, zuora, salesforce, store))[0])
    ours, theirs = statistics.median(engine), statistics.median(script)
    what = f"a plain zeep script, {TAKES_S * 1000:.0f} ms a call"
    return [what, f"{ours:.1f} s", f"{theirs:.1f} s", f"{theirs / ours:.2f} times as fast (goal: {SCRIPT_GOAL:.0f})"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            against_bare(f"sqlite:///{Path(folder) / 'bare.db'}"),
            against_script(f"sqlite:///{Path(folder) / 'script.db'}"),
        ]
    sys.stdout.write(f"an account of {CHARGES:,} charges, synced again; medians of {ROUNDS} turns\n")
    print_table(["against", "the engine", "the other", "ratio"], rows)


if __name__ == "__main__":
    main()
