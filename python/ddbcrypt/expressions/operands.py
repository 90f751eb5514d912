# SPDX-License-Identifier: Apache-2.0
"""What DynamoDB refuses of operands whatever an item holds: types of given values, an operand compared with itself."""

from __future__ import annotations

from typing import Any, Final

from ddbcrypt.expressions.errors import ExpressionError
from ddbcrypt.expressions.tree import (
    Add,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Delete,
    In,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Set,
    Value,
)
from ddbcrypt.expressions.values import ORDERED, SETS, TYPES, order, tag_of

__all__ = ("check_actions", "check_tree")

_SIZED: Final = frozenset(("S", "B", "SS", "NS", "BS", "L", "M"))
_TEXTS: Final = frozenset(("S", "B"))


def check_tree(tree: Node) -> None:
    """Refuse operands of a condition.

    :param tree: the condition
    :raises ExpressionError: naming operator and what is wrong
    """
    waiting: list[Node] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case And() | Or():
                waiting.extend(node.conditions)
            case Not():
                waiting.append(node.condition)
            case Comparison():
                _check_sizes(node.left, node.right)
                if node.operator not in ("=", "<>"):
                    _check_types(node.operator, ORDERED, node.left, node.right)
                _check_first(node.operator, node.left, node.right)
            case Between():
                _check_sizes(node.operand, node.low, node.high)
                _check_types("BETWEEN", ORDERED, node.operand, node.low, node.high)
                _check_first("BETWEEN", node.operand, node.low, node.high)
                _check_bounds(node.low, node.high)
            case In():
                _check_sizes(node.operand, *node.choices)
                _check_first("IN", node.operand, *node.choices)
            case Call():
                _check_call(node)


def _check_call(call: Call) -> None:
    _check_sizes(*call.operands)
    first, *rest = call.operands
    _check_first(call.function, first, *rest)
    if call.function == "begins_with":
        _check_types("begins_with", _TEXTS, first, *rest)
    elif call.function == "attribute_type":
        (kind,) = rest
        if not isinstance(kind, Value) or tag_of(kind.content) != "S" or kind.content["S"] not in TYPES:
            raise ExpressionError(f"attribute_type needs a value that is one of the strings {', '.join(sorted(TYPES))}")


def _type_of(operand: Operand) -> str | None:
    """Give the type that is known before there is an item, None for a path's."""
    if isinstance(operand, Value):
        return tag_of(operand.content)
    return "N" if isinstance(operand, Call) and operand.function == "size" else None


def _check_types(operator: str, allowed: frozenset[str], *operands: Any) -> None:
    for operand in operands:
        kind = _type_of(operand)
        if kind is not None and kind not in allowed:
            raise ExpressionError(f"{operator} takes no operand of type {kind}: it takes {', '.join(sorted(allowed))}")


def _check_sizes(*operands: Operand) -> None:
    for operand in operands:
        if isinstance(operand, Call):
            _check_types("size", _SIZED, *operand.operands)


def _check_first(operator: str, first: Operand, *rest: Operand) -> None:
    if isinstance(first, Path) and first in rest:
        raise ExpressionError(f"{operator} has {first} as its first operand and again: they have to differ")


def _check_bounds(low: Operand, high: Operand) -> None:
    if isinstance(low, Value) and isinstance(high, Value):
        found = order(low.content, high.content)
        if found is None:
            raise ExpressionError("BETWEEN has bounds of two types")
        if found > 0:
            raise ExpressionError("BETWEEN has a lower bound above its upper one")


def check_actions(actions: tuple[Any, ...]) -> None:
    """Refuse values of types that an update's action does not take.

    :param actions: the update's
    :raises ExpressionError: naming action and type
    """
    for action in actions:
        match action:
            case Add(value=value):
                _check_types("ADD", frozenset(("N", *SETS)), value)
            case Delete(value=value):
                _check_types("DELETE", frozenset(SETS), value)
            case Set(operand=Arithmetic(operator=operator, left=left, right=right)):
                _check_types(operator, frozenset("N"), left, right)
            case Set(operand=Call(function="list_append", operands=operands)):
                _check_types("list_append", frozenset("L"), *operands)
            case _:
                pass
