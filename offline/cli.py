"""The commands of working offline: `demo` and `mock serve`, and those that steer what is being served."""

from __future__ import annotations

import ipaddress
import json
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from mock_salesforce import PROFILES as ORG_PROFILES
from mock_zuora import PROFILES
from offline import commands
from offline.demo import demonstrate
from offline.demo_report import print_outcome
from offline.org_shape import org_shape_of
from offline.running import announced
from offline.scenarios import names
from offline.schema_command import DescribeFile, OrgShapeFile, SfdxFolder, ShapeFile, TenantWsdl
from offline.schema_command import register as register_schema
from offline.serving import Stack
from offline.tenant_shape import shape_of
from simulator.wall_clock import RATE_MAX, RATE_MIN, WallClock
from sync_engine.cli.context import Json, run
from sync_engine.cli.output import people, trouble, write_json
from sync_engine.cli.progress import LiveProgress

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    mock = typer.Typer(help="Serve the mocks of Zuora and Salesforce, and steer them.", no_args_is_help=True)
    mock.command("serve")(serve)
    commands.register(mock)
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
    host: Annotated[
        str, typer.Option(help="Address to listen at. The control planes answer this machine only, whatever it is.")
    ] = "127.0.0.1",
    seed: Annotated[
        str,
        typer.Option(
            help=f"Scenario ({', '.join(names())}) or folder of CSV and JSON files to begin with; empty for none."
        ),
    ] = "demo",
    state: Annotated[
        Path | None, typer.Option(help="Folder that keeps the records across starts. Default: none are kept.")
    ] = None,
    skip_waits: Annotated[
        bool, typer.Option("--skip-waits", help="Answer at once; the mocks' clock jumps over the real services' time.")
    ] = False,
    clock_at: Annotated[
        datetime | None, typer.Option(formats=_MOMENTS, help="When the mocks' clock begins (UTC). Default: now.")
    ] = None,
    clock_rate: Annotated[
        float, typer.Option(min=RATE_MIN, max=RATE_MAX, help="How many times as fast as real time it runs.")
    ] = 1.0,
    freeze: Annotated[bool, typer.Option("--freeze", help="Let the mocks' clock stand still from the start.")] = False,
    zuora_shape: ShapeFile = None,
    zuora_wsdl: TenantWsdl = None,
    org_shape: OrgShapeFile = None,
    sfdx: SfdxFolder = None,
    describe: DescribeFile = None,
    loose: Annotated[
        bool, typer.Option("--loose", help="Zuora takes headers and elements by local name, in any namespace.")
    ] = False,
    profile: Annotated[
        str, typer.Option(help=f"Limits of the Zuora tenant: {', '.join(PROFILES)}. Default: the scenario's own.")
    ] = "",
    org_profile: Annotated[
        str, typer.Option(help=f"Limits of the Salesforce org: {', '.join(ORG_PROFILES)}. Default: the scenario's own.")
    ] = "",
    sync_service: Annotated[
        str, typer.Option(metavar="URL", help="Where On-Demand Sync in the org calls. Default: where `serve` listens.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Serve both mocks on this machine until SIGTERM or Ctrl-C.

    A state folder that has the scenario's records already keeps them as they are.
    """
    start = clock_at.replace(tzinfo=UTC) if clock_at else None
    clock = WallClock(start=start, rate=clock_rate, frozen=freeze, skip_waits=skip_waits)
    stop = _stop_on_signals()
    stack = Stack(
        seed=seed,
        zuora_port=zuora_port,
        salesforce_port=salesforce_port,
        host=host,
        state_dir=state,
        clock=clock,
        zuora_shape=shape_of(wsdl=zuora_wsdl, file=zuora_shape),
        org_shape=org_shape_of(sfdx=sfdx or (), describes=describe or (), file=org_shape),
        loose=loose,
        profile=profile,
        org_profile=org_profile,
        sync_service=sync_service,
    )
    if not _is_loopback(host):
        trouble().print(f"Whoever reaches {host} can log in to these mocks: their passwords are known to everyone.")
    with stack, announced(stack.served, stack.server_id):
        _announce(stack, as_json=as_json)
        stop.wait()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
