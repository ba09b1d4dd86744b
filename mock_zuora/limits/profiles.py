"""The figures of each kind of tenant, as data: every one is a field with its unit in its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

REQUEST_BYTES_MAX = 16 * 1024 * 1024
"""The largest request that is read at all, whatever a profile says: 50 objects of some hundred fields need far less."""

SESSION_TIMEOUT_S_MIN, SESSION_TIMEOUT_S_MAX = 15 * 60, 8 * 3600


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of tenant. None is no limit, which only concurrency and rates can have.

    Concurrency counts per entity in a multi-entity tenant, everything else per tenant. A rate is of requests in
    windows of a minute, an hour and a day that begin with the clock's own (UTC). Raises `ValueError` for a figure that
    makes no sense.
    """

    name: str
    concurrent_requests: int | None = 40
    api_per_minute: int | None = 50_000
    api_per_hour: int | None = 2_250_000
    api_per_day: int | None = 27_000_000
    auth_per_minute: int | None = 2_000
    auth_per_minute_per_ip: int | None = 100
    auth_per_hour: int | None = 67_500
    auth_per_day: int | None = 810_000
    retry_after_s: int = 120
    """What a refused caller is told to wait, whatever the limit was."""
    request_bytes: int = REQUEST_BYTES_MAX
    """Of one request, unpacked."""
    objects_per_call: int = 50
    """Of create, update, delete, generate and subscribe."""
    amends_per_call: int = 10
    amends_per_call_before_69: int = 3
    """Of WSDL versions 42 to 68."""
    amends_per_call_before_42: int = 1
    query_page_rows: int = 2_000
    query_page_rows_before_6: int = 100
    query_conditions: int = 200
    query_characters: int = 10_000
    cursor_lifetime_s: int = 15 * 60
    """How long a result is kept after its last page was read."""
    result_lifetime_s: int = 5 * 24 * 3600
    """How long it is kept at most, however often it is read."""
    session_timeout_s: int = SESSION_TIMEOUT_S_MIN
    """What a tenant's security policy has when it says nothing of its own."""

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

    def amends_allowed(self, version: float) -> int:
        """How many requests one amend call may carry in a WSDL version."""
        if version >= 69:
            return self.amends_per_call
        return self.amends_per_call_before_69 if version >= 42 else self.amends_per_call_before_42

    def page_rows(self, version: float) -> int:
        """The most rows a page of a query has in a WSDL version."""
        return self.query_page_rows if version >= 6 else self.query_page_rows_before_6


FIGURES = tuple(each.name for each in fields(Profile) if each.name != "name")
"""The names of all figures."""

_MAY_BE_ABSENT = tuple(name for name in FIGURES if name.startswith(("concurrent_", "api_", "auth_")))
_MAY_BE_ZERO = (*_MAY_BE_ABSENT, "retry_after_s")
_MOST = {"session_timeout_s": SESSION_TIMEOUT_S_MAX, "request_bytes": REQUEST_BYTES_MAX}


def _check(name: str, value: object) -> None:
    least = 0 if name in _MAY_BE_ZERO else SESSION_TIMEOUT_S_MIN if name == "session_timeout_s" else 1
    most = _MOST.get(name)
    if value is None and name in _MAY_BE_ABSENT:
        return
    if isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most):
        return
    wanted = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
    if name in _MAY_BE_ABSENT:
        wanted += ", or null for no limit"
    raise ValueError(f"{name} is {wanted}, not {value!r}.")


_UNLIMITED: dict[str, Any] = dict.fromkeys(_MAY_BE_ABSENT)

PROFILES: dict[str, Profile] = {
    each.name: each
    for each in (
        Profile("production"),
        Profile("sandbox"),
        Profile("api_sandbox", api_per_minute=2_500, api_per_hour=5_000, api_per_day=10_000),
        Profile("developer", api_per_minute=12_500, api_per_hour=25_000, api_per_day=50_000),
        Profile(
            "tiny",
            concurrent_requests=2,
            api_per_minute=10,
            api_per_hour=40,
            api_per_day=100,
            auth_per_minute=5,
            auth_per_minute_per_ip=3,
            auth_per_hour=12,
            auth_per_day=30,
            objects_per_call=5,
            amends_per_call=2,
            amends_per_call_before_69=1,
            query_page_rows=5,
            query_page_rows_before_6=2,
            query_conditions=5,
            query_characters=300,
        ),
        Profile("none", **_UNLIMITED),
    )
}
"""The kinds of tenant. `sandbox` is a central sandbox; `tiny` is for tests that want to reach every limit; `none`
has no limit of concurrency or rate, and the sizes of production."""


def profile_named(name: object) -> Profile:
    """The kind of tenant with this name; raises `ValueError` that names those there are."""
    found = PROFILES.get(name) if isinstance(name, str) else None
    if found is None:
        raise ValueError(f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return found
