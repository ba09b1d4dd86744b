"""The demonstration served on this machine, and the engine set to sync it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline.serving import Stack
from sync_engine import settings as engine_settings
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack(seed="demo", skip_waits=True) as started:
        yield started


@pytest.fixture
def engine(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The engine; with a parameter it keeps subscriptions by that, `version` or `number`."""
    told = engine_settings.load(Path(stack.served.settings))
    key = getattr(request, "param", told.sync.subscription_key)
    told = told.model_copy(update={"sync": told.sync.model_copy(update={"subscription_key": key})})
    with Engine(told, clock=SystemClock(), chance=random.Random(1)) as made:
        yield made
