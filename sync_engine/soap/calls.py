"""Calls in a session: a lost session is renewed once, a read that failed for a passing reason is sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sync_engine.catalogue import Action, explain
from sync_engine.errors import LimitWouldBeExceeded, ServiceError, ServiceUnreachable, SoapFaultError
from sync_engine.soap.backoff import Backoff
from sync_engine.soap.reply import Reply
from sync_engine.soap.service import Busy, SoapService

Send = Callable[[str], Awaitable[Reply]]
"""Sends one call with the session id given to it."""

_PASSING = frozenset({Action.WAIT, Action.RETRY_ROW})
_LOGIN_ATTEMPTS_WHILE_UNREACHABLE = 3


class Calls:
    """Sends calls with the session of one user of one service.

    `sign_in` logs in and gives the session id; None when the session was given from outside and cannot be renewed.
    """

    def __init__(
        self, service: SoapService, backoff: Backoff, sign_in: Callable[[], Awaitable[str]] | None, session: str = ""
    ) -> None:
        self._service = service
        self._backoff = backoff
        self._sign_in = sign_in
        self._session = session
        self._renewing = asyncio.Lock()

    async def sign_in(self) -> None:
        """Log in, trying again for passing reasons. Raises `LoginRefused` and what `SoapService.call` raises."""
        if self._sign_in is None:
            return
        tries = 0
        while True:
            tries += 1
            try:
                self._session = await self._sign_in()
            except ServiceError as error:
                # Nobody there is worth two more tries; a whole backoff would only keep a person waiting.
                give_up = isinstance(error, ServiceUnreachable) and tries >= _LOGIN_ATTEMPTS_WHILE_UNREACHABLE
                if give_up or not is_passing(error) or not await self._backoff.pause(tries, asked_s(error)):
                    raise
            else:
                return

    async def read(self, operation: str, send: Send) -> Reply:
        """Send a call that changes nothing, again and again within the backoff while the failure is a passing one."""
        tries = 0
        while True:
            tries += 1
            try:
                return await self._in_session(operation, send)
            except ServiceError as error:
                if not is_passing(error) or not await self._backoff.pause(tries, asked_s(error)):
                    raise

    async def write(self, operation: str, send: Send) -> Reply:
        """Send a call that changes something: once, or twice when the session was lost and so nothing was done."""
        return await self._in_session(operation, send)

    async def _in_session(self, operation: str, send: Send) -> Reply:
        session = self._session
        reply = await send(session)
        error = self._service.failure(reply, operation)
        if error is not None and self._is_session_lost(error) and self._sign_in is not None:
            await self._renew(session)
            reply = await send(self._session)
            error = self._service.failure(reply, operation)
        if error is None:
            return reply
        action = explain(error.code, self._service.name, error.fault_message).action
        if error.code == "REQUEST_LIMIT_EXCEEDED" and action is Action.STOP_SESSION:
            raise LimitWouldBeExceeded(error.message, error.what_to_do, error.code)
        raise _with_pause(error, reply.retry_after_s)

    def _is_session_lost(self, error: SoapFaultError) -> bool:
        return explain(error.code, self._service.name, error.fault_message).action is Action.LOG_IN_AGAIN

    async def _renew(self, stale: str) -> None:
        """Log in once for all the calls that found the same session lost."""
        async with self._renewing:
            if self._session == stale:
                await self.sign_in()


def is_passing(error: ServiceError) -> bool:
    """Whether the same call may well succeed a little later."""
    if isinstance(error, SoapFaultError):
        return explain(error.code, error.service, error.fault_message).action in _PASSING
    return isinstance(error, ServiceUnreachable | Busy)


def asked_s(error: ServiceError) -> float | None:
    """The pause in seconds that the service asked for with the error, if it did."""
    return getattr(error, "retry_after_s", None)


def _with_pause(error: SoapFaultError, retry_after_s: float | None) -> SoapFaultError:
    if retry_after_s is None:
        return error
    paused = FaultWithPause(error.service, error.code, error.fault_message, error.operation, error.what_to_do)
    paused.retry_after_s = retry_after_s
    return paused


class FaultWithPause(SoapFaultError):
    """A fault whose reply also said how long to stay away."""

    retry_after_s: float = 0.0
