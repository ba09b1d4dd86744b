"""A real org's shape, from its metadata, its describes, or the file that was made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from pathlib import Path

from mock_salesforce.shape import (
    MAX_DESCRIBE_BYTES,
    Shape,
    UnusableDescribe,
    UnusableFolder,
    UnusableShape,
    from_json,
    merged,
    read_describes,
    read_folder,
)
from offline.errors import ShapeUnusable

_MAKE = "Make the file with `ondemand-sync mock schema --sfdx ./force-app -o org-shape.json`."
_DESCRIBE = "Make it with `sf sobject describe --sobject Account --json > account.json`."
_PROJECT = "Name the folder of a Salesforce project that has objects/ in it, such as ./force-app."


def org_shape_of(
    *, sfdx: Iterable[Path] = (), describes: Iterable[Path] = (), file: Path | None = None
) -> Shape | None:
    """The shape that they tell together, metadata before describes; None when none is named.

    Raises `ShapeUnusable`.
    """
    folders, paths = list(sfdx), list(describes)
    if file is not None and (folders or paths):
        raise ShapeUnusable("An org has one shape.", "Name either its shape file, or its metadata and describes.")
    if file is not None:
        return _kept(file)
    found = [*(_project(each) for each in folders), *(_described(each) for path in paths for each in _jsons(path))]
    try:
        return reduce(merged, found) if found else None
    except UnusableShape as error:
        raise ShapeUnusable(f"The sources do not go together: {error}.", "Name those of one org only.") from None


def _kept(file: Path) -> Shape:
    try:
        return from_json(_text(file, _MAKE))
    except UnusableShape as error:
        raise ShapeUnusable(f"The file {file} cannot be used: {error}.", _MAKE) from None


def _project(folder: Path) -> Shape:
    try:
        return read_folder(folder)
    except (UnusableFolder, UnusableShape) as error:
        raise ShapeUnusable(f"The folder {folder} cannot be used: {error}.", _PROJECT) from None
    except OSError as error:
        raise ShapeUnusable(f"The folder {folder} cannot be read: {error.strerror}.", _PROJECT) from None


def _jsons(path: Path) -> Iterator[Path]:
    """The file, or the JSON files of the folder."""
    if not path.is_dir():
        yield path
        return
    found = sorted(each for each in path.iterdir() if each.suffix.lower() == ".json" and each.is_file())
    if not found:
        raise ShapeUnusable(f"The folder {path} holds no .json files.", _DESCRIBE)
    yield from found


def _described(file: Path) -> Shape:
    try:
        return read_describes(_text(file, _DESCRIBE), str(file))
    except (UnusableDescribe, UnusableShape) as error:
        raise ShapeUnusable(f"The describe {file} cannot be used: {error}.", _DESCRIBE) from None


def _text(path: Path, what_to_do: str) -> str:
    try:
        with path.open("rb") as stream:
            found = stream.read(MAX_DESCRIBE_BYTES + 1)
    except OSError as error:
        raise ShapeUnusable(f"The file {path} cannot be read: {error.strerror}.", what_to_do) from None
    if len(found) > MAX_DESCRIBE_BYTES:
        raise ShapeUnusable(f"The file {path} is larger than {MAX_DESCRIBE_BYTES // 2**20} MB.", what_to_do)
    try:
        # PowerShell writes JSON in UTF-16, and some editors put a mark before UTF-8.
        return found.decode("utf-16" if found[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise ShapeUnusable(f"The file {path} is no text.", what_to_do) from None
