"""Reading the catalogues in `data/` into a schema.

A catalogue is lines of tab-separated cells:

- `@ name label plural kind name-label name-type [words]` opens an object. `kind` is a key prefix for a standard
  object, and for a package's `object` or `setting`.
- `+ name` adds the lines that follow to an object another catalogue opened.
- `name label type [words] [values]` is a field of the object last opened. `type` is the metadata's own word with
  its figures, `Text(255)`, `Currency(18,2)`, `Lookup(Account)`, `Summary(child.field)`; `values` a picklist's,
  parted by bars. The words: `external unique case required readonly idlookup reparentable restricted`,
  `children=` the relationship's name from the parent's side, `delete=cascade|restrict`, `default=` and
  `formula=` a path whose value the field shows; with nothing after the equals sign, `values` is a formula.
  `compound=One+Other` joins two fields, `name=` is the name field's name where it is not `Name`.
  A roll-up adds its children up unless `op=count|min|max` says otherwise, and `where=field:word:value`, as often as
  needed, says which of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from mock_salesforce.formulas.fields import calculated
from mock_salesforce.schema.model import (
    NUMBERS,
    ChildLink,
    Field,
    Kind,
    OnDelete,
    Rollup,
    RollupFilter,
    Schema,
    SObject,
    Summed,
)

STANDARD = "standard"
CURRENCIES = "currencies"
PACKAGES = ("Zuora", "zqu")

_SCALARS: Mapping[str, tuple[Kind, int]] = {
    "Text": (Kind.STRING, 255),
    "TextArea": (Kind.TEXTAREA, 255),
    "LongTextArea": (Kind.TEXTAREA, 32768),
    "Picklist": (Kind.PICKLIST, 255),
    "MultiselectPicklist": (Kind.MULTIPICKLIST, 4099),
    "Checkbox": (Kind.BOOLEAN, 0),
    "Int": (Kind.INT, 0),
    "Number": (Kind.DOUBLE, 0),
    "Currency": (Kind.CURRENCY, 0),
    "Percent": (Kind.PERCENT, 0),
    "Date": (Kind.DATE, 0),
    "DateTime": (Kind.DATETIME, 0),
    "Email": (Kind.EMAIL, 80),
    "Phone": (Kind.PHONE, 40),
    "Url": (Kind.URL, 255),
    "AutoNumber": (Kind.STRING, 30),
    "Lookup": (Kind.REFERENCE, 18),
    "MasterDetail": (Kind.REFERENCE, 18),
    "Summary": (Kind.DOUBLE, 0),
    "Html": (Kind.TEXTAREA, 32768),
    "EncryptedText": (Kind.ENCRYPTED, 175),
    "Time": (Kind.TIME, 0),
    "Base64": (Kind.BASE64, 0),
    "AnyType": (Kind.ANY, 255),
}
_TYPE = re.compile(r"(\w+)(?:\((.*)\))?\Z")
_READ_ONLY = frozenset({"User", "CurrencyType"})
_WITHOUT_OWNER = frozenset({"User", "Product2", "CurrencyType"})
_MERGEABLE = frozenset({"Account", "Contact", "Lead"})
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class _Draft:
    name: str
    label: str
    plural: str
    kind: str
    name_field: Field
    package: str
    fields: list[Field] = field(default_factory=list)
    formulas: dict[str, str] = field(default_factory=dict)


def metadata_types() -> frozenset[str]:
    """The type words a custom field may have."""
    return frozenset(_SCALARS) - {"Lookup", "MasterDetail", "Summary", "AutoNumber", "Int", "Base64", "AnyType"}


def make_field(
    name: str, label: str, type_: str, words: Sequence[str] = (), values: Sequence[str] = (), *, package: str = ""
) -> Field:
    """A field from a catalogue's cells. Raises `ValueError` when the type is not one of the metadata's."""
    match = _TYPE.match(type_)
    if match is None or match[1] not in _SCALARS:
        msg = f"{name}: {type_!r} is not a field type of the catalogue"
        raise ValueError(msg)
    word, inside = match[1], match[2] or ""
    kind, length = _SCALARS[word]
    settings = dict(w.split("=", 1) for w in words if "=" in w)
    flags = {w for w in words if "=" not in w}
    formula = _formula(settings.get("formula"))
    calculated = formula is not None or word == "Summary"
    compound = tuple(settings["compound"].split("+")) if "compound" in settings else ()
    fixed = calculated or bool(compound) or "readonly" in flags or word == "AutoNumber"
    result = Field(
        name=name,
        label=label,
        kind=kind,
        length=length,
        external_id="external" in flags,
        id_lookup=bool(flags & {"external", "idlookup"}),
        unique="unique" in flags,
        case_sensitive="case" in flags,
        required="required" in flags,
        createable=not fixed,
        updateable=not fixed,
        calculated=calculated,
        formula=formula,
        values=tuple(values),
        restricted="restricted" in flags,
        html=word == "Html",
        compound=compound,
        default=settings.get("default", "false" if kind is Kind.BOOLEAN and not calculated else None),
    )
    if word in ("Lookup", "MasterDetail"):
        return _reference(result, inside, flags, settings, master_detail=word == "MasterDetail", package=package)
    if word == "Summary":
        return replace(result, precision=18, rollup=_rollup(inside, words))
    return _sized(result, word, inside)


def _rollup(inside: str, words: Sequence[str]) -> Rollup:
    """A roll-up of children; the field of theirs that points at the parent is found when all objects are known."""
    child, _, summed = inside.partition(".")
    operation = Summed(next((w.partition("=")[2] for w in words if w.startswith("op=")), Summed.SUM))
    filters = tuple(_filter(w) for w in words if w.startswith("where="))
    return Rollup(child, summed, "", operation, filters)


def _filter(word: str) -> RollupFilter:
    named, operation, value = word.removeprefix("where=").split(":", 2)
    return RollupFilter(named, operation, value)


def _formula(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(part for part in text.split(".") if part)


def _sized(base: Field, word: str, inside: str) -> Field:
    if word == "AutoNumber":
        return replace(base, autonumber=inside)
    if word == "Int":
        return replace(base, precision=8)
    if base.kind in (Kind.DOUBLE, Kind.CURRENCY, Kind.PERCENT):
        precision, _, scale = (inside or "18,2").partition(",")
        return replace(base, precision=int(precision), scale=int(scale or 0))
    return replace(base, length=int(inside)) if inside else base


def _reference(
    base: Field, target: str, flags: set[str], settings: Mapping[str, str], *, master_detail: bool, package: str
) -> Field:
    children = settings.get("children", "")
    if base.custom:
        relationship = base.name.removesuffix("c") + "r"
        children = f"{package}__{children}__r" if package and children else children
    else:
        relationship = base.name.removesuffix("Id")
    on_delete = OnDelete.CASCADE if master_detail else OnDelete(settings.get("delete", OnDelete.SET_NULL))
    reparentable = "reparentable" in flags
    return replace(
        base,
        refers_to=target,
        relationship=relationship,
        children=children,
        on_delete=on_delete,
        master_detail=master_detail,
        reparentable=reparentable,
        updateable=not master_detail or reparentable,
    )


def _cells(name: str) -> Iterator[list[str]]:
    text = files("mock_salesforce.schema").joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _read(name: str, drafts: dict[str, _Draft]) -> None:
    package = "" if name in (STANDARD, CURRENCIES) else name
    current: _Draft | None = None
    for cells in _cells(name.lower()):
        if cells[0] == "@":
            _, sobject, label, plural, kind, name_label, name_type, *words = cells
            flags = words[0].split() if words else []
            called = next((w.partition("=")[2] for w in flags if w.startswith("name=")), "Name")
            name_field = replace(make_field(called, name_label, name_type, flags), is_name=True, system=True)
            current = drafts[sobject] = _Draft(sobject, label, plural, kind, name_field, package)
        elif cells[0] == "+":
            current = drafts[cells[1]]
        elif current is not None:
            field_name, label, type_, words_cell, values = (*cells, "", "")[:5]
            words, written = words_cell.split(), "" if "formula=" not in words_cell.split() else values
            listed = () if written or not values else values.split("|")
            made = make_field(field_name, label, type_, words, listed, package=package)
            current.fields.append(made)
            if written:
                current.formulas[field_name] = written


def _system_fields(draft: _Draft) -> list[Field]:
    def fixed(name: str, label: str, kind: Kind, **more: object) -> Field:
        made = Field(name, label, kind, createable=False, updateable=False, system=True)
        return replace(made, **more)  # type: ignore[arg-type]  # the names are Field's own

    def user(name: str, label: str) -> Field:
        return fixed(name, label, Kind.REFERENCE, length=18, refers_to="User", relationship=name.removesuffix("Id"))

    head = [fixed("Id", f"{draft.label} ID", Kind.ID, length=18, id_lookup=True)]
    detail = any(f.master_detail for f in draft.fields)
    if draft.name not in _WITHOUT_OWNER and draft.kind != "setting" and not detail:
        owner = user("OwnerId", "Owner ID")
        head.append(replace(owner, createable=True, updateable=True))
    return [
        *head,
        fixed("IsDeleted", "Deleted", Kind.BOOLEAN, default="false"),
        replace(draft.name_field, id_lookup=draft.name.endswith("__c")),
        fixed("CreatedDate", "Created Date", Kind.DATETIME),
        user("CreatedById", "Created By ID"),
        fixed("LastModifiedDate", "Last Modified Date", Kind.DATETIME),
        user("LastModifiedById", "Last Modified By ID"),
        fixed("SystemModstamp", "System Modstamp", Kind.DATETIME),
    ]


def _with_rollups(name: str, fields: list[Field], drafts: Mapping[str, _Draft]) -> list[Field]:
    return [made if made.rollup is None else _whole(name, made, made.rollup, drafts) for made in fields]


def _whole(name: str, made: Field, rollup: Rollup, drafts: Mapping[str, _Draft]) -> Field:
    """A roll-up with what only its child object tells: which field points here, and what kind of value comes out."""
    child = drafts.get(rollup.child)
    known = {f.name: f for f in (*_system_fields(child), *child.fields)} if child else {}
    references = [f.name for f in known.values() if f.master_detail and f.refers_to == name]
    wanted = rollup.reference or (references[0] if references else "")
    if wanted not in references:
        msg = f"{name}.{made.name}: {rollup.child} has no master-detail field {wanted} that points at {name}"
        raise ValueError(msg)
    rollup = replace(rollup, reference=wanted)
    if rollup.operation is Summed.COUNT:
        return replace(made, rollup=rollup, kind=Kind.DOUBLE, scale=0)
    summed = known.get(rollup.field)
    summable = NUMBERS if rollup.operation is Summed.SUM else NUMBERS | {Kind.DATE, Kind.DATETIME}
    if summed is None or summed.kind not in summable:
        msg = f"{name}.{made.name}: {rollup.child}.{rollup.field} cannot be summed up"
        raise ValueError(msg)
    return replace(made, rollup=rollup, kind=summed.kind, precision=made.precision, scale=summed.scale)


def _key_prefix(draft: _Draft, customs: int) -> str:
    if draft.kind not in ("object", "setting"):
        return draft.kind
    return "a" + _BASE36[customs // 36] + _BASE36[customs % 36]


def build(
    packages: Sequence[str], custom_fields: Mapping[str, Sequence[Field]], currency: Field | None = None
) -> Schema:
    """The schema of an org with these packages and its own custom fields by object.

    In an org with several currencies, `currency` is the field that says a record's.
    Raises `ValueError` for a package that is not in the catalogue, or a field of an object that is not in the org.
    """
    drafts: dict[str, _Draft] = {}
    for package in (STANDARD, *packages):
        if package not in (STANDARD, *PACKAGES):
            msg = f"there is no catalogue of the package {package!r}; known are {', '.join(PACKAGES)}"
            raise ValueError(msg)
        _read(package, drafts)
    for sobject, fields in custom_fields.items():
        if sobject not in drafts:
            msg = f"custom fields for {sobject}, which is not an object of this org"
            raise ValueError(msg)
        drafts[sobject].fields.extend(fields)
    if currency is not None:
        _read(CURRENCIES, drafts)
        for draft in drafts.values():
            if draft.kind != "setting" and draft.name != "CurrencyType":
                draft.fields.insert(0, currency)
    return _with_formulas(_linked(drafts), drafts)


def _with_formulas(schema: Schema, drafts: Mapping[str, _Draft]) -> Schema:
    """The schema with the catalogues' formulas understood, which takes all of it."""

    def computed(sobject: SObject) -> SObject:
        texts = drafts[sobject.name].formulas
        if not texts:
            return sobject
        made = tuple(
            calculated(each, texts[each.name], schema, sobject, blanks_as_zero=True) if each.name in texts else each
            for each in sobject.fields
        )
        return replace(sobject, fields=made, derived={})

    return Schema([computed(sobject) for sobject in schema.sobjects])


@cache
def plain(packages: tuple[str, ...]) -> Schema:
    """The schema of an org with these packages and no custom field of its own; made once."""
    return build(packages, {})


def _linked(drafts: Mapping[str, _Draft]) -> Schema:
    whole = {
        name: _with_rollups(name, [*_system_fields(draft), *draft.fields], drafts) for name, draft in drafts.items()
    }
    links: dict[str, list[ChildLink]] = {name: [] for name in drafts}
    for name, fields in whole.items():
        for made in fields:
            if made.children and made.refers_to in links:
                links[made.refers_to].append(ChildLink(name, made, made.children))
    sobjects, customs = [], 0
    for name, draft in drafts.items():
        prefix = _key_prefix(draft, customs)
        customs += draft.kind in ("object", "setting")
        sobjects.append(
            SObject(
                name=name,
                label=draft.label,
                plural=draft.plural,
                key_prefix=prefix,
                fields=tuple(whole[name]),
                setting=draft.kind == "setting",
                read_only=name in _READ_ONLY,
                mergeable=name in _MERGEABLE,
                links=tuple(links[name]),
            )
        )
    return Schema(sobjects)
