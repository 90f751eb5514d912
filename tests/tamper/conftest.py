# SPDX-License-Identifier: Apache-2.0
"""A judge for each item of the corpus, whose counts go to the terminal summary, and the reference client as oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.interop.oracle import Oracle
from tests.tamper.corpus import CASES
from tests.tamper.judge import Judge, report


@pytest.fixture(params=CASES)
def judge(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[Judge]:
    judge = Judge(CASES[request.param])
    yield judge
    report(judge.count, record_property)


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running
