from __future__ import annotations

from mock_zuora.zoql.compile import Plan, Reader

__all__ = ["Plan", "Reader"]
