# SPDX-License-Identifier: Apache-2.0
"""Preparation of the items of a batch, several at once where each costs a network call for its keys.

A batch of 25 items whose provider asks a key service 25 times takes as long as three calls, not 25. Where no provider
of the batch makes calls there is no thread and no lock, only a loop.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError

__all__ = ("CONCURRENT_CALLS", "call_each", "prepare_each")

#: Calls that one batch has under way at most, the calling thread's own among them. It is botocore's default number of
#: connections of a client, so that none of them waits for a connection.
CONCURRENT_CALLS: Final = 10

_Prepared = TypeVar("_Prepared")
_Job = tuple[Mapping[str, Any], CryptoConfig]


def prepare_each(
    prepare: Callable[[Mapping[str, Any], CryptoConfig, bool], _Prepared], jobs: Sequence[_Job], wire: bool
) -> list[_Prepared]:
    """Call ``prepare(item, config, wire)`` for each job; results in the order of ``jobs``.

    Where a job cannot be prepared, the error is always that of the first such job in the order of ``jobs``, as if one
    had been prepared after the other, and calls that have not begun are left out. All threads have ended when this
    returns or raises.

    :raises: what ``prepare`` raised; ``index`` of a ddbcrypt exception is the position of its job
    """
    concurrently = len(jobs) > 1 and any(config.materials_provider.makes_network_calls for _, config in jobs)
    return call_each(lambda position: prepare(*jobs[position], wire), len(jobs), concurrently=concurrently)


def call_each(call: Callable[[int], _Prepared], count: int, *, concurrently: bool) -> list[_Prepared]:
    """Call ``call(position)`` for each position, as :func:`prepare_each` does.

    :param concurrently: whether in several threads, where each costs a call over the network
    """
    # One item gains nothing from threads, and a batch of static materials is not to pay for any.
    if count > 1 and concurrently:
        return _Run(call, count).results()
    results: list[_Prepared] = []
    try:
        for position in range(count):
            results.append(call(position))  # noqa: PERF401 - how far it came is the index of the error
    except DynamodbEncryptionSdkError as error:
        error.index = len(results)  # those before it are done
        raise
    return results


class _Run(Generic[_Prepared]):
    """The calls of one batch: threads take positions in order until none is left or one has failed.

    Positions are handed out in order, so when one fails every position before it has been taken and will finish: the
    least of the failures is the one that a loop would have met.
    """

    def __init__(self, call: Callable[[int], _Prepared], count: int) -> None:
        self._call = call
        self._count = count
        self._results: dict[int, _Prepared] = {}
        self._failures: dict[int, BaseException] = {}
        self._next = 0
        self._lock = threading.Lock()

    def results(self) -> list[_Prepared]:
        """Run all calls, in this thread and in others beside it."""
        threads: list[threading.Thread] = []
        try:
            self._start(threads)
            self._work(in_caller=True)
        finally:
            # Also after an interrupt: nothing may use the caller's items when this call is over.
            self._stop()
            for thread in threads:
                thread.join()
        if self._failures:
            position = min(self._failures)
            error = self._failures[position]
            # The exception knows this object through its traceback: it is not to be known in turn, or the items of the
            # batch would stay until the garbage collector comes by.
            self._failures.clear()
            if isinstance(error, DynamodbEncryptionSdkError):
                error.index = position
            try:
                raise error
            finally:
                del error
        return [self._results[position] for position in range(self._count)]

    def _start(self, threads: list[threading.Thread]) -> None:
        for number in range(1, min(CONCURRENT_CALLS, self._count)):
            # A context of its own for each: what the caller set in context variables holds in the threads too.
            run = contextvars.copy_context().run
            thread = threading.Thread(target=run, args=(self._work,), name=f"ddbcrypt-fetch-{number}", daemon=False)
            try:
                thread.start()
            except RuntimeError:
                # No more threads are to be had, at the end of the interpreter for one: fewer do the same work.
                return
            threads.append(thread)

    def _work(self, *, in_caller: bool = False) -> None:
        while (position := self._take()) is not None:
            try:
                result = self._call(position)
            except BaseException as error:
                # Ctrl-C is for the whole batch, not for the item that was under way in the calling thread.
                if in_caller and not isinstance(error, Exception):
                    raise
                self._fail(position, error)
            else:
                self._results[position] = result

    def _take(self) -> int | None:
        with self._lock:
            if self._failures or self._next >= self._count:
                return None
            position = self._next
            self._next += 1
            return position

    def _fail(self, position: int, error: BaseException) -> None:
        with self._lock:
            self._failures[position] = error

    def _stop(self) -> None:
        with self._lock:
            self._next = self._count
