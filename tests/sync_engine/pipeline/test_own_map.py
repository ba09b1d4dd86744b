"""The user's own rows of the field map."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_engine.engine import own_map
from sync_engine.errors import SettingsError
from sync_engine.model import ObjectKind
from sync_engine.rules import Rules
from sync_engine.settings import Settings

ACCOUNTS = ObjectKind.BILLING_ACCOUNT


def settings(path: Path, text: str) -> Settings:
    file = path / "own.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.model_validate({"sync": {"map": str(file)}})


def test_rows_are_added_changed_and_taken_out(tmp_path: Path) -> None:
    text = """
    [charge.fields]
    Zuora__Description__c = false
    Margin__c = { from = "MRR", as = "number", scale = 1 }
    Zuora__UOM__c = "Name"
    [charge.parents]
    Zuora__Product__r = false
    """
    field_map = own_map(settings(tmp_path, text))
    charge = field_map["charge"]
    rules = {rule.target: rule for rule in charge.fields}
    assert "Zuora__Description__c" not in rules
    assert rules["Margin__c"].options == {"scale": 1}
    assert [str(path) for path in rules["Zuora__UOM__c"].sources] == ["Name"]
    assert "Zuora__Product__r" not in {parent.relationship for parent in charge.parents}
    assert "Description" not in field_map.fields_to_read(ACCOUNTS, Rules())["RatePlanCharge"]
    assert len(own_map(Settings())["charge"].fields) == len(charge.fields)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[chrage.fields]", "Did you mean charge"),
        ("[charge.feilds]", "Did you mean fields"),
        ("[charge.key]", "no section key that can be changed"),
        ("charge = 1", "is no section"),
        ("[charge", "is no TOML"),
        ('[charge.fields]\nX__c = { from = "Name", as = "nonsense" }', "cannot be followed"),
        ('[charge.fields]\nX__c = "Nowhere.Name"', "Nowhere"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        own_map(settings(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        own_map(Settings.model_validate({"sync": {"map": str(tmp_path / "none.toml")}}))
