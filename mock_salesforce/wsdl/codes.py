"""The codes that errors and faults may have, by version of the API."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

STATUS, EXCEPTION = "StatusCode", "ExceptionCode"


@lru_cache(maxsize=64)
def codes(kind: str, version: float) -> tuple[str, ...]:
    """The codes of rows' errors (`STATUS`) or of faults (`EXCEPTION`) that a version's WSDL lists, in its order."""
    text = files("mock_salesforce.wsdl").joinpath("codes.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return tuple(code for of, code, *since in rows if of == kind and (not since or version >= float(since[0])))
