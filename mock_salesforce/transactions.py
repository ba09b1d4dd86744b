"""One transaction of Apex: what it has used of its limits, and the exception that ends it when it uses more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from mock_salesforce.limits import Profile


class LimitException(Exception):
    """A limit was passed. No code catches it: the transaction is over. Its text is the service's own."""


class CalloutException(Exception):
    """A callout was not made. Its text is the service's own."""


UNCOMMITTED = "You have uncommitted work pending. Please commit or rollback before calling out"
CALLOUT_FROM_TRIGGER = "Callout from triggers are currently not supported."

_COUNTED = {
    "soql_queries": ("apex_soql_queries", "Too many SOQL queries: {}"),
    "rows_queried": ("apex_rows_queried", "Too many query rows: {}"),
    "dml_statements": ("apex_dml_statements", "Too many DML statements: {}"),
    "dml_rows": ("apex_dml_rows", "Too many DML rows: {}"),
    "callouts": ("apex_callouts", "Too many callouts: {}"),
    "future_calls": ("apex_future_calls", "Too many future calls: {}"),
    "emails": ("apex_emails", "Too many Email Invocations: {}"),
}
_OF_A_PACKAGE = frozenset({"soql_queries", "rows_queried", "dml_statements", "dml_rows"})
"""What a certified package has budgets of its own for; all else is shared by the whole transaction."""


@dataclass(frozen=True, slots=True)
class Code:
    """Whose code runs: a package's namespace, and whether the package is certified."""

    namespace: str = ""
    certified: bool = False

    @property
    def budget(self) -> str:
        """The name of the budget it draws on: its own, or the org's."""
        return self.namespace if self.certified else ""


@dataclass(slots=True)
class Transaction:
    """What one transaction has used."""

    profile: Profile
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    cpu_ms: int = 0
    heap_bytes: int = 0
    callout_s: float = 0.0
    uncommitted: bool = False
    """Whether rows have been written that are not committed: no callout is made after that."""
    broken: str = ""
    """What ended it for all of its rows, in the words of a row's error."""
    jobs: list[Callable[[], None]] = field(default_factory=list)
    """What is to be done once it is committed."""

    def spend(self, what: str, count: int = 1, code: Code = Code()) -> None:
        """Use some of a counted limit; raises `LimitException` with the first figure that is too many."""
        if count <= 0:
            return
        figure, words = _COUNTED[what]
        budget = code.budget if what in _OF_A_PACKAGE else ""
        most = int(getattr(self.profile, figure))
        self.used[what, budget] += count
        if what.startswith("dml"):
            self.uncommitted = True
        if self.used[what, budget] > most:
            # What is told is the figure at which it stopped, not how many there would have been.
            raise LimitException(_named(code, words.format(most + 1)))
        certified = sum(n for (name, of), n in self.used.items() if name == what and of)
        if budget and certified > most * self.profile.apex_package_factor:
            raise LimitException(_named(code, words.format(most * self.profile.apex_package_factor + 1)))

    def compute(self, cpu_ms: int) -> None:
        """Use processor time, which is all code's together; raises `LimitException`."""
        self.cpu_ms += cpu_ms
        if self.cpu_ms > self.profile.apex_cpu_ms:
            raise LimitException("Apex CPU time limit exceeded")

    def allocate(self, heap_bytes: int) -> None:
        """Use memory, which is all code's together; raises `LimitException`."""
        self.heap_bytes += heap_bytes
        if self.heap_bytes > self.profile.apex_heap_bytes:
            raise LimitException(f"Apex heap size too large: {self.heap_bytes}")

    def call_out(self, code: Code = Code()) -> None:
        """Make ready for one callout; raises `CalloutException` after uncommitted work, `LimitException` over 100."""
        if self.uncommitted:
            raise CalloutException(UNCOMMITTED)
        self.spend("callouts", 1, code)

    def callout_time_left(self) -> float:
        """How many seconds its callouts may still take; raises `CalloutException` when they have taken all."""
        left_s = self.profile.apex_callout_s - self.callout_s
        if left_s <= 0:
            raise CalloutException("Exceeded maximum time allotted for callouts")
        return left_s

    def called_out(self, took_s: float, timeout_s: float) -> None:
        """A callout has taken so long; raises `CalloutException` when that is longer than it was given."""
        self.callout_s += min(took_s, timeout_s)
        if took_s > timeout_s:
            raise CalloutException("Read timed out")

    def report(self) -> dict[str, int]:
        """What has been used, all budgets together."""
        totals: Counter[str] = Counter()
        for (what, _), count in self.used.items():
            totals[what] += count
        return {**totals, "cpu_ms": self.cpu_ms, "heap_bytes": self.heap_bytes}


def _named(code: Code, words: str) -> str:
    return f"{code.namespace}:{words}" if code.namespace else words
