"""What complex types consist of, as the WSDL tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """An element in a sequence: its WSDL type (prefix zns or ons, or none for XML Schema's), and how often it occurs.

    `most` is a number or "n". `since` is the first WSDL version with the element.
    """

    name: str
    type: str
    least: str = "0"
    most: str = "1"
    nillable: bool = True
    default: str = ""
    since: float = 0.0


Sequences = Mapping[str, tuple[Part, ...]]
"""Types or elements by name, each with what is in it."""
