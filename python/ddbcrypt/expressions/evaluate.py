# SPDX-License-Identifier: Apache-2.0
"""Whether a condition holds for an item, by DynamoDB's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.expressions.parse import check_words
from ddbcrypt.expressions.tree import (
    And,
    Between,
    Call,
    Comparison,
    Condition,
    In,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Value,
    Wire,
)
from ddbcrypt.expressions.values import contains, equal, order, scalar, size, tag_of
from ddbcrypt.internal.guards import is_list, is_mapping

__all__ = ("evaluate", "look_up")

_ORDERS: Final = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}


def evaluate(condition: Condition, item: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds for an item.

    What is missing equals nothing and has no order; ``<>`` is the negation of ``=``. Thread-safe; no network calls.

    :param condition: what :func:`~ddbcrypt.expressions.parse_condition` gave
    :param item: DynamoDB JSON with plaintext values; it is not changed
    :raises ExpressionError: where the condition uses a reserved word, or a stored value is not DynamoDB JSON
    """
    check_words(condition)
    return _holds(condition.tree, item)


def _holds(node: Node, item: Mapping[str, Any]) -> bool:
    # one frame a level, and 300 operators in all: the interpreter's limit is out of reach
    match node:
        case And() | Or():
            decisive = isinstance(node, Or)
            for condition in node.conditions:
                if _holds(condition, item) is decisive:
                    return decisive
            return not decisive
        case Not():
            return not _holds(node.condition, item)
        case Comparison():
            return _compares(node.operator, _value(node.left, item), _value(node.right, item))
        case Between():
            operand = _value(node.operand, item)
            low, high = _value(node.low, item), _value(node.high, item)
            return _compares(">=", operand, low) and _compares("<=", operand, high)
        case In():
            operand = _value(node.operand, item)
            return any(_compares("=", operand, _value(choice, item)) for choice in node.choices)
        case Call():
            return _asks(node, item)


def _compares(operator: str, left: Wire | None, right: Wire | None) -> bool:
    if operator in ("=", "<>"):
        same = left is not None and right is not None and equal(left, right)
        return same if operator == "=" else not same
    if left is None or right is None:
        return False
    found = order(left, right)
    return found is not None and found in _ORDERS[operator]


def _asks(call: Call, item: Mapping[str, Any]) -> bool:
    first = _value(call.operands[0], item)
    if call.function == "attribute_exists":
        return first is not None
    if call.function == "attribute_not_exists":
        return first is None
    second = _value(call.operands[1], item)
    if first is None or second is None:
        return False
    if call.function == "attribute_type":
        return bool(tag_of(first) == second["S"])
    if call.function == "contains":
        return contains(first, second)
    return _begins(first, second)


def _begins(whole: Wire, part: Wire) -> bool:
    tag = tag_of(whole)
    if tag != tag_of(part):
        return False
    if tag not in ("S", "B"):
        return False
    return bool(scalar(whole).startswith(scalar(part)))


def _value(operand: Operand, item: Mapping[str, Any]) -> Wire | None:
    if isinstance(operand, Value):
        return operand.content
    if isinstance(operand, Path):
        return look_up(item, operand)
    of = _value(operand.operands[0], item)
    return None if of is None else size(of)


def look_up(item: Mapping[str, Any], path: Path) -> Wire | None:
    """Give what stands in ``item`` at ``path``, None where nothing does."""
    found: Any = item.get(path.attribute)
    for step in path.steps[1:]:
        if found is None:
            return None
        if isinstance(step, int):
            content = found.get("L")
            found = content[step] if is_list(content) and step < len(content) else None
        else:
            content = found.get("M")
            found = content.get(step) if is_mapping(content) else None
    return None if found is None else found
