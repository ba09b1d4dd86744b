"""What may be asked for: caps, id formats, duplicates. Pure; it runs before anything is leased or sent.

A request that breaks a rule is refused whole with `RequestRefused`. The one exception is the callout budget:
each object costs one callout of a transaction's hundred, and the objects past what is left come back as
failed results while the rest run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from sync_engine.errors import RequestRefused
from sync_engine.model import ObjectKind, RequestedObject

CALLOUTS_PER_TRANSACTION = 100
ACCOUNTS_PER_API_REQUEST = 10
ACCOUNTS_PER_PAGE_REQUEST = 8

_ZUORA_ID = re.compile(r"[0-9a-f]{32}")
_SALESFORCE_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_ENTITY_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_IDS_NAMED_IN_A_MESSAGE = 5


class Origin(StrEnum):
    """Where a request was made, which decides its cap."""

    API = "api"
    """Apex, this library, the command line: 10 accounts."""
    ACCOUNT_PAGE = "account-page"
    """The button on the Account page: 8 accounts."""
    CATALOG = "catalog"
    """A sync of the whole product catalog: not an Apex transaction, so it has no callout budget."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One call of `sendRequest`, as asked.

    `object_ids` are Salesforce ids (15 or 18 characters), `zuora_ids` are 32 hexadecimal characters and mean
    the user's home entity, `zuora_ids_by_entity` maps a Zuora id to the id of its entity. `callouts_used` is
    how many of the transaction's 100 callouts were already spent. `entity_id` says which entity bare Zuora
    ids belong to, "" for the home entity.
    """

    kind: ObjectKind = ObjectKind.BILLING_ACCOUNT
    object_ids: Iterable[str] = ()
    zuora_ids: Iterable[str] = ()
    zuora_ids_by_entity: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = Origin.API
    callouts_used: int = 0
    entity_id: str = ""
    email_notification: bool = True


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may run: `objects` to sync, and `past_budget` that the callout budget leaves out."""

    objects: tuple[RequestedObject, ...]
    past_budget: tuple[RequestedObject, ...] = ()


def check_characters(id15: str) -> str:
    """The three characters that make an 18-character Salesforce id of a 15-character one."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(id15[start : start + 5]) if "A" <= char <= "Z")
        suffix += _CHECK_CHARACTERS[bits]
    return suffix


def salesforce_id(text: str) -> str | None:
    """The 18-character form of a 15- or 18-character Salesforce id, or None when it is neither.

    The last three characters of an 18-character id only repeat the case of the first 15, so a wrong one means
    a mistyped id. They may come in any case, as Salesforce accepts them.
    """
    text = text.strip()
    if not _SALESFORCE_ID.fullmatch(text):
        return None
    expected = check_characters(text[:15])
    if len(text) == 18 and text[15:].upper() != expected:
        return None
    return text[:15] + expected


def zuora_id(text: str) -> str | None:
    """A Zuora id in its own form, 32 lower-case hexadecimal characters, or None when it is none."""
    text = text.strip().lower()
    return text if _ZUORA_ID.fullmatch(text) else None


def admit(request: SyncRequest) -> Admitted:
    """Check a request and put it in order: each record once, in the order asked for.

    Raises `RequestRefused` for an empty request, an id of the wrong shape, a record named under two entities,
    a negative callout count, or more accounts than the cap.
    """
    if not 0 <= request.callouts_used <= CALLOUTS_PER_TRANSACTION:
        raise RequestRefused(
            f"{request.callouts_used} is not a number of callouts a transaction can have used: it has "
            f"{CALLOUTS_PER_TRANSACTION}.",
            f"Give a number from 0 to {CALLOUTS_PER_TRANSACTION}.",
        )
    objects = _objects(request)
    if not objects:
        noun = _noun(request.kind)
        raise RequestRefused(
            f"The request names no {noun}.", f"Give at least one Salesforce id or Zuora id of a {noun}."
        )
    _check_cap(request, len(objects))
    if request.origin is Origin.CATALOG:
        return Admitted(tuple(objects))
    left = CALLOUTS_PER_TRANSACTION - request.callouts_used
    return Admitted(tuple(objects[:left]), tuple(objects[left:]))


def _objects(request: SyncRequest) -> list[RequestedObject]:
    """Every record asked for, once, normalised; refuses ids of the wrong shape, naming them all at once."""
    wrong: list[str] = []
    found: dict[str, RequestedObject] = {}
    for text in _in_order(request.object_ids):
        if (identifier := salesforce_id(text)) is None:
            wrong.append(f"{text!r} {_why_not_salesforce(text)}")
        else:
            found.setdefault(identifier, RequestedObject(request.kind, salesforce_id=identifier))
    home = [(text, request.entity_id) for text in _in_order(request.zuora_ids)]
    for text, entity in [*home, *request.zuora_ids_by_entity.items()]:
        if (identifier := zuora_id(text)) is None:
            wrong.append(f"{text!r} is not a Zuora id (32 characters 0-9 and a-f)")
            continue
        if entity and not _ENTITY_ID.fullmatch(entity):
            wrong.append(f"{entity!r} is not an entity id")
            continue
        known = found.get(identifier)
        if known and known.entity_id and entity and known.entity_id != entity:
            raise RequestRefused(
                f"{identifier} is named under two entities, {known.entity_id} and {entity}.",
                "A record belongs to one entity: name it once.",
            )
        if known is None or not known.entity_id:
            # An entity that is named says more than a bare id, so it completes one given twice.
            found[identifier] = RequestedObject(request.kind, zuora_id=identifier, entity_id=entity or None)
    if wrong:
        named = "; ".join(wrong[:_IDS_NAMED_IN_A_MESSAGE])
        more = len(wrong) - _IDS_NAMED_IN_A_MESSAGE
        raise RequestRefused(
            f"Not every id can be one: {named}{f'; and {more} more' if more > 0 else ''}.",
            "Correct the ids and send the request again; nothing was synced.",
        )
    return list(found.values())


def _in_order(ids: Iterable[str]) -> list[str]:
    """The ids as given, or sorted when they come as a set, whose own order changes from run to run."""
    return sorted(ids) if isinstance(ids, AbstractSet) else list(ids)


def _why_not_salesforce(text: str) -> str:
    """What is wrong with a text that should be a Salesforce id."""
    stripped = text.strip()
    if _SALESFORCE_ID.fullmatch(stripped) and len(stripped) == 18:
        right = stripped[:15] + check_characters(stripped[:15])
        return f"has the wrong last three characters for its letters (they would be {right[15:]})"
    return "is not a Salesforce id (15 or 18 letters and digits)"


def _check_cap(request: SyncRequest, count: int) -> None:
    """Refuse more accounts than one request may name; products have no cap of their own."""
    if request.kind is not ObjectKind.BILLING_ACCOUNT:
        return
    page = request.origin is Origin.ACCOUNT_PAGE
    cap = ACCOUNTS_PER_PAGE_REQUEST if page else ACCOUNTS_PER_API_REQUEST
    if count > cap:
        place = "from the Account page" if page else "through the API"
        raise RequestRefused(
            f"The request names {count} billing accounts; one request {place} may name {cap}.",
            f"Split it into requests of at most {cap}; nothing was synced.",
        )


def _noun(kind: ObjectKind) -> str:
    """What a person calls one object of this kind."""
    return "billing account" if kind is ObjectKind.BILLING_ACCOUNT else "product"
