# SPDX-License-Identifier: Apache-2.0
"""What is measured: each suite fills cells of the report, and makes Markdown of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cells import Report
from benchmarks.session import Session
from benchmarks.suites import (
    abi3,
    batches,
    gil,
    growth,
    hooks,
    imports,
    legacy,
    memory,
    soak,
    structured,
    threads,
)


@dataclass(frozen=True)
class Suite:
    """``region``: where its tables stand in docs/benchmarks.md. ``quick``: whether --quick measures it too."""

    name: str
    measure: Callable[[Session], None]
    render: Callable[[Report], str]
    quick: bool = True

    @property
    def region(self) -> str:
        return f"bench-{self.name}"


SUITES = {
    suite.name: suite
    for suite in (
        Suite("legacy", legacy.measure, legacy.render),
        Suite("structured", structured.measure, structured.render),
        Suite("batches", batches.measure, batches.render),
        Suite("threads", threads.measure, threads.render),
        Suite("growth", growth.measure, growth.render),
        Suite("memory", memory.measure, memory.render),
        Suite("imports", imports.measure, imports.render),
        Suite("hooks", hooks.measure, hooks.render),
        Suite("gil", gil.measure, gil.render, quick=False),
        Suite("abi3", abi3.measure, abi3.render, quick=False),
        Suite("soak", soak.measure, soak.render, quick=False),
    )
}
