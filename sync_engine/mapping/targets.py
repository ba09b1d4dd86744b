"""From Zuora rows to Salesforce rows: which rows are written, under which key, below which parents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync_engine.mapping.chosen import Candidate, Chosen
from sync_engine.mapping.object_map import FieldRule, ObjectMap, ParentRule
from sync_engine.mapping.paths import column
from sync_engine.model import ParentRef, TargetRow, ZuoraRow
from sync_engine.zuora.rows import RowSet


class Targets:
    """The rows that `maps`, in their order, make of `rows`.

    Which rows there are is found out at once; each is made when it is asked for, so that there may be any number.
    `all_maps` names the maps of parents outside too. `known` are those parents that Salesforce already has, as (map,
    handle); it may be filled after `outside` has told which there could be.
    """

    def __init__(
        self,
        maps: Sequence[ObjectMap],
        all_maps: Mapping[str, ObjectMap],
        rows: RowSet,
        constants: Mapping[str, str],
        known: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.known = set(known)
        self._maps = maps
        self._all = all_maps
        self._rows = rows
        self._constants = constants
        self._chosen: dict[str, Chosen] = {}
        self._fields: dict[str, list[FieldRule]] = {}
        for each in maps:
            self._chosen[each.name] = self._choose(each)

    def rows(self) -> Iterator[TargetRow]:
        """Every row with everything but the parents of the second pass, parents first, siblings together."""
        for each in self._maps:
            for key, row, root in self._rows_of(each):
                yield self._row(each, row, key, root)

    def links(self) -> Iterator[TargetRow]:
        """The rows that have parents of the second pass, with these alone."""
        for each in self._maps:
            if any(parent.second_pass for parent in each.parents):
                for key, row, root in self._rows_of(each):
                    parents = {
                        parent.relationship: reference
                        for parent in each.parents
                        if parent.second_pass and (reference := self._parent(each, parent, row))
                    }
                    if parents:
                        yield self._target(each, row, key, root, {}, (), parents)

    def counts(self) -> list[tuple[str, int]]:
        """How many rows there are of each Salesforce object, in the order of writing."""
        return [(each.sobject, self._chosen[each.name].count()) for each in self._maps]

    def has(self, sobject: str, key: str) -> bool:
        """Whether the row of that external id is among them."""
        return any(self._chosen[each.name].has(key) for each in self._maps if each.sobject == sobject)

    def outside(self) -> list[tuple[str, str]]:
        """The parents, as (map, handle), that rules allow to be outside and that are not among the rows."""
        wanted: dict[tuple[str, str], None] = {}
        for each in self._maps:
            for rule in each.parents:
                for row in self._rows.of(each.source) if rule.outside else ():
                    handle = self._handle(each, rule, row)
                    if handle and self._key(rule.parent, handle) is None:
                        wanted[rule.parent, handle] = None
        return list(wanted)

    def _choose(self, each: ObjectMap) -> Chosen:
        """The source rows that are written: those with a key and every required parent, one a key."""
        chosen = Chosen(self._rows.spool, prefers=bool(each.prefer))
        chosen.put(self._candidates(each))
        return chosen

    def _candidates(self, each: ObjectMap) -> Iterator[Candidate]:
        required = [rule for rule in each.parents if rule.required]
        for row, root in self._rows.rooted(each.source):
            key = self._value(each.key, each, row)
            parents = [self._parent(each, rule, row) for rule in required]
            if key is None or None in parents:
                continue
            handle = next(iter(column(each.handle, each.source, row, self._rows, self._constants)), None)
            siblings = "\n".join(parent.value for parent in parents if parent)
            yield Candidate(key, row["Id"], handle, root, siblings, _rank(row, each.prefer))

    def _rows_of(self, each: ObjectMap) -> Iterator[tuple[str, ZuoraRow, str]]:
        for key, row_id, root in self._chosen[each.name]:
            row = self._rows.get(each.source, row_id)
            if row is not None:
                yield key, row, self._rows.roots[root]

    def _row(self, each: ObjectMap, row: ZuoraRow, key: str, root: str) -> TargetRow:
        fields: dict[str, str] = {}
        nulls: list[str] = []
        for rule in self._readable(each):
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
        return self._target(each, row, key, root, fields, tuple(nulls), parents)

    def _readable(self, each: ObjectMap) -> list[FieldRule]:
        """The fields of a map that this tenant can fill."""
        if each.name not in self._fields:
            self._fields[each.name] = [rule for rule in each.fields if not self._is_unreadable(rule, each)]
        return self._fields[each.name]

    def _handle(self, each: ObjectMap, rule: ParentRule, row: ZuoraRow) -> str | None:
        """What the row names its parent by: the first source that has one single value."""
        for path in rule.sources:
            values = {value for value in column(path, each.source, row, self._rows, self._constants) if value}
            if len(values) == 1:
                return values.pop()
        return None

    def _key(self, name: str, handle: str) -> str | None:
        """The key of the row of map `name` with this handle, if it is among those written."""
        chosen = self._chosen.get(name)
        return None if chosen is None else chosen.key(handle)

    def _parent(self, each: ObjectMap, rule: ParentRule, row: ZuoraRow) -> ParentRef | None:
        """The parent to point at; None when there is none that Salesforce will have."""
        parent = self._all[rule.parent]
        handle = self._handle(each, rule, row)
        if handle is None:
            return None
        if rule.outside and (rule.parent, handle) in self.known:
            return ParentRef(parent.sobject, parent.key.target, handle, rule.required)
        key = self._key(rule.parent, handle) or self._successor(rule, parent, row)
        return ParentRef(parent.sobject, parent.key.target, key, rule.required) if key else None

    def _successor(self, rule: ParentRule, parent: ObjectMap, row: ZuoraRow) -> str | None:
        """The key of the written row that took the place of the parent: the last with the same number."""
        if not rule.otherwise:
            return None
        best: tuple[int, str, str] | None = None
        for heir in self._rows.where(parent.source, rule.matches, row.get(rule.otherwise)):
            key = self._key(parent.name, heir["Id"])
            if key is not None:
                best = max(best or (-1, "", ""), (_rank(heir, parent.prefer), heir["Id"], key))
        return best[2] if best else None

    def _value(self, rule: FieldRule, each: ObjectMap, row: ZuoraRow) -> str | None:
        if rule.plain is not None:
            # most fields are one of the row's own, and there are very many of them
            return rule.transform(((row.get(rule.plain),),), rule.options)
        columns = [column(path, each.source, row, self._rows, self._constants) for path in rule.sources]
        return rule.transform(columns, rule.options)

    def _is_unreadable(self, rule: FieldRule | ParentRule, each: ObjectMap) -> bool:
        """Whether this tenant has none of the rule's own fields: what cannot be known is not blanked."""
        unreadable = self._rows.unreadable
        return bool(unreadable) and all(
            not path.steps and (each.source, path.field) in unreadable for path in rule.sources
        )

    @staticmethod
    def _target(
        each: ObjectMap,
        row: ZuoraRow,
        key: str,
        root: str,
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
            root_id=root,
        )


def _rank(row: ZuoraRow, prefer: str) -> int:
    value = row.get(prefer, "") if prefer else ""
    return int(value) if value.isdecimal() else 0
