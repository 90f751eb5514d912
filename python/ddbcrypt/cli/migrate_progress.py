# SPDX-License-Identifier: Apache-2.0
"""What is printed while a migration runs: a bar on a terminal where rich is installed, else a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Final, Self

from ddbcrypt.cli.text import printable, shorten
from ddbcrypt.migration import Checkpoint, FailedItem, Outcome

__all__ = ("Progress",)

_SECONDS: Final = 10.0
_MESSAGE: Final = 600


class Progress:
    """Observes a migration. Its output is for the thread that has the migration's lock.

    :param table: name for the user
    :param expected: about how many items there are, as ``DescribeTable`` says; 0 or None where it does not know
    :param checkpoint: what was done by earlier runs
    :param quiet: print failed items alone
    """

    def __init__(self, table: str, expected: int | None, checkpoint: Checkpoint, *, quiet: bool) -> None:
        before = checkpoint.report
        self._done = before.items
        self._failed = before.failed
        self._expected = expected or None
        self._quiet = quiet
        self._table = table
        self._began = self._told = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        self._resumed = not checkpoint.is_new

    def __enter__(self) -> Self:
        if self._resumed and not self._quiet:
            print(f"{printable(self._table)}: going on after {self._done:,} items", flush=True)
        self._bar = None if self._quiet else _make_bar()
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task(
                self._table, total=self._expected, completed=self._done, failed=self._failed
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def item(self, outcome: Outcome, failed: FailedItem | None) -> None:
        """One more item is done."""
        self._done += 1
        if outcome is Outcome.FAILED:
            self._failed += 1
        if failed is not None:
            self._show(failed)
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, failed=self._failed)
        elif not self._quiet and time.monotonic() - self._told >= _SECONDS:
            self._told = time.monotonic()
            of_all = f" of about {self._expected:,}" if self._expected else ""
            seconds = self._told - self._began
            print(f"{self._done:,}{of_all} items, {self._failed:,} failed, after {seconds:,.0f} s", flush=True)

    def _show(self, failed: FailedItem) -> None:
        key = ", ".join(f"{name}={_scalar(value)}" for name, value in failed.key.items())
        line = printable(shorten(f"failed: {key}: {type(failed.error).__name__}: {failed.error}", _MESSAGE))
        sys.stderr.write(line + "\n")


def _scalar(value: Any) -> str:
    ((_, content),) = value.items()
    return repr(content) if isinstance(content, (str, bytes)) else f"<{type(content).__name__}>"


def _make_bar() -> Any:
    if not sys.stdout.isatty():
        return None
    try:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bar
    except ModuleNotFoundError:
        return None
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        # Only what is written to the same terminal has to be kept out of the bar's way.
        redirect_stderr=sys.stderr.isatty(),
    )
