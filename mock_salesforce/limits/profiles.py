"""The figures of each kind of org, as data: every one is a field with its unit in its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

REQUEST_BYTES_MAX = 50 * 1024 * 1024
"""The largest request that is read at all, whatever a profile says: the service's own limit."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of org. None is no limit, which only the figures of `MAY_BE_ABSENT` can have.

    Raises `ValueError` for a figure that makes no sense.
    """

    name: str

    # The whole org, in 24 hours that end now
    daily_api_calls: int | None = 15_000
    """Without the licences' share."""
    daily_api_calls_per_licence: int = 0
    daily_api_overrun_percent: int = 0
    """How far beyond its allocation an org may go before calls are refused; 0 is strict."""
    daily_debugging_calls: int | None = 1_000
    daily_async_apex: int | None = 250_000
    storage_kb: int | None = 5 * 1024
    storage_kb_per_licence: int = 0
    storage_kb_per_record: int = 2

    # Calls in flight
    long_call_s: int = 20
    concurrent_long_calls: int | None = 25
    call_s_max: int = 600
    call_ms: int = 0
    """How long the service takes for any call; 0 so that nobody waits who did not ask for it."""
    row_ms: int = 0
    """How much longer it takes for each row that is written."""
    lock_wait_s: int = 10

    # One call
    request_bytes: int = REQUEST_BYTES_MAX
    rows_per_call: int = 200
    chunks_per_call: int = 10
    retrieved_ids: int = 2_000
    described_types: int = 100
    sessions_per_call: int = 200
    """Of invalidateSessions."""
    merged_records: int = 3
    """In one request of a merge, the master among them."""
    replicated_ids: int = 600_000
    """Of getUpdated and getDeleted."""
    soql_characters: int = 100_000
    page_rows: int = 2_000
    page_rows_min: int = 200

    # Results, sessions and logins
    cursor_life_s: int = 2 * 24 * 3600
    cursors_per_user: int | None = None
    """How many results a user may have open; when there is one more, the oldest is let go of."""
    session_idle_s: int = 2 * 3600
    logins_per_hour: int | None = 3_600
    """Of one user; more are refused for an hour."""
    login_request_bytes: int = 10 * 1024
    wrong_passwords: int | None = 10
    lockout_min: int = 15

    # One transaction of Apex; of a call that writes, each chunk's pass is one
    apex_soql_queries: int = 100
    apex_rows_queried: int = 50_000
    apex_dml_statements: int = 150
    apex_dml_rows: int = 10_000
    apex_cpu_ms: int = 10_000
    apex_heap_bytes: int = 6_000_000
    apex_callouts: int = 100
    apex_callout_s: int = 120
    """One callout's timeout, and all callouts of a transaction together."""
    apex_future_calls: int = 50
    apex_emails: int = 10
    apex_recursion: int = 16
    apex_package_factor: int = 11
    """How many times the budgets of queries and DML all certified packages may use together."""
    apex_batch_rows: int = 200

    def __post_init__(self) -> None:
        for name, value in self.figures().items():
            _check(name, value)

    def figures(self) -> dict[str, int | None]:
        """Every figure by its name."""
        return {name: value for name, value in asdict(self).items() if name != "name"}

    def changed(self, figures: Mapping[str, Any]) -> Profile:
        """The same with some figures changed; raises `ValueError` for a name or a value that cannot be."""
        unknown = sorted(set(figures) - set(FIGURES))
        if unknown:
            raise ValueError(f"There is no figure {unknown[0]!r}; there are {', '.join(FIGURES)}.")
        return replace(self, **figures)

    def api_calls_allowed(self, licences: int) -> int | None:
        """The allocation of an org with so many licences in 24 hours."""
        if self.daily_api_calls is None:
            return None
        return self.daily_api_calls + licences * self.daily_api_calls_per_licence

    def storage_kb_allowed(self, licences: int) -> int | None:
        """The data storage of an org with so many licences."""
        return None if self.storage_kb is None else self.storage_kb + licences * self.storage_kb_per_licence


