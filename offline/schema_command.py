"""The command `mock schema`: a real tenant's WSDL to the file that gives the Zuora mock the same shape."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from mock_zuora.messages import operation_shapes
from mock_zuora.objects import standard_catalogue
from mock_zuora.operations import OPERATIONS
from mock_zuora.shape import Shape, differences, to_json
from offline.errors import ShapeUnusable
from offline.tenant_shape import shape_in_wsdl
from sync_engine.cli.context import Json
from sync_engine.cli.output import write_json

ShapeFile = Annotated[
    Path | None, typer.Option(help="Shape of a real tenant for the Zuora mock, as `mock schema` writes it.")
]
TenantWsdl = Annotated[Path | None, typer.Option(help="WSDL of a real tenant, to give the Zuora mock its shape.")]


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
    zuora_wsdl: Annotated[Path, typer.Option(help="The tenant's own WSDL, of any version.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write the shape to; stdout when there is none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take a real Zuora tenant's objects and custom fields from its WSDL, for `mock serve --zuora-shape`."""
    shape = shape_in_wsdl(zuora_wsdl)
    if output is None and not as_json:
        typer.echo(to_json(shape), nl=False)
        return
    if output is not None:
        try:
            output.write_text(to_json(shape), encoding="utf-8")
        except OSError as error:
            why = f"The file {output} cannot be written: {error.strerror}."
            raise ShapeUnusable(why, "Name another file with -o.") from None
    told = summary(shape, str(output or ""))
    if as_json:
        write_json(asdict(told))
        return
    typer.echo(f"Version {told.version}: {told.objects} objects with {told.fields} fields")
    for what, names in (
        ("objects of its own", told.added_objects),
        ("fields of its own", told.added_fields),
        ("standard fields of another type, which the mock keeps", told.kept_types),
        ("operations the mock has not", told.operations_not_served),
    ):
        if names:
            typer.echo(f"{len(names)} {what}: {', '.join(names)}")
    typer.echo(f"Serve it: ondemand-sync mock serve --zuora-shape {output}")


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
