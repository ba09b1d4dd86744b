"""How a mock learns that a row of a write has to fail: it asks for the row's fault before it writes the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.soap import Call

ROW_FAULTS = "simulator.row_faults"
"""The WSGI environment key under which a mock finds the rows that have to fail, by number from 0."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row fails: the vendor's code and the words."""

    code: str
    message: str


def row_faults(call: Call) -> Mapping[int, RowFault]:
    """The faults of a call's rows, by number from 0; a row that has one must not be written."""
    faults: Mapping[int, RowFault] = call.environ.get(ROW_FAULTS, {})
    return faults


def row_fault(call: Call, number: int) -> RowFault | None:
    """The fault of one row of a call, if it has one."""
    return row_faults(call).get(number)
