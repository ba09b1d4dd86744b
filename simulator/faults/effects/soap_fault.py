"""The service answers with a fault."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.faults.dialect import FaultDialect, Wanted
from simulator.faults.effects.effect import Effect, Exchange, Handed, Reply
from simulator.faults.errors import allowed
from simulator.faults.request import Request
from simulator.soap import RaisedFault

UNTYPED = "soapenv:"
"""Before a code that is none of the vendor's, such as `soapenv:Server`: a fault without a declared type."""


class SoapFaultEffect(Effect):
    """A fault in the vendor's shape instead of the answer: nothing is done, or all of it, `after_commit`.

    `code` is one of the service's, or `soapenv:Server` or `soapenv:Client` for a fault without a type; `message`
    None gives the service's usual words; `kind` None the fault type that goes with the code and the operation.
    """

    type: Literal["soap_fault"] = "soap_fault"
    code: str = Field(min_length=1, max_length=100, pattern=r"^(soapenv:)?[A-Za-z_]+$")
    message: str | None = Field(default=None, max_length=10_000)
    kind: str | None = None
    http_status: int | None = Field(default=None, ge=200, le=599)
    after_commit: bool = False

    def check(self, dialect: FaultDialect) -> None:
        """The code and the kind must be the vendor's."""
        untyped = (f"{UNTYPED}Server", f"{UNTYPED}Client")
        if self.code.startswith(UNTYPED) and self.code not in untyped:
            raise ValueError(f"code: there is no fault code {self.code!r}; {allowed(self.code, untyped)}")
        if not self.code.startswith(UNTYPED) and dialect.codes and self.code not in dialect.codes:
            hint = allowed(self.code, dialect.codes | set(untyped))
            raise ValueError(f"code: {dialect.service} has no fault code {self.code!r}; {hint}")
        if self.kind is not None and self.kind not in dialect.kinds:
            raise ValueError(f"kind: there is no fault type {self.kind!r}; {allowed(self.kind, dialect.kinds)}")

    def strikes(self, request: Request, records: tuple[str, ...]) -> bool:
        """Only a call that the service has can end with a fault of the service."""
        del records
        return bool(request.operation)

    def apply(self, exchange: Exchange) -> Reply:
        """Have the mock end the call with it, so that it comes in the mock's own envelope."""
        wanted = Wanted(
            exchange.request.operation,
            exchange.request.path,
            self.code,
            self.message or "",
            self.kind or "",
            self.http_status,
        )
        fault = RaisedFault(exchange.dialect.soap_fault(wanted), self.after_commit)
        return exchange.pass_on(Handed(fault=fault))
