# SPDX-License-Identifier: Apache-2.0
"""What a condition may ask of attributes that DynamoDB stores encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.expressions.tree import Arithmetic, Call, Condition, Node, Operand, Path, children

__all__ = ("check_condition",)

_EXISTENCE = frozenset(("attribute_exists", "attribute_not_exists"))


def check_condition(
    condition: Condition,
    is_encrypted: Callable[[str], bool],
    is_reserved: Callable[[str], bool],
    parameter: str,
) -> None:
    """Refuse a condition that DynamoDB could only answer wrongly, or that would send a protected value in plaintext.

    Of an encrypted attribute only ``attribute_exists`` and ``attribute_not_exists`` may be asked, of the whole of it:
    what is inside does not exist in the stored item. Makes no network call and keeps nothing.

    :param condition: what :func:`~ddbcrypt.expressions.parse_condition` or ``parse_key_condition`` gave
    :param is_encrypted: tells of an attribute's name whether its stored value is a ciphertext
    :param is_reserved: tells of an attribute's name whether ddbcrypt keeps its own data in it
    :param parameter: the request parameter that is checked, for the message
    :raises UnsupportedOperationError: naming parameter and attribute (``.attribute``); nothing may be sent then
    """
    waiting: list[Node | Operand | Arithmetic] = [condition.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Path):
            _check_path(node, is_encrypted, is_reserved, parameter)
        elif isinstance(node, Call) and node.function in _EXISTENCE:
            (path,) = node.operands
            if not isinstance(path, Path) or not path.is_whole:
                waiting.append(path)
        else:
            waiting.extend(reversed(children(node)))


def _check_path(
    path: Path, is_encrypted: Callable[[str], bool], is_reserved: Callable[[str], bool], parameter: str
) -> None:
    if is_reserved(path.attribute):
        _refuse(path, parameter, "ddbcrypt keeps its own data in it. Leave it out.")
    if is_encrypted(path.attribute):
        why = "it is encrypted, so DynamoDB cannot compare it and the value would be sent in plaintext"
        if not path.is_whole:
            why = f"it is encrypted, so {path} does not exist in the stored item"
        _refuse(
            path,
            parameter,
            f"{why}. An expression may ask attribute_exists or attribute_not_exists of the whole attribute; compare "
            "its value after reading, or make it SIGN_ONLY.",
        )


def _refuse(path: Path, parameter: str, why: str) -> NoReturn:
    error = UnsupportedOperationError(f'{parameter} uses the attribute "{path.attribute}": {why} Nothing was sent.')
    error.attribute = path.attribute
    raise error
