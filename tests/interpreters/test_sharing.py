# SPDX-License-Identifier: Apache-2.0
"""The scenarios of sharing.py in this interpreter, with threads that switch as often as it lets them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.interpreters.sharing import SCENARIOS


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_threads_that_share(scenario: str, record_property: Callable[[str, object], None]) -> None:
    record_property(f"count: threads: {scenario}", SCENARIOS[scenario]())
