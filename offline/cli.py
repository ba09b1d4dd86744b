"""The commands of working offline: `demo`, `mock serve`, `mock seed`, `mock schema`."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from offline.control_client import seed_running
from offline.demo import demonstrate
from offline.demo_report import print_outcome
from offline.scenarios import names
from offline.schema_command import ShapeFile, TenantWsdl
from offline.schema_command import register as register_schema
from offline.serving import Stack
from offline.tenant_shape import shape_of
from sync_engine.cli.context import Json, run
from sync_engine.cli.output import people, trouble, write_json
from sync_engine.cli.progress import LiveProgress


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    mock = typer.Typer(help="Serve the mocks of Zuora and Salesforce.", no_args_is_help=True)
    mock.command("serve")(serve)
    mock.command("seed")(seed)
    register_schema(mock)
    app.add_typer(mock, name="mock")
    app.command("demo")(demo)


def demo(*, as_json: Json = False) -> None:
    """Start both mocks, sync ten accounts and all products between them, and compare both sides."""
    console = trouble()
    # The mocks' clock jumps over the time that the real services would take: a demonstration is short.
    with Stack(seed="demo", skip_waits=True) as stack, LiveProgress(console) as progress:
        outcome = run(demonstrate(stack, progress, console.print))
    if as_json:
        write_json(outcome.as_dict())
    else:
        print_outcome(outcome, people())
    raise typer.Exit(0 if outcome.good else 1)


def serve(
    *,
    zuora_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the Zuora mock; 0 takes a free one.")] = 0,
    salesforce_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the Salesforce mock; 0 takes a free one.")
    ] = 0,
    seed: Annotated[
        str, typer.Option(help=f"Scenario to begin with ({', '.join(names())}); an empty text for none.")
    ] = "demo",
    state: Annotated[
        Path | None, typer.Option(help="Folder that keeps the records across starts. Default: none are kept.")
    ] = None,
    skip_waits: Annotated[
        bool, typer.Option("--skip-waits", help="Answer at once; the mocks' clock jumps over the real services' time.")
    ] = False,
    zuora_shape: ShapeFile = None,
    zuora_wsdl: TenantWsdl = None,
    loose: Annotated[
        bool, typer.Option("--loose", help="Zuora takes headers and elements by local name, in any namespace.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Serve both mocks on this machine until SIGTERM or Ctrl-C.

    A state folder that has the scenario's records already keeps them as they are.
    """
    stop = _stop_on_signals()
    stack = Stack(
        seed=seed,
        zuora_port=zuora_port,
        salesforce_port=salesforce_port,
        state_dir=state,
        skip_waits=skip_waits,
        zuora_shape=shape_of(wsdl=zuora_wsdl, file=zuora_shape),
        loose=loose,
    )
    with stack:
        _announce(stack, as_json=as_json)
        stop.wait()


def seed(
    scenario: Annotated[str, typer.Argument(help="The scenario's name.")],
    *,
    url: Annotated[list[str], typer.Option(help="A control address, as `mock serve` prints it; may be repeated.")],
    as_json: Json = False,
) -> None:
    """Load a scenario into mocks that are being served, unless they have it already."""
    replies = [seed_running(each, scenario) for each in url]
    if as_json:
        write_json({"scenario": scenario, "servers": replies})
        return
    for reply in replies:
        done = "loaded" if reply["seeded"] else "was there already"
        typer.echo(f"{reply['url']}: {scenario} {done}")


def _announce(stack: Stack, *, as_json: bool) -> None:
    """Say that it is ready, in one line of JSON or in words."""
    served = stack.served.as_dict()
    if as_json:
        typer.echo(json.dumps(served, ensure_ascii=False))
        return
    lines = [f"{key:28} {value}" for key, value in served.items()]
    if stack.scenario is not None:
        account = stack.scenario.ids("Account", stack.scenario.tenant.entities[0].id)[0]
        lines += ["", f"Try:  ondemand-sync --settings {served['settings']} sync accounts {account}"]
    typer.echo("\n".join([*lines, "Stop: Ctrl-C"]))


def _stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop
