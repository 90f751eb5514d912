# SPDX-License-Identifier: Apache-2.0
"""Which items are so large that a thread is worth its cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, cast

from ddbcrypt.internal.guards import is_dict, is_mapping

#: Handing work to a thread and taking it back takes about 75 us, in which the loop does other things. Items of this
#: weight take the engine 150 to 300 us; what is lighter keeps the loop for less than that.
HEAVY_BYTES: Final = 128 * 1024
#: A value costs the engine about as much as so many bytes do.
VALUE_BYTES: Final = 512
#: The same of a member of a list or set.
MEMBER_BYTES: Final = 64


def is_heavy(items: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether items in DynamoDB JSON together weigh more than :data:`HEAVY_BYTES`; stops looking once they do."""
    left = HEAVY_BYTES
    for item in items:
        left -= VALUE_BYTES * len(item)
        for value in item.values():
            if left < 0:
                return True
            if not is_dict(value):
                continue  # the engine refuses it
            for content in value.values():
                if isinstance(content, str | bytes):
                    left -= len(content)
                elif not isinstance(content, bool):
                    left -= _nested(content, left)
    return left < 0


def _nested(content: Any, most: int) -> int:
    """Weigh a set, list or map; no further than over ``most``."""
    weight = 0
    pending: list[Any] = [content]
    while pending and weight <= most:
        value = pending.pop()
        if isinstance(value, str | bytes | bytearray):
            weight += len(value)
        elif is_mapping(value):
            weight += VALUE_BYTES * len(value)
            pending.extend(value.values())
        elif isinstance(value, list | tuple | set | frozenset):
            members = cast("Collection[Any]", value)
            weight += MEMBER_BYTES * len(members)
            pending.extend(members)
    return weight
