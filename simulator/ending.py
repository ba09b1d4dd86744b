"""What is left to do once a reply is out: a host says when that is, and a mock what to do then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_PENDING = "simulator.at_end"


@contextmanager
def reply_ends(environ: dict[str, Any]) -> Iterator[None]:
    """For a host: around asking its app and waiting out the service's time; what was promised is done at the end."""
    pending: list[Callable[[], object]] = []
    environ[_PENDING] = pending
    try:
        yield
    finally:
        for each in pending:
            each()


def at_end(environ: Mapping[str, Any], do: Callable[[], object]) -> bool:
    """For a mock: have something done once the reply is out.

    A host that does not say when never does it, and then this is false.
    """
    pending = environ.get(_PENDING)
    if pending is None:
        return False
    pending.append(do)
    return True
