# SPDX-License-Identifier: Apache-2.0
"""Type guards for values of unknown shape; with them type checkers follow into what such a value holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

__all__ = ("is_dict", "is_list", "is_mapping", "is_sequence")


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    """Tell whether ``value`` is a dict."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether ``value`` is a list."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether ``value`` is a dict or another mapping."""
    return type(value) is dict or isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Tell whether ``value`` is a list, a tuple or another sequence."""
    return isinstance(value, Sequence)
