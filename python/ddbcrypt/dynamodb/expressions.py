# SPDX-License-Identifier: Apache-2.0
"""Which attributes a condition, filter or key condition expression mentions, and whether it may.

DynamoDB evaluates an expression on what is stored. A value compared with an encrypted attribute would be sent in
plaintext and never match, so such an expression is refused; whether the attribute exists can be asked. What is not
understood is refused too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, NoReturn

from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.identifiers import RESERVED_NAMES
from ddbcrypt.structures import AttributeActions

_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<alias>\#[A-Za-z0-9_]+)
      | (?P<value>:[A-Za-z0-9_]+)
      | (?P<index>\[[ \t\r\n]*[0-9]+[ \t\r\n]*\])
      | (?P<comparator><>|<=|>=|=|<|>)
      | (?P<mark>[().,])
    )""",
    re.VERBOSE | re.ASCII,
)
_SPACE: Final = " \t\r\n"
_KEYWORDS: Final = frozenset(("AND", "BETWEEN", "IN", "NOT", "OR"))
_EXISTENCE: Final = frozenset(("attribute_exists", "attribute_not_exists"))
_FUNCTIONS: Final = _EXISTENCE | {"attribute_type", "begins_with", "contains", "size"}


class _Token(NamedTuple):
    kind: str
    text: str


_END: Final = _Token("end", "")


class _Mention(NamedTuple):
    """A path's first element, and whether the expression asks only if that attribute exists."""

    alias_or_name: str
    existence: bool


@dataclass(slots=True)
class _Reading:
    mentions: list[_Mention] = field(default_factory=list[_Mention])
    values: set[str] = field(default_factory=set[str])


def _tokens(parameter: str, text: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = len(text.rstrip(_SPACE))
    position = 0
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            _refuse_syntax(parameter, f"character {position + 1} does not begin anything that it may hold")
        tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


def _refuse_syntax(parameter: str, why: str) -> NoReturn:
    message = (
        f"{parameter} cannot be read ({why}), so it cannot be told whether it sends the value of an encrypted "
        "attribute in plaintext. Nothing was sent."
    )
    raise UnsupportedOperationError(message)


def _is_path_end(token: _Token) -> bool:
    return token.kind in ("name", "alias", "index")


def _is_keyword(before: _Token, token: _Token, after: _Token) -> bool:
    """Tell whether a name stands where only a keyword can. Elsewhere it is read as an attribute's name, to be safe."""
    if token.text.upper() not in _KEYWORDS:
        return False
    return before.kind != "comparator" and after.kind not in ("comparator", "index") and after.text != "."


def _read(parameter: str, text: str) -> _Reading:
    reading = _Reading()
    tokens = _tokens(parameter, text)
    padded = [_END, _END, *tokens, _END]
    for place in range(2, len(padded) - 1):
        two_before, before, token, after = padded[place - 2 : place + 2]
        if token.text == "." and not (_is_path_end(before) and after.kind in ("name", "alias")):
            _refuse_syntax(parameter, "a dot does not stand between two names")
        if token.kind == "index" and not _is_path_end(before):
            _refuse_syntax(parameter, "an index does not follow a name")
        if token.kind == "value":
            reading.values.add(token.text)
        if token.kind not in ("name", "alias"):
            continue
        nested = before.text == "."
        if after.text == "(":
            if token.kind == "name" and not nested and (token.text in _FUNCTIONS or token.text.upper() in _KEYWORDS):
                continue
            _refuse_syntax(parameter, "it calls a function that is not known")
        if nested or (token.kind == "name" and _is_keyword(before, token, after)):
            continue
        existence = before.text == "(" and two_before.text in _EXISTENCE and after.text == ")"
        reading.mentions.append(_Mention(token.text, existence))
    return reading


def _mentioned(parameter: str, reading: _Reading, names: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    for mention in reading.mentions:
        if not mention.alias_or_name.startswith("#"):
            yield mention.alias_or_name, mention.existence
        elif mention.alias_or_name in names:
            yield names[mention.alias_or_name], mention.existence
        else:
            _refuse_syntax(parameter, f"ExpressionAttributeNames does not hold {mention.alias_or_name}")


def check_expressions(
    expressions: Mapping[str, str],
    names: Mapping[str, str],
    values: Mapping[str, object],
    actions: AttributeActions,
) -> None:
    """Refuse expressions that compare an encrypted attribute, and values that no expression uses.

    :param expressions: parameter name to expression
    :param names: ``ExpressionAttributeNames``
    :param values: ``ExpressionAttributeValues``; only its keys are looked at
    :param actions: what is done to each attribute of the table
    :raises UnsupportedOperationError: for an expression that may not be sent, naming parameter and attribute
    """
    used: set[str] = set()
    for parameter, text in expressions.items():
        reading = _read(parameter, text)
        used |= reading.values
        for name, existence in _mentioned(parameter, reading, names):
            if not existence:
                _check_mention(parameter, name, actions)
    for placeholder in values:
        if placeholder not in used:
            message = (
                f"ExpressionAttributeValues holds {placeholder}, which no expression uses: it would be sent in "
                "plaintext for nothing. Nothing was sent."
            )
            raise UnsupportedOperationError(message)


def _check_mention(parameter: str, name: str, actions: AttributeActions) -> None:
    if name in RESERVED_NAMES:
        why = "ddbcrypt keeps its own data in it"
    elif actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
        why = "it is encrypted, so DynamoDB cannot compare it and the value would be sent in plaintext"
    else:
        return
    message = (
        f'{parameter} uses the attribute "{name}": {why}. An expression may ask attribute_exists or '
        "attribute_not_exists of the whole attribute; compare its value after reading, or make it SIGN_ONLY. "
        "Nothing was sent."
    )
    error = UnsupportedOperationError(message)
    error.attribute = name
    raise error
