"""`mock journal` and `mock verify`: what was said to running mocks, and whether that is what should have been."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from offline.commands.targets import Mock, Service, ServiceName, Url, for_each, mocks, one
from simulator.clock import Clock, SystemClock
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, table, write_json

CLOCK: Clock = SystemClock()
"""On which `mock journal --follow` waits between two looks."""

_HEADINGS = ("mock", "number", "at", "operation", "status", "request", "reply", "fault")


def register(mock: typer.Typer) -> None:
    """Add the commands."""
    mock.command("journal")(journal)
    mock.command("verify")(verify)


def journal(
    *,
    since: Annotated[int, typer.Option(min=0, help="Only exchanges after this number.")] = 0,
    operation: Annotated[str, typer.Option(help="Only of this operation.")] = "",
    object_name: Annotated[str, typer.Option("--object", help="Only about this object.")] = "",
    status: Annotated[int | None, typer.Option(help="Only with this HTTP status.")] = None,
    contains: Annotated[list[str] | None, typer.Option(help="Only with this text in the request. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The latest so many.")] = 50,
    bodies: Annotated[bool, typer.Option("--bodies", help="With the requests and replies themselves.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing those to come, until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks with --follow.")] = 1.0,
    forget: Annotated[bool, typer.Option("--clear", help="Forget all exchanges instead.")] = False,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Show the exchanges the mocks had, their secrets struck out; with --follow as JSON, a line each."""
    chosen = mocks(url, service)
    if forget:
        told = for_each(chosen, lambda each: each.control.delete("/journal"))
        if as_json:
            write_json({"mocks": told})
        else:
            typer.echo("The journal is empty.")
        return
    wanted = {"operation": operation, "object": object_name, "status": status, "contains": contains or None}
    wanted |= {"limit": limit, "bodies": None if bodies else "no"}
    marks = {id(each): since for each in chosen}
    found = _later(chosen, marks, wanted)
    if as_json and not follow:
        write_json({"exchanges": found})
        return
    _print(found, as_lines=as_json, bodies=bodies)
    while follow:
        CLOCK.wait(interval)
        later = _later(chosen, marks, wanted)
        if later:
            _print(later, as_lines=as_json, bodies=bodies)


def verify(
    *,
    operation: Annotated[str, typer.Option(help="Count exchanges of this operation.")] = "",
    object_name: Annotated[str, typer.Option("--object", help="… about this object.")] = "",
    path: Annotated[str, typer.Option(help="… on this path; * stands for anything.")] = "",
    status: Annotated[int | None, typer.Option(help="… with this HTTP status.")] = None,
    contains: Annotated[list[str] | None, typer.Option(help="… with this text in the request. Repeatable.")] = None,
    response_contains: Annotated[list[str] | None, typer.Option(help="… in the reply. Repeatable.")] = None,
    since: Annotated[int | None, typer.Option(min=0, help="… after this number.")] = None,
    at_least: Annotated[int | None, typer.Option(min=0, help="There must be at least so many. Default: 1.")] = None,
    at_most: Annotated[int | None, typer.Option(min=0, help="There must be at most so many.")] = None,
    exactly: Annotated[int | None, typer.Option(min=0, help="There must be exactly so many.")] = None,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Check the mocks' records, or with options that exchanges took place; ends with 1 when something is wrong."""
    texts = {"operation": operation, "object": object_name, "path": path}
    lists = {"contains": contains, "response_contains": response_contains}
    counts = {"status": status, "since": since, "at_least": at_least, "at_most": at_most, "exactly": exactly}
    wanted = {name: value for name, value in {**texts, **lists, **counts}.items() if value not in (None, "", [])}
    if wanted:
        mock = one(url, service or ServiceName.ZUORA)
        told = [{**mock.head(), **mock.control.post("/verify", wanted)}]
    else:
        told = for_each(mocks(url, service), lambda each: each.control.get("/verify"))
    passed = all(each["passed"] for each in told)
    if as_json:
        write_json({"passed": passed, "mocks": told})
    else:
        for each in told:
            typer.echo("\n".join(_verdict(each)))
    raise typer.Exit(0 if passed else 1)


def _verdict(told: Mapping[str, Any]) -> list[str]:
    if "problems" in told:
        shown, count = told["problems"], told["count"]
        lines = [f"{told['service']}: {f'{count} things are wrong' if count else 'the records agree'}"]
        more = [f"  and {count - len(shown)} more"] if count > len(shown) else []
        return [*lines, *(f"  {problem}" for problem in shown), *more]
    word = "passed" if told["passed"] else "failed"
    lines = [
        f"{told['service']}: {word}: {told['count']} of {told['exchanges']} exchanges fit, {told['expected']} expected"
    ]
    if told["matching"]:
        lines.append(f"  they fit: {', '.join(map(str, told['matching']))}")
    if not told["passed"]:
        lines += [
            f"  number {near['number']}, {near['operation']}: {'; '.join(near['differences'])}"
            for near in told["closest"]
        ]
    return lines


def _later(chosen: list[Mock], marks: dict[int, int], wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The exchanges after those that `marks` remembers of each mock, in the order in which they took place."""
    found: list[dict[str, Any]] = []
    for mock in chosen:
        exchanges = mock.control.get("/journal", **{**wanted, "since": marks[id(mock)]})["exchanges"]
        if exchanges:
            marks[id(mock)] = exchanges[-1]["number"]
        found += exchanges
    return sorted(found, key=lambda each: (each["at"], each["number"]))[-wanted["limit"] :]


def _print(exchanges: list[dict[str, Any]], *, as_lines: bool, bodies: bool) -> None:
    if as_lines:
        for each in exchanges:
            typer.echo(json.dumps(each, ensure_ascii=False))
        return
    if not bodies:
        people().print(table(_HEADINGS, [_row(each) for each in exchanges], numbers=("number", "request", "reply")))
        return
    for each in exchanges:
        typer.echo(f"--- {each['service']} {each['number']}  {each['at']}  {each['operation']}  HTTP {each['status']}")
        typer.echo(f"{each['request']}\n\n{each['response']}\n")


def _row(each: Mapping[str, Any]) -> list[str]:
    return [
        each["service"],
        str(each["number"]),
        each["at"],
        each["operation"] or each["path"],
        str(each["status"]),
        str(each["request_bytes"]),
        str(each["response_bytes"]),
        each["fault"],
    ]
