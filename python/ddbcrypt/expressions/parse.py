# SPDX-License-Identifier: Apache-2.0
"""From an expression's text, names and values to a tree that can be checked, evaluated and applied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.expressions.errors import ExpressionError
from ddbcrypt.expressions.grammar import read
from ddbcrypt.expressions.operands import check_actions, check_tree
from ddbcrypt.expressions.paths import check_distinct
from ddbcrypt.expressions.reserved_words import RESERVED_WORDS
from ddbcrypt.expressions.shape import Alias
from ddbcrypt.expressions.tree import (
    Add,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    Delete,
    In,
    Not,
    Or,
    Parsed,
    Path,
    Projection,
    Remove,
    Set,
    Update,
    Value,
    Wire,
)
from ddbcrypt.expressions.values import check_value
from ddbcrypt.internal.guards import is_mapping

__all__ = (
    "check_placeholders",
    "check_words",
    "parse_condition",
    "parse_key_condition",
    "parse_projection",
    "parse_update",
)

_PLACEHOLDER: Final = re.compile(r"[#:][A-Za-z0-9_]+", re.ASCII)
_NAME_BYTES: Final = 65_535


def parse_condition(
    text: str,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Wire] | None = None,
    *,
    parameter: str = "ConditionExpression",
) -> Condition:
    """Read a condition or filter expression.

    Thread-safe; makes no network calls; nothing of names and values is kept but what the result holds.

    :param text: the expression: at most 4,096 bytes, 300 operators and functions, paths of 32 steps, 100 choices in IN
    :param names: ``ExpressionAttributeNames``; it may hold more than the text uses
    :param values: ``ExpressionAttributeValues`` in DynamoDB JSON; it may hold more than the text uses
    :param parameter: the request parameter that the text stands in, for messages
    :raises UnreadableExpressionError: for text that does not follow the grammar
    :raises ExpressionError: for what DynamoDB refuses whatever the item holds
    """
    tree = read("condition", text, parameter)
    resolver = _Resolver(parameter, names, values)
    resolved = resolver.resolve(tree)
    with _Located(parameter):
        check_tree(resolved)
    return Condition(text, parameter, *resolver.summary(), tree=resolved)


def parse_key_condition(
    text: str,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Wire] | None = None,
    *,
    parameter: str = "KeyConditionExpression",
) -> Condition:
    """Read a key condition expression: comparisons, BETWEEN and ``begins_with`` of key attributes, joined by AND.

    Which attributes the key has is the table's matter and is not looked at. ``text``, ``names``, ``values`` and
    ``parameter`` are as in :func:`parse_condition`.

    :raises ExpressionError: also for OR, NOT, IN, ``<>``, other functions, nested paths and two conditions on one name
    """
    condition = parse_condition(text, names, values, parameter=parameter)
    parts = condition.tree.conditions if isinstance(condition.tree, And) else (condition.tree,)
    seen: set[str] = set()
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, And):
            waiting.extend(part.conditions)
            continue
        name = _key_name(part, parameter)
        if name in seen:
            raise ExpressionError(f'{parameter} has two conditions on "{name}": one for each key attribute is taken')
        seen.add(name)
    return condition


def _key_name(part: Any, parameter: str) -> str:
    match part:
        case Comparison(operator=operator, left=left, right=right) if operator != "<>":
            operands = [left, right]
        case Between(operand=Path() as operand, low=low, high=high):
            operands = [operand, low, high]
        case Call(function="begins_with", operands=(Path() as whole, start)):
            operands = [whole, start]
        case Between() | Call(function="begins_with"):
            operands = []
        case _:
            raise ExpressionError(
                f"{parameter} takes =, <, <=, >, >=, BETWEEN and begins_with of key attributes, joined by AND, and "
                "nothing else: filter with FilterExpression"
            )
    paths = [operand for operand in operands if isinstance(operand, Path)]
    if len(paths) != 1 or not paths[0].is_whole or any(isinstance(operand, Call) for operand in operands):
        raise ExpressionError(
            f"{parameter} compares something else than one key attribute, which BETWEEN and begins_with need first, "
            "with values"
        )
    return paths[0].attribute


def parse_projection(
    text: str, names: Mapping[str, str] | None = None, *, parameter: str = "ProjectionExpression"
) -> Projection:
    """Read a projection expression: paths separated by commas.

    ``text``, ``names`` and ``parameter`` are as in :func:`parse_condition`.

    :raises ExpressionError: also for paths of which one is in another, or that need a list and a map in one place
    """
    paths = read("projection", text, parameter)
    resolver = _Resolver(parameter, names, None)
    resolved = tuple(resolver.path(path) for path in paths)
    with _Located(parameter):
        check_distinct(resolved)
    return Projection(text, parameter, *resolver.summary(), paths=resolved)


def parse_update(
    text: str,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Wire] | None = None,
    *,
    parameter: str = "UpdateExpression",
) -> Update:
    """Read an update expression: sections SET, REMOVE, ADD and DELETE.

    ``text``, ``names``, ``values`` and ``parameter`` are as in :func:`parse_condition`.

    :raises ExpressionError: also for two actions on one place, and values of types that their action does not take
    """
    actions = read("update", text, parameter)
    resolver = _Resolver(parameter, names, values)
    resolved = tuple(resolver.resolve(action) for action in actions)
    with _Located(parameter):
        check_distinct(tuple(action.path for action in resolved))
        check_actions(resolved)
    return Update(text, parameter, *resolver.summary(), actions=resolved)


def check_words(parsed: Parsed) -> None:
    """Refuse names that DynamoDB takes only through a placeholder.

    Evaluating, projecting and applying do this themselves. Reading does not, so that an expression that may not be
    sent for another reason is refused for that one.

    :param parsed: any expression
    :raises ExpressionError: naming the word
    """
    if parsed.reserved_words:
        word = min(parsed.reserved_words)
        raise ExpressionError(
            f"{parsed.parameter} uses {word}, a reserved word of DynamoDB: use a placeholder and give its name in "
            "ExpressionAttributeNames"
        )


def check_placeholders(names: object, values: object, *parsed: Parsed) -> None:
    """Refuse names and values of a request that none of its expressions uses, and placeholders written wrongly.

    :param names: the request's ``ExpressionAttributeNames`` or None
    :param values: the request's ``ExpressionAttributeValues`` or None
    :param parsed: all expressions of the request
    :raises ExpressionError: naming the placeholder
    """
    used_names = frozenset[str]().union(*(one.used_names for one in parsed))
    used_values = frozenset[str]().union(*(one.used_values for one in parsed))
    _check_used("ExpressionAttributeNames", "#", names, used_names)
    _check_used("ExpressionAttributeValues", ":", values, used_values)


def _check_used(parameter: str, mark: str, given: object, used: frozenset[str]) -> None:
    if given is None:
        return
    if not is_mapping(given) or not given:
        raise ExpressionError(f"{parameter} has to be a mapping that is not empty: leave it out where nothing uses it")
    for placeholder in given:
        if not placeholder.startswith(mark) or _PLACEHOLDER.fullmatch(placeholder) is None:
            raise ExpressionError(f"{parameter} holds a key that is not {mark} and letters, digits or underscores")
        if placeholder not in used:
            raise ExpressionError(f"{parameter} holds {placeholder}, which no expression uses: take it out")


class _Located:
    """Puts the parameter's name in front of what is refused."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ExpressionError):
            raise type(error)(f"{self._parameter}: {error}") from None


