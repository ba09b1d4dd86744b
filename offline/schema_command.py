"""The command `mock schema`: what tells a real tenant's or org's shape to the file that gives a mock the same one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from mock_salesforce import shape as org_shape
from mock_zuora.messages import operation_shapes
from mock_zuora.objects import standard_catalogue
from mock_zuora.operations import OPERATIONS
from mock_zuora.shape import Shape, differences, to_json
from offline.errors import ShapeUnusable
from offline.org_schema import org_summary, print_summary
from offline.org_shape import org_shape_of
from offline.tenant_shape import shape_in_wsdl
from sync_engine.cli.context import Json
from sync_engine.cli.output import trouble, write_json

ShapeFile = Annotated[
    Path | None, typer.Option(help="Shape of a real tenant for the Zuora mock, as `mock schema` writes it.")
]
TenantWsdl = Annotated[Path | None, typer.Option(help="WSDL of a real tenant, to give the Zuora mock its shape.")]
OrgShapeFile = Annotated[
    Path | None, typer.Option(help="Shape of a real org for the Salesforce mock, as `mock schema` writes it.")
]
SfdxFolder = Annotated[
    list[Path] | None,
    typer.Option(help="Folder of a Salesforce project (./force-app), to give its mock the org's shape. Repeatable."),
]
DescribeFile = Annotated[
    list[Path] | None,
    typer.Option(help="Describe of an org's objects as JSON, or a folder of such, for the same. Repeatable."),
]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a tenant's WSDL has: what `mock schema --json` prints, key by key.

    `added_` is what the mock gains by it, `kept_types` the standard fields whose type differs and stays the mock's,
    `operations_not_served` what the tenant has and the mock has not. `file` is "" when none was written.
    """

    version: str
    objects: int
    fields: int
    added_objects: list[str]
    added_fields: list[str]
    kept_types: list[str]
    operations_not_served: list[str]
    file: str


def register(mock: typer.Typer) -> None:
    """Add the command to those of the mocks."""
    mock.command("schema")(schema)


def schema(
    *,
    zuora_wsdl: Annotated[Path | None, typer.Option(help="The tenant's own WSDL, of any version.")] = None,
    sfdx: SfdxFolder = None,
    describe: DescribeFile = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write the shape to; stdout when there is none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take a real tenant's or org's own objects and fields, for `mock serve --zuora-shape` or `--org-shape`.

    A Zuora tenant's come from its WSDL, a Salesforce org's from its project's metadata, its describes, or both.
    """
    org = bool(sfdx or describe)
    if org is (zuora_wsdl is not None):
        raise ShapeUnusable(
            "It is not clear whose shape is meant." if org else "Nothing says where the shape comes from.",
            "Name either --zuora-wsdl, or --sfdx and --describe.",
        )
    if zuora_wsdl is not None:
        shape = shape_in_wsdl(zuora_wsdl)
        _write(to_json(shape), output, as_json=as_json)
        if as_json:
            write_json(asdict(summary(shape, str(output or ""))))
        elif output is not None:
            _print(summary(shape, str(output)))
        return
    found = org_shape_of(sfdx=sfdx or (), describes=describe or ())
    if found is None:
        raise ShapeUnusable("The sources tell no shape.", "Name another folder or file.")
    _write(org_shape.to_json(found), output, as_json=as_json)
    told = org_summary(found, str(output or ""))
    if as_json:
        write_json(asdict(told))
    elif output is not None:
        print_summary(told)
    else:
        for left in told.not_known:
            trouble().print(f"Not known: {left['what']}: {left['why']}", markup=False, soft_wrap=True)


def _write(text: str, output: Path | None, *, as_json: bool) -> None:
    """To the file, or to stdout unless that is for JSON."""
    if output is None:
        if not as_json:
            typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        why = f"The file {output} cannot be written: {error.strerror}."
        raise ShapeUnusable(why, "Name another file with -o.") from None


def _print(told: Summary) -> None:
    typer.echo(f"Version {told.version}: {told.objects} objects with {told.fields} fields")
    for what, names in (
        ("objects of its own", told.added_objects),
        ("fields of its own", told.added_fields),
        ("standard fields of another type, which the mock keeps", told.kept_types),
        ("operations the mock has not", told.operations_not_served),
    ):
        if names:
            typer.echo(f"{len(names)} {what}: {', '.join(names)}")
    typer.echo(f"Serve it: ondemand-sync mock serve --zuora-shape {told.file}")


def summary(shape: Shape, file: str) -> Summary:
    """What a shape has beside the standard."""
    standard = standard_catalogue()
    known = {name: standard.find(name) for name in shape.objects}
    served = {each.name for each in operation_shapes() if each.request in OPERATIONS}
    return Summary(
        version=f"{shape.version:.1f}",
        objects=len(shape.objects),
        fields=sum(len(fields) for fields in shape.objects.values()),
        added_objects=[name for name, found in known.items() if found is None],
        added_fields=[
            f"{name}.{field.name}"
            for name, found in known.items()
            if found is not None
            for field in shape.objects[name]
            if found.find(field.name) is None
        ],
        kept_types=list(differences(standard, shape)),
        operations_not_served=[name for name in shape.operations if name not in served],
        file=file,
    )
