# SPDX-License-Identifier: Apache-2.0
"""boto3's class ``Binary``, looked up where it is met: to import boto3 takes longer than the whole package."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ("binary_content", "is_binary", "is_exact_binary")

#: The class, once it is known; threads that find it at once find the same.
_known: type | None = None


def is_binary(value: object) -> bool:
    """Whether ``value`` is a ``Binary`` or of a subclass, by its type: an object may lie about its class."""
    kind = _known or _find()
    return kind is not None and issubclass(type(value), kind)


def is_exact_binary(value: object) -> bool:
    """Whether ``value`` is a ``Binary``, of no subclass."""
    return type(value) is (_known or _find())


def binary_content(binary: Any) -> Any:
    """Take the bytes or bytearray out of a ``Binary``, whose type stubs do not tell of it."""
    return binary.value


def _find() -> type | None:
    """Give the class; None where nobody has imported it yet, so that there is no object of it either."""
    global _known
    _known = getattr(sys.modules.get("boto3.dynamodb.types"), "Binary", None)
    return _known
