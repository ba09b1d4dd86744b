"""The files of a seed: from a folder, or to one, as text by path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from offline.seeds.mistakes import Mistakes
from simulator.control import ControlInvalid

KINDS = (".csv", ".json")
DEPTH_MAX = 3
"""service / entity / file."""

SERVICES = ("zuora", "salesforce")

T = TypeVar("T")


def paths_in(folder: Path) -> dict[str, Path]:
    """Every CSV and JSON file of a folder by its path in it, in the order of paths; hidden ones are passed over."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if not hidden and len(inside.parts) <= DEPTH_MAX and path.suffix.lower() in KINDS and path.is_file():
            found[inside.as_posix()] = path
    return found


def read_folder(folder: Path) -> dict[str, str]:
    """The text of every file of a folder by its path in it.

    Raises `ControlInvalid` when there is no such folder, or a file in it cannot be read as UTF-8.
    """
    if not folder.is_dir():
        raise ControlInvalid(f"There is no folder {folder} on the mock's machine.")
    mistakes = Mistakes()
    found: dict[str, str] = {}
    for name, path in paths_in(folder).items():
        try:
            found[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            mistakes.add(name, f"it is not UTF-8 text: byte {error.start} is {error.object[error.start]:#x}")
        except OSError as error:
            mistakes.add(name, f"it cannot be read: {error.strerror}")
    mistakes.check()
    return found


def of_service(files: Mapping[str, T], service: str) -> dict[str, T]:
    """The files that are for one service, their paths from there on: those in the folder named like it.

    A folder without any such folder in it is wholly for whichever service is asked.
    """
    parts = {path: PurePosixPath(path).parts for path in files}
    if not is_for_both(files):
        return dict(files)
    return {
        "/".join(parts[path][1:]): each
        for path, each in files.items()
        if parts[path][0].lower() == service and len(parts[path]) > 1
    }


def is_for_both(files: Iterable[str]) -> bool:
    """Whether the folder has one in it for either service."""
    parts = [PurePosixPath(path).parts for path in files]
    return any(len(each) > 1 and each[0].lower() in SERVICES for each in parts)


def write_folder(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, which is made when it is not there; gives their paths.

    Raises `ValueError` for a path that leads out of the folder, and then nothing is written; and `OSError`.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
            raise ValueError(f"the path {name!r} leads out of the folder")
    written = []
    for name, text in files.items():
        file = folder.joinpath(*PurePosixPath(name).parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written
