"""Refusals of the REST resources: an HTTP status, and the service's own code and words."""

from __future__ import annotations

SIGN_IN_FIRST = "this resource is protected, please sign in first"

UNAUTHENTICATED = 90000011
FORBIDDEN_ENTITY = 90000020
# An unknown resource, and a category: 10 permission, 20 invalid value, 40 not found, 70 limit.
NO_PERMISSION, INVALID_VALUE, NOT_FOUND, OVER_LIMIT = 50000010, 50000020, 50000040, 50000070


class RestRefused(Exception):
    """A request is answered with `success: false`."""

    def __init__(self, status: int, code: int, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s
