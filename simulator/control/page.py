"""The control plane as a page for people: one document, nothing fetched from elsewhere, no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from werkzeug.wrappers import Response

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def render(told: Mapping[str, Any]) -> Response:
    """The page for what the control plane tells of itself: each part as its JSON has it."""
    state = told["state"]
    page = _template().render(
        **told,
        holdings=list(_holdings(state)),
        figures=list(_figures(state)),
        used=list(_used(told["limits"])),
    )
    return Response(page, content_type="text/html; charset=utf-8", headers=_SAFE)


@cache
def _template() -> Template:
    loader = PackageLoader("simulator.control", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


def _holdings(value: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Every table of counts in a state, with the names of what it belongs to."""
    if isinstance(value, Mapping):
        name = value.get("name")
        names = (*names, str(name)) if name else names
        for key, each in value.items():
            if key in ("objects", "records") and isinstance(each, Mapping):
                yield " / ".join(names), each
            else:
                yield from _holdings(each, names)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _holdings(each, names)


def _figures(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The single figures of a state."""
    for key, value in state.items():
        if isinstance(value, int | str):
            yield key.replace("_", " "), str(value)
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            yield key.replace("_", " "), ", ".join(value) or "nothing"


def _used(limits: Mapping[str, Any]) -> Iterator[tuple[str, str, list[tuple[str, int, Any]]]]:
    """Each tenant with its profile, and of every rate what is used and allowed."""
    for tenant, told in limits.get("tenants", {}).items():
        rates = [
            (f"{kind} per {window}", count, told["figures"].get(f"{kind}_per_{window}"))
            for kind in ("api", "auth")
            for window, count in told["used"].get(kind, {}).items()
        ]
        in_flight = sum(told["used"].get("concurrent", {}).values())
        rates.append(("in flight", in_flight, told["figures"].get("concurrent_requests")))
        yield tenant, told["profile"], rates
