"""What an org is made of: objects, fields and relationships as data, and the catalogues they are read from."""

from __future__ import annotations

from mock_salesforce.schema.model import (
    LONG_TEXT_FROM,
    NUMBERS,
    TEXTS,
    Calculation,
    ChildLink,
    Field,
    Kind,
    OnDelete,
    Rollup,
    RollupFilter,
    Schema,
    SObject,
    Summed,
)

__all__ = [
    "LONG_TEXT_FROM",
    "NUMBERS",
    "TEXTS",
    "Calculation",
    "ChildLink",
    "Field",
    "Kind",
    "OnDelete",
    "Rollup",
    "RollupFilter",
    "SObject",
    "Schema",
    "Summed",
]
