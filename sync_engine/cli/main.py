"""The command itself: its options, its commands, and what becomes of errors."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from sync_engine.cli import doctor, explain, leases, resume, serve, sessions, sync
from sync_engine.cli.context import EXIT_INTERRUPTED
from sync_engine.cli.output import trouble, write_error
from sync_engine.errors import OnDemandSyncError

PLUGINS = "ondemand_sync.commands"
"""The entry-point group: each entry is a typer app, or a function that is given the app to add its commands to."""

_COMMANDS_OF_EXTRAS = {
    "demo": ("mocks", "Sync between both mock services, to see how it goes."),
    "mock": ("mocks", "Serve and steer the mock services."),
}


class ExtraMissing(OnDemandSyncError):
    """A command's extra is not installed."""

    exit_code = 2


class Commands(typer.core.TyperGroup):
    """The top of the command line: every command's errors end here, as words and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of the alphabet, whichever package they come from."""
        return sorted(super().list_commands(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OnDemandSyncError as error:
            write_error(error, as_json="--json" in sys.argv[1:])
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            trouble().print("Stopped.")
            raise typer.Exit(EXIT_INTERRUPTED) from None


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        try:
            version = importlib.metadata.version("ondemand-sync")
        except importlib.metadata.PackageNotFoundError:
            version = "(run from its source, not installed)"
        typer.echo(f"ondemand-sync {version}")
        raise typer.Exit


def build() -> typer.Typer:
    """The whole command, with the commands that installed extras add."""
    app = typer.Typer(
        name="ondemand-sync",
        cls=Commands,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Copy billing accounts and products from Zuora to Salesforce, on demand.",
    )

    @app.callback()
    def options(
        *,
        settings_file: Annotated[
            Path | None,
            typer.Option("--settings", metavar="FILE", help="Settings in TOML; default: ondemand-sync.toml here."),
        ] = None,
        _version_option: Annotated[
            bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
        ] = False,
    ) -> None:
        """Read by the commands from the context."""

    for module in (sync, resume, serve, sessions, leases, doctor, explain):
        module.register(app)
    load_plugins(app)
    return app


def load_plugins(app: typer.Typer) -> None:
    """Add the commands of installed extras; those of extras that are missing say how to get them."""
    for entry in sorted(importlib.metadata.entry_points(group=PLUGINS), key=lambda each: each.name):
        try:
            plugin = entry.load()
        except ModuleNotFoundError:
            # an extra's packages are not installed; its commands are filled in below
            continue
        if isinstance(plugin, typer.Typer):
            app.add_typer(plugin, name=entry.name)
        else:
            plugin(app)
    present = {each.name for each in app.registered_commands} | {each.name for each in app.registered_groups}
    for name, (extra, what) in _COMMANDS_OF_EXTRAS.items():
        if name not in present:
            app.command(
                name,
                help=f"{what} (Not installed.)",
                context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
            )(_missing(name, extra))


def _missing(name: str, extra: str) -> Callable[[], None]:
    def command() -> None:
        raise ExtraMissing(
            f"The command {name} is not installed.", f"Install it with: pip install 'ondemand-sync[{extra}]'"
        )

    return command


def main() -> None:
    """The script `ondemand-sync`."""
    build()()
