# SPDX-License-Identifier: Apache-2.0
"""Which items are so large that a thread is worth its cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from ddbcrypt.internal.guards import is_mapping

#: Text and binary values of this many bytes, and of each value as much as the engine's work for it, take about as long
#: as handing them to a thread and taking them back does (docs/benchmarks.md).
HEAVY_BYTES: Final = 64 * 1024
VALUE_BYTES: Final = 512


def is_heavy(items: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether items in DynamoDB JSON together weigh more than :data:`HEAVY_BYTES`; stops looking once they do."""
    left = HEAVY_BYTES
    pending: list[Any] = []
    for item in items:
        pending.extend(item.values())
        while pending:
            value = pending.pop()
            left -= VALUE_BYTES
            if is_mapping(value):
                pending.extend(value.values())
            elif isinstance(value, list | tuple | set | frozenset):
                pending.extend(cast("Iterable[Any]", value))
            elif isinstance(value, str | bytes | bytearray):
                left -= len(value)
            if left < 0:
                return True
    return False
