# SPDX-License-Identifier: Apache-2.0
"""The grammar of the three kinds of expressions, read into nodes that still hold the placeholders.

One LALR(1) parser serves all threads; what it read is remembered by text, for the latest few hundred texts. Names and
values take no part here, so nothing secret is remembered.

Operands and conditions share the rule for parentheses, since one token does not tell them apart; ``shape.py`` then says
which of them may stand where.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from ddbcrypt.expressions.errors import ExpressionError, UnreadableExpressionError
from ddbcrypt.expressions.shape import Shaper

if TYPE_CHECKING:
    from lark import Lark

__all__ = ("EXPRESSION_BYTES", "Kind", "read")

#: Which of the three grammars a text follows.
Kind = Literal["condition", "projection", "update"]

#: DynamoDB's limit for an expression's text.
EXPRESSION_BYTES: Final = 4096
_REMEMBERED: Final = 512

_GRAMMAR: Final = r"""
condition: disjunction
?disjunction: conjunction
    | disjunction _OR conjunction -> either
?conjunction: negation
    | conjunction _AND negation -> both
?negation: predicate
    | _NOT negation -> negated
?predicate: operand
    | operand (EQUAL | ORDER) operand -> comparison
    | operand _BETWEEN operand _AND operand -> between
    | operand _IN "(" operand ("," operand)* ")" -> membership
?operand: path
    | value
    | NAME "(" operand ("," operand)* ")" -> call
    | "(" disjunction ")" -> grouped

projection: path ("," path)*

update: section+
section: _SET assignment ("," assignment)* -> set_section
    | _REMOVE path ("," path)* -> remove_section
    | _ADD change ("," change)* -> add_section
    | _DELETE change ("," change)* -> delete_section
assignment: path EQUAL source
change: path value
?source: term
    | term SIGN term -> arithmetic
?term: path
    | value
    | NAME "(" term ("," term)* ")" -> call
    | "(" source ")" -> grouped

path: step (nested | index)*
nested: "." step
index: "[" INTEGER "]"
?step: NAME -> name
    | ALIAS -> alias
value: VALUE -> value

_OR.2: /OR(?![A-Za-z0-9_])/i
_AND.2: /AND(?![A-Za-z0-9_])/i
_NOT.2: /NOT(?![A-Za-z0-9_])/i
_BETWEEN.2: /BETWEEN(?![A-Za-z0-9_])/i
_IN.2: /IN(?![A-Za-z0-9_])/i
_SET.2: /SET(?![A-Za-z0-9_])/i
_REMOVE.2: /REMOVE(?![A-Za-z0-9_])/i
_ADD.2: /ADD(?![A-Za-z0-9_])/i
_DELETE.2: /DELETE(?![A-Za-z0-9_])/i
NAME: /[A-Za-z][A-Za-z0-9_]*/
ALIAS: /#[A-Za-z0-9_]+/
VALUE: /:[A-Za-z0-9_]+/
INTEGER: /0|[1-9][0-9]*/
EQUAL: "="
ORDER: /<>|<=|>=|<|>/
SIGN: /[+-]/
SPACE: /[ \t\r\n]+/
%ignore SPACE
"""


@cache
def _parser() -> Lark:
    # here, so that programs without an expression do not pay for the import
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", start=["condition", "projection", "update"], transformer=Shaper())


def read(kind: Kind, text: object, parameter: str) -> Any:
    """Read an expression into raw nodes (``shape.py``).

    :param kind: which grammar it follows
    :param text: the expression, at most 4,096 bytes of UTF-8
    :param parameter: the request parameter that it stands in, for messages
    :raises UnreadableExpressionError: for text that is not of the grammar, naming the place but not repeating the text
    :raises ExpressionError: for what the grammar takes and DynamoDB does not, whatever names and values are
    """
    if not isinstance(text, str):
        raise UnreadableExpressionError(f"{parameter} has to be a string, not {type(text).__name__}")
    try:
        return _remembered(kind, text)
    except ExpressionError as error:
        raise type(error)(f"{parameter} {error}") from None


@lru_cache(maxsize=_REMEMBERED)
def _remembered(kind: Kind, text: str) -> Any:
    from lark.exceptions import UnexpectedInput, VisitError

    if not text:
        raise ExpressionError("must not be empty: leave the parameter out")
    size = len(text.encode("utf-8", "replace"))
    if size > EXPRESSION_BYTES:
        raise ExpressionError(f"has {size} bytes: DynamoDB takes {EXPRESSION_BYTES}; shorten it with placeholders")
    parser: Any = _parser()
    try:
        return parser.parse(text, start=kind)
    except UnexpectedInput as error:
        token: Any = getattr(error, "token", None)
        where: int | None = getattr(error, "pos_in_stream", None)
        if where is None or (token is not None and token.type == "$END"):
            place = "it ends too early"
        else:
            place = f"character {where + 1} does not begin anything that may stand there"
    except VisitError as error:
        raise error.orig_exc from None
    message = (
        f"cannot be read ({place}), so it cannot be told whether it sends the value of an encrypted attribute in "
        "plaintext. Nothing was sent."
    )
    raise UnreadableExpressionError(message)
