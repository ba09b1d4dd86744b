"""A mock's limits from outside: what every tenant may use and has used, and changing that while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mock_zuora.limits.profiles import profile_named

if TYPE_CHECKING:
    from mock_zuora.tenants import Tenant


def report(tenants: Sequence[Tenant], open_sessions: Callable[[Tenant], int]) -> dict[str, Any]:
    """Each tenant's limits under its id, as JSON values.

    {"tenants": {"10001": {
        "profile": "production", "figures": {"api_per_minute": 50000, ...},
        "used": {"api": {"minute": 3, "hour": 3, "day": 3}, "auth": {...}, "auth_by_ip": {"127.0.0.1": 1},
                 "concurrent": {"<entity id>": 0}},
        "open_sessions": 1}}}
    """
    return {"tenants": {each.spec.id: _of(each, open_sessions(each)) for each in tenants}}


def _of(tenant: Tenant, open_sessions: int) -> dict[str, Any]:
    return {**tenant.limits.report(), "open_sessions": open_sessions}


def change(tenants: Sequence[Tenant], changes: Mapping[str, Any]) -> list[Tenant]:
    """Put another profile or other figures in force for one tenant or all, and say for which.

    `changes` is {"tenant": id, "profile": name, "figures": {name: number or None}}, each part optional: without a
    tenant it is for all, figures are changes of the profile named or of what is in force. Raises `ValueError`, and then
    nothing is changed.
    """
    unknown = sorted(set(changes) - {"tenant", "profile", "figures"})
    if unknown:
        raise ValueError(f"Limits are changed with tenant, profile and figures; {unknown[0]!r} is none of them.")
    figures = changes.get("figures") or {}
    if not isinstance(figures, Mapping):
        msg = 'figures is an object such as {"api_per_minute": 10}.'
        raise ValueError(msg)  # noqa: TRY004 - one error for all that cannot be asked for
    if not figures and changes.get("profile") is None:
        raise ValueError('Say what to change: {"profile": "tiny"} or {"figures": {"api_per_minute": 10}}, or both.')
    chosen = _chosen(tenants, changes.get("tenant"))
    base = None if changes.get("profile") is None else profile_named(changes["profile"])
    wanted = [(each, (base or each.limits.profile).changed(figures)) for each in chosen]
    for tenant, profile in wanted:
        tenant.limits.change(profile)
    return chosen


def _chosen(tenants: Sequence[Tenant], tenant_id: object) -> list[Tenant]:
    if tenant_id is None:
        return list(tenants)
    chosen = [each for each in tenants if each.spec.id == tenant_id]
    if not chosen:
        known = ", ".join(each.spec.id for each in tenants) or "none at all"
        raise ValueError(f"There is no tenant {tenant_id!r}; there is {known}.")
    return chosen
