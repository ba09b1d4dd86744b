"""How a reply goes out when it does not simply go out: broken off, never sent, or slowly.

A WSGI app cannot say such a thing. It is said under a key of the request's environment, and whoever carries replies
(`simulator.hosting`, `simulator.transport`) reads it there once the app has answered.
"""

from __future__ import annotations

from dataclasses import dataclass

DELIVERY = "simulator.delivery"
"""The WSGI environment key under which a host finds a `Delivery`, if there is one."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happens to a reply on its way to the client."""

    answered: bool = True
    """False: the connection ends without a byte of the reply."""
    body_bytes: int | None = None
    """The connection ends after this many bytes of a body whose Content-Length promised more; None: it is whole."""
    reset: bool = False
    """The connection is torn down (TCP RST) where it ends, rather than closed in order (FIN)."""
    hold_s: float = 0.0
    """Seconds for which nothing more comes before the connection ends; a client may run out of patience first."""
    bytes_per_s: float = 0.0
    """The pace at which the body goes out; 0 is as fast as it can."""

    @property
    def breaks(self) -> bool:
        """Whether the connection ends before the reply does."""
        return not self.answered or self.body_bytes is not None

    def paced_s(self, size: int) -> float:
        """How long `size` bytes take at this pace."""
        return size / self.bytes_per_s if self.bytes_per_s > 0 else 0.0
