# SPDX-License-Identifier: Apache-2.0
"""What the suites of one run share: its options, what it found, a folder, builds and the Java clients."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import builds, shapes
from benchmarks.cells import TIME, Report
from benchmarks.contestants import java
from benchmarks.timing import Contestant, run_rounds

if TYPE_CHECKING:
    from benchmarks.options import Options


class Session:
    def __init__(self, options: Options, report: Report, folder: Path) -> None:
        self.options = options
        self.report = report
        self.folder = folder
        self._builds: dict[str, builds.Built] = {}

    @property
    def shapes(self) -> list[shapes.Shape]:
        """The chosen ones."""
        return [shape for shape in shapes.all_shapes() if shape.name in self.options.shapes]

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def time(self, contestants: list[Contestant], rounds: int | None = None) -> None:
        """Run the contestants in alternating rounds; each becomes a cell of its name."""
        # The collector stays on, for what the contestants make; what was made before is no work of theirs.
        gc.collect()
        gc.freeze()
        run_rounds(contestants, rounds or self.options.rounds, self.options.round_ns)
        gc.unfreeze()
        for contestant in contestants:
            self.report.add(contestant.name, TIME, contestant.samples)

    def built(self, **settings: Any) -> builds.Built:
        """A build of the checkout, made once for each of its settings."""
        name = "-".join(f"{key}={value}" for key, value in settings.items()) or "as-released"
        if name not in self._builds:
            self.say(f"building a wheel ({name})")
            folder = self.folder / name
            folder.mkdir()
            self._builds[name] = builds.build(folder, **settings)
        return self._builds[name]

    @contextmanager
    def java(self, project: str, label: str) -> Iterator[java.JavaClient | None]:
        """A Java client; where there is none the report says so, and why."""
        if not self.options.java:
            self._without_java(label, "--no-java")
            yield None
            return
        with java.client(project, self.options.clock, quick=self.options.quick) as client:
            if isinstance(client, str):
                self._without_java(label, client)
            yield None if isinstance(client, str) else client

    def _without_java(self, label: str, reason: str) -> None:
        self.report.notes[f"java {label}"] = reason
        self.say(f"\n*** WITHOUT THE {label.upper()} JAVA CLIENT: {reason}\n")
