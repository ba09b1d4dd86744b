"""A snapshot of a mock: all its records at one moment, kept in memory or in a file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from simulator.store import ImageUnusable, RecordStore, opened

FORMAT = "ondemand-sync-snapshot-1"
UNPACKED_BYTES_MAX = 2 * 1024**3
_MANIFEST = "manifest.json"
# Every member of the file gets one date, so that one snapshot is always the same bytes.
_MEMBER_DATE = (1980, 1, 1, 0, 0, 0)


class SnapshotUnusable(ValueError):
    """A snapshot cannot be read, or is not one of this mock; the message says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The records of a mock's tenants or orgs at one moment, number sequences included.

    `service` is the mock's name, `taken_at` the moment on its clock, `images` each record store by its key: the ids
    of what it belongs to, outermost first. `seeded` are the names of the seeds that were in it.
    """

    service: str
    taken_at: datetime
    images: Mapping[tuple[str, ...], bytes] = field(repr=False)
    seeded: Sequence[str] = ()

    @property
    def size(self) -> int:
        """In bytes, as it is kept in memory."""
        return sum(map(len, self.images.values()))

    def to_bytes(self) -> bytes:
        """The snapshot as a file: a zip of the stores' images, which `from_bytes` reads."""
        names = {key: f"{number}.sqlite" for number, key in enumerate(self.images)}
        manifest = {
            "format": FORMAT,
            "service": self.service,
            "taken_at": self.taken_at.isoformat(),
            "seeded": list(self.seeded),
            "stores": [{"key": list(key), "file": name} for key, name in names.items()],
        }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
            _add(file, _MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False).encode())
            for key, name in names.items():
                _add(file, name, self.images[key])
        return packed.getvalue()


def from_bytes(data: bytes) -> Snapshot:
    """The snapshot in a file's bytes. Raises `SnapshotUnusable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(member.file_size for member in file.infolist()) > UNPACKED_BYTES_MAX:
                raise SnapshotUnusable(f"The snapshot is larger than {UNPACKED_BYTES_MAX // 1024**3} GB.")
            manifest = json.loads(_member(file, _MANIFEST))
            if manifest["format"] != FORMAT:
                raise SnapshotUnusable(f"The snapshot has the format {manifest['format']!r}, not {FORMAT!r}.")
            images = {tuple(map(str, each["key"])): _member(file, each["file"]) for each in manifest["stores"]}
            taken_at = datetime.fromisoformat(manifest["taken_at"])
            return Snapshot(str(manifest["service"]), taken_at, images, tuple(map(str, manifest["seeded"])))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, SnapshotUnusable):
            raise
        raise SnapshotUnusable(f"It is no snapshot, or a damaged one: {error}.") from None


def _add(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name, _MEMBER_DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(member, data)


def _member(file: zipfile.ZipFile, name: str) -> bytes:
    """One member, as long as it says it is: a zip that unpacks to more than that is damaged."""
    said = file.getinfo(name).file_size
    with file.open(name) as member:
        return member.read(said)


Stores = Mapping[tuple[str, ...], RecordStore]
"""A mock's record stores by key. Where one's lock is taken while another's is held, the other comes first here."""


def images_of(stores: Stores) -> dict[tuple[str, ...], bytes]:
    """All stores as they are at one moment."""
    with _all_locked(stores):
        return {key: store.image() for key, store in stores.items()}


def put_back(stores: Stores, snapshot: Snapshot, done: Callable[[], None]) -> None:
    """Restore all stores at one moment, and empty those that came after the snapshot; `done` is called in that moment.

    Raises `SnapshotUnusable`, and then nothing is changed.
    """
    for key, image in snapshot.images.items():
        if key not in stores:
            raise SnapshotUnusable(
                f"The snapshot has records of {' / '.join(key)}, which is not here; seed what it was taken of first."
            )
        try:
            opened(image).close()
        except ImageUnusable as error:
            raise SnapshotUnusable(f"The records of {' / '.join(key)} cannot be used: {error}.") from None
    with _all_locked(stores):
        for key, store in stores.items():
            if key in snapshot.images:
                store.restore(snapshot.images[key])
            else:
                store.clear()
        done()


@contextmanager
def _all_locked(stores: Stores) -> Iterator[None]:
    with ExitStack() as held:
        for store in stores.values():
            held.enter_context(store.lock)
        yield
