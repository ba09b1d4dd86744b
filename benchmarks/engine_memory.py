"""The most memory a sync of one account takes, with 10,000 charges and with 100,000.

The mocks are in a process of their own; the engine's process is measured by what the system says of it at its end,
the interpreter, the libraries and the map included. What they take before the first row comes is the floor.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.engine import serve, settings, sync
from benchmarks.measure import print_table, serving, until_told_to_stop
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine

SIZES = (1, 10_000, 100_000)


def measure(ours: Connection, zuora: str, salesforce: str) -> None:
    """The engine's process: sync twice, and tell the peak after each."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'store.db'}"
        engine = Engine(settings(zuora, salesforce, store), clock=SystemClock(), chance=random.Random(3))
        peaks = []
        for _ in range(2):
            asyncio.run(sync(engine))
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        engine.close()
        until_told_to_stop(ours, peaks)


def main() -> None:
    """Measure each size and print the peaks."""
    found: dict[int, list[float]] = {}
    for size in SIZES:
        with serving(serve, size) as (zuora, salesforce), serving(measure, zuora, salesforce) as peaks:
            found[size] = peaks
    rows = [[f"{size:,} charges", *(f"{peak:.0f} MiB" for peak in peaks)] for size, peaks in found.items()]
    print_table(["peak of the engine's process", "first sync", "and again"], rows)
    ratios = (large / small for large, small in zip(found[SIZES[-1]], found[SIZES[-2]], strict=True))
    sys.stdout.write(f"100,000 against 10,000: {', '.join(f'{ratio:.2f}' for ratio in ratios)} (goal: 1)\n")


if __name__ == "__main__":
    main()
