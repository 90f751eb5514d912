# SPDX-License-Identifier: Apache-2.0
"""Alternating rounds: every contestant runs once in every round, so a slow spell of the machine hits all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

CLOCKS: dict[str, Callable[[], int]] = {"cpu": time.thread_time_ns, "wall": time.perf_counter_ns}

# Runs a contestant a number of times; returns nanoseconds for one.
Runner = Callable[[int], float]


def python_runner(call: Callable[[], Any], clock: str) -> Runner:
    now = CLOCKS[clock]

    def run(iterations: int) -> float:
        start = now()
        for _ in repeat(None, iterations):
            call()
        return (now() - start) / iterations

    return run


@dataclass
class Contestant:
    name: str
    run: Runner
    iterations: int = 1
    samples: list[float] = field(default_factory=list)

    def calibrate(self, round_ns: float) -> None:
        """Sets the iterations of a round to last about ``round_ns``; warms caches on the way."""
        self.run(1)
        self.iterations = 1
        while True:
            took = self.run(self.iterations) * self.iterations
            if took >= round_ns / 4:
                break
            self.iterations *= 2
        self.iterations = max(1, round(self.iterations * round_ns / took))

    @property
    def median_ns(self) -> float:
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """Distance between the quartiles, as a fraction of the median."""
        if len(self.samples) < 4:
            return 0.0
        low, _, high = statistics.quantiles(self.samples, n=4)
        return (high - low) / self.median_ns


def run_rounds(contestants: list[Contestant], rounds: int, round_ns: float) -> None:
    """Fills the contestants' samples. The order turns by one each round, so that none always follows the same other."""
    for contestant in contestants:
        contestant.calibrate(round_ns)
    for index in range(rounds):
        shift = index % len(contestants)
        for contestant in contestants[shift:] + contestants[:shift]:
            contestant.samples.append(contestant.run(contestant.iterations))
