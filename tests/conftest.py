# SPDX-License-Identifier: Apache-2.0
"""What all tests share: nothing is skipped where everything is required, and counts are printed at the end.

A test that counts its cases calls ``record_property("count: items read back", 2000)``; integers of one name are added
up over all tests and workers and shown in the terminal summary.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.packaging.build import shared_wheel
from tests.support.require import REQUIRE_ALL

COUNT_PREFIX = "count: "

# Examples are the same in every run, so that a commit is judged alike everywhere; a machine shared with others has no
# deadlines.
settings.register_profile(
    "ddbcrypt",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ddbcrypt")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip, of whatever origin, into a failure where DDBCRYPT_REQUIRE_ALL=1. Expected failures stay."""
    if os.environ.get(REQUIRE_ALL) != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{reason} ({REQUIRE_ALL}=1 turns a skip into an error)"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "may_be_missing: needs what no package registry has; a skip stays a skip")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.get_closest_marker("may_be_missing") is None:
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    sums: dict[str, int] = defaultdict(int)
    texts: list[tuple[str, Any]] = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "teardown":  # a test's last report holds all of its properties
                continue
            for name, value in report.user_properties:
                if not name.startswith(COUNT_PREFIX):
                    continue
                if isinstance(value, int):
                    sums[name.removeprefix(COUNT_PREFIX)] += value
                else:
                    texts.append((name.removeprefix(COUNT_PREFIX), value))
    lines = sorted(
        [(name, f"{value:,}") for name, value in sums.items()] + [(name, str(value)) for name, value in texts]
    )
    if lines:
        terminalreporter.section("counts")
        for name, text in lines:
            terminalreporter.write_line(f"{text:>12}  {name}")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The project's root folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def built_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the committed files, built once a run."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    return shared_wheel(shared / "ddbcrypt-wheel")
