from __future__ import annotations

from mock_zuora.shape.extension import differences, shaped
from mock_zuora.shape.model import Shape, ShapeField, UnusableShape, from_json, to_json
from mock_zuora.shape.reader import MAX_WSDL_BYTES, UnusableWsdl, read_wsdl

__all__ = [
    "MAX_WSDL_BYTES",
    "Shape",
    "ShapeField",
    "UnusableShape",
    "UnusableWsdl",
    "differences",
    "from_json",
    "read_wsdl",
    "shaped",
    "to_json",
]
