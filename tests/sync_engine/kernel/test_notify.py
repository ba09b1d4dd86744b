from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from typing import Any, Self

import pytest

from sync_engine.model import ObjectKind, RequestedObject
from sync_engine.notify import SmtpNotifier, notifier
from sync_engine.settings import EmailSettings

TOLD = EmailSettings(smtp_host="mail.test", smtp_port=2525, sender="sync@example.com", recipient="me@example.com")
ASKED = [RequestedObject(ObjectKind.BILLING_ACCOUNT, "a" * 32)]


class Server:
    """Stands for smtplib's connection."""

    sent: list[tuple[str, int, EmailMessage]]
    refuses: Exception | None

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.host, self.port = host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_message(self, message: EmailMessage) -> None:
        if self.refuses:
            raise self.refuses
        self.sent.append((self.host, self.port, message))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    Server.sent, Server.refuses = [], None
    monkeypatch.setattr(smtplib, "SMTP", Server)
    return Server


def test_without_a_server_or_a_recipient_there_is_no_mail() -> None:
    assert notifier(EmailSettings()) is None
    assert notifier(EmailSettings(smtp_host="mail.test")) is None
    assert isinstance(notifier(TOLD), SmtpNotifier)


def test_the_mail_names_what_was_sent(server: Any) -> None:
    asyncio.run(SmtpNotifier(TOLD).request_sent(ASKED, ["s1"]))
    ((host, port, message),) = server.sent
    assert (host, port, message["To"], message["From"]) == ("mail.test", 2525, "me@example.com", "sync@example.com")
    assert "a" * 32 in message.get_content()
    assert "s1" in message.get_content()


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), ConnectionRefusedError("no")])
def test_a_server_that_does_not_take_it_stops_nothing(
    server: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    server.refuses = error
    asyncio.run(SmtpNotifier(TOLD).request_sent(ASKED, ["s1"]))
    assert "could not be sent" in caplog.text
