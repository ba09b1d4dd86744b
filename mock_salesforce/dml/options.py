"""What a write's headers ask for, who writes, and what the write is part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mock_salesforce.access import FULL, Access
from mock_salesforce.dml.results import RowResult
from mock_salesforce.transactions import Transaction
from mock_salesforce.work import Work
from simulator.faults import RowFault


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a write's headers ask for, and who writes."""

    user_id: str
    all_or_none: bool = False
    truncate: bool = False
    faults: Mapping[int, RowFault] = field(default_factory=dict)
    """Rows that fail whatever is in them, by number from 0."""
    work: Work | None = None
    """The call that the write is part of, whose time it takes and which holds its locks; without one there are none."""
    transaction: Transaction | None = None
    """The transaction of Apex that the write is part of, when it comes from within one."""
    depth: int = 0
    """How many triggers it comes from within."""
    version: float = 64.0
    access: Access = FULL
    """What whoever writes may do; triggers may do everything."""

    def results(self, rows: int) -> list[RowResult]:
        """A result for each row, before anything is done; a row that has failed already is not written."""
        results = [RowResult() for _ in range(rows)]
        for number, fault in self.faults.items():
            results[number].fail(fault.code, fault.message)
        return results
