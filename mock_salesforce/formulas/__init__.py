from __future__ import annotations

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood
from mock_salesforce.formulas.formula import Formula, understood
from mock_salesforce.formulas.names import Names
from mock_salesforce.formulas.parts import Facts
from mock_salesforce.formulas.values import Type, Value

__all__ = ["CannotCompute", "Facts", "Formula", "Names", "NotUnderstood", "Type", "Value", "understood"]
