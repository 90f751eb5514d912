# SPDX-License-Identifier: Apache-2.0
"""A process that forks after it has encrypted: no child repeats random bytes of its parent or of another child."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.badinput import forking


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
def test_children_draw_ivs_of_their_own() -> None:
    script = Path(forking.__file__)
    root = script.parents[2]
    run = subprocess.run(
        [sys.executable, "-m", "tests.badinput.forking"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    ivs = run.stdout.split()
    per_turn = len(forking.NAMES) * 3
    assert len(ivs) == len(forking.NAMES) + forking.CHILDREN * per_turn
    assert len(set(ivs)) == len(ivs)
