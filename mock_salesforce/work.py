"""One call's work: how long it has taken so far on the service's clock, and the rows it has locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mock_salesforce.locks import LockHolder, RowsLocked

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org
    from mock_salesforce.transactions import Transaction


class Work:
    """What a call does, from `began_at` on; `spent_s` is how long the real service would have taken for it so far."""

    def __init__(self, org: Org, began_at: datetime) -> None:
        self._org = org
        self._holder = LockHolder()
        self.began_at = began_at
        self.spent_s = 0.0
        self.transactions: list[Transaction] = []
        """The transactions of Apex that it was made of, in their order."""
        self.jobs: list[Callable[[], None]] = []
        """What is to be done once the call's transactions are committed."""

    def spend_ms(self, milliseconds: float) -> None:
        """Take more time."""
        self.spent_s += milliseconds / 1000

    def lock(self, ids: Iterable[str]) -> None:
        """Take rows, and wait for those that are taken; raises `RowsLocked` when that takes too long."""
        wait_s = self._org.limits.profile.lock_wait_s
        moment = self.began_at + timedelta(seconds=self.spent_s)
        try:
            self.spent_s += self._org.locks.take(self._holder, ids, moment, wait_s)
        except RowsLocked:
            self.spent_s += wait_s
            raise

    def do_jobs(self) -> None:
        """Do what its transactions have left to be done once they are committed."""
        jobs, self.jobs = self.jobs, []
        for job in jobs:
            job()

    def answered(self) -> None:
        """The call has been answered: its locks end when its time is up."""
        self._holder.until = self.began_at + timedelta(seconds=self.spent_s)

    def over(self) -> None:
        """The reply is out, whatever the clock says."""
        self._org.locks.release(self._holder)
