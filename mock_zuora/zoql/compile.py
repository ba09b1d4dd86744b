"""A parsed query to SQL over the record store, with every name and value checked against the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from mock_zuora.faults import query_fault, syntax_fault
from mock_zuora.objects import FIRST_VERSION_WITH_DATES, Catalogue, Field, FieldType, ObjectType
from mock_zuora.values import Stored, UnreadableValue, is_date, stored
from mock_zuora.zoql.computed import ALWAYS_THERE, column, filtered_column, tables_read
from mock_zuora.zoql.rules import Asked, check, hidden_rows
from mock_zuora.zoql.syntax import MAX_CHARACTERS, MAX_CONDITIONS, Comparison, Literal, Query, SyntaxFault, parse
from simulator.results import Selection
from simulator.store import quoted

_SQL_OPERATORS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_GLOB_SPECIAL = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What to select, and which fields to write of each row: `fields` are in wire order and leave `Id` out."""

    target: ObjectType
    fields: tuple[Field, ...]
    selection: Selection

    @property
    def wants_one_body(self) -> bool:
        """Whether the query asks for the PDF of an invoice, which the service gives one at a time."""
        return self.target.name == "Invoice" and any(each.name == "Body" for each in self.fields)

    @property
    def outputs(self) -> str:
        """The fields as SQL over the selection's columns."""
        return ", ".join(quoted(each.name) for each in self.fields) or "NULL"


@dataclass(frozen=True, slots=True)
class Reader:
    """How a session reads queries: its tenant's catalogue and time zone, the WSDL version, and letters' case."""

    catalogue: Catalogue
    zone: tzinfo
    version: float
    case_sensitive: bool = False
    max_characters: int = MAX_CHARACTERS
    max_conditions: int = MAX_CONDITIONS

    def plan(self, text: str) -> Plan:
        """Compile a query; raises the fault the service would answer with."""
        try:
            query = parse(text, self.max_characters, self.max_conditions)
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
        fields = tuple(each for each in target.at(self.version) if each.name in names)
        selection = Selection(
            target.name,
            "Id",
            {each.name: column(target, each) for each in fields},
            where=" AND ".join(part for part in (clauses, hidden) if part),
            parameters=(*parameters, *hidden_parameters),
            also_reads=tables_read(target, fields),
        )
        return Plan(target, fields, selection)

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
        sql = filtered_column(target, field)
        if comparison.operator == "like":
            return self._like(field, sql, comparison)
        if comparison.literal is Literal.NULL:
            return _null(target, field, sql, comparison)
        if field.type is FieldType.BOOLEAN and comparison.operator not in ("=", "!="):
            raise _refused(comparison)
        value, operator = self._value(field, comparison), _SQL_OPERATORS[comparison.operator]
        if field.type is FieldType.STRING:
            return self._text(sql, operator, str(value))
        if field.type is FieldType.DECIMAL:
            return _decimal(sql, operator, value)
        return f"{sql} {operator} ?", [value]

    def _text(self, sql: str, operator: str, value: str) -> tuple[str, list[Stored]]:
        if self.case_sensitive:
            if operator == "=":  # the first condition finds rows by the index, which knows no case
                return f"({sql} = ? COLLATE NOCASE AND {sql} = ?)", [value, value]
            return f"{sql} {operator} ?", [value]
        if value.isascii():
            return f"{sql} {operator} ? COLLATE NOCASE", [value]
        # NOCASE knows the letters A to Z only.
        return f"zoql_lower({sql}) {operator} ?", [value.lower()]

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
        if field.name == "ChargeType" and text.lower() == "onetime":
            text = "One-Time"  # filters spell this value with a hyphen, records do not
        if field.type.is_text:
            return text
        try:
            value = stored(field.type, text, self.zone)
        except UnreadableValue:
            value = None
        if value is None:
            raise _refused(comparison)
        return value

    def _like(self, field: Field, sql: str, comparison: Comparison) -> tuple[str, list[Stored]]:
        pattern = comparison.text
        inner = pattern.strip("%")
        if not field.type.is_text or len(pattern) - len(inner) > 1 or "%" in inner:
            raise _refused(comparison)
        if self.case_sensitive or field.type is FieldType.ID:
            # LIKE in SQLite cannot tell letters' case; GLOB can.
            glob = pattern.translate(_GLOB_SPECIAL).replace("%", "*").replace("_", "?")
            return f"{sql} GLOB ?", [glob]
        if pattern.isascii():
            return f"{sql} LIKE ?", [pattern]
        return f"zoql_lower({sql}) LIKE ?", [pattern.lower()]


def _family(kind: FieldType) -> str:
    return "text" if kind.is_text else "number" if kind.is_number else str(kind)


_LITERALS = {
    "text": {Literal.STRING},
    "number": {Literal.NUMBER, Literal.STRING},
    "boolean": {Literal.BOOLEAN, Literal.STRING},
    "date": {Literal.DATE, Literal.DATE_TIME, Literal.STRING},
    "dateTime": {Literal.DATE, Literal.DATE_TIME, Literal.STRING},
}


def _null(target: ObjectType, field: Field, sql: str, comparison: Comparison) -> tuple[str, list[Stored]]:
    if comparison.operator not in ("=", "!=") or (field.custom and field.type is FieldType.DATE):
        raise _refused(comparison)
    if (target.name, field.name) in ALWAYS_THERE:
        sql = "'made when it is asked for'"
    return f"{sql} IS {'NOT ' if comparison.operator == '!=' else ''}NULL", []


def _decimal(sql: str, operator: str, value: Stored) -> tuple[str, list[Stored]]:
    """Decimals that no SQLite number holds exactly are kept as text, which SQLite would put after all numbers."""
    exactly = f"zoql_compare({sql}, ?) {operator} 0"
    if isinstance(value, str):
        return exactly, [value]
    return f"CASE typeof({sql}) WHEN 'text' THEN {exactly} ELSE {sql} {operator} ? END", [value, value]


def _refused(comparison: Comparison) -> Exception:
    return query_fault(
        "INVALID_VALUE",
        f"invalid condition for field {comparison.field}: {comparison.operator} {comparison.text}",
    )
