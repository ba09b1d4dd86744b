from __future__ import annotations

from mock_salesforce.shape.describe_json import MAX_DESCRIBE_BYTES, UnusableDescribe, read_describes
from mock_salesforce.shape.extension import Joined, joined
from mock_salesforce.shape.merging import merged
from mock_salesforce.shape.model import (
    LeftOut,
    Shape,
    ShapeField,
    ShapeFilter,
    ShapeObject,
    ShapeRule,
    ShapeSummary,
    UnusableShape,
    from_json,
    to_json,
)
from mock_salesforce.shape.sfdx import UnusableFolder, read_folder

__all__ = [
    "MAX_DESCRIBE_BYTES",
    "Joined",
    "LeftOut",
    "Shape",
    "ShapeField",
    "ShapeFilter",
    "ShapeObject",
    "ShapeRule",
    "ShapeSummary",
    "UnusableDescribe",
    "UnusableFolder",
    "UnusableShape",
    "from_json",
    "joined",
    "merged",
    "read_describes",
    "read_folder",
    "to_json",
]
