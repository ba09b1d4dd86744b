"""`mock state`, `seed`, `export` and `reset`: what running mocks hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from offline.commands.targets import Mock, Service, Url, for_each, mocks
from offline.errors import OfflineError, ScenarioUnknown, SeedUnusable, told_with_mistakes
from offline.scenarios import names
from offline.seeds.files import is_for_both, of_service, paths_in, read_folder, write_folder
from simulator.control import ControlInvalid
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, table, write_json


def register(mock: typer.Typer) -> None:
    """Add the commands."""
    mock.command("state")(state)
    mock.command("seed")(seed)
    mock.command("export")(export)
    mock.command("reset")(reset)


def state(
    *,
    object_name: Annotated[str, typer.Option("--object", help="Show this object's records rather than counts.")] = "",
    tenant: Annotated[str, typer.Option(help="Of this tenant or org, by id or name.")] = "",
    entity: Annotated[str, typer.Option(help="Of this entity, by id or name.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=2000, help="How many records at most.")] = 100,
    after: Annotated[str, typer.Option(help="From the record after this id on.")] = "",
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Show what the mocks hold: counts, or with --object the records themselves."""
    query = {"object": object_name, "tenant": tenant, "entity": entity, "after": after} if object_name else {}
    chosen = mocks(url, service or ("zuora" if object_name and not url else None))
    told = for_each(chosen, lambda each: each.control.get("/state", **query, limit=limit if object_name else None))
    if as_json:
        write_json({"mocks": told})
    elif object_name:
        for each in told:
            _print_records(each)
    else:
        rows = [row for each in told for row in _counts(each["service"], each)]
        people().print(table(("mock", "tenant or org", "entity", "object", "records"), rows, numbers=("records",)))


def seed(
    source: Annotated[
        str, typer.Argument(help=f"A scenario ({', '.join(names())}), or a folder of CSV and JSON files.")
    ],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what the tenant or org has first; for folders.")
    ] = False,
    tenant: Annotated[str, typer.Option(help="Load a folder into this tenant or org, by id or name.")] = "",
    upload: Annotated[
        bool, typer.Option("--upload", help="Send a folder's files, to a server that does not see this machine's.")
    ] = False,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Load a scenario, unless it is there already, or a folder's records: all of them or none."""
    if source in names():
        chosen = mocks(url, service)
        told = for_each(chosen, lambda each: each.control.post("/seed", {"scenario": source}))
    else:
        folder = Path(source).expanduser()
        chosen = _with_files_in(folder, source, mocks(url, service), alone=bool(service) or len(url or ()) == 1)
        told = for_each(chosen, lambda each: _load(each, folder, tenant, replace=replace, upload=upload))
    if as_json:
        write_json({"source": source, "mocks": told})
        return
    for each in told:
        typer.echo(f"{each['service']}: {source} {'loaded' if each['seeded'] else 'was there already'}")
        for place, count in _loaded(each.get("loaded", {})):
            typer.echo(f"  {place}: {count}")


def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write to; it is made when it is not there.")],
    *,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Write all records as a seed folder, which `mock seed` loads again."""
    chosen = mocks(url, service)
    files: dict[str, str] = {}
    for each in chosen:
        own = each.control.get("/seed")["files"]
        files |= {(f"{each.service}/{name}" if len(chosen) > 1 else name): text for name, text in own.items()}
    try:
        written = write_folder(folder.expanduser(), files)
    except (OSError, ValueError) as error:
        raise OfflineError(f"The folder {folder} cannot be written: {error}.") from None
    if as_json:
        write_json({"files": [str(path) for path in written]})
    else:
        typer.echo(f"{len(written)} files in {folder}")


def reset(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also forget the fault rules, the journal and the snapshots.")
    ] = False,
    service: Service = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Remove every record. Users may still log in, and sessions stay open."""
    also = ["faults", "journal", "snapshots"] if everything else []
    told = for_each(mocks(url, service), lambda each: each.control.post("/reset", {"also": also}))
    if as_json:
        write_json({"mocks": told})
        return
    for each in told:
        removed = ", ".join(each["removed"])
        typer.echo(f"{each['service']}: emptied" + (f"; {removed} can be loaded again" if removed else ""))


def _with_files_in(folder: Path, source: str, chosen: list[Mock], *, alone: bool) -> list[Mock]:
    """The mocks that a folder has files for: without a folder for each service, Zuora's unless one mock is named."""
    if not folder.is_dir():
        known = ", ".join(names())
        raise ScenarioUnknown(
            f"There is no scenario and no folder {source!r}.", f"Scenarios: {known}. See docs/seeding.md for folders."
        )
    files = paths_in(folder)
    if not files:
        raise SeedUnusable(f"The folder {folder} has no CSV and no JSON file in it.", "See docs/seeding.md.")
    if not is_for_both(files) and not alone:
        return [each for each in chosen if each.service == "zuora"] or chosen
    return [each for each in chosen if of_service(files, each.service)] or chosen


def _load(mock: Mock, folder: Path, tenant: str, *, replace: bool, upload: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"replace": replace, **({"tenant": tenant} if tenant else {})}
    if not upload:
        return mock.control.post("/seed", {"folder": str(folder.resolve()), **body})
    try:
        files = of_service(read_folder(folder), mock.service)
    except ControlInvalid as error:
        raise SeedUnusable(told_with_mistakes(error)) from None
    return mock.control.post("/seed", {"files": files, **body})


def _loaded(loaded: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, int]]:
    for name, value in loaded.items():
        inner = f"{place} / {name}" if place else name
        if isinstance(value, Mapping):
            yield from _loaded(value, inner)
        else:
            yield inner, value


def _counts(service: str, told: Mapping[str, Any]) -> Iterator[list[str]]:
    for tenant in told.get("tenants", ()):
        for entity in tenant["entities"].values():
            for name, count in entity["objects"].items():
                yield [service, tenant["name"], entity["name"], name, str(count)]
    for org in told.get("orgs", ()):
        for name, count in org["records"].items():
            yield [service, org["name"], "", name, str(count)]


def _print_records(told: Mapping[str, Any]) -> None:
    for record in told["records"]:
        typer.echo(f"{told['object']} {record['Id']}")
        for name, value in record.items():
            if name != "Id":
                typer.echo(f"  {name:32} {value}")
    if told["after"]:
        typer.echo(f"There are more: --after {told['after']}")
