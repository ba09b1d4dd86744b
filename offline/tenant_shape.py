"""A real tenant's shape, from its WSDL or from the file that was made of one."""

from __future__ import annotations

from pathlib import Path

from mock_zuora.shape import MAX_WSDL_BYTES, Shape, UnusableShape, UnusableWsdl, from_json, read_wsdl
from offline.errors import ShapeUnusable

_DOWNLOAD = "Download the tenant's WSDL from Zuora once more, and name that file."
_MAKE = "Make the file with `ondemand-sync mock schema --zuora-wsdl their.wsdl -o shape.json`."


def shape_of(*, wsdl: Path | None = None, file: Path | None = None) -> Shape | None:
    """The shape that one of the two holds, None when neither is named. Raises `ShapeUnusable`."""
    if wsdl is not None and file is not None:
        raise ShapeUnusable("A tenant has one shape.", "Name either its WSDL or its shape file.")
    if wsdl is not None:
        return shape_in_wsdl(wsdl)
    if file is None:
        return None
    try:
        return from_json(_bytes(file, _MAKE).decode())
    except (UnusableShape, UnicodeDecodeError) as error:
        raise ShapeUnusable(f"The file {file} cannot be used: {error}.", _MAKE) from None


def shape_in_wsdl(wsdl: Path) -> Shape:
    """The shape that a tenant's WSDL tells. Raises `ShapeUnusable`."""
    try:
        return read_wsdl(_bytes(wsdl, _DOWNLOAD))
    except (UnusableShape, UnusableWsdl) as error:
        raise ShapeUnusable(f"The WSDL {wsdl} cannot be used: {error}.", _DOWNLOAD) from None


def _bytes(path: Path, what_to_do: str) -> bytes:
    try:
        with path.open("rb") as stream:
            found = stream.read(MAX_WSDL_BYTES + 1)
    except OSError as error:
        raise ShapeUnusable(f"The file {path} cannot be read: {error.strerror}.", what_to_do) from None
    if len(found) > MAX_WSDL_BYTES:
        raise ShapeUnusable(f"The file {path} is larger than {MAX_WSDL_BYTES // 2**20} MB.", what_to_do)
    return found
