# SPDX-License-Identifier: Apache-2.0
"""Whether DynamoDB can carry an update out on the stored item, or the item has to be read first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ddbcrypt.expressions.tree import Update

__all__ = ("ProtectedUse", "split_update")


@dataclass(frozen=True, slots=True)
class ProtectedUse:
    """The protected attributes that an update uses. False where it uses none.

    :ivar written: names of those that it writes, wholly or in part
    :ivar read: names of those whose stored value it needs
    """

    written: frozenset[str]
    read: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return self.written | self.read

    def __bool__(self) -> bool:
        return bool(self.written or self.read)


def split_update(update: Update, is_protected: Callable[[str], bool]) -> ProtectedUse:
    """Tell which protected attributes an update writes and which it reads. Thread-safe; no network calls.

    :param update: what :func:`~ddbcrypt.expressions.parse_update` gave
    :param is_protected: tells of an attribute's name whether it is signed or encrypted
    """
    return ProtectedUse(
        frozenset(name for name in update.written if is_protected(name)),
        frozenset(name for name in update.read if is_protected(name)),
    )
