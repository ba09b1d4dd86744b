"""What the benchmarks share: a server in a process of its own, a client that only reads bytes, medians side by side."""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


@contextmanager
def serving(target: Callable[..., None], *arguments: object) -> Iterator[Any]:
    """Run `target(ours, *arguments)` in a process of its own; gives what it sends first, and ends it afterwards.

    `target` sends one message through the connection when it serves, and stops when it receives one.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=target, args=(there, *arguments), daemon=True)
    process.start()
    # held by nobody but the process, so that its end is the end of waiting for it
    there.close()
    try:
        yield here.recv()
        here.send("stop")
    finally:
        process.join(timeout=30)
        if process.is_alive():
            process.terminate()


def until_told_to_stop(ours: Connection, first: object) -> None:
    """For the server's process: tell that it serves, and wait."""
    ours.send(first)
    ours.recv()


class Client:
    """Posts a body to one address over one connection, and reads the reply without looking at it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.netloc)
        self._path = parts.path

    def post(self, body: bytes) -> bytes:
        """The reply's body; raises `RuntimeError` unless it is a success."""
        self._connection.request("POST", self._path, body, {"Content-Type": "text/xml"})
        reply = self._connection.getresponse()
        content = reply.read()
        if reply.status != http.client.OK:
            msg = f"HTTP {reply.status}: {content[:400]!r}"
            raise RuntimeError(msg)
        return content


def medians_ms(
    acts: Mapping[str, Callable[[], object]], rounds: int, before: Mapping[str, Callable[[], object]] | None = None
) -> dict[str, float]:
    """The median time of each act in milliseconds; they take turns, so that the machine's moods reach all alike.

    `before` holds what is done before an act, by its name, and not measured.
    """
    times: dict[str, list[float]] = {name: [] for name in acts}
    prepare = before or {}
    for act in acts.values():
        act()
    for _ in range(rounds):
        for name, act in acts.items():
            prepare.get(name, _nothing)()
            began = time.perf_counter()
            act()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def _nothing() -> None:
    pass


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side, on standard output."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        first, *others = (
            each.ljust(w) if n == 0 else each.rjust(w) for n, (each, w) in enumerate(zip(row, widths, strict=True))
        )
        sys.stdout.write("  ".join((first, *others)).rstrip() + "\n")


class ReadyMade:
    """Answers with the bytes it was last given (a PUT), so that nothing is left but to send them."""

    def __init__(self) -> None:
        self._body = b""

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One exchange."""
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/ready/keep":
            self._body = environ["wsgi.input"].read()
        headers = [("Content-Type", "text/xml;charset=UTF-8"), ("Content-Length", str(len(self._body)))]
        start_response("200 OK", headers)
        return [self._body]
