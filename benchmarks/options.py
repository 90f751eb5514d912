# SPDX-License-Identifier: Apache-2.0
"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.shapes import all_shapes

SHAPES = [shape.name for shape in all_shapes()]


@dataclass(frozen=True)
class Options:
    """What is measured, how long, and where it goes."""

    suites: list[str]
    shapes: list[str]
    rounds: int
    round_ns: float
    warm_ns: float
    clock: str
    java: bool
    quick: bool
    markdown: bool
    json: Path | None
    compare: Path | None
    load: Path | None

    @property
    def whole(self) -> bool:
        """Whether nothing is narrowed, so that the picture can be drawn."""
        return not self.quick and self.shapes == SHAPES

    def fewer(self, rounds: int) -> int:
        """Rounds of a suite whose rounds are long."""
        return min(rounds, self.rounds)
