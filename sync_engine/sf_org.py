"""An org that Salesforce's own command line is logged in to, as `sf org display --json` tells it.

The token lives as long as the org says. It is renewed by printing it again: a file is read anew when the token has
run out. Newer versions of `sf` strike the token out there and print it with `sf org auth show-access-token --json`
instead, which is read as well; it does not say where the org is, so that the settings must.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sync_engine.errors import LoginRefused, SettingsError
from sync_engine.salesforce.logins import SERVICE, Entered, TokenLogin
from sync_engine.soap import SoapService

STDIN = Path("-")

_HOW = "Write it anew with: sf org display --json > FILE, and keep the file to yourself: it holds a token."
_STRUCK_OUT = "[REDACTED]"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class SfOrg:
    """Where the org is, the token, and the newest version and the id that it has ("" where it does not say)."""

    url: str
    username: str
    access_token: SecretStr = field(repr=False)
    api_version: str = ""
    org_id: str = ""


@dataclass(slots=True)
class SfOrgLogin:
    """The token that `sf` printed into `path`, or `token` if the settings have it, at the address that it printed.

    `url` is the address where `sf` tells none; `api_version` goes over what it tells, unless it is None.
    """

    path: Path
    url: str
    token: SecretStr
    api_version: str | None
    default_version: str
    _now: TokenLogin = field(init=False)
    _org_id: str = field(init=False)

    def __post_init__(self) -> None:
        self._now, self._org_id = self._read()

    @property
    def address(self) -> str:
        """The SOAP address of the org."""
        return self._now.address

    @property
    def who(self) -> str:
        """Where the token is from."""
        return self._now.who

    async def enter(self, service: SoapService) -> Entered:
        """The token; once that has run out, the one that the file has by then, if it is another."""
        before = self._now.token
        try:
            entered = await self._now.enter(service)
        except LoginRefused as gone:
            self._now, self._org_id = self._read()
            if self._now.token == before:
                words = f"Print it anew into {self.path}, then resume the session." if self.path != STDIN else _HOW
                raise LoginRefused(SERVICE, self.who, "it has run out, or was never valid", gone.code, words) from None
            entered = await self._now.enter(service)
        return Entered(entered.session, entered.address, self._org_id)

    def _read(self) -> tuple[TokenLogin, str]:
        org = read(self.path, self.url, self.token)
        version = self.api_version or org.api_version or self.default_version
        shown = "stdin" if self.path == STDIN else str(self.path)
        return TokenLogin(org.url, org.access_token, version, f"the token in {shown}"), org.org_id


def read(path: Path, url: str = "", token: SecretStr | None = None) -> SfOrg:
    """Read the file, "-" for stdin. Raises `SettingsError` that never repeats what is in it.

    `url` is where the org is if the file does not say, and `token` the token if the settings have it.
    """
    shown = "stdin" if path == STDIN else str(path)
    told = _told(path, shown)
    result: Any = told.get("result") if isinstance(told, dict) else None
    if not isinstance(result, dict):
        name = str(told.get("name") or "") if isinstance(told, dict) else ""
        why = f": sf ended with {name}" if re.fullmatch(r"\w{1,80}", name) else ""
        raise SettingsError(f"[salesforce] sf_org: {shown} has no accessToken and instanceUrl in it{why}.", _HOW)
    given = token if token and token.get_secret_value() else SecretStr(_text(result, "accessToken"))
    home = _text(result, "instanceUrl") or url
    if given.get_secret_value().startswith(_STRUCK_OUT):
        raise SettingsError(
            f"[salesforce] sf_org: in {shown} sf has struck the token out, as its newer versions do.",
            "Write it with: sf org auth show-access-token --json > FILE, and set [salesforce] url to"
            f" {home or 'the address of the org'}.",
        )
    if not (given.get_secret_value() and home.startswith("http")):
        raise SettingsError(
            f"[salesforce] sf_org: {shown} has no accessToken and instanceUrl in its result.",
            f"{_HOW} What sf org auth show-access-token prints needs [salesforce] url beside it.",
        )
    org_id = _text(result, "id") or given.get_secret_value().partition("!")[0]
    known = org_id if org_id.startswith("00D") and len(org_id) in (15, 18) else ""
    return SfOrg(home, _text(result, "username"), given, _text(result, "apiVersion"), known)


def _told(path: Path, shown: str) -> Any:
    # What cannot be read is told outside of the except clauses: the errors there hold the text, token and all.
    why = "is no JSON"
    try:
        text = _stdin() if path == STDIN else path.read_text(encoding="utf-8-sig")
        return json.loads(_COLOURS.sub("", text))
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except ValueError:
        pass
    raise SettingsError(f"[salesforce] sf_org: {shown} {why}.", _HOW)


@lru_cache(maxsize=1)
def _stdin() -> str:
    """What is piped in, which can be read once and is asked for by every login of the process."""
    if sys.stdin.isatty():
        raise SettingsError("[salesforce] sf_org is -, and nothing is piped in.", "sf org display --json | …")
    return sys.stdin.read()


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
