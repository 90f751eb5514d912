# SPDX-License-Identifier: Apache-2.0
"""What the demo prints: colours and a moving bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ddbcrypt.cli.items import Item
from ddbcrypt.cli.text import brief, printable

__all__ = ("Screen",)

_PLAIN_WIDTH = 110
_ROWS = 40
_NAME_WIDTH = 28

Batch = TypeVar("Batch", bound=list[Any])


class Screen:
    """Writes to standard output. Not thread-safe."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        if not self._console.is_terminal and "COLUMNS" not in os.environ:
            self._console = Console(highlight=False, markup=False, emoji=False, width=_PLAIN_WIDTH)

    def heading(self, text: str) -> None:
        """Print a heading after an empty line."""
        self._console.print()
        self._console.print(Text(printable(text), style="bold"))

    def line(self, text: str, style: str = "") -> None:
        """Print one indented paragraph; ``style`` is rich's."""
        self._console.print(Text("  " + printable(text), style=style), soft_wrap=True)

    def progress(self, label: str, total: int, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Pass the batches on; on a terminal, with a bar that counts what is in them."""
        if not self._console.is_terminal:
            yield from batches
            return
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task(label, total=total)
            for batch in batches:
                yield batch
                bar.advance(task, len(batch))

    def side_by_side(self, plain: Item, stored: Item) -> None:
        """Print an item as the application has it beside what DynamoDB holds, one attribute a row."""
        table = Table(show_lines=False, padding=(0, 1), expand=False)
        table.add_column("attribute", max_width=_NAME_WIDTH, overflow="fold", style="bold")
        table.add_column("the application sees", ratio=1, overflow="fold")
        table.add_column("DynamoDB holds", ratio=1, overflow="fold")
        names = [*plain, *(name for name in stored if name not in plain)]
        for name in names[:_ROWS]:
            same = name in plain and name in stored and plain[name] == stored[name]
            table.add_row(
                Text(printable(name)),
                Text(_cell(plain, name)),
                Text(_cell(stored, name), style="" if same else "cyan"),
            )
        if len(names) > _ROWS:
            table.add_row(Text(f"and {len(names) - _ROWS} more"), Text(), Text())
        self._console.print(table)

    def figures(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Print labels, figures and units or remarks in three columns."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column(justify="right")
        grid.add_column()
        for label, figure, remark in rows:
            grid.add_row(Text("  " + label), Text(figure), Text(remark))
        self._console.print(grid)


def _cell(item: Item, name: str) -> str:
    if name not in item:
        return ""
    (tag,) = item[name]
    return f"{tag:<4} {brief(item[name], 120)}"
