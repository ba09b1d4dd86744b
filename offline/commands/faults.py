"""`mock fault`: making running mocks fail on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from offline.commands.targets import Mock, Service, ServiceName, Url, ZuoraFirst, for_each, mocks, one
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, table, write_json

Id = Annotated[str, typer.Argument(help="The rule's id, as `mock fault list` shows it.")]


def register(mock: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Make the mocks fail on purpose; docs/faults.md has all effects.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("remove")(remove)
    group.command("clear")(clear)
    mock.add_typer(group, name="fault")


def add(
    rule: Annotated[str, typer.Argument(help="A rule as JSON, instead of the options.")] = "",
    *,
    json_file: Annotated[Path | None, typer.Option(help="A file with a rule, or a list of rules, as JSON.")] = None,
    effect: Annotated[str, typer.Option(help="What befalls the call: soap_fault, row_error, latency, reset, …")] = "",
    code: Annotated[str, typer.Option(help="The fault's or row's code.")] = "",
    message: Annotated[str, typer.Option(help="Its words. Default: the service's own.")] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Another setting of the effect, such as seconds=5. Repeatable."
        ),
    ] = None,
    operation: Annotated[list[str] | None, typer.Option(help="Only calls of this operation. Repeatable.")] = None,
    object_name: Annotated[list[str] | None, typer.Option("--object", help="Only those about this object.")] = None,
    record: Annotated[list[str] | None, typer.Option(help="Only those with this id or text in them.")] = None,
    nth: Annotated[int | None, typer.Option(min=1, help="Only the nth of them.")] = None,
    every: Annotated[int | None, typer.Option(min=1, help="Each nth of them.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="So often at most.")] = None,
    probability: Annotated[float | None, typer.Option(min=0, max=1, help="With this chance.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Where the chance comes from; the same seed, the same calls.")
    ] = None,
    ttl: Annotated[float | None, typer.Option(metavar="SECONDS", help="Remove the rule after so long.")] = None,
    service: ZuoraFirst = ServiceName.ZUORA,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Add a fault rule."""
    matched = {"operation": operation, "object": object_name, "record": record, "nth": nth, "every": every}
    told = {"type": effect, "code": code, "message": message, **_settings(setting or ())}
    options = {
        "match": {name: value for name, value in matched.items() if value},
        "effect": {name: value for name, value in told.items() if value != ""},
        "count": count,
        "probability": probability,
        "seed": seed,
        "ttl_s": ttl,
    }
    by_options = {name: value for name, value in options.items() if value not in (None, {})}
    if sum((bool(rule), json_file is not None, bool(by_options))) != 1:
        raise typer.BadParameter("Give a rule by options such as --effect reset, as JSON, or in a --json-file.")
    rules = [by_options] if by_options else _rules(json_file, rule)
    mock = one(url, service)
    added = [mock.control.post("/faults", each) for each in rules]
    if as_json:
        write_json({**mock.head(), "faults": added})
    else:
        _print(mock, added)


def list_(*, service: Service = None, url: Url = None, as_json: Json = False) -> None:
    """Show the fault rules, and how often each fitted a call and befell one."""
    chosen = mocks(url, service)
    if as_json:
        write_json({"mocks": for_each(chosen, lambda each: each.control.get("/faults"))})
        return
    rows = [row for each in chosen for row in _rows(each, each.control.get("/faults")["faults"])]
    people().print(table(_HEADINGS, rows, numbers=("fitted", "fired")))


def remove(rule_id: Id, *, service: ZuoraFirst = ServiceName.ZUORA, url: Url = None, as_json: Json = False) -> None:
    """Remove one fault rule."""
    mock = one(url, service)
    left = mock.control.delete(f"/faults/{rule_id}")
    if as_json:
        write_json({**mock.head(), **left})
    else:
        typer.echo(f"{mock.service}: {rule_id} removed")


def clear(*, service: Service = None, url: Url = None, as_json: Json = False) -> None:
    """Remove all fault rules."""
    told = for_each(mocks(url, service), lambda each: each.control.delete("/faults"))
    if as_json:
        write_json({"mocks": told})
        return
    for each in told:
        typer.echo(f"{each['service']}: no fault rules")


_HEADINGS = ("mock", "rule", "effect", "code", "of", "fitted", "fired")


def _print(mock: Mock, rules: list[dict[str, Any]]) -> None:
    people().print(table(_HEADINGS, _rows(mock, rules), numbers=("fitted", "fired")))


def _rows(mock: Mock, rules: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for each in rules:
        of = "; ".join(f"{name} {_listed(value)}" for name, value in each.get("match", {}).items()) or "every call"
        fired = f"{each['fired']} of {each['count']}" if each.get("count") else str(each["fired"])
        effect = each["effect"]
        rows.append(
            [mock.service, each["id"], effect["type"], effect.get("code") or "", of, str(each["matched"]), fired]
        )
    return rows


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(given: Any) -> dict[str, Any]:
    settings = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise typer.BadParameter(f"{each!r} is no setting; write it as seconds=5.")
        try:
            settings[name.strip()] = json.loads(value)
        except ValueError:
            settings[name.strip()] = value
    return settings


def _rules(file: Path | None, text: str) -> list[Mapping[str, Any]]:
    where = str(file) if file is not None else "The rule"
    try:
        values = json.loads(file.read_text(encoding="utf-8") if file is not None else text)
    except OSError as error:
        raise typer.BadParameter(f"{where} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise typer.BadParameter(f"{where} is not JSON: {error}.") from None
    rules = values if isinstance(values, list) else [values]
    if not all(isinstance(each, dict) for each in rules):
        raise typer.BadParameter(f"{where} is a JSON object, or a list of objects.")
    return rules
