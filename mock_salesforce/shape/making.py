"""From a shape's field to a field of the schema, but for what only the whole schema tells."""

from __future__ import annotations

from dataclasses import replace

from mock_salesforce.schema import Field, Kind
from mock_salesforce.schema.catalogue import make_field
from mock_salesforce.shape.model import ShapeField

_LONG = frozenset({"Text", "TextArea", "LongTextArea", "Html", "EncryptedText", "Email", "Phone", "Url"})
_NUMBERS = frozenset({"Number", "Currency", "Percent"})


def made_of(sent: ShapeField, target: str = "") -> Field:
    """The field; `target` is the object that a reference points at. A calculated one reads as null so far."""
    words = [
        word
        for word, present in (
            ("external", sent.external_id),
            ("unique", sent.unique),
            ("case", sent.case_sensitive),
            ("required", sent.required),
            ("idlookup", sent.id_lookup),
            ("reparentable", sent.reparentable),
            ("restricted", sent.restricted),
        )
        if present
    ]
    if sent.default:
        words.append(f"default={sent.default}")
    if sent.calculated:
        words.append("formula=")
    reference = sent.type in ("Lookup", "MasterDetail")
    if reference and sent.type == "Lookup" and sent.delete != "set_null":
        words.append(f"delete={sent.delete}")
    # What sums up is a number until its children's field is known.
    type_ = "Number(18,2)" if sent.type == "Summary" else _sized(sent, target)
    label = sent.label or sent.name.removesuffix("__c").replace("_", " ")
    made = make_field(sent.name, label, type_, words, sent.values)
    made = replace(
        made,
        inactive_values=sent.inactive_values,
        createable=made.createable and sent.createable,
        updateable=made.updateable and sent.updateable,
        default_formula="" if sent.calculated else sent.default_formula,
    )
    if reference:
        made = replace(made, relationship=sent.relationship or made.relationship, children=sent.children)
    if sent.default_formula and made.kind is Kind.BOOLEAN:
        made = replace(made, default="false")
    return made


def _sized(sent: ShapeField, target: str) -> str:
    if sent.type in _LONG and sent.length:
        return f"{sent.type}({sent.length})"
    if sent.type in _NUMBERS and sent.precision:
        return f"{sent.type}({sent.precision},{sent.scale})"
    if sent.type == "AutoNumber":
        return f"AutoNumber({sent.format or '{0}'})"
    if sent.type in ("Lookup", "MasterDetail"):
        return f"{sent.type}({target})"
    return sent.type
