"""What an org's shape has, and what the Salesforce mock does not have of it: told by `mock schema`."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from mock_salesforce.schema import catalogue
from mock_salesforce.shape import Joined, LeftOut, Shape, joined


@dataclass(frozen=True, slots=True)
class OrgSummary:
    """What an org's sources have: what `mock schema --json` prints for them, key by key.

    `added_` is what the mock gains, `kept_types` the fields whose type differs and stays the mock's, `not_known` what
    is left out, each with what it is, why, and its file. `file` is "" when none was written.
    """

    objects: int
    fields: int
    validation_rules: int
    inactive_rules: int
    added_objects: list[str]
    added_fields: list[str]
    formula_fields: list[str]
    kept_types: list[str]
    not_known: list[dict[str, str]]
    file: str


def org_summary(shape: Shape, file: str) -> OrgSummary:
    """What a shape has beside the standard objects and the packages."""
    base = catalogue.plain(catalogue.PACKAGES)
    made = joined(base, shape)
    return OrgSummary(
        objects=len(shape.objects),
        fields=sum(len(each.fields) for each in shape.objects),
        validation_rules=sum(rule.active for rule in made.rules),
        inactive_rules=sum(not rule.active for rule in made.rules),
        added_objects=[each.name for each in made.schema.sobjects if base.sobject(each.name) is None],
        added_fields=_added(made),
        formula_fields=[
            f"{sobject.name}.{each.name}"
            for sobject in made.schema.sobjects
            for each in sobject.fields
            if each.calculation is not None
        ],
        kept_types=list(made.kept),
        not_known=[_told(each) for each in made.left_out],
        file=file,
    )


def _added(made: Joined) -> list[str]:
    base = catalogue.plain(catalogue.PACKAGES)
    found = []
    for sobject in made.schema.sobjects:
        own = base.sobject(sobject.name)
        if own is not None:
            found += [f"{sobject.name}.{each.name}" for each in sobject.fields if own.field(each.name) is None]
    return found


def _told(left: LeftOut) -> dict[str, str]:
    return {"what": left.what, "why": left.why, "file": left.file}


def print_summary(told: OrgSummary) -> None:
    """The same for people."""
    typer.echo(f"{told.objects} objects with {told.fields} fields, {told.validation_rules} active validation rules")
    for what, names in (
        ("objects of its own", told.added_objects),
        ("fields of its own", told.added_fields),
        ("formula fields, computed", told.formula_fields),
    ):
        if names:
            typer.echo(f"{len(names)} {what}: {', '.join(names)}")
    if told.inactive_rules:
        typer.echo(f"{told.inactive_rules} inactive validation rules, which are not run")
    for each in told.kept_types:
        typer.echo(f"Kept: {each}")
    for left in told.not_known:
        place = f" ({left['file']})" if left["file"] else ""
        typer.echo(f"Not known: {left['what']}{place}: {left['why']}")
    if told.file:
        typer.echo(f"Serve it: ondemand-sync mock serve --org-shape {told.file}")
