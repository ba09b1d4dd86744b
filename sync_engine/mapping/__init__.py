"""The field map: which Zuora field lands in which Salesforce field, and how it changes on the way."""

from __future__ import annotations

from sync_engine.mapping.field_map import FieldMap

__all__ = ["FieldMap"]
