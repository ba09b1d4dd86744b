"""Reading rows that are alike: a regular expression made from one row takes the values out of those that follow it.

The rows of a request mostly set the same fields in the same order, and to ask the parser's tree for every element
takes longer than all else that is done with them. What a likeness does not match, for whatever reason, `sent` reads
element by element; what it does match, it reads as `sent` would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from lxml import etree

from mock_salesforce.dml.rows import SentParent, SentRow
from mock_salesforce.schema import Field, Kind, Schema, SObject
from simulator.soap import children, local

# Nothing that has been matched is given back: a row that turns out to be no such row is told in one pass over it.
# An element may say which type it has, which changes nothing; one without text may say anything.
_TYPED = r'(?: [\w.-]+:type="[^"<>]*")?'
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&#13;", "\r"), ("&amp;", "&"))
"""How lxml writes what text cannot have in it; the ampersand comes last."""

_Add = Callable[[SentRow, str], None]
"""Takes a captured text that is trimmed and not blank into a row."""


class Likeness:
    """Rows that say what one row says, or some of it, in its order.

    `texts` has the name of the field for each captured text that is a field's value, and "" for the others, which
    `adds` takes in.
    """

    def __init__(self, sobject: SObject, pattern: str, texts: Sequence[str], adds: Sequence[tuple[int, _Add]]) -> None:
        self._sobject = sobject
        self._match = _compiled(pattern).fullmatch
        self._texts = texts
        self._adds = adds

    def read(self, element: etree._Element) -> SentRow | None:
        """The row, when it is one of these."""
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        match = self._match(text)
        if match is None:
            return None
        found: Sequence[str] = match.groups("")
        if "&" in text:
            found = [_unescaped(each) for each in found]
        found = [each.strip() for each in found]
        row = SentRow(self._sobject)
        if "" not in found and not self._adds:
            row.values = dict(zip(self._texts, found, strict=True))
            return row
        row.values = {name: each for name, each in zip(self._texts, found, strict=True) if each and name}
        for place, add in self._adds:
            if found[place]:
                add(row, found[place])
        return row


def likeness(row: SentRow, element: etree._Element, schema: Schema) -> Likeness | None:
    """The likeness of a row that has been read from an element; None when it says something out of the ordinary."""
    pattern, texts, adds = [rf"<{_name(element)}(?: [^<>]*+)?>\s*+"], list[str](), list[tuple[int, _Add]]()
    nulls = set[str]()
    for child in children(element):
        name, text = local(child), (child.text or "").strip()
        named = row.sobject.field(name)
        if name == "type":
            pattern.append(_literal(child, text))
            continue
        add: _Add | None = None
        if name == "fieldsToNull":
            emptied = row.sobject.field(text)
            if emptied is None or emptied.name in nulls:
                return None
            nulls.add(emptied.name)
            part, add = f"({_literal(child, text)})?+", _emptying(emptied)
        elif named is None:
            parent = _parent(row, child, schema)
            if parent is None:
                return None
            part, add = parent
        elif len(child):
            return None
        else:
            opening = _name(child)
            part = rf"(?:(?:<{opening}{_TYPED}>([^<]*+)</{opening}>|<{opening}(?: [^<>]*+)?/>)\s*+)?+"
            add = _set_id if named.kind is Kind.ID else None
        if add is not None:
            adds.append((len(texts), add))
        texts.append("" if add is not None or named is None else named.name)
        pattern.append(part)
    pattern.append(f"</{_name(element)}>")
    return Likeness(row.sobject, "".join(pattern), texts, adds)


def _parent(row: SentRow, element: etree._Element, schema: Schema) -> tuple[str, _Add] | None:
    """The pattern of a parent named by one key, and what takes the key in."""
    reference, inside = row.sobject.parent(local(element)), children(element)
    if reference is None or [local(each) for each in inside[:1]] != ["type"] or len(inside) != 2 or len(inside[1]):
        return None
    said = (inside[0].text or "").strip()
    parent = schema.sobject(said)
    key = None if parent is None else parent.field(local(inside[1]))
    if parent is None or parent.name != reference.refers_to or key is None or not key.id_lookup:
        return None
    opening, name = _name(element), _name(inside[1])
    pattern = (
        rf"(?:<{opening}{_TYPED}>\s*+{_literal(inside[0], said)}"
        rf"<{name}{_TYPED}>\s*+([^<\s][^<]*+)</{name}>\s*+</{opening}>\s*+)?+"
    )

    def add(row: SentRow, text: str) -> None:
        row.parents.append(SentParent(reference, parent, key, text))

    return pattern, add


def _literal(element: etree._Element, text: str) -> str:
    """The pattern of an element with just this text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return rf"<{_name(element)}{_TYPED}>\s*+{re.escape(escaped)}\s*+</{_name(element)}>\s*+"


def _name(element: etree._Element) -> str:
    """An element's name with its prefix, as lxml writes it, for a pattern."""
    return re.escape(f"{element.prefix}:{local(element)}" if element.prefix else local(element))


def _set_id(row: SentRow, text: str) -> None:
    row.id = text


def _emptying(named: Field) -> _Add:
    def add(row: SentRow, text: str) -> None:
        del text
        row.nulls.append(named)

    return add


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _unescaped(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
