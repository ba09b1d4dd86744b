from __future__ import annotations

from simulator.faults.dialect import Caller, FaultDialect, Wanted
from simulator.faults.errors import FaultRuleInvalid, FaultRuleUnknown
from simulator.faults.middleware import faulted
from simulator.faults.rows import RowFault, row_fault, row_faults
from simulator.faults.rules import FaultRules

__all__ = [
    "Caller",
    "FaultDialect",
    "FaultRuleInvalid",
    "FaultRuleUnknown",
    "FaultRules",
    "RowFault",
    "Wanted",
    "faulted",
    "row_fault",
    "row_faults",
]
