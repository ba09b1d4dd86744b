"""A mock's limits from outside: what every org may use and has used, and changing that while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mock_salesforce.limits.profiles import profile_named

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org


def report(orgs: Sequence[Org]) -> dict[str, Any]:
    """Each org's limits under its 18-character id, as JSON values.

    {"orgs": {"00D...": {"profile": "developer", "figures": {"daily_api_calls": 15000, ...}, "licences": 0,
        "allowed": {"daily_api_calls": 15000, "storage_kb": 5120},
        "used": {"daily_api_calls": 3, "storage_kb": 24, "concurrent_long_calls": 0, ...}}}}
    """
    return {"orgs": {each.id: each.limits_report() for each in orgs}}


def change(orgs: Sequence[Org], changes: Mapping[str, Any]) -> list[Org]:
    """Put another profile or other figures in force for one org or all, and say for which.

    `changes` is {"org": id, "profile": name, "figures": {name: number or None}}, each part optional: without an org it
    is for all, figures are changes of the profile named or of what is in force. Raises `ValueError`, and then nothing
    is changed.
    """
    unknown = sorted(set(changes) - {"org", "profile", "figures"})
    if unknown:
        raise ValueError(f"Limits are changed with org, profile and figures; {unknown[0]!r} is none of them.")
    figures = changes.get("figures") or {}
    if not isinstance(figures, Mapping):
        msg = 'figures is an object such as {"daily_api_calls": 10}.'
        raise ValueError(msg)  # noqa: TRY004 - one error for all that cannot be asked for
    if not figures and changes.get("profile") is None:
        raise ValueError('Say what to change: {"profile": "tiny"} or {"figures": {"daily_api_calls": 10}}, or both.')
    chosen = _chosen(orgs, changes.get("org"))
    base = None if changes.get("profile") is None else profile_named(changes["profile"])
    wanted = [(each, (base or each.limits.profile).changed(figures)) for each in chosen]
    for org, profile in wanted:
        org.limits.change(profile)
    return chosen


def _chosen(orgs: Sequence[Org], wanted: object) -> list[Org]:
    if wanted is None:
        return list(orgs)
    chosen = [each for each in orgs if isinstance(wanted, str) and each.id[:15] == wanted[:15]]
    if not chosen:
        known = ", ".join(each.id for each in orgs) or "none at all"
        raise ValueError(f"There is no org {wanted!r}; there is {known}.")
    return chosen
