"""A mock's records as the files of a seed folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def json_value(value: object) -> Any:
    """A record's value as JSON: numbers as numbers, dates and moments in ISO 8601."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole else float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def json_row(row: Mapping[str, object]) -> dict[str, Any]:
    """A record as a JSON object, without the fields that are null."""
    return {name: json_value(value) for name, value in row.items() if value is not None}


def table_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Records as a JSON array, a record a line, so that two states compare line by line."""
    lines = ",\n".join(json.dumps(json_row(row), ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"