class _Resolver:
    """Puts names and values where an expression has placeholders, and notes what it used."""

    def __init__(self, parameter: str, names: object, values: object) -> None:
        self._parameter = parameter
        self._names = self._mapping("ExpressionAttributeNames", names)
        self._values = self._mapping("ExpressionAttributeValues", values)
        self._used_names: set[str] = set()
        self._used_values: dict[str, Value] = {}
        self._attributes: set[str] = set()
        self._words: set[str] = set()

    @staticmethod
    def _mapping(parameter: str, given: object) -> Mapping[str, Any]:
        if given is None:
            return {}
        if not is_mapping(given):
            raise ExpressionError(f"{parameter} has to be a mapping, not {type(given).__name__}")
        return given

    def summary(self) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
        """Give used names, used values, attributes and reserved words."""
        return (
            frozenset(self._used_names),
            frozenset(self._used_values),
            frozenset(self._attributes),
            frozenset(self._words),
        )

    def path(self, raw: Path) -> Path:
        """Give a path with the names of its placeholders."""
        steps = tuple(step if isinstance(step, int) else self._step(step) for step in raw.steps)
        path = Path(steps)
        self._attributes.add(path.attribute)
        return path

    def _step(self, step: str) -> str:
        if not isinstance(step, Alias):
            if step.upper() in RESERVED_WORDS:
                self._words.add(step)
            return step
        alias = str(step)
        name = self._names.get(alias)
        if name is None:
            raise ExpressionError(f"{self._parameter} uses {alias}, which ExpressionAttributeNames does not hold")
        if not isinstance(name, str) or not 0 < len(name.encode("utf-8", "replace")) <= _NAME_BYTES:
            raise ExpressionError(f"ExpressionAttributeNames: {alias} has to name an attribute in 1 to 65,535 bytes")
        self._used_names.add(alias)
        return name

    def _value(self, raw: Value) -> Value:
        found = self._used_values.get(raw.placeholder)
        if found is None:
            content = self._values.get(raw.placeholder)
            if content is None:
                raise ExpressionError(
                    f"{self._parameter} uses {raw.placeholder}, which ExpressionAttributeValues does not hold"
                )
            with _Located(f"ExpressionAttributeValues {raw.placeholder}"):
                check_value(content)
            found = self._used_values[raw.placeholder] = Value(raw.placeholder, content)
        return found

    def resolve(self, node: Any) -> Any:
        """Give a node with all placeholders below it replaced."""
        match node:
            case Path():
                return self.path(node)
            case Value():
                return self._value(node)
            case Call():
                return Call(node.function, tuple([self.resolve(operand) for operand in node.operands]))
            case Comparison() | Arithmetic():
                return type(node)(node.operator, self.resolve(node.left), self.resolve(node.right))
            case Between():
                return Between(self.resolve(node.operand), self.resolve(node.low), self.resolve(node.high))
            case In():
                return In(self.resolve(node.operand), tuple([self.resolve(choice) for choice in node.choices]))
            case Not():
                return Not(self.resolve(node.condition))
            case And() | Or():
                conditions: list[Any] = []
                for condition in node.conditions:  # no comprehension: it would be one more frame for each level
                    conditions.append(self.resolve(condition))  # noqa: PERF401
                return type(node)(tuple(conditions))
            case Set():
                return Set(self.path(node.path), self.resolve(node.operand))
            case Remove():
                return Remove(self.path(node.path))
            case Add() | Delete():
                return type(node)(self.path(node.path), self._value(node.value))
            case _:
                raise TypeError(type(node).__name__)
