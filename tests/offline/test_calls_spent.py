"""A sync makes no more calls than pages and batches allow."""

from __future__ import annotations

import pytest

from benchmarks.engine import World
from benchmarks.engine_calls import made, salesforce_bound, zuora_bound


@pytest.mark.parametrize("charges", [1, 100, 450])
def test_the_calls_made_are_the_fewest(charges: int) -> None:
    world = World(charges)
    for again in (False, True):
        session = world.sync()
        assert made(world.wire.calls) == (zuora_bound(world), *salesforce_bound(world, again=again))
        assert session.zuora_calls + session.salesforce_calls == sum(world.wire.calls.values())
    world.close()
