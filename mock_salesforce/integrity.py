"""Whether an org's records agree with one another, and orgs are apart: what no sequence of calls may ever break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_salesforce.orgs import Org
from mock_salesforce.rollups import whole_sql
from mock_salesforce.schema import Field, Kind, SObject
from simulator.store import quoted


def problems(org: Org) -> Iterator[str]:
    """What is wrong among the records of the org, a sentence each.

    References of living records lead to living ones, unique values are held once, roll-ups are what the children say,
    a SystemModstamp is no earlier than the last modification, and the recycle bin holds what is deleted.
    """
    for sobject in org.schema.sobjects:
        for field in sobject.stored_fields:
            if field.kind is Kind.REFERENCE and org.schema.sobject(field.refers_to) is not None:
                yield from _dangling(org, sobject, field)
            if field.unique:
                yield from _doubled(org, sobject, field)
        for field in sobject.rollups:
            yield from _wrong_sums(org, sobject, field)
        yield from _unstamped(org, sobject)
        yield from _astray_in_bin(org, sobject)


def strays(orgs: Sequence[Org]) -> Iterator[str]:
    """Ids that two orgs have, a sentence each: a record belongs to one."""
    homes: dict[str, str] = {}
    for org in orgs:
        for sobject in org.schema.sobjects:
            for (id_,) in org.store.execute(f'SELECT "Id" FROM {quoted(sobject.name)}'):
                home = homes.setdefault(id_, org.name)
                if home != org.name:
                    yield f"{org.name}: {sobject.name} {id_} has an id of {home}"


def _dangling(org: Org, sobject: SObject, field: Field) -> Iterator[str]:
    column = quoted(field.name)
    found = org.store.execute(
        f'SELECT c."Id", c.{column} FROM {quoted(sobject.name)} c '
        f'LEFT JOIN {quoted(field.refers_to)} p ON p."Id" = c.{column} AND p."IsDeleted" = 0 '
        f'WHERE c."IsDeleted" = 0 AND c.{column} IS NOT NULL AND p."Id" IS NULL ORDER BY c."Id"'
    )
    for id_, referred in found:
        yield f"{org.name}: {sobject.name} {id_}: {field.name} {referred} is no {field.refers_to}"


def _doubled(org: Org, sobject: SObject, field: Field) -> Iterator[str]:
    column = quoted(field.name) + ("" if field.case_sensitive else " COLLATE NOCASE")
    found = org.store.execute(
        f"SELECT {quoted(field.name)}, group_concat(\"Id\", ', ') FROM {quoted(sobject.name)} "
        f'WHERE "IsDeleted" = 0 AND {quoted(field.name)} IS NOT NULL GROUP BY {column} HAVING count(*) > 1'
    )
    for value, ids in found:
        yield f"{org.name}: {sobject.name} {ids}: have one {field.name}, {value}"


def _wrong_sums(org: Org, sobject: SObject, field: Field) -> Iterator[str]:
    if field.rollup is None or not org.schema.keeps(sobject, field):
        return
    right = whole_sql(field, org.schema.required(field.rollup.child), 'p."Id"')
    column = f"p.{quoted(field.name)}"
    # Sums beyond what a double holds exactly may differ in their last digits.
    found = org.store.execute(
        f'SELECT p."Id", {column}, {right} AS right FROM {quoted(sobject.name)} p WHERE p."IsDeleted" = 0 '
        f"AND {column} IS NOT right AND (typeof({column}) <> 'real' OR typeof(right) <> 'real' "
        f"OR ABS({column} - right) > 1e-12 * ABS(right))"
    )
    for id_, kept, whole in found:
        yield f"{org.name}: {sobject.name} {id_}: {field.name} is {kept}, and its children say {whole}"


def _unstamped(org: Org, sobject: SObject) -> Iterator[str]:
    found = org.store.execute(
        f'SELECT "Id", "SystemModstamp", "LastModifiedDate" FROM {quoted(sobject.name)} '
        'WHERE "SystemModstamp" < "LastModifiedDate" ORDER BY "Id"'
    )
    for id_, stamp, modified in found:
        yield f"{org.name}: {sobject.name} {id_}: SystemModstamp {stamp} is before LastModifiedDate {modified}"


def _astray_in_bin(org: Org, sobject: SObject) -> Iterator[str]:
    for id_, is_deleted in org.bin.astray(sobject.name):
        words = "is deleted and not in the recycle bin" if is_deleted else "is in the recycle bin and not deleted"
        yield f"{org.name}: {sobject.name} {id_} {words}"
