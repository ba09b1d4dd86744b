"""The rules of one mock: adding and removing them, and choosing, for each request, which of them fire."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.clock import Clock
from simulator.faults.dialect import FaultDialect
from simulator.faults.effects import Place
from simulator.faults.errors import FaultRuleInvalid, FaultRuleUnknown
from simulator.faults.request import Request
from simulator.faults.rule import Rule, read_rule

LOG_KEPT = 10_000
RULES_MAX = 1000

Shown = list[dict[str, Any]]
Firings = list["Firing"]


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule that befalls one request; `chance` is this firing's own."""

    rule: Rule
    chance: random.Random


@dataclass(slots=True)
class _Entry:
    """A rule and how often it was asked for and fired."""

    rule: Rule
    expires_at: datetime | None
    chance: random.Random = field(repr=False)
    matched: int = 0
    fired: int = 0

    def shown(self) -> dict[str, Any]:
        values = {**self.rule.shown(), "matched": self.matched, "fired": self.fired}
        if self.expires_at is not None:
            values["expires_at"] = self.expires_at.isoformat()
        return values


class FaultRules:
    """An ordered set of rules; safe to use from several threads.

    A rule is JSON values in and out: `id`, `enabled`, `match`, `effect`, `count`, `probability`, `seed`, `window`,
    `ttl_s`, and in what is shown also `matched`, `fired` and `expires_at`. Everything that depends on chance comes
    from the rule's own seed, and everything that depends on time from the mock's clock.
    """

    def __init__(self, dialect: FaultDialect, clock: Clock) -> None:
        self.dialect = dialect
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._ids = 0
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_KEPT)
        self._logged = 0

    def add(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Add a rule after the others; returns it as shown. Raises `FaultRuleInvalid`."""
        now = self._clock.now()
        rule = read_rule(data, self.dialect, now)
        with self._lock:
            self._drop_expired(now)
            if len(self._entries) >= RULES_MAX:
                raise FaultRuleInvalid(f"There are {RULES_MAX} rules already, the most there can be; remove some.")
            if rule.id in self._entries:
                raise FaultRuleInvalid(f"id: there is a rule {rule.id!r} already; replace it, or choose another id.")
            if not rule.id:
                rule = rule.model_copy(update={"id": self._new_id()})
            entry = self._entries[rule.id] = _entry(rule, now)
            return entry.shown()

    def list(self) -> Shown:
        """Every rule as shown, in the order in which they are asked."""
        with self._lock:
            self._drop_expired(self._clock.now())
            return [entry.shown() for entry in self._entries.values()]

    def get(self, rule_id: str) -> dict[str, Any]:
        """One rule as shown. Raises `FaultRuleUnknown`."""
        with self._lock:
            self._drop_expired(self._clock.now())
            return self._found(rule_id).shown()

    def replace(self, rule_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Put another rule in the place of one; it counts from nothing. Raises both errors."""
        now = self._clock.now()
        rule = read_rule(data, self.dialect, now)
        if rule.id not in ("", rule_id):
            raise FaultRuleInvalid(f"id: the rule that is replaced is {rule_id!r}, not {rule.id!r}; leave it out.")
        with self._lock:
            self._drop_expired(now)
            self._found(rule_id)
            entry = self._entries[rule_id] = _entry(rule.model_copy(update={"id": rule_id}), now)
            return entry.shown()

    def remove(self, rule_id: str) -> None:
        """Remove one rule. Raises `FaultRuleUnknown`."""
        with self._lock:
            self._drop_expired(self._clock.now())
            self._found(rule_id)
            del self._entries[rule_id]

    def clear(self) -> None:
        """Remove every rule. The log stays."""
        with self._lock:
            self._entries.clear()

    def log(self) -> Shown:
        """What was done to which request, oldest first: `number`, `at`, `rule`, `effect`, `operation`, `path`."""
        with self._lock:
            return [dict(each) for each in self._log]

    def clear_log(self) -> None:
        """Forget what was done; numbers go on."""
        with self._lock:
            self._log.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def firing(self, request: Request) -> Firings:
        """The rules that befall this request, in the order in which their effects are asked.

        Each rule counts the requests that fit it for itself, whether or not another one fires.
        """
        now = self._clock.now()
        with self._lock:
            entries = list(self._entries.values())
        # Reading the request can take a while and needs no lock: it is this thread's own.
        fitting = [entry for entry in entries if _asked_for(entry, request, now)]
        with self._lock:
            self._drop_expired(now)
            standing = [entry for entry in fitting if self._entries.get(entry.rule.id) is entry]
            fired = self._choose(standing)
            for firing in fired:
                self._note(firing.rule, request, now)
        return sorted(fired, key=lambda firing: firing.rule.effect.place)

    def _choose(self, entries: Sequence[_Entry]) -> Firings:
        fired: Firings = []
        decided = False
        for entry in entries:
            entry.matched += 1
            if not entry.rule.match.picks(entry.matched):
                continue
            # Drawn for every pick, so that what the others do changes nothing of a rule's choices.
            drawn, own = entry.chance.random(), entry.chance.getrandbits(64)
            decides = entry.rule.effect.place is Place.DECIDES
            if (
                drawn >= entry.rule.probability
                or (entry.rule.count is not None and entry.fired >= entry.rule.count)
                or (decides and decided)
            ):
                continue
            decided = decided or decides
            entry.fired += 1
            fired.append(Firing(entry.rule, random.Random(own)))
        return fired

    def _note(self, rule: Rule, request: Request, now: datetime) -> None:
        self._logged += 1
        self._log.append(
            {
                "number": self._logged,
                "at": now.isoformat(),
                "rule": rule.id,
                "effect": rule.effect.type,
                "operation": request.operation,
                "path": request.path,
            }
        )

    def _new_id(self) -> str:
        while True:
            self._ids += 1
            if f"f{self._ids}" not in self._entries:
                return f"f{self._ids}"

    def _found(self, rule_id: str) -> _Entry:
        entry = self._entries.get(rule_id)
        if entry is None:
            there = f"there are {', '.join(self._entries)}" if self._entries else "there are none"
            raise FaultRuleUnknown(f"There is no fault rule {rule_id!r}; {there}.")
        return entry

    def _drop_expired(self, now: datetime) -> None:
        for rule_id in [key for key, entry in self._entries.items() if _expired(entry, now)]:
            del self._entries[rule_id]


def _entry(rule: Rule, now: datetime) -> _Entry:
    expires_at = None if rule.ttl_s is None else now + timedelta(seconds=rule.ttl_s)
    return _Entry(rule, expires_at, random.Random(rule.seed))


def _expired(entry: _Entry, now: datetime) -> bool:
    return entry.expires_at is not None and now >= entry.expires_at


def _asked_for(entry: _Entry, request: Request, now: datetime) -> bool:
    rule = entry.rule
    return (
        rule.enabled
        and not _expired(entry, now)
        and rule.window.holds(now)
        and rule.match.fits(request)
        and rule.effect.strikes(request, rule.match.record)
    )
