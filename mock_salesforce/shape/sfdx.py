"""Reads an org's shape out of a Salesforce project: source format, or the older one with a file an object.

What is read is the metadata of objects, fields, validation rules and picklists. Whatever else the folder holds is
counted by its kind, and whatever of the metadata cannot be used is told with its file and the reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from mock_salesforce.shape.documents import MAX_FILE_BYTES, Unusable, document, flag, word
from mock_salesforce.shape.metadata_fields import fields_of, name_of
from mock_salesforce.shape.model import LeftOut, Shape, ShapeField, ShapeObject, ShapeRule
from mock_salesforce.shape.picklists import STANDARD_SETS, Values, of_field, of_set
from simulator.soap import children, local

MAX_FILES = 200_000
MAX_BYTES = 512 * 1024 * 1024

_OTHER_OBJECTS = {
    "__mdt": "custom metadata types are not in the mock",
    "__e": "platform events are not in the mock",
    "__x": "external objects are not in the mock",
    "__b": "big objects are not in the mock",
    "__kav": "knowledge articles are not in the mock",
}
_SUFFIXES = {
    "CustomObject": (".object-meta.xml", ".object"),
    "CustomField": (".field-meta.xml",),
    "ValidationRule": (".validationRule-meta.xml",),
    "GlobalValueSet": (".globalValueSet-meta.xml", ".globalValueSet"),
    "StandardValueSet": (".standardValueSet-meta.xml", ".standardValueSet"),
}
_NO_EFFECT = frozenset({"recordType", "listView", "compactLayout", "webLink", "fieldSet", "businessProcess", "index"})
"""Parts of an object that change nothing of what the API does with records in the mock."""
_INSIDE = frozenset({"recordTypes", "listViews", "compactLayouts", "webLinks", "fieldSets", "businessProcesses"})


class UnusableFolder(ValueError):
    """The folder holds no metadata of objects, or more than can be read; the message says which."""


def read_folder(folder: Path) -> Shape:
    """The shape that a project's folder tells; raises `UnusableFolder`, and `UnusableShape` for clashing names."""
    if not folder.is_dir():
        raise UnusableFolder("there is no such folder")
    reader = _Reader(folder)
    for path in _files(folder):
        reader.sort(path)
    return reader.shape()


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in (".git", "node_modules", ".sfdx", ".sf"))
        for name in sorted(names):
            count += 1
            if count > MAX_FILES:
                raise UnusableFolder(f"it holds more than {MAX_FILES} files; name the folder of the project's metadata")
            yield Path(place, name)


@dataclass(slots=True)
class _Object:
    """An object while its files are gathered."""

    name: str
    label: str = ""
    plural: str = ""
    setting: bool = False
    name_field: ShapeField | None = None
    described: bool = False
    fields: list[ShapeField] = field(default_factory=list)


