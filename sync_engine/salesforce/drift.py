"""Fields that the map writes and the org does not have, or does not let this user write: left out, or a reason to stop.

Nothing is asked beforehand: a describe of every object would cost calls in every sync, and an org that has all fields
never hears of this. The first refusal names the field; from then on it is left out of every row of its object.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from enum import StrEnum

from sync_engine.model import TargetRow

logger = logging.getLogger(__name__)

_NO_SUCH_COLUMN = re.compile(r"No such column '([A-Za-z]\w*)' on (?:entity|sobject of type) '?(\w+)'?")
_NOT_WRITABLE = "INVALID_FIELD_FOR_INSERT_UPDATE"
_UNKNOWN = "INVALID_FIELD"


class Drift(StrEnum):
    """What to do about a field that the map writes and the org does not take."""

    LEAVE_OUT = "leave out"
    """Write the rest of the row, and say once which field was left out."""
    FREEZE = "freeze"
    """Refuse the rows, so that somebody looks before anything is written half."""


class Drifting:
    """The fields that an org has turned out not to take, by object. `tell` hears of each once, with the reason."""

    def __init__(self, policy: Drift = Drift.LEAVE_OUT, tell: Callable[[str, str, str], None] | None = None) -> None:
        self._policy = policy
        self._tell = tell or warn
        self._left_out: dict[str, set[str]] = {}

    @property
    def left_out(self) -> Mapping[str, Collection[str]]:
        """What has been left out so far: field names by object."""
        return self._left_out

    def without(self, row: TargetRow) -> TargetRow:
        """The row without what its object does not take."""
        names = self._left_out.get(row.sobject)
        if not names:
            return row
        return replace(
            row,
            fields={name: value for name, value in row.fields.items() if name not in names},
            nulls=tuple(name for name in row.nulls if name not in names),
            parents={name: each for name, each in row.parents.items() if _column(name) not in names},
        )

    def known(self, sobject: str) -> frozenset[str]:
        """What is left out of an object's rows at this moment."""
        return frozenset(self._left_out.get(sobject, ()))

    def learns(self, row: TargetRow, code: str, message: str, fields: Collection[str], known: Collection[str]) -> bool:
        """Whether a refusal names fields that will be left out, so that the row is worth sending again.

        `known` are those that were left out already when it was sent. A key is never left out, and nothing is when
        the policy is to freeze.
        """
        if self._policy is Drift.FREEZE:
            return False
        named = self._named(row, code, message, fields).difference(known)
        for name in sorted(named - self._left_out.get(row.sobject, set())):
            self._tell(row.sobject, name, message)
        if named:
            self._left_out.setdefault(row.sobject, set()).update(named)
        return bool(named)

    @staticmethod
    def _named(row: TargetRow, code: str, message: str, fields: Collection[str]) -> set[str]:
        """The fields, of those that the row sets, that a refusal is about; a parent goes by the field behind it."""
        found: set[str] = set()
        if code == _UNKNOWN:
            match = _NO_SUCH_COLUMN.search(message)
            found = {match[1]} if match else set()
        elif code == _NOT_WRITABLE:
            found = set(fields)
        named = {_column(name) for name in found}
        return named & {*row.fields, *row.nulls, *map(_column, row.parents)} - {row.key_field}


def _column(name: str) -> str:
    """The field behind a relationship; any other name is a field's own."""
    return name.removesuffix("__r") + "__c" if name.endswith("__r") else name


def warn(sobject: str, name: str, why: str) -> None:
    """Tell the log that a field is left out."""
    logger.warning("%s.%s is left out, because the org does not take it: %s", sobject, name, why.strip())
