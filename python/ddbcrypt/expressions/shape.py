# SPDX-License-Identifier: Apache-2.0
"""From the parser's reductions to raw nodes: which function may stand where, how many operands, how many operators.

Raw nodes are those of ``tree.py`` with placeholders: a path's ``#alias`` is an :class:`Alias` among its steps and a
value has no content yet. The methods of :class:`Shaper` are the rules of ``grammar.py``.
"""

from __future__ import annotations

from typing import Any, Final

from ddbcrypt.expressions.errors import ExpressionError, UnreadableExpressionError
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
    Remove,
    Set,
    Value,
)

__all__ = ("Alias", "Shaper")

OPERATORS: Final = 300
_PATH_STEPS: Final = 32
_INDEX: Final = 2**31 - 1
_CHOICES: Final = 100

_OPERANDS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
    "if_not_exists": 2,
    "list_append": 2,
}
_CONDITIONS: Final = frozenset(
    ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains")
)
_UPDATES: Final = frozenset(("if_not_exists", "list_append"))


class Alias(str):
    """A step of a path that ``ExpressionAttributeNames`` gives the name of."""

    __slots__ = ()


class _Grouped:
    """What stood in parentheses; it tells redundant ones and goes at the next reduction."""

    __slots__ = ("inner",)

    def __init__(self, inner: Any) -> None:
        self.inner = inner


class _Action(list[Any]):
    """The actions of one section."""

    def __init__(self, keyword: str, actions: list[Any]) -> None:
        super().__init__(actions)
        self.keyword = keyword


def _bare(node: Any) -> Any:
    return node.inner if isinstance(node, _Grouped) else node


def _syntax(why: str) -> UnreadableExpressionError:
    return UnreadableExpressionError(f"cannot be read ({why}). Nothing was sent.")


def _misplaced(function: str) -> ExpressionError:
    return ExpressionError(f"uses the function {function} where it cannot stand")


def _operand(node: Any) -> Operand:
    """An operand of a condition: a path, a value or a size."""
    node = _bare(node)
    if isinstance(node, Call):
        if node.function in _UPDATES:
            raise ExpressionError(f"uses {node.function}, a function of update expressions")
        if node.function != "size":
            raise _misplaced(node.function)
        return node
    if not isinstance(node, (Path, Value)):
        raise _syntax("a condition stands where an operand has to")
    return node


def _condition(node: Any) -> Node:
    node = _bare(node)
    if isinstance(node, (Path, Value)):
        raise _syntax("an operand stands where a condition has to")
    if isinstance(node, Call):
        if node.function in _UPDATES:
            raise ExpressionError(f"uses {node.function}, a function of update expressions")
        if node.function not in _CONDITIONS:
            raise _misplaced(node.function)
        for operand in node.operands:
            _operand(operand)
    found: Node = node
    return found


def _term(node: Any) -> Operand:
    """An operand of a function or of ``+`` and ``-`` in an update."""
    node = _bare(node)
    if isinstance(node, Arithmetic):
        raise _syntax("one + or - is all that a value may have")
    if isinstance(node, Call):
        if node.function not in _UPDATES:
            raise ExpressionError(f"uses {node.function}, a function of conditions")
        if node.function == "list_append":
            raise _misplaced(node.function)
        _terms(node)
        return node
    found: Operand = node
    return found


def _terms(call: Call) -> None:
    for operand in call.operands:
        _term(operand)


def _check_operators(roots: tuple[Any, ...]) -> None:
    """Count as DynamoDB does: each comparison, BETWEEN, IN, AND, OR, NOT, + or - and each function."""
    count = 0
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        match node:
            case Path() | Value() | Remove() | Add() | Delete():
                continue
            case And() | Or():
                count += len(node.conditions) - 1
                waiting.extend(node.conditions)
                continue
            case Set():
                waiting.append(node.operand)
                continue
            case Call():
                waiting.extend(node.operands)
            case Comparison() | Arithmetic():
                waiting.extend((node.left, node.right))
            case Between():
                waiting.extend((node.operand, node.low, node.high))
            case In():
                waiting.extend((node.operand, *node.choices))
            case Not():
                waiting.append(node.condition)
            case _:
                raise TypeError(type(node).__name__)
        count += 1
    if count > OPERATORS:
        raise ExpressionError(f"has {count} operators and functions: DynamoDB takes {OPERATORS}")


