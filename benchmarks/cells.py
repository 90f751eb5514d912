# SPDX-License-Identifier: Apache-2.0
"""What a run found: one figure a cell, under a name such as ``legacy/small/encrypt/wire``."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

SCHEMA = 1
#: Nanoseconds for one; how many a second; bytes; how many.
TIME, RATE, BYTES, COUNT = "ns", "1/s", "bytes", "count"


@dataclass(frozen=True)
class Cell:
    """A figure: median, quartiles and best of its samples."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    best: float
    samples: int

    @classmethod
    def of(cls, name: str, unit: str, samples: Sequence[float]) -> Self:
        """Sum up samples; the best is the largest rate, and the smallest of all else."""
        low, middle, high = (
            statistics.quantiles(samples, n=4) if len(samples) > 3 else (min(samples), 0.0, max(samples))
        )
        middle = statistics.median(samples)
        best = max(samples) if unit == RATE else min(samples)
        return cls(name, unit, middle, low, high, best, len(samples))

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a part of the median."""
        return (self.high - self.low) / 2 / self.median if self.median else 0.0


@dataclass(frozen=True)
class Ratio:
    """One cell as a multiple of another, by their medians and by their best rounds."""

    medians: float
    best: float


@dataclass
class Report:
    """All cells of a run and what they were measured on."""

    date: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)

    def add(self, name: str, unit: str, samples: Sequence[float]) -> None:
        if name in self.cells:
            raise AssertionError(f"measured twice: {name}")
        self.cells[name] = Cell.of(name, unit, samples)

    def get(self, *parts: object) -> Cell | None:
        return self.cells.get("/".join(map(str, parts)))

    def ratio(self, over: str, under: str) -> Ratio | None:
        """``over`` as a multiple of ``under``; None where either was not measured."""
        a, b = self.cells.get(over), self.cells.get(under)
        if a is None or b is None or not b.median:
            return None
        return Ratio(a.median / b.median, a.best / b.best)

    def ratio_to_sum(self, over: str, *under: str) -> Ratio | None:
        """``over`` as a multiple of all of ``under`` together; None where one was not measured."""
        a, parts = self.cells.get(over), [self.cells.get(name) for name in under]
        found = [part for part in parts if part is not None]
        if a is None or len(found) < len(parts):
            return None
        return Ratio(a.median / sum(part.median for part in found), a.best / sum(part.best for part in found))

    def under(self, *parts: object) -> Iterator[Cell]:
        """The cells whose names begin with these parts."""
        prefix = "/".join(map(str, parts)) + "/"
        return (cell for name, cell in self.cells.items() if name.startswith(prefix))

    def write(self, path: Path, goals: list[dict[str, Any]]) -> None:
        content = dataclasses.asdict(self)
        content["cells"] = [dataclasses.asdict(cell) for cell in self.cells.values()]
        path.write_text(json.dumps({"schema": SCHEMA, **content, "goals": goals}, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema", None) != SCHEMA:
            raise SystemExit(f"benchmarks: {path.name} was not written by --json of this version")
        content.pop("goals")
        cells = [Cell(**cell) for cell in content.pop("cells")]
        return cls(**content, cells={cell.name: cell for cell in cells})
