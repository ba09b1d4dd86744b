"""From SOQL text to a tree."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from mock_salesforce.soql.building import builder, unexpected
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.tree import Query

MAX_CHARACTERS = 100_000
_WORD = re.compile(r"\w+|.", re.DOTALL)


def parse(text: str) -> Query:
    """The tree of a SOQL text. Raises `SoqlError`."""
    if len(text) > MAX_CHARACTERS:
        raise SoqlError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_CHARACTERS} characters.")
    try:
        return _parser().parse(text)  # type: ignore[return-value]  # the transformer makes a Query
    except SoqlError:
        raise
    except VisitError as error:
        if isinstance(error.orig_exc, SoqlError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise unexpected(_unexpected(error, text)) from error


def _unexpected(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedToken):
        return "<EOF>" if error.token.type == "$END" else str(error.token)
    if isinstance(error, UnexpectedCharacters):
        word = _WORD.match(text, error.pos_in_stream or 0)
        return word[0] if word else "<EOF>"
    return "<EOF>"


@cache
def _parser() -> Lark:
    grammar = files("mock_salesforce.soql").joinpath("soql.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False, transformer=builder())
