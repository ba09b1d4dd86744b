"""A mock as its control plane sees it: seeding once, emptying, snapshots, and what outlasts a start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from offline.scenarios import Scenario, UnknownScenario, scenario
from offline.seeds.files import of_service, read_folder
from offline.sides import Side
from offline.state import StateFolder
from simulator.control import ControlInvalid, ControlRefused, RecordQuery
from simulator.control.routes import only, typed
from simulator.snapshots import Snapshot

_SOURCES = ("scenario", "folder", "files", "records")
_FOLDER = "folder "
"""How the mark of a seed that came from a folder begins; no scenario is called so."""


class SeededSubject:
    """One mock, seeded at most once with each scenario, also across starts on one state folder."""

    def __init__(self, side: Side, folder: StateFolder, find: Callable[[str], Scenario] = scenario) -> None:
        self._side = side
        self._folder = folder
        self._find = find
        self._admitted: set[str] = set()
        self._lock = threading.RLock()
        for name in folder.seeded(side.service):
            if not name.startswith(_FOLDER):
                self._admit(find(name))
        for kept in folder.made(side.service):
            side.admit_kept(kept)

    @property
    def service(self) -> str:
        """The mock's name."""
        return self._side.service

    def state(self) -> Mapping[str, Any]:
        """What the mock holds, and what it was seeded with."""
        return {"seeded": self._folder.seeded(self._side.service), **self._side.state()}

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        """Records of one object."""
        return self._side.records(query)

    def seed(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Load a scenario unless its records are there already, or files or records; `seeded` says which it was.

        {"scenario": NAME}, {"folder": PATH on this machine}, {"files": {path: text}} or {"records": {object: rows} or
        {entity: {object: rows}}}; all but the first also take "tenant" (or "org"), an id or name, and "replace": true,
        which removes what that tenant or org had.
        """
        only(wanted, *_SOURCES, "tenant", "org", "replace")
        given = [name for name in _SOURCES if wanted.get(name) is not None]
        if len(given) != 1:
            raise ControlInvalid(
                'Say what to load: {"scenario": "demo"}, {"folder": PATH}, {"files": …} or {"records": …}.'
            )
        if given == ["scenario"]:
            only(wanted, "scenario")
            return self.seed_scenario(typed(wanted, "scenario", str, '{"scenario": "demo"}') or "")
        afresh = typed(wanted, "replace", bool, '{"replace": true}') or False
        target = "".join(typed(wanted, name, str, f'{{"{name}": "1"}}') or "" for name in ("tenant", "org"))
        if given == ["folder"]:
            folder = typed(wanted, "folder", str, '{"folder": "/home/me/records"}') or ""
            return self.seed_folder(Path(folder).expanduser(), target, afresh=afresh)
        files = typed(wanted, "files", dict, '{"files": {"Account.csv": "Id,Name\\n"}}') or {}
        records = typed(wanted, "records", dict, '{"records": {"Account": [{"Name": "Account 01"}]}}') or {}
        for name, text in files.items():
            if not isinstance(text, str):
                raise ControlInvalid(f"The file {name} is given as text.")
        return self._load(of_service(files, self._side.service), records, target, afresh=afresh)

    def seed_scenario(self, name: str) -> Mapping[str, Any]:
        """Load a scenario once."""
        with self._lock:
            done = self._folder.seeded(self._side.service)
            if name in done:
                return {"scenario": name, "seeded": False, "state": self.state()}
            try:
                wanted = self._find(name)
            except UnknownScenario as error:
                raise ControlRefused(str(error)) from None
            self._admit(wanted)
            self._side.fill(wanted)
            # Marked when all of it is there: a start that broke off before this seeds afresh.
            self._folder.set_seeded(self._side.service, [*done, name])
            return {"scenario": name, "seeded": True, "state": self.state()}

    def seed_folder(
        self, folder: Path, target: str = "", *, afresh: bool = False, once: bool = False
    ) -> Mapping[str, Any]:
        """Load a folder's files; with `once` not if that was done before. Without files for it a mock is left alone."""
        path = folder.resolve()
        mark = f"{_FOLDER}{path}"
        with self._lock:
            done = self._folder.seeded(self._side.service)
            if once and mark in done:
                return {"folder": str(path), "seeded": False, "state": self.state()}
            loaded = self._load(of_service(read_folder(path), self._side.service), {}, target, afresh=afresh)
            self._folder.set_seeded(self._side.service, [*(each for each in done if each != mark), mark])
            return {"folder": str(path), **loaded, "state": self.state()}

    def welcome(self) -> None:
        """When nobody may log in yet, let someone in."""
        with self._lock:
            self._side.welcome()
            self._folder.set_made(self._side.service, self._side.made())

    def export(self) -> Mapping[str, str]:
        """All records as the files of a seed folder."""
        return self._side.export()

    def reset(self) -> Mapping[str, Any]:
        """Remove every record. Users may still log in, and seeding loads the records again."""
        with self._lock:
            removed = self._folder.seeded(self._side.service)
            self._folder.set_seeded(self._side.service, [])
            self._side.clear()
            return {"removed": removed, "state": self.state()}

    def snapshot(self) -> Snapshot:
        """All records, and what they were seeded with."""
        with self._lock:
            return replace(self._side.snapshot(), seeded=self._folder.seeded(self._side.service))

    def restore(self, snapshot: Snapshot) -> Mapping[str, Any]:
        """Put the records back. What was seeded since can be seeded again."""
        with self._lock:
            self._side.restore(snapshot)
            known = [each for each in snapshot.seeded if each.startswith(_FOLDER) or each in self._admitted]
            self._folder.set_seeded(self._side.service, known)
            return {"state": self.state()}

    def limits(self) -> Mapping[str, Any]:
        """What may be used and is."""
        return self._side.limits()

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put other limits in force."""
        return self._side.change_limits(changes)

    def problems(self) -> Sequence[str]:
        """What is broken among the records."""
        return self._side.problems()

    def _load(
        self, files: Mapping[str, str], records: Mapping[str, Any], target: str, *, afresh: bool
    ) -> dict[str, Any]:
        if not files and not records:
            raise ControlInvalid(f"There is nothing for the {self._side.service} mock in it: no CSV and no JSON file.")
        with self._lock:
            loaded = self._side.load(files, records, target, afresh=afresh)
            self._folder.set_made(self._side.service, self._side.made())
            return {"seeded": True, **loaded}

    def _admit(self, wanted: Scenario) -> None:
        if wanted.name not in self._admitted:
            self._side.admit(wanted)
            self._admitted.add(wanted.name)
