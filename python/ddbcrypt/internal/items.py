# SPDX-License-Identifier: Apache-2.0
"""Small helpers on items in either form: DynamoDB JSON (``wire``) or Python values."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final, cast

from ddbcrypt.internal.binary import binary_content, is_binary
from ddbcrypt.internal.guards import is_dict, is_list, is_mapping

__all__ = ("binary_value", "copy_item")

# An attribute of DynamoDB JSON takes two levels of dict for each of DynamoDB's 32.
_COPIED_LEVELS: Final = 66


def binary_value(attribute: object, wire: bool) -> bytes | None:
    """Take the bytes of a binary attribute; None where it is of another type."""
    # By type(), as the engine does it: isinstance() believes an object that lies about its class.
    value: object = attribute
    if wire:
        if not is_mapping(attribute) or len(attribute) != 1:
            return None
        value = attribute.get("B")
    kind: type[object] = type(value)
    if kind is not bytes and is_binary(value):
        value = binary_content(value)
        kind = type(value)
    if kind is bytes:
        return cast("bytes", value)
    return bytes(cast("bytearray", value)) if issubclass(kind, bytes | bytearray) else None


def copy_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Make a copy that shares no dict, list, set or bytearray with ``item``.

    Containers deeper than DynamoDB allows are shared, so that no item is too deep to copy.
    """
    copies: dict[int, Any] = {}
    return {name: _copy_value(value, _COPIED_LEVELS, copies) for name, value in item.items()}


def _copy_value(value: Any, levels: int, copies: dict[int, Any]) -> Any:
    if levels == 0 or isinstance(value, str | bytes):
        return value
    if id(value) in copies:
        return copies[id(value)]
    if is_dict(value):
        # Noted before it is filled: a container may hold itself.
        members: dict[Any, Any] = {}
        copies[id(value)] = members
        members.update((name, _copy_value(member, levels - 1, copies)) for name, member in value.items())
        return members
    if is_list(value):
        elements: list[Any] = []
        copies[id(value)] = elements
        elements.extend(_copy_value(member, levels - 1, copies) for member in value)
        return elements
    if isinstance(value, set | bytearray):
        shallow: Any = copy.copy(cast("Any", value))
        return shallow
    return value
