"""Versions of the API: which there are, which are gone, and what a path says."""

from __future__ import annotations

import re

from mock_salesforce import faults

LAST_RETIRED = 30.0
NEWEST = 68.0

_PATH = re.compile(r"/services/Soap/u/([^/]*)(?:/([^/]*))?/?\Z")
_VERSION = re.compile(r"\d{1,3}\.\d\Z")


def api_version(path: str) -> float:
    """The version a path names, bare as `64.0`. Raises the API's fault for one that does not exist (any more)."""
    match = _PATH.match(path)
    written = match[1] if match else ""
    if not _VERSION.match(written) or float(written) > NEWEST:
        raise faults.api_fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
    version = float(written)
    if version <= LAST_RETIRED:
        raise faults.api_fault("UNSUPPORTED_API_VERSION", f"API version {written} is retired")
    return version
