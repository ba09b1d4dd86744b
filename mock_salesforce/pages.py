"""Pages of a query's result: which rows go on one, with their children among them, and where the next begins."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mock_salesforce.cursors import Cursor, Cursors
from mock_salesforce.orgs import Org
from mock_salesforce.records import Row, query_result, written
from mock_salesforce.soql.plan import Children, Plan
from simulator.results import Keys
from simulator.store import RecordStore

_PARENTS_AT_ONCE = 200
"""Children are counted for so many parents at once, until the page is full."""

Taken = Mapping[str, Mapping[str, tuple[int, int]]]
"""For each subquery and parent's id, how many children it has, and how many of them are on the page."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pages for one user of an org. Hold the org's store's lock to use it."""

    org: Org
    cursors: Cursors
    user_id: str

    @property
    def _store(self) -> RecordStore:
        return self.org.store

    def first(self, plan: Plan, size: int) -> str:
        """The inside of a QueryResult: the first page, of up to `size` rows, and a locator when there are more."""
        most = size + 1 if plan.limit is None else min(size + 1, plan.limit)
        rows = self._rows(plan.rows(), (*plan.parameters, most, plan.offset))
        records, taken = self._page(plan, rows[:size], size)
        if len(rows) < most or most == plan.limit:
            found = len(rows)
        else:
            ((counted,),) = self._store.execute(plan.statement("COUNT(*)"), plan.parameters)
            found = plan.rows_of(int(counted))
        if taken >= found:
            return query_result(records, found)
        following = plan.keys_after() if plan.in_key_order and plan.limit is None and not plan.offset else ""
        keys = Keys(self._store, self._tables(plan), plan.keys(), plan.parameters, size=found, following=following)
        keys.starts_at(taken, str(rows[taken - 1][0]))
        locator = self.cursors.keep(self.cursors.open(self.org, self.user_id, plan, keys), taken, size)
        return query_result(records, found, locator)

    def more(self, cursor: Cursor, size: int) -> str:
        """The inside of a QueryResult: the page a cursor leads to. Raises `ResultGone`."""
        result = cursor.result
        ids = result.keys.read(cursor.position, size)
        rows = self._rows(result.plan.by_ids(), (json.dumps(ids),))
        records, taken = self._page(result.plan, rows, size)
        end = cursor.position + (len(ids) if taken == len(rows) else ids.index(str(rows[taken - 1][0])) + 1)
        locator = self.cursors.keep(result, end, size) if end < result.keys.size else None
        return query_result(records, result.keys.size, locator)

    def by_ids(self, plan: Plan, ids: Sequence[str], tag: str) -> dict[str, str]:
        """The living records with these ids that the plan finds, written as elements `tag`."""
        wanted = f"{plan.key} IN (SELECT value FROM json_each(?))"
        rows = self._rows(plan.rows(wanted), (json.dumps(list(ids)), *plan.parameters, -1, 0))
        return dict(zip((str(row[0]) for row in rows), written(plan, rows, {}, tag), strict=True))

    def all(self, plan: Plan, most: int, tag: str) -> list[str]:
        """The first rows, at most so many, written as elements `tag`; children that do not fit are left to locators."""
        count = most if plan.limit is None else min(most, plan.limit)
        rows = self._rows(plan.rows(), (*plan.parameters, count, plan.offset))
        return self._written(plan, rows, self._allowed(plan, rows, most), most, tag)

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        return [tuple(row) for row in self._store.execute(sql, parameters)]

    def _tables(self, plan: Plan) -> frozenset[str]:
        """Every table whose changes may change which rows there are, roll-ups of children among them."""
        found: set[str] = set()
        waiting = set(plan.tables)
        while waiting:
            name = waiting.pop()
            found.add(name)
            sobject = self.org.schema.sobject(name)
            rollups = () if sobject is None else (each.rollup for each in sobject.fields)
            waiting |= {each.child for each in rollups if each is not None} - found
        return frozenset(found)

    def _page(self, plan: Plan, rows: Sequence[Row], size: int) -> tuple[list[str], int]:
        """As many of the rows as the page takes with their children, at least one, and how many those are."""
        if not plan.subqueries or not rows:
            return written(plan, rows, {}), len(rows)
        counts: dict[str, dict[str, int]] = {item.name: {} for item in plan.subqueries}
        taken, full = 0, 0
        for row in rows:
            if taken % _PARENTS_AT_ONCE == 0:
                slice_ids = [str(each[0]) for each in rows[taken : taken + _PARENTS_AT_ONCE]]
                for item in plan.subqueries:
                    counts[item.name] |= self._counted(item.plan, slice_ids)
            full += 1 + sum(found.get(str(row[0]), 0) for found in counts.values())
            if taken and full > size:
                break
            taken += 1
        room = max(size - taken, 1)
        return self._written(plan, rows[:taken], _shared_out(counts, rows[:taken], room), size, "records"), taken

    def _counted(self, plan: Plan, parents: Sequence[str]) -> dict[str, int]:
        found = self._store.execute(plan.counted_by_parent(), (json.dumps(parents), *plan.parameters))
        return {str(parent): plan.rows_of(int(count)) for parent, count in found}

    def _allowed(self, plan: Plan, rows: Sequence[Row], room: int) -> Taken:
        ids = [str(row[0]) for row in rows]
        counts = {item.name: self._counted(item.plan, ids) for item in plan.subqueries}
        return _shared_out(counts, rows, room)

    def _written(self, plan: Plan, rows: Sequence[Row], taken: Taken, size: int, tag: str) -> list[str]:
        results = {item.name: self._subresults(item, rows, taken[item.name], size) for item in plan.subqueries}
        return written(plan, rows, results, tag)

    def _subresults(
        self, item: Children, rows: Sequence[Row], taken: Mapping[str, tuple[int, int]], size: int
    ) -> list[str]:
        """The inside of each row's QueryResult; "" for one without children."""
        plan = item.plan
        most = max((count for _, count in taken.values()), default=0)
        parents = json.dumps([parent for parent, (_, count) in taken.items() if count])
        numbers = (*plan.parameters, plan.offset, plan.offset + most)
        children = self._rows(plan.numbered(), (parents, *numbers)) if most else []
        groups: dict[str, list[Row]] = {}
        for child in children:
            groups.setdefault(str(child[1]), []).append(child)
        kept = [child for parent, group in groups.items() for child in group[: taken[parent][1]]]
        records = iter(self._written(plan, kept, self._allowed(plan, kept, max(0, size - len(kept))), size, "records"))
        inside = {parent: [next(records) for _ in group[: taken[parent][1]]] for parent, group in groups.items()}
        return [self._subresult(plan, str(row[0]), taken, inside, size) for row in rows]

    def _subresult(
        self,
        plan: Plan,
        parent: str,
        taken: Mapping[str, tuple[int, int]],
        inside: Mapping[str, list[str]],
        size: int,
    ) -> str:
        found, count = taken.get(parent, (0, 0))
        if not found:
            return ""
        locator = None
        if count < found:
            of_one = plan.of_parents
            parameters = (json.dumps([parent]), *plan.parameters)
            keys = Keys(self._store, self._tables(plan), plan.keys(of_one), parameters, size=found)
            locator = self.cursors.keep(self.cursors.open(self.org, self.user_id, plan, keys), count, size)
        return query_result(inside.get(parent, ()), found, locator)


def _shared_out(counts: Mapping[str, Mapping[str, int]], rows: Sequence[Row], room: int) -> Taken:
    """Room for children, given away in the order in which they are written."""
    taken: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in counts}
    for row in rows:
        parent = str(row[0])
        for name, found in counts.items():
            there = found.get(parent, 0)
            if there:
                given = min(there, max(room, 0))
                room -= given
                taken[name][parent] = there, given
    return taken
