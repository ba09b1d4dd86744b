"""From Zuora rows to Salesforce rows: which rows are written, under which key, below which parents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sync_engine.mapping.object_map import FieldRule, ObjectMap, ParentRule
from sync_engine.mapping.paths import column
from sync_engine.model import ParentRef, TargetRow, ZuoraRow
from sync_engine.zuora.rows import RowSet


@dataclass(frozen=True, slots=True)
class Targets:
    """`rows` parents first; `links` are rows again, with only the parents that had to be there before them."""

    rows: tuple[TargetRow, ...]
    links: tuple[TargetRow, ...]


def build(
    maps: Sequence[ObjectMap],
    all_maps: Mapping[str, ObjectMap],
    rows: RowSet,
    constants: Mapping[str, str],
    known: Collection[tuple[str, str]] = (),
) -> Targets:
    """The rows that `maps`, in their order, make of `rows`. `all_maps` names the maps of parents outside too."""
    builder = _Builder(all_maps, rows, constants, frozenset(known))
    chosen = [(each, row, key) for each in maps for key, row in builder.choose(each).items()]
    made = [builder.row(each, row, key) for each, row, key in chosen]
    links = [link for each, row, key in chosen if (link := builder.link(each, row, key))]
    return Targets(tuple(made), tuple(links))


def outside_parents(
    maps: Sequence[ObjectMap], all_maps: Mapping[str, ObjectMap], rows: RowSet, constants: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The parents, as (map, handle), that rules allow to be outside and that `rows` do not hold."""
    builder = _Builder(all_maps, rows, constants, frozenset())
    for each in maps:
        builder.choose(each)
    wanted: dict[tuple[str, str], None] = {}
    for each in maps:
        for rule in each.parents:
            for row in rows.of(each.source) if rule.outside else ():
                handle = builder.handle(each, rule, row)
                if handle and not builder.is_written(rule.parent, handle):
                    wanted[rule.parent, handle] = None
    return list(wanted)


class _Builder:
    """Builds the rows of one sync. `choose` has to see the maps in order before any row is made."""

    def __init__(
        self,
        all_maps: Mapping[str, ObjectMap],
        rows: RowSet,
        constants: Mapping[str, str],
        known: frozenset[tuple[str, str]],
    ) -> None:
        self._all = all_maps
        self._rows = rows
        self._constants = constants
        self._known = known
        self._written: dict[str, dict[str, str]] = {}

    def choose(self, each: ObjectMap) -> dict[str, ZuoraRow]:
        """The source rows that are written, by key: those with a key and every required parent, one a key."""
        chosen: dict[str, ZuoraRow] = {}
        handles: dict[str, str] = {}
        for row in self._rows.of(each.source):
            key = self._value(each.key, each, row)
            if key is None or not self._has_required_parents(each, row):
                continue
            if key in chosen and not _wins(row, chosen[key], each.prefer):
                continue
            chosen[key] = row
        for key, row in chosen.items():
            handle = column(each.handle, each.source, row, self._rows, self._constants)[0]
            if handle:
                handles[handle] = key
        self._written[each.name] = handles
        return chosen

    def row(self, each: ObjectMap, row: ZuoraRow, key: str) -> TargetRow:
        """One row with everything but the parents of the second pass."""
        fields: dict[str, str] = {}
        nulls: list[str] = []
        for rule in each.fields:
            if self._is_unreadable(rule, each):
                continue
            value = self._value(rule, each, row)
            if value is not None:
                fields[rule.target] = value
            elif rule.target != "Name":
                # a name cannot be blanked: Salesforce fills it in or refuses the row
                nulls.append(rule.target)
        parents: dict[str, ParentRef] = {}
        for parent in each.parents:
            if self._is_unreadable(parent, each):
                continue
            reference = self._parent(each, parent, row)
            if reference is None:
                nulls.append(parent.column)
            elif not parent.second_pass:
                parents[parent.relationship] = reference
        return self._target(each, row, key, fields, tuple(nulls), parents)

    def link(self, each: ObjectMap, row: ZuoraRow, key: str) -> TargetRow | None:
        """The row with the parents of the second pass alone; None when it has none."""
        parents = {
            parent.relationship: reference
            for parent in each.parents
            if parent.second_pass and (reference := self._parent(each, parent, row))
        }
        return self._target(each, row, key, {}, (), parents) if parents else None

    def handle(self, each: ObjectMap, rule: ParentRule, row: ZuoraRow) -> str | None:
        """What the row names its parent by: the first source that has one single value."""
        for path in rule.sources:
            values = {value for value in column(path, each.source, row, self._rows, self._constants) if value}
            if len(values) == 1:
                return values.pop()
        return None

    def is_written(self, name: str, handle: str) -> bool:
        """Whether the row of map `name` with this handle is among those written."""
        return handle in self._written.get(name, {})

    def _parent(self, each: ObjectMap, rule: ParentRule, row: ZuoraRow) -> ParentRef | None:
        """The parent to point at; None when there is none that Salesforce will have."""
        parent = self._all[rule.parent]
        handle = self.handle(each, rule, row)
        if handle is None:
            return None
        if rule.outside and (rule.parent, handle) in self._known:
            return ParentRef(parent.sobject, parent.key.target, handle)
        key = self._written.get(rule.parent, {}).get(handle) or self._successor(rule, parent, row)
        return ParentRef(parent.sobject, parent.key.target, key) if key else None

    def _successor(self, rule: ParentRule, parent: ObjectMap, row: ZuoraRow) -> str | None:
        """The key of the written row that took the place of the parent: the last with the same number."""
        if not rule.otherwise:
            return None
        heirs = self._rows.where(parent.source, rule.matches, row.get(rule.otherwise))
        written = [heir for heir in heirs if self.is_written(parent.name, heir["Id"])]
        last = max(written, key=lambda heir: (_rank(heir, parent.prefer), heir["Id"]), default=None)
        return self._written[parent.name][last["Id"]] if last else None

    def _has_required_parents(self, each: ObjectMap, row: ZuoraRow) -> bool:
        return all(self._parent(each, rule, row) for rule in each.parents if rule.required)

    def _value(self, rule: FieldRule, each: ObjectMap, row: ZuoraRow) -> str | None:
        columns = [column(path, each.source, row, self._rows, self._constants) for path in rule.sources]
        return rule.transform(columns, rule.options)

    def _is_unreadable(self, rule: FieldRule | ParentRule, each: ObjectMap) -> bool:
        """Whether this tenant has none of the rule's own fields: what cannot be known is not blanked."""
        return all(not path.steps and (each.source, path.field) in self._rows.unreadable for path in rule.sources)

    def _target(
        self,
        each: ObjectMap,
        row: ZuoraRow,
        key: str,
        fields: Mapping[str, str],
        nulls: tuple[str, ...],
        parents: Mapping[str, ParentRef],
    ) -> TargetRow:
        return TargetRow(
            sobject=each.sobject,
            key_field=each.key.target,
            key=key,
            fields=fields,
            nulls=nulls,
            parents=parents,
            source_object=each.source,
            source_id=row["Id"],
            root_id=self._rows.root(each.source, row["Id"]),
        )


def _wins(row: ZuoraRow, other: ZuoraRow, prefer: str) -> bool:
    """Whether `row` is written rather than `other`, which has the same key. Without a preference the first stays."""
    return bool(prefer) and _rank(row, prefer) > _rank(other, prefer)


def _rank(row: ZuoraRow, prefer: str) -> int:
    value = row.get(prefer, "")
    return int(value) if value.isdecimal() else 0
