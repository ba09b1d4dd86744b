"""`mock snapshot` and `mock restore`: all records at one moment, kept by the server or in a file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Annotated, Any

import typer

from offline.commands.targets import Mock, Service, Url, for_each, mocks
from offline.errors import OfflineError
from simulator.control.keeping import NOW
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, table, write_json

Name = Annotated[str, typer.Argument(help="The snapshot's name: letters, digits, _, . and -.")]


def register(mock: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Keep all records as they are now, and put them back later.", no_args_is_help=True)
    group.command("take")(take)
    group.command("list")(list_)
    group.command("delete")(delete)
    group.command("save")(save)
    mock.add_typer(group, name="snapshot")
    mock.command("restore")(restore)


def take(name: Name, *, service: Service = None, url: Url = None, as_json: Json = False) -> None:
    """Have the server keep all records as they are now, until it ends."""
    told = for_each(mocks(url, service), lambda each: each.control.post("/snapshot", {"name": name}))
    if as_json:
        write_json({"mocks": told})
        return
    for each in told:
        typer.echo(
            f"{each['service']}: {name} taken at {each['taken_at']}" + (", in place of the old" * each["replaced"])
        )


def list_(*, service: Service = None, url: Url = None, as_json: Json = False) -> None:
    """Show which snapshots the server keeps."""
    told = for_each(mocks(url, service), lambda each: each.control.get("/snapshot"))
    if as_json:
        write_json({"mocks": told})
        return
    rows = [[each["service"], s["name"], s["taken_at"], str(s["bytes"])] for each in told for s in each["snapshots"]]
    people().print(table(("mock", "name", "taken at", "bytes"), rows, numbers=("bytes",)))


def delete(name: Name, *, service: Service = None, url: Url = None, as_json: Json = False) -> None:
    """Let go of a snapshot."""
    told = for_each(mocks(url, service), lambda each: each.control.delete(f"/snapshot/{name}"))
    if as_json:
        write_json({"mocks": told})
        return
    for each in told:
        typer.echo(f"{each['service']}: {name} deleted")


def save(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    name: Annotated[str, typer.Option(help="Save this snapshot. Default: the records as they are now.")] = NOW,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Write all records to a file, which `mock restore` takes."""
    packed = io.BytesIO()
    chosen = mocks(url, service)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for each in chosen:
            made.writestr(_member(each.service), each.control.fetch(f"/snapshot/{name}"))
    try:
        file.write_bytes(packed.getvalue())
    except OSError as error:
        raise OfflineError(f"The file {file} cannot be written: {error.strerror}.") from None
    saved = [each.service for each in chosen]
    if as_json:
        write_json({"file": str(file), "bytes": len(packed.getvalue()), "services": saved})
    else:
        typer.echo(f"{file}: {' and '.join(saved)}, {len(packed.getvalue())} bytes")


def restore(
    source: Annotated[str, typer.Argument(help="A snapshot's name, or a file that `mock snapshot save` wrote.")],
    *,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Put all records back as they were. Sessions stay open; query results that were being read are let go of."""
    chosen = mocks(url, service)
    path = Path(source).expanduser()
    if path.is_file() or path.parent != Path() or path.suffix == ".zip":
        told = _from_file(path, chosen)
    else:
        told = for_each(chosen, lambda each: each.control.post("/restore", {"name": source}))
    if as_json:
        write_json({"source": source, "mocks": told})
        return
    for each in told:
        typer.echo(f"{each['service']}: as it was at {each['taken_at']}")


def _from_file(path: Path, chosen: list[Mock]) -> list[dict[str, Any]]:
    try:
        with zipfile.ZipFile(path) as file:
            held = set(file.namelist())
            parts = [(each, file.read(_member(each.service))) for each in chosen if _member(each.service) in held]
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise OfflineError(f"The snapshot {path} cannot be read: {error}.") from None
    if not parts:
        raise OfflineError(f"The file {path} has no snapshot of {' or '.join(each.service for each in chosen)} in it.")
    return [{**each.head(), **each.control.bring("/restore", data)} for each, data in parts]


def _member(service: str) -> str:
    return f"{service}.snapshot"
