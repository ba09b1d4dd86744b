"""The functions that decide, or that look at the record's change, the clock and picklists: each makes its own part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from mock_salesforce.formulas.errors import NotUnderstood
from mock_salesforce.formulas.parts import Facts, Part, References, common, wanted
from mock_salesforce.formulas.patterns import pattern
from mock_salesforce.formulas.values import ARITHMETIC, Type, Value, number_text, time_text

Make = Callable[[Sequence[Part], References], Part]

_TRUTH = frozenset({Type.TRUTH})
_TEXT = frozenset({Type.TEXT})
_NUMBER = frozenset({Type.NUMBER})
_PICKLISTS = frozenset({Type.PICKLIST, Type.MULTIPICKLIST})


def _counted(name: str, parts: Sequence[Part], least: int, most: int | None = None) -> None:
    if len(parts) < least or (most is not None and len(parts) > most):
        raise NotUnderstood(f"{name} has {len(parts)} arguments, which is not how many it takes")


def all_of(parts: Sequence[Part], _: References) -> Part:
    """True when everything is; what is null is not. The first that is not true ends it."""
    _counted("AND", parts, 1)
    runs = [wanted(part, _TRUTH, "AND") for part in parts]
    return Part(Type.TRUTH, lambda facts: all(run(facts) for run in runs))


def any_of(parts: Sequence[Part], _: References) -> Part:
    """True when something is; what is null is not. The first that is true ends it."""
    _counted("OR", parts, 1)
    runs = [wanted(part, _TRUTH, "OR") for part in parts]
    return Part(Type.TRUTH, lambda facts: any(run(facts) for run in runs))


def negated(parts: Sequence[Part], _: References) -> Part:
    """The other way round; null stays null."""
    _counted("NOT", parts, 1, 1)
    run = wanted(parts[0], _TRUTH, "NOT")

    def value(facts: Facts) -> Value:
        found = run(facts)
        return None if found is None else not found

    return Part(Type.TRUTH, value)


def _if(parts: Sequence[Part], _: References) -> Part:
    _counted("IF", parts, 3, 3)
    condition = wanted(parts[0], _TRUTH, "IF")
    type_, (then, otherwise) = common(parts[1:], "IF")
    _no_picklist("IF", type_)
    return Part(type_, lambda facts: then(facts) if condition(facts) else otherwise(facts))


def _no_picklist(name: str, type_: Type) -> None:
    if type_ in _PICKLISTS:
        raise NotUnderstood(f"{name} does not give a {type_.value}; TEXT makes a text of it")


def _case(parts: Sequence[Part], _: References) -> Part:
    _counted("CASE", parts, 4)
    if len(parts) % 2:
        raise NotUnderstood("CASE has a value without a result, or no result for anything else")
    first, cases, results = parts[0], parts[1:-1:2], [*parts[2:-1:2], parts[-1]]
    if first.type is Type.TRUTH or any(each.type is Type.TRUTH for each in results):
        raise NotUnderstood("CASE does not take true or false")
    if first.type in _PICKLISTS:
        runs = [wanted(each, _TEXT, "CASE of a picklist") for each in cases]
        subject = first.run
    else:
        subject, *runs = common([first, *cases], "CASE")[1]
    type_, outcomes = common(results, "CASE")
    _no_picklist("CASE", type_)
    pairs = list(zip(runs, outcomes[:-1], strict=True))

    def value(facts: Facts) -> Value:
        found = subject(facts)
        matching = (outcome for run, outcome in pairs if (case := run(facts)) is not None and case == found)
        result: Value = next(matching, outcomes[-1])(facts)
        return result

    return Part(type_, value)


def _is_blank(parts: Sequence[Part], _: References) -> Part:
    _counted("ISBLANK", parts, 1, 1)
    run = parts[0].run
    return Part(Type.TRUTH, lambda facts: run(facts) in (None, ""))


def _is_null(parts: Sequence[Part], _: References) -> Part:
    """Text is never null, even when it is blank."""
    _counted("ISNULL", parts, 1, 1)
    if parts[0].type is Type.TEXT:
        return Part(Type.TRUTH, lambda _: False)
    return _is_blank(parts, _)


def _blank_value(parts: Sequence[Part], _: References) -> Part:
    _counted("BLANKVALUE", parts, 2, 2)
    type_, (run, instead) = common(parts, "BLANKVALUE")
    _no_picklist("BLANKVALUE", type_)

    def value(facts: Facts) -> Value:
        found: Value = run(facts)
        if found in (None, ""):
            found = instead(facts)
        return found

    return Part(type_, value)


def _null_value(parts: Sequence[Part], references: References) -> Part:
    """As BLANKVALUE, but for text, which is never null."""
    _counted("NULLVALUE", parts, 2, 2)
    return parts[0] if parts[0].type is Type.TEXT else _blank_value(parts, references)


def _is_pick_value(parts: Sequence[Part], _: References) -> Part:
    _counted("ISPICKVAL", parts, 2, 2)
    run = wanted(parts[0], frozenset({Type.PICKLIST}), "ISPICKVAL")
    if parts[1].text is None:
        raise NotUnderstood("the value of ISPICKVAL is a text written out")
    value = parts[1].text
    return Part(Type.TRUTH, lambda facts: run(facts) == value)


def _includes(parts: Sequence[Part], _: References) -> Part:
    _counted("INCLUDES", parts, 2, 2)
    run, value = wanted(parts[0], frozenset({Type.MULTIPICKLIST}), "INCLUDES"), wanted(parts[1], _TEXT, "INCLUDES")
    return Part(Type.TRUTH, lambda facts: value(facts) in run(facts).split(";"))


def _text(parts: Sequence[Part], _: References) -> Part:
    _counted("TEXT", parts, 1, 1)
    types = frozenset({Type.NUMBER, Type.DATE, Type.MOMENT, Type.TIME, Type.PICKLIST})
    run = wanted(parts[0], types, "TEXT")
    return Part(Type.TEXT, lambda facts: as_text(run(facts)))


def as_text(value: Value) -> str:
    """A value as TEXT() writes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return time_text(value)
    return number_text(value) if isinstance(value, Decimal) else str(value)


