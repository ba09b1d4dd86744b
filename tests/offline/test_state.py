"""The state folder: what it remembers, who may read it, and that only one server has it."""

from __future__ import annotations

import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.errors import StateUnusable
from offline.state import StateFolder, toml


def test_what_was_seeded_is_remembered(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "new" / "folder")
    folder.set_seeded("zuora", ["demo"])
    folder.close()
    again = StateFolder(tmp_path / "new" / "folder")
    assert (again.seeded("zuora"), again.seeded("salesforce")) == (["demo"], [])
    again.close()


def test_without_a_path_nothing_is_left() -> None:
    folder = StateFolder(None)
    path = folder.path
    assert folder.records is None
    assert folder.write_settings({"zuora": {"url": "x"}}).is_file()
    folder.close()
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_may_read_the_settings(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    file = folder.write_settings({"zuora": {"password": "hush"}})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    folder.close()


def test_only_one_server_has_a_folder(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    with pytest.raises(StateUnusable, match=r"Another server is using .*--state"):
        StateFolder(tmp_path)
    folder.close()
    StateFolder(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnusable, match=r"file cannot be written: .*--state"):
        StateFolder(tmp_path / "file")


def test_a_damaged_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "seeded.json").write_text("[1, 2]")
    folder = StateFolder(tmp_path)
    with pytest.raises(StateUnusable, match=r"seeded\.json.* cannot be read"):
        folder.seeded("zuora")
    folder.close()


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
VALUES = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.lists(TEXT),
    st.dictionaries(st.just("Account"), st.lists(TEXT)),
)


@given(st.dictionaries(st.sampled_from(["zuora", "sync"]), st.dictionaries(st.sampled_from(["url", "b"]), VALUES)))
def test_toml_reads_back_as_it_was(sections: dict[str, dict[str, Any]]) -> None:
    assert tomllib.loads(toml(sections)) == sections
