# SPDX-License-Identifier: Apache-2.0
"""What an update makes of an item, by DynamoDB's rules.

Everything is read from the item as it was. Places are found before anything moves, so indexes mean the list as it was:
elements are replaced, then those beyond a list's end are appended in the order of their indexes, then removed ones go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ddbcrypt.expressions.errors import ExpressionError
from ddbcrypt.expressions.evaluate import look_up
from ddbcrypt.expressions.numbers import add, exact, subtract, text_of
from ddbcrypt.expressions.parse import check_words
from ddbcrypt.expressions.project import select
from ddbcrypt.expressions.tree import (
    Add,
    Arithmetic,
    Call,
    Delete,
    Operand,
    Path,
    Set,
    Update,
    Value,
    Wire,
)
from ddbcrypt.expressions.values import check_value, members, tag_of
from ddbcrypt.internal.guards import is_list, is_mapping

__all__ = ("Applied", "apply", "updated_new", "updated_old")


@dataclass(frozen=True, slots=True)
class Applied:
    """What an update made of an item.

    :ivar item: the new item in DynamoDB JSON; untouched values are shared with the old one
    :ivar changed: names of the top-level attributes that differ from the old item's, those that are gone included
    :ivar touched: the paths that the update names as places to write, in the order of the text
    :ivar old: the item before the update, empty where there was none
    """

    item: dict[str, Any] = field(repr=False)
    changed: frozenset[str]
    touched: tuple[Path, ...]
    old: Mapping[str, Any] = field(repr=False)


def apply(update: Update, item: Mapping[str, Any] | None, key_names: Collection[str]) -> Applied:
    """Carry an update out on an item.

    Thread-safe; no network calls. Numbers are exact to 38 digits: a result that DynamoDB could not store is refused.

    :param update: what :func:`~ddbcrypt.expressions.parse_update` gave
    :param item: DynamoDB JSON with plaintext values, not changed; None where there is no item, and then the result has
        no key attributes until the caller puts them in
    :param key_names: names of the primary key's attributes, which no update may write
    :raises ExpressionError: as DynamoDB answers: a path that leads nowhere, an operand that is missing or of a wrong
        type, a number out of range, more than 32 levels. The message names the path, never a value.
    """
    check_words(update)
    old: Mapping[str, Any] = {} if item is None else item
    for action in update.actions:
        if action.path.attribute in key_names:
            raise ExpressionError(
                f'{update.parameter} writes "{action.path.attribute}", which is part of the primary key: a key cannot '
                "be updated; put a new item and delete this one"
            )
    changes = _Changes(old)
    for action in update.actions:
        try:
            if isinstance(action, Set):
                changes.write(action.path, _source(action.operand, old))
            elif isinstance(action, Add):
                changes.write(action.path, _added(look_up(old, action.path), action.value))
            elif isinstance(action, Delete):
                changes.write(action.path, _deleted(look_up(old, action.path), action.value))
            else:
                changes.write(action.path, None)
        except ExpressionError as error:
            raise _about(action.path, f"{update.parameter}, at {action.path}: {error}") from None
    new = changes.finish()
    names = {action.path.attribute for action in update.actions}
    changed = frozenset(name for name in names if new.get(name) != old.get(name))
    for name in changed & new.keys():
        try:
            check_value(new[name])
        except ExpressionError as error:
            raise _about(Path((name,)), f'{update.parameter} makes of the attribute "{name}": {error}') from None
    return Applied(new, changed, tuple(action.path for action in update.actions), old)


def updated_old(applied: Applied, *, whole: bool = False) -> dict[str, Any]:
    """Give what ``ReturnValues="UPDATED_OLD"`` does: what the touched paths held before, in the structure around it.

    :param applied: what :func:`apply` gave
    :param whole: whole top-level attributes of such paths, which is DynamoDB Local's answer but not the service's
    """
    return _at(applied.touched, applied.old, whole=whole)


def updated_new(applied: Applied, *, whole: bool = False) -> dict[str, Any]:
    """Give what ``ReturnValues="UPDATED_NEW"`` does: what the touched paths hold now, in the structure around it.

    As in the service, an index means the new list: an element set beyond the end is not found at its index, and one
    that was removed shows its successor. Empty where DynamoDB's answer has no ``Attributes``.

    :param applied: what :func:`apply` gave
    :param whole: whole top-level attributes of such paths, which is DynamoDB Local's answer but not the service's
    """
    return _at(applied.touched, applied.item, whole=whole)


def _at(paths: tuple[Path, ...], item: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    if not whole:
        return select(paths, item)
    return {path.attribute: item[path.attribute] for path in paths if look_up(item, path) is not None}


def _about(path: Path, message: str) -> ExpressionError:
    error = ExpressionError(message)
    error.attribute = path.attribute
    return error


def _read(operand: Operand, item: Mapping[str, Any]) -> Wire:
    if isinstance(operand, Value):
        return operand.content
    if isinstance(operand, Path):
        found = look_up(item, operand)
        if found is None:
            raise ExpressionError(f"it reads {operand}, which the item does not have: use if_not_exists")
        return found
    return _call(operand, item)


def _call(call: Call, item: Mapping[str, Any]) -> Wire:
    first, second = call.operands
    if call.function == "if_not_exists":
        found = look_up(item, first) if isinstance(first, Path) else None
        return _read(second, item) if found is None else found
    lists = [_content("L", _read(operand, item), "list_append") for operand in (first, second)]
    return {"L": [*lists[0], *lists[1]]}


def _source(operand: Operand | Arithmetic, item: Mapping[str, Any]) -> Wire:
    if not isinstance(operand, Arithmetic):
        return _read(operand, item)
    left, right = (_content("N", _read(side, item), operand.operator) for side in (operand.left, operand.right))
    combine: Callable[[Decimal, Decimal], Decimal] = add if operand.operator == "+" else subtract
    return {"N": text_of(combine(exact(left), exact(right)))}


def _content(expected: str, value: Wire, operator: str) -> Any:
    tag = tag_of(value)
    if tag != expected:
        raise ExpressionError(f"an operand of {operator} is of type {tag} where {expected} is needed")
    return value[tag]


def _added(stored: Wire | None, value: Value) -> Wire:
    tag = tag_of(value.content)
    if stored is None:
        return value.content
    content = _content(tag, stored, "ADD")
    if tag == "N":
        return {"N": text_of(add(exact(content), exact(value.content["N"])))}
    present = set(members(stored))
    fresh = [
        content
        for content, member in zip(value.content[tag], members(value.content), strict=True)
        if member not in present
    ]
    return {tag: [*content, *fresh]}


def _deleted(stored: Wire | None, value: Value) -> Wire | None:
    tag = tag_of(value.content)
    if stored is None:
        return None
    content = _content(tag, stored, "DELETE")
    gone = set(members(value.content))
    left = [content for content, member in zip(content, members(stored), strict=True) if member not in gone]
    return {tag: left} if left else None


@dataclass(slots=True)
class _List:
    """What is to happen to one list of the new item."""

    elements: list[Any]
    beyond: dict[int, Wire] = field(default_factory=dict[int, Wire])
    gone: set[int] = field(default_factory=set[int])


class _Changes:
    """A copy of an item, as deep as it is written to."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._item: dict[str, Any] = dict(item)
        # containers that are copies already, by identity; they live as long as the item that holds them
        self._own: dict[int, Any] = {id(self._item): self._item}
        self._lists: dict[int, _List] = {}

    def write(self, path: Path, value: Wire | None) -> None:
        """Put a value at a path, or take out what is there."""
        container = self._container(path)
        step = path.steps[-1]
        if isinstance(step, str):
            if value is None:
                container.pop(step, None)
            else:
                container[step] = value
            return
        plan = self._lists.setdefault(id(container), _List(container))
        if step >= len(container):
            if value is not None:
                plan.beyond[step] = value
        elif value is None:
            plan.gone.add(step)
        else:
            container[step] = value

    def _container(self, path: Path) -> Any:
        container: Any = self._item
        for step, following in zip(path.steps, path.steps[1:], strict=False):
            value = self._at(container, step)
            tag = "L" if isinstance(following, int) else "M"
            content: Any = None if value is None else value.get(tag)
            if id(content) not in self._own:
                content = self._copy(tag, content)
                self._own[id(content)] = content
                container[step] = {tag: content}
            container = content
        return container

    @staticmethod
    def _copy(tag: str, content: object) -> Any:
        if tag == "L" and is_list(content):
            return list(content)
        if tag == "M" and is_mapping(content):
            return dict(content)
        raise ExpressionError(f"the path leads through a place that the item does not have or that is no {tag}")

    @staticmethod
    def _at(container: Any, step: str | int) -> Any:
        if isinstance(step, str):
            return container.get(step)
        return container[step] if step < len(container) else None

    def finish(self) -> dict[str, Any]:
        """Move the elements of lists, and give the new item."""
        for plan in self._lists.values():
            appended = [plan.beyond[index] for index in sorted(plan.beyond)]
            plan.elements[:] = [e for index, e in enumerate(plan.elements) if index not in plan.gone] + appended
        return self._item