class _Reader:
    """One folder, read: value sets before fields, because fields name them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, list[Path]] = {kind: [] for kind in _SUFFIXES}
        self._others: Counter[str] = Counter()
        self._objects: dict[str, _Object] = {}
        self._sets: dict[str, Values] = {}
        self._rules: list[ShapeRule] = []
        self._left_out: list[LeftOut] = []
        self._bytes = 0

    def sort(self, path: Path) -> None:
        """Note a file under its kind."""
        for kind, suffixes in _SUFFIXES.items():
            if path.name.endswith(suffixes):
                self._found[kind].append(path)
                return
        name = path.name.removesuffix("-meta.xml")
        if "." in name and (name != path.name or path.suffix in (".trigger", ".flow", ".workflow")):
            self._others[name.rpartition(".")[2]] += 1

    def shape(self) -> Shape:
        """All of it."""
        if not any(self._found[kind] for kind in ("CustomObject", "CustomField", "ValidationRule")):
            raise UnusableFolder(
                "it holds no metadata of objects (objects/*/*.object-meta.xml, *.field-meta.xml, or objects/*.object)"
            )
        self._each("GlobalValueSet", self._global_set)
        self._each("CustomObject", self._object)
        self._each("CustomField", self._field)
        self._each("ValidationRule", self._rule)
        self._each("StandardValueSet", self._standard_set)
        for kind, count in sorted(self._others.items()):
            if kind not in _NO_EFFECT:
                self._left_out.append(LeftOut(f"{count} of kind {kind}", "it is no part of an org's shape"))
        return Shape(
            tuple(self._made(each) for each in self._objects.values()), tuple(self._rules), tuple(self._left_out)
        )

    def _each(self, kind: str, read: Callable[[etree._Element, Path], None]) -> None:
        for path in self._found[kind]:
            try:
                read(document(self._content(path), kind), path)
            except Unusable as error:
                self._leave(path.name, str(error), path)
            except OSError as error:
                self._leave(path.name, f"it cannot be read: {error.strerror}", path)

    def _content(self, path: Path) -> bytes:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        self._bytes += len(content)
        if self._bytes > MAX_BYTES:
            raise UnusableFolder(f"its metadata is larger than {MAX_BYTES // 2**20} MB")
        return content

    def _leave(self, what: str, why: str, path: Path) -> None:
        self._left_out.append(LeftOut(what, why, path.as_posix()))

    def _named(self, name: str) -> _Object:
        """The object of a name. Raises `Unusable` for one of a kind that the mock has not."""
        for suffix, why in _OTHER_OBJECTS.items():
            if name.endswith(suffix):
                raise Unusable(why)
        return self._objects.setdefault(name.lower(), _Object(name))

    def _global_set(self, root: etree._Element, path: Path) -> None:
        self._sets[path.name.partition(".")[0].lower()] = of_set(root, "customValue")

    def _standard_set(self, root: etree._Element, path: Path) -> None:
        name = path.name.partition(".")[0]
        if name not in STANDARD_SETS:
            raise Unusable("the mock does not know whose values these are")
        values = of_set(root, "standardValue")
        for sobject, made in STANDARD_SETS[name]:
            owner = self._named(sobject)
            own = ShapeField(made, "Picklist", values=values.values, inactive_values=values.inactive)
            if all(each.name != made for each in owner.fields):
                owner.fields.append(replace(own, default=values.default))

    def _object(self, root: etree._Element, path: Path) -> None:
        name = path.name.removesuffix("-meta.xml").removesuffix(".object")
        made = self._named(name)
        made.described = True
        made.label = word(root, "label")
        made.plural = word(root, "pluralLabel")
        made.setting = bool(word(root, "customSettingsType"))
        for each in children(root):
            kind = local(each)
            try:
                self._part(kind, each, made, path)
            except Unusable as error:
                self._leave(f"{name}.{word(each, 'fullName') or kind}", f"{error} (in <{kind}>)", path)

    def _part(self, kind: str, element: etree._Element, made: _Object, path: Path) -> None:
        if kind == "fields":
            self._add(element, made, path)
        elif kind == "validationRules":
            self._rules.append(_rule_of(element, made.name, path))
        elif kind == "nameField":
            type_ = word(element, "type")
            if type_ not in ("Text", "AutoNumber"):
                raise Unusable(f"<type> is {type_[:40]!r}; it must be Text or AutoNumber")
            label, shown = word(element, "label"), word(element, "displayFormat")
            made.name_field = ShapeField("Name", type_, label, required=type_ == "Text", format=shown)
        elif kind in _INSIDE:
            self._others[kind.removesuffix("es") if kind == "businessProcesses" else kind[:-1]] += 1

    def _owner(self, path: Path) -> str:
        """The object whose folder a file is in. Raises `Unusable`."""
        parts = path.relative_to(self._folder).parts
        if len(parts) >= 3:
            return parts[-3]
        # The folder that was named is itself an object's.
        parts = path.resolve().parts
        if len(parts) < 3:
            raise Unusable("it is in no object's folder")
        return parts[-3]

    def _field(self, root: etree._Element, path: Path) -> None:
        self._add(root, self._named(self._owner(path)), path)

    def _add(self, element: etree._Element, made: _Object, path: Path) -> None:
        name = name_of(element)
        if any(each.name.lower() == name.lower() for each in made.fields):
            raise Unusable(f"the field {name[:80]} is there twice")
        if not name.endswith("__c") and not word(element, "type"):
            values = of_field(element, self._sets)
            if not values.values:
                return  # a standard field of which only history tracking, help and the like are kept
            found = [ShapeField(name, "Picklist", values=values.values, inactive_values=values.inactive)]
        else:
            found = fields_of(element, self._sets, made.name)
        if word(element, "lookupFilter") or children(element, "lookupFilter"):
            self._leave(f"{made.name}.{name}", "its <lookupFilter> is not applied; the field itself is there", path)
        made.fields.extend(replace(each, file=path.as_posix()) for each in found)

    def _rule(self, root: etree._Element, path: Path) -> None:
        sobject = self._named(self._owner(path)).name
        self._rules.append(_rule_of(root, sobject, path))

    def _made(self, made: _Object) -> ShapeObject:
        custom = made.name.endswith("__c")
        label = made.label or made.name.removesuffix("__c").replace("_", " ")
        name_field = made.name_field
        if name_field is None and custom and made.described:
            name_field = ShapeField("Name", "Text", f"{label} Name", required=not made.setting)
        return ShapeObject(
            made.name,
            label if custom else "",
            (made.plural or f"{label}s") if custom else "",
            setting=made.setting,
            name_field=name_field,
            fields=tuple(made.fields),
            whole=custom and made.described,
        )


def _rule_of(root: etree._Element, sobject: str, path: Path) -> ShapeRule:
    name, formula, message = name_of(root), word(root, "errorConditionFormula"), word(root, "errorMessage")
    if not formula:
        raise Unusable("it has no <errorConditionFormula>; retrieve it again from the org")
    shown_at, active = word(root, "errorDisplayField"), flag(root, "active")
    return ShapeRule(sobject, name, formula, message, shown_at, active=active, file=path.as_posix())
