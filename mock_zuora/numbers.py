"""The numbers that the service gives to records, such as A00000012: one sequence an object, in each entity its own."""

from __future__ import annotations

from collections.abc import Iterable

from mock_zuora.objects import Numbers
from mock_zuora.values import Stored
from simulator.store import RecordStore, quoted

_TABLE = "number sequences"


class NumberSequences:
    """Counters kept beside the records, so that they outlast the process with them."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        store.define(_TABLE, {"object": "TEXT NOT NULL", "latest": "INTEGER NOT NULL DEFAULT 0"})

    def next(self, object_name: str, rule: Numbers) -> str:
        """The number after the latest; one that a row got by other ways is passed over."""
        with self._store.lock:
            latest = self._latest(object_name, rule)
            while True:
                latest += 1
                number = f"{rule.prefix}{latest:0{rule.digits}d}"
                if not self._is_taken(object_name, rule, number):
                    break
            self._set(object_name, latest)
            return number

    def seen(self, object_name: str, rule: Numbers, values: Iterable[Stored]) -> None:
        """Rows with these numbers came in from outside: the sequence goes on after the highest."""
        highest = max((_number_in(rule, value) for value in values), default=0)
        with self._store.lock:
            if highest > self._latest(object_name, rule):
                self._set(object_name, highest)

    def _latest(self, object_name: str, rule: Numbers) -> int:
        row = self._store.get(_TABLE, object_name)
        if row is not None:
            return int(row["latest"])
        # A file from before there were counters, or the first number of all: look once, and remember.
        column = quoted(rule.field)
        rows = self._store.execute(
            f"SELECT {column} AS number FROM {quoted(object_name)} WHERE {column} GLOB ?",
            [rule.prefix + "[0-9]*"],
        )
        latest = max((_number_in(rule, each["number"]) for each in rows), default=0)
        self._set(object_name, latest)
        return latest

    def _is_taken(self, object_name: str, rule: Numbers, number: str) -> bool:
        column = quoted(rule.field)
        sql = f"SELECT 1 FROM {quoted(object_name)} WHERE {column} = ? COLLATE NOCASE LIMIT 1"
        return bool(self._store.execute(sql, [number]))

    def _set(self, object_name: str, latest: int) -> None:
        self._store.execute(f"INSERT OR REPLACE INTO {quoted(_TABLE)} VALUES (?, ?)", [object_name, latest])


def _number_in(rule: Numbers, value: Stored) -> int:
    """The number in a text of the rule's own pattern; 0 for any other."""
    text = str(value or "")
    digits = text[len(rule.prefix) :]
    fits = text.startswith(rule.prefix) and digits.isascii() and digits.isdigit() and len(digits) >= rule.digits
    return int(digits) if fits else 0
