from __future__ import annotations

from mock_zuora.zoql.compile import Plan, Reader
from mock_zuora.zoql.computed import teach
from mock_zuora.zoql.syntax import MAX_CHARACTERS, MAX_CONDITIONS

__all__ = ["MAX_CHARACTERS", "MAX_CONDITIONS", "Plan", "Reader", "teach"]
