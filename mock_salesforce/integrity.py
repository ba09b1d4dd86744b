"""Whether an org's records agree with one another: references that lead somewhere, values that must be unique."""

from __future__ import annotations

from collections.abc import Iterator

from mock_salesforce.orgs import Org
from mock_salesforce.schema import Field, Kind, SObject
from simulator.store import quoted


def problems(org: Org) -> Iterator[str]:
    """What is wrong among the living records of the org, a sentence each."""
    for sobject in org.schema.sobjects:
        for field in sobject.stored_fields:
            if field.kind is Kind.REFERENCE and org.schema.sobject(field.refers_to) is not None:
                yield from _dangling(org, sobject, field)
            if field.unique:
                yield from _doubled(org, sobject, field)


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