FIGURES = tuple(each.name for each in fields(Profile) if each.name != "name")
"""The names of all figures."""

MAY_BE_ABSENT = (
    "daily_api_calls",
    "daily_debugging_calls",
    "daily_async_apex",
    "storage_kb",
    "concurrent_long_calls",
    "cursors_per_user",
    "logins_per_hour",
    "wrong_passwords",
)
"""The figures that can be None."""

_AT_LEAST_ONE = (
    "call_s_max",
    "request_bytes",
    "rows_per_call",
    "chunks_per_call",
    "page_rows",
    "page_rows_min",
    "cursor_life_s",
    "session_idle_s",
    "apex_batch_rows",
    "apex_recursion",
)
_MOST = {"request_bytes": REQUEST_BYTES_MAX}


def _check(name: str, value: object) -> None:
    least, most = int(name in _AT_LEAST_ONE), _MOST.get(name)
    if value is None and name in MAY_BE_ABSENT:
        return
    if isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most):
        return
    wanted = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
    if name in MAY_BE_ABSENT:
        wanted += ", or null for no limit"
    raise ValueError(f"{name} is {wanted}, not {value!r}.")


_GB_KB = 1024 * 1024

PROFILES: dict[str, Profile] = {
    each.name: each
    for each in (
        Profile("plain", concurrent_long_calls=5, storage_kb=None),
        Profile("developer", concurrent_long_calls=5),
        Profile(
            "enterprise",
            daily_api_calls=100_000,
            daily_api_calls_per_licence=1_000,
            daily_api_overrun_percent=20,
            storage_kb=10 * _GB_KB,
            storage_kb_per_licence=20 * 1024,
        ),
        Profile(
            "unlimited",
            daily_api_calls=100_000,
            daily_api_calls_per_licence=5_000,
            daily_api_overrun_percent=20,
            storage_kb=10 * _GB_KB,
            storage_kb_per_licence=120 * 1024,
        ),
        Profile("full_sandbox", daily_api_calls=5_000_000, storage_kb=10 * _GB_KB, storage_kb_per_licence=120 * 1024),
        Profile(
            "legacy_cursors",
            concurrent_long_calls=5,
            cursors_per_user=10,
            cursor_life_s=15 * 60,
        ),
        Profile(
            "tiny",
            daily_api_calls=40,
            daily_debugging_calls=3,
            daily_async_apex=10,
            storage_kb=2 * 1024,
            concurrent_long_calls=2,
            call_ms=200,
            row_ms=3_000,
            rows_per_call=20,
            chunks_per_call=3,
            retrieved_ids=30,
            described_types=5,
            sessions_per_call=3,
            soql_characters=1_000,
            page_rows=5,
            page_rows_min=2,
            cursors_per_user=3,
            logins_per_hour=20,
            wrong_passwords=3,
            apex_soql_queries=5,
            apex_rows_queried=100,
            apex_dml_statements=5,
            apex_dml_rows=50,
            apex_cpu_ms=1_000,
            apex_heap_bytes=100_000,
            apex_callouts=5,
            apex_future_calls=3,
            apex_emails=2,
            apex_recursion=4,
            apex_batch_rows=10,
        ),
        Profile(
            "none",
            daily_api_calls=None,
            daily_debugging_calls=None,
            daily_async_apex=None,
            storage_kb=None,
            concurrent_long_calls=None,
            logins_per_hour=None,
            wrong_passwords=None,
        ),
    )
}
"""The kinds of org. `plain` is a Developer Edition with room without end; `legacy_cursors` is an org of the time when a
user had ten results of fifteen minutes; `tiny` is for tests that want to reach every limit, and takes its time over
each row; `none` counts and refuses nothing."""


def profile_named(name: object) -> Profile:
    """The kind of org with this name; raises `ValueError` that names those there are."""
    found = PROFILES.get(name) if isinstance(name, str) else None
    if found is None:
        raise ValueError(f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return found
