# SPDX-License-Identifier: Apache-2.0
"""Alternating rounds: every contestant runs once in every round, so a slow spell of the machine hits all alike."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

CLOCKS: dict[str, Callable[[], int]] = {"cpu": time.thread_time_ns, "wall": time.perf_counter_ns}
DIRECTIONS = ("encrypt", "decrypt")

Step = Callable[[], object]
# Runs a contestant a number of times; returns nanoseconds for one.
Runner = Callable[[int], float]


def python_runner(call: Callable[[], Any], clock: str, items: int = 1) -> Runner:
    """Times a call; ``items``: how many items one call does."""
    now = CLOCKS[clock]

    def run(iterations: int) -> float:
        start = now()
        for _ in repeat(None, iterations):
            call()
        return (now() - start) / iterations / items

    return run


@dataclass
class Contestant:
    """Something that is timed; ``items`` is how many items one iteration does."""

    name: str
    run: Runner
    items: int = 1
    iterations: int = 1
    samples: list[float] = field(default_factory=list)

    def calibrate(self, round_ns: float) -> None:
        """Sets the iterations of a round to last about ``round_ns``; warms caches on the way."""
        self.run(1)
        self.iterations = 1
        while True:
            took = self.run(self.iterations) * self.iterations * self.items
            if took >= round_ns / 4:
                break
            self.iterations *= 2
        self.iterations = max(1, round(self.iterations * round_ns / took))

    def warm(self, spend_ns: float, most: int = 5000) -> None:
        """Lets a just-in-time compiler see ``most`` iterations, or as many as take ``spend_ns``."""
        spent, done, step = 0.0, 0, 1
        while spent < spend_ns and done < most:
            took = self.run(step) * step
            spent += took
            done += step
            step = max(1, min(step * 2, most - done, int((spend_ns - spent) / (took / step))))


def run_rounds(contestants: Iterable[Contestant], rounds: int, round_ns: float) -> None:
    """Fills the contestants' samples. Each round has an order of its own, so that none always follows the same other.

    An eighth of a turn goes before it untimed: the contestant's caches are cold and its process was idle.
    """
    contestants = list(contestants)
    for contestant in contestants:
        contestant.calibrate(round_ns)
    order = random.Random(1)
    for _ in range(rounds):
        order.shuffle(contestants)
        for contestant in contestants:
            if contestant.iterations >= 8:
                contestant.run(contestant.iterations // 8)
            contestant.samples.append(contestant.run(contestant.iterations))


def rate(steps: list[Step], seconds: float) -> list[float]:
    """Runs each step over and over in a thread of its own; how often a second each ran."""
    rates = [0.0] * len(steps)
    start, stop = threading.Barrier(len(steps) + 1), threading.Event()

    def loop(index: int, step: Step) -> None:
        done = 0
        start.wait()
        began = time.perf_counter()
        while not stop.is_set():
            step()
            done += 1
        rates[index] = done / (time.perf_counter() - began)

    threads = [threading.Thread(target=loop, args=(index, step)) for index, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    start.wait()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return rates
