"""The mail that a user gets when a sync request was sent."""

from __future__ import annotations

import asyncio
import logging
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Protocol

from sync_engine.model import RequestedObject
from sync_engine.settings import EmailSettings

logger = logging.getLogger(__name__)

_TIMEOUT_S = 30.0


class Notifier(Protocol):
    """Tells the user that a request was sent."""

    async def request_sent(self, objects: Sequence[RequestedObject], session_ids: Sequence[str]) -> None:
        """These objects were sent for syncing, in these sessions."""


class SmtpNotifier:
    """Sends the mail through an SMTP server. A server that does not take it is a line in the log, no more."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    async def request_sent(self, objects: Sequence[RequestedObject], session_ids: Sequence[str]) -> None:
        """Send the mail in a thread, since smtplib blocks."""
        message = self._message(objects, session_ids)
        try:
            await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("the mail about the request could not be sent: %s", error)

    def _message(self, objects: Sequence[RequestedObject], session_ids: Sequence[str]) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = f"On-demand sync of {len(objects)} object(s) was requested"
        message["From"] = self._settings.sender
        message["To"] = self._settings.recipient
        lines = [f"- {each.kind.value} {each.zuora_id}" for each in objects]
        shown = ", ".join(session_ids)
        message.set_content("\n".join(["These objects were sent for syncing:", *lines, "", f"Sessions: {shown}", ""]))
        return message

    def _send(self, message: EmailMessage) -> None:
        with smtplib.SMTP(self._settings.smtp_host, self._settings.smtp_port, timeout=_TIMEOUT_S) as server:
            server.send_message(message)


def notifier(settings: EmailSettings) -> Notifier | None:
    """The notifier these settings ask for: none without a server and a recipient."""
    return SmtpNotifier(settings) if settings.smtp_host and settings.recipient else None