class Shaper:
    """One method for each rule of the grammar; stateless."""

    @staticmethod
    def condition(parts: list[Any]) -> Node:
        """Check the whole of a condition."""
        found = _condition(parts[0])
        _check_operators((found,))
        return found

    @staticmethod
    def either(parts: list[Any]) -> Or:
        """Join what OR joins, a chain being one node."""
        first, second = parts
        # a chain is one node; what stood in parentheses is a node of its own
        before = first.conditions if isinstance(first, Or) else (_condition(first),)
        return Or((*before, _condition(second)))

    @staticmethod
    def both(parts: list[Any]) -> And:
        """Join what AND joins, a chain being one node."""
        first, second = parts
        before = first.conditions if isinstance(first, And) else (_condition(first),)
        return And((*before, _condition(second)))

    @staticmethod
    def negated(parts: list[Any]) -> Not:
        """Take a negation."""
        return Not(_condition(parts[0]))

    @staticmethod
    def comparison(parts: list[Any]) -> Comparison:
        """Take two operands and the sign between them."""
        left, operator, right = parts
        return Comparison(str(operator), _operand(left), _operand(right))

    @staticmethod
    def between(parts: list[Any]) -> Between:
        """Take an operand and its bounds."""
        operand, low, high = parts
        return Between(_operand(operand), _operand(low), _operand(high))

    @staticmethod
    def membership(parts: list[Any]) -> In:
        """Take an operand and its choices."""
        operand, *choices = parts
        if len(choices) > _CHOICES:
            raise ExpressionError(f"gives IN {len(choices)} operands: DynamoDB takes {_CHOICES}")
        return In(_operand(operand), tuple(_operand(choice) for choice in choices))

    @staticmethod
    def call(parts: list[Any]) -> Call:
        """Take a function's call; where it may stand is its user's matter."""
        function = str(parts[0])
        expected = _OPERANDS.get(function)
        if expected is None:
            raise _syntax("it calls a function that is not known")
        operands = tuple(_bare(part) for part in parts[1:])
        if len(operands) != expected:
            raise ExpressionError(f"gives {function} {len(operands)} operands: it takes {expected}")
        if function not in _UPDATES:
            operands = tuple(_operand(operand) for operand in operands)
        needs_path = function in ("attribute_exists", "attribute_not_exists", "if_not_exists")
        if needs_path and not isinstance(operands[0], Path):
            raise ExpressionError(f"gives {function} something else than a document path")
        return Call(function, operands)

    @staticmethod
    def grouped(parts: list[Any]) -> _Grouped:
        """Take what stands in parentheses."""
        if isinstance(parts[0], _Grouped):
            raise ExpressionError("has redundant parentheses")
        return _Grouped(parts[0])

    @staticmethod
    def projection(parts: list[Any]) -> tuple[Path, ...]:
        """Take the paths."""
        return tuple(parts)

    @staticmethod
    def update(parts: list[Any]) -> tuple[Any, ...]:
        """Check the whole of an update."""
        keywords = [section.keyword for section in parts]
        for keyword in keywords:
            if keywords.count(keyword) > 1:
                raise ExpressionError(f"has more than one {keyword} section: write all its actions into one")
        actions = tuple(action for section in parts for action in section)
        _check_operators(actions)
        return actions

    @staticmethod
    def set_section(parts: list[Any]) -> _Action:
        """Take SET."""
        return _Action("SET", parts)

    @staticmethod
    def remove_section(parts: list[Any]) -> _Action:
        """Take REMOVE."""
        return _Action("REMOVE", [Remove(path) for path in parts])

    @staticmethod
    def add_section(parts: list[Any]) -> _Action:
        """Take ADD."""
        return _Action("ADD", [Add(path, value) for path, value in parts])

    @staticmethod
    def delete_section(parts: list[Any]) -> _Action:
        """Take DELETE."""
        return _Action("DELETE", [Delete(path, value) for path, value in parts])

    @staticmethod
    def assignment(parts: list[Any]) -> Set:
        """Take one assignment of SET."""
        path, _, source = parts
        source = _bare(source)
        if isinstance(source, Arithmetic):
            return Set(path, source)
        if isinstance(source, Call) and source.function == "list_append":
            _terms(source)
            return Set(path, source)
        return Set(path, _term(source))

    @staticmethod
    def change(parts: list[Any]) -> tuple[Path, Value]:
        """Take one action of ADD or DELETE."""
        path, value = parts
        return path, value

    @staticmethod
    def arithmetic(parts: list[Any]) -> Arithmetic:
        """Take a sum or a difference."""
        left, operator, right = parts
        return Arithmetic(str(operator), _term(left), _term(right))

    @staticmethod
    def path(parts: list[Any]) -> Path:
        """Join the steps of a path."""
        if len(parts) > _PATH_STEPS:
            raise ExpressionError(f"has a path of {len(parts)} steps: DynamoDB takes {_PATH_STEPS}")
        return Path(tuple(parts))

    @staticmethod
    def nested(parts: list[Any]) -> str:
        """Take a map member's name."""
        found: str = parts[0]
        return found

    @staticmethod
    def index(parts: list[Any]) -> int:
        """Take a list element's index."""
        digits = str(parts[0])
        # the text's length first: int() of thousands of digits is slow and may be refused
        if len(digits) > len(str(_INDEX)) or int(digits) > _INDEX:
            raise ExpressionError(f"has a list index over {_INDEX}")
        return int(digits)

    @staticmethod
    def name(parts: list[Any]) -> str:
        """Take a name that is written out."""
        return str(parts[0])

    @staticmethod
    def alias(parts: list[Any]) -> Alias:
        """Take a placeholder of a name."""
        return Alias(parts[0])

    @staticmethod
    def value(parts: list[Any]) -> Value:
        """Take a placeholder of a value, which has no content yet."""
        return Value(str(parts[0]), {})
