"""The Partner API's WSDL as the mock serves it: what it says as data, and its writing."""

from __future__ import annotations

from mock_salesforce.wsdl.writer import DEFAULT_LOCATION, render

__all__ = ["DEFAULT_LOCATION", "render"]
