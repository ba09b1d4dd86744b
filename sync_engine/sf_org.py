"""An org that Salesforce's own command line is logged in to, as `sf org display --json` tells it.

The token lives as long as the org says, and cannot be renewed from here: when it has run out, print it again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sync_engine.errors import SettingsError

_HOW = "Write it anew with: sf org display --json > FILE, and keep the file to yourself: it holds a token."


@dataclass(frozen=True, slots=True)
class SfOrg:
    """Where the org is, the token, and the newest version it serves ("" when it does not say)."""

    url: str
    username: str
    access_token: SecretStr = field(repr=False)
    api_version: str = ""


def read(path: Path) -> SfOrg:
    """Read the file. Raises `SettingsError` that never repeats what is in it."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"[salesforce] sf_org: {path} cannot be read: {error.strerror}.", _HOW) from None
    except ValueError:
        raise SettingsError(f"[salesforce] sf_org: {path} is no JSON.", _HOW) from None
    result: Any = told.get("result") if isinstance(told, dict) else None
    values = result if isinstance(result, dict) else {}
    token, url = values.get("accessToken"), values.get("instanceUrl")
    if not (isinstance(token, str) and token and isinstance(url, str) and url.startswith("http")):
        raise SettingsError(f"[salesforce] sf_org: {path} has no accessToken and instanceUrl in its result.", _HOW)
    return SfOrg(url, str(values.get("username") or ""), SecretStr(token), str(values.get("apiVersion") or ""))
