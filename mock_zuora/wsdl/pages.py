"""The WSDL over HTTP: at `?wsdl` of an endpoint, and at the address people download it from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from werkzeug.datastructures import Authorization

from mock_zuora.objects import NEWEST_VERSION
from mock_zuora.wsdl.document import render

if TYPE_CHECKING:
    from mock_zuora.tenants import Tenant

DOWNLOAD_PATH = "/apps/servlet/GenerateWsdl"

_VERSION = re.compile(r"\d{1,3}(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a GET: its status line, its headers, its body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def download(environ: dict[str, Any], tenants: Sequence[Tenant]) -> Page:
    """The WSDL of `?version=NN.N`, or the newest; nobody has to be logged in for it."""
    asked = _asked(environ).get("version", "") or f"{NEWEST_VERSION:.1f}"
    if not _VERSION.fullmatch(asked) or not 1 <= float(asked) <= NEWEST_VERSION:
        return _words(
            "400 Bad Request", f"There is no WSDL version {asked[:20]}; give one from 1.0 to {NEWEST_VERSION}."
        )
    name = f"zuora.a.{float(asked):.1f}.wsdl"
    return _wsdl(environ, float(asked), tenants, ("Content-Disposition", f'attachment; filename="{name}"'))


def of_endpoint(environ: dict[str, Any], version: float, tenants: Sequence[Tenant]) -> Page:
    """The WSDL of an endpoint's version when the query says `wsdl`."""
    if not 1 <= version <= NEWEST_VERSION or "wsdl" not in {name.lower() for name in _asked(environ)}:
        return _words("404 Not Found", "This is a SOAP endpoint; its WSDL is at ?wsdl.")
    return _wsdl(environ, version, tenants)


def _wsdl(environ: dict[str, Any], version: float, tenants: Sequence[Tenant], *more: tuple[str, str]) -> Page:
    """Made for one tenant, as a real one is: the only one there is, the one named, or the one of who asks.

    Where there are several and none is chosen, it has the standard objects and fields.
    """
    chosen = tenants[0] if len(tenants) == 1 else None
    named = _asked(environ).get("tenant", "")
    who = Authorization.from_header(environ.get("HTTP_AUTHORIZATION"))
    if named:
        chosen = next((each for each in tenants if each.spec.id == named), None)
        if chosen is None:
            return _words("404 Not Found", "There is no such tenant.")
    elif who is not None:
        chosen = _tenant_of(who, tenants)
        if chosen is None:
            challenge = ("WWW-Authenticate", 'Basic realm="WSDL"')
            return _words("401 Unauthorized", "User name and password do not match.", challenge)
    address = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', 'localhost')}/apps/services/a"
    several = chosen is None or chosen.spec.is_multi_entity
    body = render(chosen.catalogue if chosen else None, version, address, multi_entity=several)
    return Page("200 OK", (("Content-Type", "text/xml;charset=UTF-8"), *more), body)


def _tenant_of(who: Authorization, tenants: Sequence[Tenant]) -> Tenant | None:
    for tenant in tenants:
        user = tenant.user(who.username or "")
        if user is not None and user.password == who.password:
            return tenant
    return None


def _asked(environ: dict[str, Any]) -> dict[str, str]:
    """The query's parameters, the last of each name."""
    asked = parse_qs(environ.get("QUERY_STRING", "")[:2000], keep_blank_values=True)
    return {name: values[-1] for name, values in asked.items()}


def _words(status: str, text: str, *more: tuple[str, str]) -> Page:
    return Page(status, (("Content-Type", "text/plain;charset=UTF-8"), *more), f"{text}\n".encode())
