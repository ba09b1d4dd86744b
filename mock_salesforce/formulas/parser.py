"""From a formula's text to a tree."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from mock_salesforce.formulas.errors import NotUnderstood
from mock_salesforce.formulas.tree import Call, Chain, Constant, Name, Node, Signed

MAX_CHARACTERS = 20_000
"""Salesforce takes 3,900, before it inserts the formulas that a formula names."""
MAX_DEPTH = 80
MAX_DIGITS = 40

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Node:
    """The tree of a formula. Raises `NotUnderstood`."""
    if len(text) > MAX_CHARACTERS:
        raise NotUnderstood(f"it is longer than {MAX_CHARACTERS} characters")
    if not text.strip():
        raise NotUnderstood("it is empty")
    try:
        return _parser().parse(text)  # type: ignore[return-value]  # the transformer makes a Node
    except NotUnderstood:
        raise
    except VisitError as error:
        if isinstance(error.orig_exc, NotUnderstood):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise NotUnderstood(_unexpected(error, text)) from None


def _unexpected(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return "it ends where something is missing"
    place = f"in line {error.line}, column {error.column}"
    if isinstance(error, UnexpectedToken):
        return f"{str(error.token)[:40]!r} {place} is not expected there"
    start = (error.pos_in_stream or 0) if isinstance(error, UnexpectedCharacters) else 0
    return f"{text[start : start + 1]!r} {place} is not expected there"


@cache
def _parser() -> Lark:
    grammar = files("mock_salesforce.formulas").joinpath("formula.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False, transformer=_Build())


def _below(*nodes: Node) -> int:
    """The depth of a node over these."""
    depth = 1 + max((node.depth for node in nodes), default=0)
    if depth > MAX_DEPTH:
        raise NotUnderstood(f"it is nested more than {MAX_DEPTH} levels deep")
    return depth


def _chain(first: Node, *others: Token | Node) -> Chain:
    """Operands and the operators between them, as the parser has them one after another."""
    operators = [str(each) for each in others[::2]]
    operands: list[Node] = [each for each in others[1::2] if not isinstance(each, Token)]
    return Chain(first, tuple(zip(operators, operands, strict=True)), _below(first, *operands))


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Makes the tree bottom up while the text is parsed."""

    def number(self, token: Token) -> Node:
        if len(token) > MAX_DIGITS:
            raise NotUnderstood(f"a number has more than {MAX_DIGITS} digits")
        return Constant(Decimal(str(token)))

    def string(self, token: Token) -> Node:
        def resolve(match: re.Match[str]) -> str:
            if match[1] not in _ESCAPED:
                raise NotUnderstood(f"in a text, a backslash is followed by {match[1]!r}, which means nothing")
            return _ESCAPED[match[1]]

        return Constant(_ESCAPE.sub(resolve, str(token)[1:-1]))

    def name(self, token: Token) -> Node:
        word = str(token).lower()
        return Constant(_WORDS[word]) if word in _WORDS else Name(tuple(str(token).split(".")))

    def call(self, name: Token, *arguments: Node) -> Node:
        return Call(str(name).upper(), arguments, _below(*arguments))

    def signed(self, operator: Token, operand: Node) -> Node:
        if operator == "&":
            raise NotUnderstood("nothing stands before an '&'")
        return Signed(str(operator), operand, _below(operand))

    disjunction = conjunction = equality = relation = sum = product = power = staticmethod(_chain)
