"""What every command needs: the settings, an engine, and a way to run asynchronous work that can be stopped."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from sync_engine.cli.output import trouble
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine
from sync_engine.notify import notifier
from sync_engine.settings import Settings, load
from sync_engine.writing import Progress

T = TypeVar("T")

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def settings(context: typer.Context) -> Settings:
    """The settings that the command line names."""
    path: Path | None = context.find_root().params.get("settings_file")
    return load(path)


def engine(context: typer.Context, progress: Progress | None = None, *, only_changed: bool = False) -> Engine:
    """An engine on the machine's own clock, chance and network; `only_changed` goes over what the settings say."""
    told = settings(context)
    if only_changed:
        told = told.model_copy(update={"sync": told.sync.model_copy(update={"only_changed": True})})
    return Engine(
        told, clock=SystemClock(), chance=random.SystemRandom(), progress=progress, notifier=notifier(told.email)
    )


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work to its end.

    Ctrl-C and SIGTERM cancel it, so that it gives back its leases and says in the record that it was stopped; the
    command then ends with 130 or 143.
    """
    stopped: list[int] = []

    async def stoppable() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is in a task

        def stop() -> None:
            stopped.append(EXIT_TERMINATED)
            task.cancel()

        # Windows has no signal handlers on its loops; there Ctrl-C is all there is
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        return await work

    try:
        return asyncio.run(stoppable())
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except asyncio.CancelledError:
        if not stopped:
            raise
        code = EXIT_TERMINATED
    trouble().print(
        "Stopped. Rows already written stay. Go on with: ondemand-sync resume ID (the ids: ondemand-sync sessions)."
    )
    raise typer.Exit(code)
