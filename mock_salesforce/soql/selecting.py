"""The SELECT list: fields, fields of parents as records inside the record, FIELDS(), functions and subqueries."""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_salesforce.schema import Kind, SObject
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.plan import Children, Column, Item, Parent
from mock_salesforce.soql.scope import Scope, expression
from mock_salesforce.soql.tree import Call, Path, Place, Query

MAX_FIELDS_ROWS = 200
FIRST_VERSION_WITH_FIELDS = 51.0


@dataclass(slots=True)
class _Node:
    """A parent among the selected items while they are gathered, with its items in the order they were named."""

    name: str = ""
    type_name: str = ""
    id_index: int = 0
    items: list[Column | Children | _Node] = field(default_factory=list)
    parents: dict[str, _Node] = field(default_factory=dict)


class Selection:
    """What one level selects, gathered item by item: `columns` as SQL, and how they are laid out."""

    def __init__(self, scope: Scope, sobject: SObject, query: Query, version: float) -> None:
        self._scope = scope
        self._sobject = sobject
        self._query = query
        self._version = version
        self._root = _Node()
        self._seen: set[str] = set()
        self.columns = [f'{scope.alias}."Id"']
        self.long_texts = 0
        self.has_files = False

    def add(self, item: Path | Call) -> None:
        """A field or a function. Raises `SoqlError`."""
        if isinstance(item, Path):
            self._field(item)
        elif item.function == "FIELDS":
            for path in self._all_fields(item):
                self._field(path)
        else:
            self._function(item)

    def add_children(self, children: Children, at: Place) -> None:
        """A subquery. Raises `SoqlError`."""
        if children.name.lower() in self._seen:
            raise SoqlError("MALFORMED_QUERY", f"the relationship {children.name} is selected twice", at)
        self._seen.add(children.name.lower())
        self._root.items.append(children)

    def items(self) -> tuple[Item, ...]:
        """All that was gathered."""
        return _frozen(self._root)

    def _function(self, item: Call) -> None:
        sql, made = self._scope.resolve(item)
        self._note(item.text.lower(), item.text, item.at)
        self.columns.append(sql)
        name = item.alias or self._scope.schema.shown(made.name)
        self._root.items.append(Column(name, len(self.columns) - 1, made.kind))

    def _note(self, key: str, written: str, at: Place) -> None:
        if key in self._seen:
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {written}", at)
        self._seen.add(key)

    def _field(self, path: Path) -> None:
        if path.alias:
            raise SoqlError("MALFORMED_QUERY", "only aggregate expressions use field aliasing", path.at)
        schema, names = self._scope.schema, self._scope.trimmed(path)
        alias, sobject, made = self._scope.find(path)
        self._note(f"{alias}.{made.name}".lower(), path.text, path.at)
        node = self._node(names[:-1], path.at)
        self.columns.append(expression(schema, sobject, made, alias))
        self.long_texts += made.custom and made.is_long_text
        self.has_files = self.has_files or made.kind is Kind.BASE64
        node.items.append(Column(schema.shown(made.name), len(self.columns) - 1, made.kind))

    def _node(self, names: tuple[str, ...], at: Place) -> _Node:
        node = self._root
        for depth in range(len(names)):
            _, owner = self._scope.owner(names[:depth], at)
            alias, parent = self._scope.owner(names[: depth + 1], at)
            if alias not in node.parents:
                reference = owner.parent(names[depth])
                assert reference is not None  # noqa: S101 - the scope has just reached it
                self.columns.append(f'{alias}."Id"')
                shown = self._scope.schema.shown
                made = _Node(shown(reference.relationship), shown(parent.name), len(self.columns) - 1)
                node.parents[alias] = made
                node.items.append(made)
            node = node.parents[alias]
        return node

    def _all_fields(self, item: Call) -> list[Path]:
        if self._version < FIRST_VERSION_WITH_FIELDS:
            words = "The SOQL FIELDS function is not supported in this version of the API"
            raise SoqlError("UNSUPPORTED_API_VERSION", words, item.at)
        which = item.arguments[0].text if len(item.arguments) == 1 else ""
        group = which.upper()
        if group not in ("ALL", "STANDARD", "CUSTOM"):
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{which or ')'}'")
        if group != "STANDARD" and (self._query.limit is None or self._query.limit > MAX_FIELDS_ROWS):
            words = f"The SOQL FIELDS function must have a LIMIT of at most {MAX_FIELDS_ROWS}"
            raise SoqlError("MALFORMED_QUERY", words, item.at)
        wanted = [each for each in self._sobject.fields if group == "ALL" or each.custom is (group == "CUSTOM")]
        return [Path((each.name,), item.at) for each in wanted]


def _frozen(node: _Node) -> tuple[Item, ...]:
    return tuple(
        Parent(item.name, item.type_name, item.id_index, _frozen(item)) if isinstance(item, _Node) else item
        for item in node.items
    )
