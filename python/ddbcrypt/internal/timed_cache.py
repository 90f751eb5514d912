# SPDX-License-Identifier: Apache-2.0
"""A cache of values that come from elsewhere: two time limits, an entry limit, and one lookup in flight per key."""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from ddbcrypt.exceptions import ProviderStoreError
from ddbcrypt.identifiers import LOGGER_NAME
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.internal.reachability import is_unreachable

__all__ = ("RETRY_PAUSE", "TimedCache", "default_clock")

_LOGGER = logging.getLogger(LOGGER_NAME)

#: After a lookup that did not reach its source, the next one for the same key waits this long, in seconds, as long as
#: the value at hand may be used: otherwise every item would wait for a time-out of its own.
RETRY_PAUSE: Final = 1.0

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def default_clock() -> float:
    """Seconds that nobody can set back, those included that a machine spent suspended where the system counts them."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class _Entry(Generic[_Value]):
    """A value, and when it was asked for."""

    __slots__ = ("asked_at", "retry_at", "value")

    def __init__(self, value: _Value, asked_at: float) -> None:
        self.value = value
        self.asked_at = asked_at
        self.retry_at = asked_at


class _Flight(Generic[_Value]):
    """A lookup under way, and what became of it: a list of the value, an error, or neither where it was interrupted."""

    __slots__ = ("done", "error", "owner", "values")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.owner = threading.get_ident()
        self.values: list[_Value] = []
        self.error: Exception | None = None


class TimedCache(HasLock, Generic[_Key, _Value]):
    """Values by key, each looked up again when it is older than ``ttl`` seconds. Thread-safe.

    A value of an age from ``ttl`` to below ``maximum_age`` is looked up again by one thread. Others go on with it
    meanwhile, and so does that thread if the lookup does not reach its source. From ``maximum_age`` on it is never
    used: all threads wait for the one lookup, and its error is theirs. Any other failure of a lookup is an answer,
    which ends the use of the value at once. A failure is not remembered: the next caller looks up anew.

    Keys and values never show in what is raised or logged: a key may hold parts of an item.

    :param what: what the values are, for messages
    :param capacity: most entries that are kept; the one not used for longest goes first
    :param ttl: seconds after which a value is looked up again
    :param maximum_age: seconds after which a value is not used, counted from before its lookup; at least ``ttl``
    :param clock: gives seconds, monotonic
    :param inherited: whether a forked child goes on with what its parent looked up
    """

    def __init__(
        self,
        what: str,
        capacity: int,
        ttl: float,
        maximum_age: float,
        clock: Callable[[], float],
        *,
        inherited: bool = True,
    ) -> None:
        super().__init__()
        self._what = what
        self._capacity = capacity
        self._ttl = ttl
        self._maximum_age = maximum_age
        self._clock = clock
        self._inherited = inherited
        self._entries: OrderedDict[_Key, _Entry[_Value]] = OrderedDict()
        self._flights: dict[_Key, _Flight[_Value]] = {}

    def get(self, key: _Key, look_up: Callable[[], _Value]) -> _Value:
        """Give the value for ``key``, by ``look_up()`` where it is not there or too old.

        :raises: what ``look_up`` raised, here or in the thread whose lookup this one waited for
        """
        while True:
            with self._lock:
                entry = self._usable(key)
                if entry is not None and self._clock() < max(entry.asked_at + self._ttl, entry.retry_at):
                    return entry.value
                flight = self._flights.get(key)
                if flight is None:
                    flight = self._flights[key] = _Flight()
                    break
                if entry is not None:
                    return entry.value
            if flight.owner == threading.get_ident():
                raise ProviderStoreError(
                    f"the lookup of {self._what} depends on itself: its store is protected by itself"
                )
            flight.done.wait()
            if flight.values:
                return flight.values[0]
            if flight.error is not None:
                raise _copied(flight.error)
            # The thread that looked up was interrupted, which says nothing of the value: try again.
        return self._run(key, flight, look_up)

    def put(self, key: _Key, value: _Value) -> None:
        """Add a value that was just made."""
        with self._lock:
            self._store(key, _Entry(value, self._clock()))

    def discard(self, key: _Key, value: _Value) -> None:
        """Forget one value, if it is still there: not another that was found meanwhile, nor a lookup under way."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and entry.value is value:
                del self._entries[key]

    def clear(self) -> None:
        """Forget all values. What lookups under way bring is for the threads that wait for them, and is not kept."""
        with self._lock:
            self._entries.clear()
            self._flights.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def _run(self, key: _Key, flight: _Flight[_Value], look_up: Callable[[], _Value]) -> _Value:
        asked_at = self._clock()
        try:
            value = look_up()
        except Exception as error:
            with self._lock:
                entry = self._after_failure(key, flight, error)
                if entry is None:
                    # A copy, since this thread goes on to add its item to the error.
                    flight.error = _copied(error)
                else:
                    flight.values.append(entry.value)
            if entry is None:
                raise
            _LOGGER.warning(
                "looking up %s failed (%s): what is known is used on for less than %.1f seconds",
                self._what,
                type(error).__name__,
                self._maximum_age - (self._clock() - entry.asked_at),
            )
            return entry.value
        else:
            with self._lock:
                flight.values.append(value)
                if self._flights.get(key) is flight:
                    self._store(key, _Entry(value, asked_at))
            return value
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.done.set()

    def _after_failure(self, key: _Key, flight: _Flight[_Value], error: Exception) -> _Entry[_Value] | None:
        """Give the entry that may be used in spite of ``error``, or forget it. Needs the lock."""
        if self._flights.get(key) is not flight:
            return None
        entry = self._usable(key)
        if entry is not None and is_unreachable(error):
            entry.retry_at = self._clock() + RETRY_PAUSE
            return entry
        self._entries.pop(key, None)
        return None

    def _usable(self, key: _Key) -> _Entry[_Value] | None:
        """Give the entry below the maximum age, as the one used last; drop one above it. Needs the lock."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._clock() - entry.asked_at >= self._maximum_age:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry

    def _store(self, key: _Key, entry: _Entry[_Value]) -> None:
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def _renew_after_fork(self) -> None:
        # Whoever held the lock may have been in the midst of a change.
        if not self._inherited or self._lock.locked():
            self._entries = OrderedDict()
        self._flights = {}
        super()._renew_after_fork()


def _copied(error: Exception) -> Exception:
    """Copy an error, so that each thread can add its own traceback and item to it."""
    try:
        copied = copy.copy(error)
    except Exception:  # noqa: BLE001 - an exception whose constructor takes something else than its `args`
        return error
    if type(copied) is not type(error):
        return error
    copied.__cause__ = error.__cause__
    copied.__context__ = error.__context__
    copied.__suppress_context__ = error.__suppress_context__
    return copied
