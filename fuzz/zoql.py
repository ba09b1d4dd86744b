"""Coverage-guided fuzzing of ZOQL: any text gives a page or a declared fault, and both ways to write a page agree.

The first byte of an input chooses the WSDL version and whether letters' case counts; the rest is the query.
"""

from __future__ import annotations

import atexit
import sys
from zoneinfo import ZoneInfo

try:
    import atheris
except ImportError:
    sys.stdout.write(
        "Skipped: the fuzzer needs atheris (fuzz/requirements.txt), which is not installed. It has wheels for Linux on "
        f"CPython 3.11 to 3.13; this is {sys.implementation.name} {sys.version.split()[0]} on {sys.platform}.\n"
    )
    sys.exit(0)

with atheris.instrument_imports(include=["mock_zuora", "simulator.results", "lark"]):
    from mock_zuora.objects import standard_catalogue
    from mock_zuora.pages import PageWriter
    from mock_zuora.records import RecordWriter
    from mock_zuora.tenants import EntityData
    from mock_zuora.values import stored
    from mock_zuora.zoql import Reader
    from simulator.results import Result, first_rows
    from simulator.soap import SoapFault

VERSIONS = (5.0, 68.0, 69.0, 153.0)
CODES = frozenset({"fns:MALFORMED_QUERY", "fns:INVALID_TYPE", "fns:INVALID_FIELD", "fns:INVALID_VALUE"})

_ZONE = ZoneInfo("America/Los_Angeles")
_DATA = EntityData(standard_catalogue(), None, _ZONE)


class Broken(AssertionError):
    """What must never happen did."""


def fill() -> None:
    """A few rows of every object, some values of them awkward, some null."""
    texts = ["a", "<A&b>", "a_c%*", "\u00e9", "One-Time", "RemoveProduct", "Flat Fee Pricing"]
    samples: dict[str, list[object]] = {
        "boolean": [True, False],
        "decimal": ["12345678901234.123456789", "-1.5", 0],
        "int": [1, -7],
        "long": [2**40],
        "short": [3],
        "date": ["2026-01-01"],
        "dateTime": ["2026-01-01T00:00:00", "2026-07-01T12:30:00.123Z"],
        "id": [f"{n:032x}" for n in range(3)],
    }
    for target in standard_catalogue():
        for number in range(4):
            row: dict[str, object] = {"Id": f"{number:032x}"}
            for place, field in enumerate(target.columns[1:]):
                values = samples.get(str(field.type), list(texts))
                if (place + number) % 4:
                    row[field.name] = stored(field.type, values[(place + number) % len(values)], _ZONE)
            _DATA.store.insert(target.name, row)


def try_one(data: bytes) -> None:
    """One input."""
    if not data:
        return
    version, case_sensitive = VERSIONS[data[0] % 4], bool(data[0] & 4)
    text = data[1:].decode("utf-8", "surrogateescape")
    try:
        plan = Reader(standard_catalogue(), _ZONE, version, case_sensitive).plan(text)
    except SoapFault as fault:
        if fault.code not in CODES or b"<fns:MalformedQueryFault>" not in fault.detail:
            raise Broken(f"{fault.code} is no fault of a query") from fault
        return
    rows = first_rows(_DATA.store, plan.selection, plan.outputs, 10)
    exact = RecordWriter(plan, zone=_ZONE, version=version).all(rows)
    result = Result(_DATA.store, plan.selection)
    written = PageWriter(plan, zone=_ZONE, version=version).write(result, 0, 10)
    result.drop()
    if written != exact or result.size != len(rows):
        raise Broken("the two ways to write a page do not agree")


def main() -> None:
    """Run the fuzzer: `python -m fuzz.zoql [libFuzzer's options] [corpus folders]`."""
    fill()
    atexit.register(_DATA.store.close)
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
