"""A parsed query to SQL over the record store, with every name and value checked against the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from mock_zuora.faults import query_fault, syntax_fault
from mock_zuora.objects import FIRST_VERSION_WITH_DATES, Catalogue, Field, FieldType, ObjectType
from mock_zuora.values import Stored, UnreadableValue, is_date, stored
from mock_zuora.zoql.rules import Asked, check, hidden_rows
from mock_zuora.zoql.syntax import Comparison, Literal, Query, SyntaxFault, parse
from simulator.store import quoted

_SQL_OPERATORS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_GLOB_SPECIAL = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run and how to write its rows: SQL that selects `Id` and then `fields`, in wire order."""

    sql: str
    parameters: tuple[Stored, ...]
    target: ObjectType
    fields: tuple[Field, ...]

    @property
    def wants_one_body(self) -> bool:
        """Whether the query asks for the PDF of an invoice, which the service gives one at a time."""
        return self.target.name == "Invoice" and any(each.name == "Body" for each in self.fields)


@dataclass(frozen=True, slots=True)
class Reader:
    """How a session reads queries: its tenant's catalogue and time zone, the WSDL version, and letters' case."""

    catalogue: Catalogue
    zone: tzinfo
    version: float
    case_sensitive: bool = False

    def plan(self, text: str) -> Plan:
        """Compile a query; raises the fault the service would answer with."""
        try:
            query = parse(text)
        except SyntaxFault as error:
            raise (syntax_fault(str(error)) if str(error) else syntax_fault()) from error
        target = self.catalogue.find(query.object)
        if target is None:
            raise query_fault("INVALID_TYPE", f"invalid type specified: {query.object}")
        selected = [self._field(target, name, "queryable") for name in query.fields]
        clauses, parameters = self._where(target, query)
        names = frozenset(each.name for each in selected)
        filtered = frozenset(self._field(target, c.field, "filterable").name for c in query.comparisons())
        asked = Asked(names, filtered)
        check(target, asked, query)
        hidden, hidden_parameters = hidden_rows(target, asked)
        where = " AND ".join(part for part in (clauses, hidden) if part)
        fields = tuple(each for each in target.at(self.version) if each.name in names)
        columns = ", ".join(quoted(name) for name in ("Id", *(each.name for each in fields)))
        sql = f'SELECT {columns} FROM {quoted(target.name)}{" WHERE " + where if where else ""} ORDER BY "Id"'
        return Plan(sql, (*parameters, *hidden_parameters), target, fields)

    def _field(self, target: ObjectType, name: str, able: str) -> Field:
        found = target.find(name, self.version)
        if found is None or not getattr(found, able):
            raise query_fault("INVALID_FIELD", f"invalid field for query: {target.name}.{name.lower()}")
        return found

    def _where(self, target: ObjectType, query: Query) -> tuple[str, list[Stored]]:
        parameters: list[Stored] = []
        alternatives = []
        for conjunction in query.where:
            parts = []
            for comparison in conjunction:
                sql, values = self._condition(target, comparison)
                parts.append(sql)
                parameters += values
            alternatives.append(" AND ".join(parts))
        if not alternatives:
            return "", parameters
        return "(" + " OR ".join(alternatives) + ")", parameters

    def _condition(self, target: ObjectType, comparison: Comparison) -> tuple[str, list[Stored]]:
        field = self._field(target, comparison.field, "filterable")
        column = quoted(field.name)
        if comparison.operator == "like":
            return self._like(field, comparison)
        if comparison.literal is Literal.NULL:
            return _null(field, column, comparison)
        if field.type is FieldType.BOOLEAN and comparison.operator not in ("=", "!="):
            raise _refused(comparison)
        value = self._value(field, comparison)
        collation = "" if field.type is not FieldType.STRING or self.case_sensitive else " COLLATE NOCASE"
        return f"{column} {_SQL_OPERATORS[comparison.operator]} ?{collation}", [value]

    def _value(self, field: Field, comparison: Comparison) -> Stored:
        text, literal = comparison.text, comparison.literal
        allowed = _LITERALS[_family(field.type)]
        if literal not in allowed:
            raise _refused(comparison)
        if self.version >= FIRST_VERSION_WITH_DATES:
            if field.type is FieldType.DATE and not is_date(text):
                raise _refused(comparison)
            if field.type is FieldType.DATE_TIME and is_date(text):
                raise _refused(comparison)
        elif field.type is FieldType.DATE_TIME and is_date(text):
            text += "T00:00:00"
        if field.name == "ChargeType" and text.lower() == "one-time":
            text = "OneTime"  # filters spell this value with a hyphen, records do not
        if field.type.is_text:
            return text
        try:
            value = stored(field.type, text, self.zone)
        except UnreadableValue:
            value = None
        if value is None:
            raise _refused(comparison)
        return value

    def _like(self, field: Field, comparison: Comparison) -> tuple[str, list[Stored]]:
        pattern = comparison.text
        inner = pattern.strip("%")
        if not field.type.is_text or len(pattern) - len(inner) > 1 or "%" in inner:
            raise _refused(comparison)
        if not self.case_sensitive:
            return f"{quoted(field.name)} LIKE ?", [pattern]
        # LIKE in SQLite cannot tell letters' case; GLOB can.
        glob = pattern.translate(_GLOB_SPECIAL).replace("%", "*").replace("_", "?")
        return f"{quoted(field.name)} GLOB ?", [glob]


def _family(kind: FieldType) -> str:
    return "text" if kind.is_text else "number" if kind.is_number else str(kind)


_LITERALS = {
    "text": {Literal.STRING},
    "number": {Literal.NUMBER, Literal.STRING},
    "boolean": {Literal.BOOLEAN, Literal.STRING},
    "date": {Literal.DATE, Literal.DATE_TIME, Literal.STRING},
    "dateTime": {Literal.DATE, Literal.DATE_TIME, Literal.STRING},
}


def _null(field: Field, column: str, comparison: Comparison) -> tuple[str, list[Stored]]:
    if comparison.operator not in ("=", "!=") or (field.custom and field.type is FieldType.DATE):
        raise _refused(comparison)
    return f"{column} IS {'NOT ' if comparison.operator == '!=' else ''}NULL", []


def _refused(comparison: Comparison) -> Exception:
    return query_fault(
        "INVALID_VALUE",
        f"invalid condition for field {comparison.field}: {comparison.operator} {comparison.text}",
    )
