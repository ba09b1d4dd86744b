"""What a tenant or an org is, as JSON: `tenant.json` and `org.json` of a seed folder, read and written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from offline.seeds.mistakes import Mistakes, meant

T = TypeVar("T")

SECRETS = frozenset({"password", "security_token", "token", "client_secret"})


def read_spec(
    kind: type[T], file: str, text: str, defaults: Mapping[str, Any], user: Mapping[str, Any], mistakes: Mistakes
) -> T | None:
    """The spec that a file's JSON describes, key by key as the class has them; None when there are mistakes.

    `defaults` are the values of keys left out, `user` those of each user's. No value is repeated in a mistake.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        mistakes.add(file, f"it is not JSON: {error}")
        return None
    if not isinstance(given, dict):
        mistakes.add(file, "it is not a JSON object")
        return None
    values = {**defaults, **given}
    if isinstance(values.get("users"), list):
        values["users"] = [{**user, **each} if isinstance(each, dict) else each for each in values["users"]]
    unknown = list(_unknown(kind, values, ""))
    for place, hint in unknown:
        mistakes.add(file, f"there is no such key{hint}", field=place)
    try:
        made = TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False, include_context=False):
            place = ".".join(str(part) for part in each["loc"])
            words = each["msg"].replace("Input should", "it should").removeprefix("Value error, ")
            mistakes.add(file, words, field=place)
        return None
    return None if unknown else made


def spec_text(spec: object) -> str:
    """A spec as the file that `read_spec` reads, without its secrets and without what is as it is by default."""
    return json.dumps(_plain(spec, secrets=False), indent=2, ensure_ascii=False) + "\n"


def kept_spec(spec: object) -> dict[str, Any]:
    """A spec as JSON values with its secrets, for a file that only its owner may read."""
    kept: dict[str, Any] = _plain(spec, secrets=True)
    return kept


def revived(kind: type[T], kept: Mapping[str, Any]) -> T:
    """The spec that `kept_spec` kept; raises `ValueError` when it is not that."""
    spec: T = TypeAdapter(kind).validate_python(dict(kept))
    return spec


def _plain(value: Any, *, secrets: bool) -> Any:
    if is_dataclass(value):
        found = {}
        for each in fields(value):
            held = getattr(value, each.name)
            default = each.default_factory() if each.default_factory is not MISSING else each.default
            if (held != default or default is MISSING) and (secrets or each.name not in SECRETS):
                found[each.name] = _plain(held, secrets=secrets)
        return found
    if isinstance(value, tuple | list):
        return [_plain(each, secrets=secrets) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each, secrets=secrets) for key, each in value.items()}
    return value


def _unknown(kind: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing, where each is, and which might be meant."""
    inner = [each for each in get_args(kind) if each is not Ellipsis]
    if get_origin(kind) in (Union, UnionType):
        for each in inner:
            yield from _unknown(each, value, place)
    elif is_dataclass(kind) and isinstance(value, Mapping):
        hints = get_type_hints(kind)
        for key, each in value.items():
            at = f"{place}.{key}".lstrip(".")
            if key in hints:
                yield from _unknown(hints[key], each, at)
            else:
                yield at, meant(str(key), hints)
    elif isinstance(value, list) and inner:
        for number, each in enumerate(value):
            yield from _unknown(inner[0], each, f"{place}.{number}")
    elif isinstance(value, Mapping) and inner:
        for key, each in value.items():
            yield from _unknown(inner[-1], each, f"{place}.{key}")
