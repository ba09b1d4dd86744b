"""Some rows of a write fail, and the others are done."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from simulator.faults.dialect import FaultDialect
from simulator.faults.effects.effect import Effect, Exchange, Handed, Place, Reply
from simulator.faults.errors import allowed
from simulator.faults.request import Request
from simulator.faults.rows import RowFault


class RowError(Effect):
    """Rows that end with an error in their result and are not written; `message` None gives the usual words.

    Which: `rows` by number from 0, each `every`th (the 1st is 1), or those with one of the `records` in them, an id
    or any text. Without any of these it is the rows that the rule's `match.record` is in, or all.
    """

    place: ClassVar[Place] = Place.WITHIN

    type: Literal["row_error"] = "row_error"
    code: str = Field(min_length=1, max_length=100, pattern=r"^[A-Z_]+$")
    message: str | None = Field(default=None, max_length=10_000)
    rows: list[int] | None = Field(default=None, min_length=1, max_length=10_000)
    every: int | None = Field(default=None, ge=1)
    records: list[str] | None = Field(default=None, min_length=1, max_length=1000)

    def check(self, dialect: FaultDialect) -> None:
        """The code must be one that rows can have."""
        if dialect.row_codes and self.code not in dialect.row_codes:
            hint = allowed(self.code, dialect.row_codes)
            raise ValueError(f"code: {dialect.service} has no row error {self.code!r}; {hint}")
        if self.rows is not None and min(self.rows) < 0:
            raise ValueError(f"rows: they are numbered from 0, and {min(self.rows)} is less.")

    def strikes(self, request: Request, records: tuple[str, ...]) -> bool:
        """Whether the request carries one of the rows."""
        return bool(self._chosen(request, records))

    def apply(self, exchange: Exchange) -> Reply:
        """Tell the mock which rows fail."""
        message = exchange.dialect.row_error(self.code) if self.message is None else self.message
        fault = RowFault(self.code, message)
        chosen = self._chosen(exchange.request, exchange.records)
        return exchange.pass_on(Handed(rows=dict.fromkeys(chosen, fault)))

    def _chosen(self, request: Request, records: tuple[str, ...]) -> list[int]:
        rows = request.rows
        wanted = self.records
        if wanted is None and self.rows is None and self.every is None:
            wanted = list(records) or [""]
        return [
            number
            for number, text in enumerate(rows)
            if (self.rows is not None and number in self.rows)
            or (self.every is not None and (number + 1) % self.every == 0)
            or (wanted is not None and any(each in text for each in wanted))
        ]
