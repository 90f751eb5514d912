# SPDX-License-Identifier: Apache-2.0
"""The part of an item that a projection selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ddbcrypt.expressions.parse import check_words
from ddbcrypt.expressions.tree import Path, Projection
from ddbcrypt.internal.guards import is_list, is_mapping

__all__ = ("project", "select")

#: Steps that go on from a place; an empty one selects all that is there.
_Wanted = dict[str | int, "_Wanted"]


def project(projection: Projection, item: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a projection selects of an item, as DynamoDB does.

    What is missing is left out, with the maps and lists around it that would be empty; selected elements of a list
    close up, in the list's order. Thread-safe; no network calls.

    :param projection: what :func:`~ddbcrypt.expressions.parse_projection` gave
    :param item: DynamoDB JSON; it is not changed, and the result shares what is selected as a whole and is of its class
    :raises ExpressionError: where the projection uses a reserved word
    """
    check_words(projection)
    selected = select(projection.paths, item)
    # a subclass of dict says something of the item
    return selected if type(item) is dict or not isinstance(item, dict) else type(item)(selected)


def select(paths: Iterable[Path], item: Mapping[str, Any]) -> dict[str, Any]:
    """Give what stands in ``item`` at any of ``paths``, within the maps and lists that lead there."""
    wanted: _Wanted = {}
    for path in paths:
        below = wanted
        for step in path.steps:
            below = below.setdefault(step, {})
    return _members(wanted, item)


def _members(wanted: _Wanted, content: Mapping[Any, Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name, below in wanted.items():
        if name in content:
            part = _part(below, content[name])
            if part is not None:
                found[name] = part
    return found


def _part(wanted: _Wanted, value: Any) -> Any:
    if not wanted:
        return value
    by_index = isinstance(next(iter(wanted)), int)
    content = value.get("L" if by_index else "M")
    if by_index and is_list(content):
        parts = [_part(wanted[index], content[index]) for index in sorted(_indexes(wanted, len(content)))]
        elements = [part for part in parts if part is not None]
        return {"L": elements} if elements else None
    if not by_index and is_mapping(content):
        members = _members(wanted, content)
        return {"M": members} if members else None
    return None


def _indexes(wanted: _Wanted, length: int) -> list[int]:
    return [step for step in wanted if isinstance(step, int) and step < length]
