"""What belongs to an account or a product in Zuora: the steps to read it and how records refer to one another."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sync_engine.model import ObjectKind


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a field leads: rows of `object` whose field `on` equals this record's `column`."""

    object: str
    column: str
    on: str = "Id"


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the graph: rows of `object` whose field `where` is one of the values of `sources`.

    `sources` are (object, field) pairs of rows read before; the first step has none, it starts from the ids asked for.
    """

    object: str
    where: str
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What a query of one Zuora object has to respect, and where its records lead."""

    name: str
    references: Mapping[str, Reference]
    children: Mapping[str, Reference]
    """Plural name ("RatePlans") to the objects whose references lead here."""
    needs: tuple[str, ...]
    alone: tuple[str, ...]
    only_with_id: tuple[str, ...]
    optional: Mapping[str, float]
    may_be_absent: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The whole graph. `steps` are in reading order: a step only looks at rows of steps before it."""

    steps: Mapping[ObjectKind, tuple[Step, ...]]
    objects: Mapping[str, ObjectFacts]


@cache
def graph() -> Graph:
    """The graph of the standard objects, read from `graph.toml` once."""
    data = tomllib.loads(resources.files(__package__).joinpath("graph.toml").read_text(encoding="utf-8"))
    references = {name: _references(facts) for name, facts in data["objects"].items()}
    objects = {
        name: ObjectFacts(
            name=name,
            references=references[name],
            children=_children(name, references),
            needs=tuple(facts.get("needs", ())),
            alone=tuple(facts.get("alone", ())),
            only_with_id=tuple(facts.get("only_with_id", ())),
            optional=facts.get("optional", {}),
            may_be_absent=facts.get("may_be_absent", False),
        )
        for name, facts in data["objects"].items()
    }
    steps = {
        ObjectKind.BILLING_ACCOUNT: tuple(_step(each) for each in data["accounts"]),
        ObjectKind.ZPRODUCT: tuple(_step(each) for each in data["products"]),
    }
    return Graph(steps, objects)


def _references(facts: Mapping[str, Any]) -> dict[str, Reference]:
    """The references of one object: by id, or by a name that stands for the id."""
    found = {name: Reference(target, f"{name}Id") for name, target in facts.get("references", {}).items()}
    found |= {name: Reference(**each) for name, each in facts.get("named", {}).items()}
    return found


def _children(name: str, references: Mapping[str, Mapping[str, Reference]]) -> dict[str, Reference]:
    """Who refers to `name` as its parent, that is through a reference of that very name."""
    return {
        f"{child}s": Reference(child, "Id", own[name].column)
        for child, own in references.items()
        if name in own and own[name].object == name
    }


def _step(each: Mapping[str, Any]) -> Step:
    """One step of the file; "Account.BillToId" is a field of rows read before."""
    sources = tuple((source.split(".")[0], source.split(".")[1]) for source in each["in"])
    return Step(each["object"], each["where"], sources)
