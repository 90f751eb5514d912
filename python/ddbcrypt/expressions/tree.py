# SPDX-License-Identifier: Apache-2.0
"""What an expression is made of, once read: immutable nodes, their placeholders replaced by names and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = (
    "Add",
    "And",
    "Arithmetic",
    "Between",
    "Call",
    "Comparison",
    "Condition",
    "Delete",
    "In",
    "Node",
    "Not",
    "Operand",
    "Or",
    "Path",
    "Projection",
    "Remove",
    "Set",
    "Update",
    "Value",
    "Wire",
)

#: One attribute in DynamoDB JSON: a single type tag and its content, binary as bytes.
Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Path:
    """A document path.

    :ivar steps: the attribute's name, then names of map members and indexes of list elements
    """

    steps: tuple[str | int, ...]

    @property
    def attribute(self) -> str:
        """The name of the top-level attribute."""
        return str(self.steps[0])

    @property
    def is_whole(self) -> bool:
        """Whether the path is a whole top-level attribute."""
        return len(self.steps) == 1

    def __str__(self) -> str:
        nested = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps[1:])
        return self.attribute + nested


@dataclass(frozen=True, slots=True)
class Value:
    """A value of ``ExpressionAttributeValues``.

    :ivar placeholder: its name there, ``:`` included
    :ivar content: DynamoDB JSON; it stays out of ``repr``
    """

    placeholder: str
    content: Wire = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is called with.

    :ivar function: its name
    :ivar operands: as many as the function takes
    """

    function: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of two operands.

    :ivar operator: ``=``, ``<>``, ``<``, ``<=``, ``>`` or ``>=``
    :ivar left: what stands before it
    :ivar right: what stands after it
    """

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """``operand BETWEEN low AND high``.

    :ivar operand: what is compared
    :ivar low: the lower bound, which is included
    :ivar high: the upper bound, which is included
    """

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """``operand IN (choices)``.

    :ivar operand: what is compared
    :ivar choices: what it is to equal one of
    """

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A negation.

    :ivar condition: what is not to hold
    """

    condition: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conditions that all have to hold.

    :ivar conditions: two or more, in the order of the text
    """

    conditions: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Conditions of which one has to hold.

    :ivar conditions: two or more, in the order of the text
    """

    conditions: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sum or difference of two numbers.

    :ivar operator: ``+`` or ``-``
    :ivar left: what stands before it
    :ivar right: what stands after it
    """

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Set:
    """``SET path = operand``.

    :ivar path: where it writes
    :ivar operand: what it writes
    """

    path: Path
    operand: Operand | Arithmetic


@dataclass(frozen=True, slots=True)
class Remove:
    """``REMOVE path``.

    :ivar path: what it takes out
    """

    path: Path


@dataclass(frozen=True, slots=True)
class Add:
    """``ADD path value``.

    :ivar path: where it writes
    :ivar value: a number to add, or a set of members to put in
    """

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Delete:
    """``DELETE path value``.

    :ivar path: where it writes
    :ivar value: a set of members to take out
    """

    path: Path
    value: Value


#: What conditions compare and updates read.
Operand = Path | Value | Call
#: A condition or a part of one.
Node = Call | Comparison | Between | In | Not | And | Or
Action = Set | Remove | Add | Delete


@dataclass(frozen=True, slots=True)
class Parsed:
    """What every read expression has.

    :ivar text: the expression as it was given
    :ivar parameter: the request parameter that it stood in, for messages
    :ivar used_names: placeholders of ``ExpressionAttributeNames`` that it uses, ``#`` included
    :ivar used_values: placeholders of ``ExpressionAttributeValues`` that it uses, ``:`` included
    :ivar attributes: names of the top-level attributes that it touches
    :ivar reserved_words: names that DynamoDB takes only through a placeholder, used without one
    """

    text: str
    parameter: str
    used_names: frozenset[str]
    used_values: frozenset[str]
    attributes: frozenset[str]
    reserved_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Condition(Parsed):
    """A condition, filter or key condition expression. Immutable; threads may share it.

    :ivar tree: the condition

    ``text``, ``parameter``, ``used_names``, ``used_values``, ``attributes`` and ``reserved_words`` are as in
    :class:`Parsed`.
    """

    tree: Node


@dataclass(frozen=True, slots=True)
class Projection(Parsed):
    """A projection expression. Immutable; threads may share it.

    :ivar paths: what it selects; no path is the beginning of another

    ``text``, ``parameter``, ``used_names``, ``used_values``, ``attributes`` and ``reserved_words`` are as in
    :class:`Parsed`.
    """

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Update(Parsed):
    """An update expression. Immutable; threads may share it.

    :ivar actions: what it does, in the order of the text; no two write the same place

    ``text``, ``parameter``, ``used_names``, ``used_values``, ``attributes`` and ``reserved_words`` are as in
    :class:`Parsed`.
    """

    actions: tuple[Action, ...]

    @property
    def written(self) -> frozenset[str]:
        """Names of the top-level attributes that it writes into."""
        return frozenset(action.path.attribute for action in self.actions)

    @property
    def only_removes(self) -> bool:
        """Whether it has no other section than REMOVE."""
        return all(isinstance(action, Remove) for action in self.actions)

    @property
    def read(self) -> frozenset[str]:
        """Names of the top-level attributes whose stored value decides what is written or whether it can be.

        What lies inside an attribute is found through it, and ADD and DELETE start from it.
        """
        found: set[str] = set()
        for action in self.actions:
            if isinstance(action, (Add, Delete)) or not action.path.is_whole:
                found.add(action.path.attribute)
            if isinstance(action, Set):
                found.update(path.attribute for path in paths_of(action.operand))
        return frozenset(found)


def paths_of(node: Node | Operand | Arithmetic) -> list[Path]:
    """Every document path in ``node``, a condition or the right side of SET, in the order of the text."""
    found: list[Path] = []
    waiting: list[Node | Operand | Arithmetic] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Path):
            found.append(current)
        else:
            waiting.extend(reversed(children(current)))
    return found


def children(node: Node | Operand | Arithmetic) -> tuple[Node | Operand | Arithmetic, ...]:
    """What a node is made of, in the order of the text."""
    match node:
        case Path() | Value():
            return ()
        case Call():
            return node.operands
        case Comparison() | Arithmetic():
            return node.left, node.right
        case Between():
            return node.operand, node.low, node.high
        case In():
            return node.operand, *node.choices
        case Not():
            return (node.condition,)
        case And() | Or():
            return node.conditions
