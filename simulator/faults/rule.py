"""A fault rule as data: which calls it is about, what befalls them, how often and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny, ValidationError

from simulator.faults.dialect import FaultDialect
from simulator.faults.effects import EFFECTS, Effect
from simulator.faults.errors import FaultRuleInvalid, allowed
from simulator.faults.request import Request

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
SHOWN_ONLY = frozenset({"matched", "fired", "expires_at"})
"""Keys that a rule is shown with; they may be handed back in, and mean nothing then."""


def _names(value: object) -> object:
    """One name, or a list of them."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=255)], ...],
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
    Field(max_length=100),
]


class Match(BaseModel):
    """Which requests a rule is about: all that is said must hold, and a list holds when one of it does.

    A rule that names no path is about SOAP calls. Names are compared without regard to capitals, `record` is an id
    or any text inside the Body, `path` a pattern with `*`. Among the requests that all this fits, `nth` picks the
    nth, `every` each nth, and both together each `every`th from the `nth` on.
    """

    model_config = STRICT

    operation: Names = ()
    object: Names = ()
    record: Names = ()
    tenant: Names = ()
    entity: Names = ()
    user: Names = ()
    path: Names = ()
    nth: int | None = Field(default=None, ge=1)
    every: int | None = Field(default=None, ge=1)

    def fits(self, request: Request) -> bool:
        """Whether the request is one of those, its number aside."""
        if self.path:
            if not any(fnmatchcase(request.path.lower(), pattern.lower()) for pattern in self.path):
                return False
        elif not request.is_soap:
            return False
        return (
            _one_of(self.operation, (request.operation,))
            and _one_of(self.object, request.objects)
            and (not self.record or any(record in request.text for record in self.record))
            and (not self.user or _one_of(self.user, (request.caller.user,)))
            and (not self.tenant or _one_of(self.tenant, request.caller.tenant))
            and (not self.entity or _one_of(self.entity, request.caller.entity))
        )

    def picks(self, number: int) -> bool:
        """Whether the request that is the `number`th to fit (from 1) is one that `nth` and `every` pick."""
        if self.every is None:
            return self.nth is None or number == self.nth
        first = self.nth or self.every
        return number >= first and (number - first) % self.every == 0


def _one_of(wanted: tuple[str, ...], given: tuple[str, ...] | frozenset[str]) -> bool:
    if not wanted:
        return True
    have = {name.lower() for name in given}
    return any(name.lower() in have for name in wanted)


class Window(BaseModel):
    """From when until when a rule holds, on the mock's clock: a moment in ISO 8601 with its offset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begin: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether `now` is in it; `until` is not."""
        return (self.begin is None or now >= self.begin) and (self.until is None or now < self.until)


class Rule(BaseModel):
    """One rule. `id` is assigned when it is ""; `count` and `ttl_s` None mean without end."""

    model_config = STRICT

    id: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")
    enabled: bool = True
    match: Match = Match()
    effect: SerializeAsAny[Effect]
    count: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, ge=0.0, le=1.0)
    seed: int = 0
    window: Window = Window()
    ttl_s: float | None = Field(default=None, gt=0, le=10 * 366 * 86_400)

    def shown(self) -> dict[str, Any]:
        """The rule as JSON values, without what was left open."""
        values = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        values["match"] = {
            key: value[0] if isinstance(value, list) and len(value) == 1 else value
            for key, value in values["match"].items()
            if value != []
        }
        return {key: value for key, value in values.items() if key != "window" or value}


def read_rule(data: Mapping[str, Any], dialect: FaultDialect, now: datetime) -> Rule:
    """The rule that JSON values describe; raises `FaultRuleInvalid`. Seconds in its window count from `now`."""
    if not isinstance(data, Mapping):
        raise FaultRuleInvalid('A rule is a JSON object, such as {"effect": {"type": "latency", "seconds": 2}}.')
    given = {key: value for key, value in data.items() if key not in SHOWN_ONLY and value is not None}
    for key in given:
        if key not in Rule.model_fields:
            raise FaultRuleInvalid(f"{key}: there is no such key; {allowed(str(key), Rule.model_fields)}")
    given["effect"] = _effect(given.get("effect"))
    for key in ("match", "window"):
        if key in given and not isinstance(given[key], Mapping):
            raise FaultRuleInvalid(f"{key}: it is a JSON object, not {given[key]!r:.80}.")
    given["window"] = _window(given.get("window", {}), now)
    try:
        rule = Rule.model_validate(given)
    except ValidationError as error:
        raise FaultRuleInvalid(_told(error, "", Rule)) from None
    for name in rule.match.operation:
        if name.lower() not in {each.lower() for each in dialect.operations}:
            hint = allowed(name, dialect.operations)
            raise FaultRuleInvalid(f"match.operation: {dialect.service} has no operation {name!r}; {hint}")
    try:
        rule.effect.check(dialect)
    except ValueError as error:
        raise FaultRuleInvalid(f"effect.{error}") from None
    return rule


def _effect(data: object) -> Effect:
    if isinstance(data, str):  # an effect that needs no settings
        data = {"type": data}
    if not isinstance(data, Mapping):
        raise FaultRuleInvalid(
            f'effect: say what shall happen, such as {{"type": "reset"}}. Types: {", ".join(EFFECTS)}.'
        )
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in EFFECTS:
        raise FaultRuleInvalid(f"effect.type: there is no effect {kind!r}; {allowed(str(kind), EFFECTS)}")
    try:
        return EFFECTS[kind].model_validate(dict(data))
    except ValidationError as error:
        raise FaultRuleInvalid(_told(error, "effect.", EFFECTS[kind])) from None


def _window(data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The window with its seconds from now as moments."""
    moments: dict[str, Any] = {}
    for key, value in data.items():
        if key not in ("from", "until"):
            raise FaultRuleInvalid(f"window.{key}: there is no such key; {allowed(str(key), ('from', 'until'))}")
        moments[key] = None if value is None else _moment(f"window.{key}", value, now)
    if moments.get("from") and moments.get("until") and moments["from"] >= moments["until"]:
        raise FaultRuleInvalid("window.until: it must be after window.from.")
    return moments


def _moment(place: str, value: object, now: datetime) -> datetime:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return now + timedelta(seconds=value)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
    except (ValueError, OverflowError):
        pass
    raise FaultRuleInvalid(
        f"{place}: {value!r} is neither seconds from now nor a moment with its offset, such as 2026-01-15T08:00:00Z."
    )


def _told(error: ValidationError, prefix: str, model: type[BaseModel]) -> str:
    """Every mistake in one text, each with its key."""
    lines = []
    for each in error.errors(include_url=False, include_context=False):
        place = prefix + ".".join(str(part) for part in each["loc"])
        if each["type"] == "extra_forbidden":
            name = str(each["loc"][-1])
            lines.append(f"{place}: there is no such key; {allowed(name, _keys(model, each['loc'][:-1]))}")
        elif each["type"] == "missing":
            lines.append(f"{place}: it has to be given.")
        else:
            words = each["msg"].replace("Input should", "it should")
            lines.append(f"{place}: {words}, not {each['input']!r:.80}.")
    return " ".join(lines)


def _keys(model: type[BaseModel], way: tuple[int | str, ...]) -> list[str]:
    """The keys of the model at the end of a way into it."""
    for part in way:
        inside = model.model_fields[str(part)].annotation
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            model = inside
    return [info.alias or name for name, info in model.model_fields.items()]
