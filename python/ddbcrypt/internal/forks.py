# SPDX-License-Identifier: Apache-2.0
"""What a forked child makes anew: it has the forking thread alone, so a lock that another held is never let go."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Final

__all__ = ("HasLock",)


class HasLock:
    """A base for objects with a lock, ``self._lock``, which a forked child finds open whoever held it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _ALL.add(self)

    def _renew_after_fork(self) -> None:
        """Let go of what belongs to threads that are not there; no other thread runs yet."""
        self._lock = threading.Lock()


_ALL: Final[weakref.WeakSet[HasLock]] = weakref.WeakSet()


def _after_fork() -> None:
    for one in list(_ALL):
        # No part of the objects' own interface.
        one._renew_after_fork()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
