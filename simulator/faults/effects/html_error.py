"""Something between answers with a page of its own."""

from __future__ import annotations

from http.client import responses
from typing import Literal

from pydantic import Field

from simulator.faults.effects.effect import Effect, Exchange, Reply

_WORDS = {
    403: ("Access Denied", "You are not allowed to reach this address on this server."),
    414: ("Request Too Long", "The address that was asked for is longer than this server takes."),
    429: ("Too Many Requests", "More requests came from your address than this server takes."),
    502: ("Bad Gateway", "The server behind this one gave no answer that could be read."),
    503: ("Service Unavailable", "The service cannot be reached at the moment. Try again later."),
    504: ("Gateway Timeout", "The server behind this one did not answer in time."),
}
_OTHERWISE = "An error occurred while your request was being handled."


class HtmlError(Effect):
    """An HTML page with an error `status`, as a proxy or a content network gives one: the mock does nothing, or
    has done the work, `after_commit`. `server` is the header of that name, `retry_after_s` makes one of that.
    """

    type: Literal["html_error"] = "html_error"
    status: int = Field(default=503, ge=400, le=599)
    after_commit: bool = False
    server: str = Field(default="AkamaiGHost", max_length=100, pattern=r"^[ -~]*$")
    retry_after_s: int | None = Field(default=None, ge=0)

    def apply(self, exchange: Exchange) -> Reply:
        """Answer with the page."""
        seconds = exchange.pass_on_plainly().service_time_s if self.after_commit else 0.0
        title, words = _WORDS.get(self.status, (responses.get(self.status, "Error"), _OTHERWISE))
        reference = f"{exchange.chance.getrandbits(32):08x}.{exchange.chance.getrandbits(32):08x}"
        body = (
            f"<HTML><HEAD>\n<TITLE>{title}</TITLE>\n</HEAD><BODY>\n<H1>{title}</H1>\n\n{words}<P>\n"
            f"Reference&#32;&#35;18&#46;{reference.replace('.', '&#46;')}\n</BODY></HTML>\n"
        ).encode()
        headers = [
            ("Server", self.server),
            ("Mime-Version", "1.0"),
            ("Content-Type", "text/html"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "max-age=0, no-cache, no-store"),
            ("Pragma", "no-cache"),
        ]
        if self.retry_after_s is not None:
            headers.append(("Retry-After", str(self.retry_after_s)))
        return Reply(f"{self.status} {title}", headers, body, seconds)