def _regex(parts: Sequence[Part], _: References) -> Part:
    _counted("REGEX", parts, 2, 2)
    if parts[1].text is None:
        raise NotUnderstood("the pattern of REGEX is a text written out")
    run, compiled = wanted(parts[0], _TEXT, "REGEX"), pattern(parts[1].text)
    return Part(Type.TRUTH, lambda facts: compiled.matches(run(facts)))


def _extreme(name: str, choose: Callable[[Decimal, Decimal], Decimal]) -> Make:
    def make(parts: Sequence[Part], _: References) -> Part:
        _counted(name, parts, 1)
        runs = [wanted(part, _NUMBER, name) for part in parts]

        def value(facts: Facts) -> Value:
            values = [run(facts) for run in runs]
            if any(each is None for each in values):
                return None
            found: Decimal = values[0]
            for each in values[1:]:
                found = choose(found, each)
            return found

        return Part(Type.NUMBER, value)

    return make


def _now(name: str, type_: Type) -> Make:
    def make(parts: Sequence[Part], _: References) -> Part:
        _counted(name, parts, 0, 0)
        if type_ is Type.DATE:
            return Part(type_, lambda facts: facts.now.date())
        if type_ is Type.TIME:
            return Part(type_, lambda facts: facts.now.astimezone(UTC).time())
        return Part(type_, lambda facts: facts.now)

    return make


def _changing(name: str, parts: Sequence[Part], references: References, count: int) -> None:
    _counted(name, parts, count, count)
    if not references.names.changes:
        raise NotUnderstood(f"{name} is for rules about a record that is being saved")
    if count and (parts[0].reading is None or parts[0].reading.prior or len(parts[0].reading.path) != 1):
        raise NotUnderstood(f"{name} takes a field of the record itself")
    if count and parts[0].reading is not None and not parts[0].reading.stored:
        raise NotUnderstood(f"{name} does not take {parts[0].reading.text}, which is computed")


def _prior_value(parts: Sequence[Part], references: References) -> Part:
    """The value before the change; of a new record, the value it has."""
    _changing("PRIORVALUE", parts, references, 1)
    reading = parts[0].reading
    if reading is None:
        raise NotUnderstood("PRIORVALUE takes a field")
    now, before = parts[0].run, references.part(replace(reading, prior=True)).run
    # The reading goes along, so that a picklist's prior value is one too.
    return Part(reading.type, lambda facts: now(facts) if facts.is_new else before(facts), replace(reading, prior=True))


def _is_changed(parts: Sequence[Part], references: References) -> Part:
    _changing("ISCHANGED", parts, references, 1)
    before, now = _prior_value(parts, references).run, parts[0].run
    return Part(Type.TRUTH, lambda facts: not facts.is_new and before(facts) != now(facts))


def _is_new(parts: Sequence[Part], references: References) -> Part:
    _changing("ISNEW", parts, references, 0)
    return Part(Type.TRUTH, lambda facts: facts.is_new)


def _is_clone(parts: Sequence[Part], references: References) -> Part:
    """Nothing that comes through the API is a clone."""
    _changing("ISCLONE", parts, references, 0)
    return Part(Type.TRUTH, lambda _: False)


LOGIC: Mapping[str, Make] = {
    "AND": all_of,
    "OR": any_of,
    "NOT": negated,
    "IF": _if,
    "CASE": _case,
    "ISBLANK": _is_blank,
    "ISNULL": _is_null,
    "BLANKVALUE": _blank_value,
    "NULLVALUE": _null_value,
    "ISPICKVAL": _is_pick_value,
    "INCLUDES": _includes,
    "TEXT": _text,
    "REGEX": _regex,
    "MAX": _extreme("MAX", ARITHMETIC.max),
    "MIN": _extreme("MIN", ARITHMETIC.min),
    "TODAY": _now("TODAY", Type.DATE),
    "NOW": _now("NOW", Type.MOMENT),
    "TIMENOW": _now("TIMENOW", Type.TIME),
    "PRIORVALUE": _prior_value,
    "ISCHANGED": _is_changed,
    "ISNEW": _is_new,
    "ISCLONE": _is_clone,
}
