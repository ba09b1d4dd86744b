from __future__ import annotations

from mock_zuora.wsdl.document import render

__all__ = ["render"]
