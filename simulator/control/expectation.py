"""What a test expects of a journal: exchanges of some kind, so many of them; and how near the others came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from simulator.control.routes import only, typed
from simulator.control.subject import ControlInvalid
from simulator.faults import FaultDialect
from simulator.faults.request import Request as CallRead
from simulator.journal import Exchange

CLOSEST = 3
_COUNTS = ("at_least", "at_most", "exactly")
_EXAMPLE = '{"operation": "create", "object": "Account", "at_least": 1}'


@dataclass(frozen=True, slots=True)
class Expectation:
    """Exchanges that all of it fits, from `least` to `most` of them; `most` None is any number.

    Names are compared without regard to capitals; `path` may have `*` in it; of texts, all must be in the request
    (`contains`) or the reply (`response_contains`), as they are in the journal: with the secrets struck out.
    """

    operation: str | None = None
    object: str | None = None
    path: str | None = None
    status: int | None = None
    contains: tuple[str, ...] = ()
    response_contains: tuple[str, ...] = ()
    since: int = 0
    least: int = 1
    most: int | None = None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Expectation:
        """The expectation that JSON values describe; raises `ControlInvalid`.

        Without `at_least`, `at_most` and `exactly`, one is the least.
        """
        texts = ("contains", "response_contains")
        only(body, "operation", "object", "path", "status", *texts, "since", *_COUNTS)
        counts = {name: _count(body, name) for name in (*_COUNTS, "since")}
        exactly, least, most = counts["exactly"], counts["at_least"], counts["at_most"]
        if exactly is not None and (least is not None or most is not None):
            raise ControlInvalid("Give exactly, or at_least and at_most.")
        if exactly is not None:
            least = most = exactly
        elif least is None:
            least = 0 if most is not None else 1
        if most is not None and least is not None and most < least:
            raise ControlInvalid(f"at_most {most} is less than at_least {least}.")
        return cls(
            operation=typed(body, "operation", str, _EXAMPLE),
            object=typed(body, "object", str, _EXAMPLE),
            path=typed(body, "path", str, '{"path": "/apps/*"}'),
            status=typed(body, "status", int, '{"status": 200}'),
            contains=_texts(body, "contains"),
            response_contains=_texts(body, "response_contains"),
            since=counts["since"] or 0,
            least=least or 0,
            most=most,
        )

    def judge(self, exchanges: Sequence[Exchange], dialect: FaultDialect) -> dict[str, Any]:
        """Whether as many as expected are there, as JSON values: which, and if some are missing the closest others."""
        later = [each for each in exchanges if each.number > self.since]
        matching, others = [], []
        for each in later:
            differences = self.differences(each, dialect)
            if differences:
                others.append((len(differences), -each.number, each, differences))
            else:
                matching.append(each.number)
        passed = len(matching) >= self.least and (self.most is None or len(matching) <= self.most)
        missing = len(matching) < self.least
        near = [each for each in sorted(others, key=lambda other: other[:2]) if each[0] < self._conditions]
        return {
            "passed": passed,
            "count": len(matching),
            "expected": self._wanted(),
            "matching": matching,
            "closest": [
                {"number": each.number, "operation": each.operation, "status": each.status, "differences": why}
                for _, _, each, why in near[: CLOSEST if missing else 0]
            ],
            "exchanges": len(later),
        }

    def differences(self, exchange: Exchange, dialect: FaultDialect) -> list[str]:
        """Why an exchange does not fit, a reason each; none when it fits."""
        if exchange.number <= self.since:
            return [f"it is not after number {self.since}"]
        found = []
        if self.operation is not None and exchange.operation.lower() != self.operation.lower():
            found.append(f"its operation is {exchange.operation or 'none'}, not {self.operation}")
        if self.status is not None and exchange.status != self.status:
            found.append(f"its status is {exchange.status}, not {self.status}")
        if self.path is not None and not fnmatchcase(exchange.path.lower(), self.path.lower()):
            found.append(f"its path is {exchange.path}, which is not like {self.path}")
        for body, what, texts in (
            (exchange.request, "request", self.contains),
            (exchange.response, "reply", self.response_contains),
        ):
            found += [f"its {what} does not contain {text!r:.80}" for text in texts if text.encode() not in body]
        if self.object is not None:
            objects = objects_of(exchange, dialect)
            if self.object.lower() not in objects:
                found.append(f"it is about {', '.join(sorted(objects)) or 'no object'}, not {self.object}")
        return found

    @property
    def _conditions(self) -> int:
        single = (self.operation, self.object, self.path, self.status)
        return sum(each is not None for each in single) + len(self.contains) + len(self.response_contains)

    def _wanted(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return f"exactly {self.least}"
        return f"at most {self.most}" if not self.least else f"from {self.least} to {self.most}"


def objects_of(exchange: Exchange, dialect: FaultDialect) -> frozenset[str]:
    """The object types, in lower case, that an exchange's request is about, as fault rules see it."""
    return CallRead({"REQUEST_METHOD": "POST", "PATH_INFO": exchange.path}, exchange.request, dialect).objects


def _count(body: Mapping[str, Any], name: str) -> int | None:
    given = typed(body, name, int, f'{{"{name}": 1}}')
    if given is not None and given < 0:
        raise ControlInvalid(f"{name} is 0 or more, not {given}.")
    return given


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = body.get(name)
    if given is None:
        return ()
    texts = tuple(given) if isinstance(given, list) else (given,)
    if not all(isinstance(each, str) for each in texts):
        raise ControlInvalid(f"{name} is a text or a list of texts, not {given!r:.80}.")
    return texts
