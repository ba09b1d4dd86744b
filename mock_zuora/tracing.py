"""What a request can be found again by: an id of its own on every reply, and the caller's own id back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mock_zuora.ids import IdSource

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

REQUEST_ID, TRACK_ID = "zuora-request-id", "Zuora-Track-Id"
TRACK_ID_CHARACTERS = 64


def traced(app: WSGIApplication, ids: IdSource) -> WSGIApplication:
    """The app with both headers on its replies; a track id that is too long or not plain text is passed over."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        headers = [(REQUEST_ID, ids.next())]
        track_id = environ.get("HTTP_ZUORA_TRACK_ID", "")
        if track_id and track_id.isascii() and track_id.isprintable() and len(track_id) <= TRACK_ID_CHARACTERS:
            headers.append((TRACK_ID, track_id))

        def start(status: str, given: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*given, *headers], exc_info)

        return app(environ, start)

    return answer
