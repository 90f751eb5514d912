# SPDX-License-Identifier: Apache-2.0
"""A long run does not grow the process, neither where calls succeed nor where they fail.

Each scenario runs in a process of its own, because a test process has too much else in its heap. A million items go
through the main path; elsewhere a leak of one small block for each item is over the limits many times at smaller counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SOAK = Path(__file__).with_name("soak.py")
COUNTS = {
    "python-items": 1_000_000,
    "wire-items": 20_000,
    "new-names": 20_000,
    "keys": 20_000,
    "failing-decrypts": 100_000,
    "bad-inputs": 100_000,
}


@pytest.mark.parametrize("scenario", sorted(COUNTS))
def test_long_run_does_not_grow_the_process(
    scenario: str, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    command = [sys.executable, str(SOAK), "--scenario", scenario, "--items", str(COUNTS[scenario])]
    command += ["--warm-up", "5000"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert process.returncode in (0, 1), process.stderr
    assert process.stdout, process.stderr
    report = json.loads(process.stdout)
    record_property(f"count: {scenario} run without growth of the process", report["items"])
    with capsys.disabled():
        print(f"\n{scenario}: {report['items']:,} in {report['seconds']} s, growth {report['growth']}")
    assert report["items"] == COUNTS[scenario]
    assert report["over"] == [], report


def test_measurement_sees_a_leak() -> None:
    """The limits are worth something: a leak of 16 bytes an item is over them at the smallest count used here."""
    leak = (
        "import soak, ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.malloc.restype = ctypes.c_void_p\n"
        "def leaking():\n"
        "    kept = []\n"
        "    for index in range(10**9):\n"
        "        libc.malloc(16)\n"
        "        kept.append(object())\n"
        "        yield index\n"
        "soak.SCENARIOS['keys'] = leaking\n"
        "raise SystemExit(soak.main())\n"
    )
    command = [sys.executable, "-c", leak, "--scenario", "keys", "--items", str(min(COUNTS.values()))]
    process = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=SOAK.parent)
    assert process.returncode == 1, process.stderr
    assert {"python_blocks"} < set(json.loads(process.stdout)["over"])
