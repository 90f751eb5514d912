# SPDX-License-Identifier: Apache-2.0
"""The extension works in interpreters that have a GIL of their own, and in two of them at once.

Such interpreters begin with CPython 3.12; the checkout is built and installed by the oldest and by the newest that this
machine has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interpreters.environment import environment
from tests.packaging.build import clean_copy
from tests.support.require import missing

CHILD = Path(__file__).with_name("child.py")
PROBE = "import sys, venv, ensurepip; assert sys.implementation.name == 'cpython'; print(*sys.version_info[:2])"


def _candidates() -> Iterator[str]:
    yield sys.executable
    for minor in (14, 13, 12):
        if found := shutil.which(f"python3.{minor}"):
            yield found
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from (str(path) for path in sorted(root.glob("versions/3.*/bin/python3"), reverse=True))


def _newer_pythons() -> dict[tuple[int, int], str]:
    """Working interpreters of 3.12 and newer by version, the first of each."""
    found: dict[tuple[int, int], str] = {}
    for candidate in _candidates():
        done = subprocess.run([candidate, "-c", PROBE], capture_output=True, text=True, check=False)
        if done.returncode != 0:  # a pyenv shim without its version, say
            continue
        major, minor = map(int, done.stdout.split())
        if (major, minor) >= (3, 12):
            found.setdefault((major, minor), candidate)
    return found


Report = dict[str, Any]


@pytest.fixture(scope="module")
def seen() -> dict[tuple[int, int], Report]:
    """Reports by version: the oldest may be the newest as well."""
    return {}


@pytest.fixture(scope="module", params=["oldest", "newest"])
def report(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    seen: dict[tuple[int, int], Report],
) -> Report:
    """What child.py printed, on the oldest and the newest version from 3.12 on that this machine has."""
    pythons = _newer_pythons()
    if not pythons:
        missing("CPython 3.12 or newer", "interpreters with a GIL of their own begin with it")
    version = min(pythons) if request.param == "oldest" else max(pythons)
    if version in seen:
        return seen[version]
    folder = tmp_path_factory.mktemp("interpreters")
    python = environment(pythons[version], clean_copy(folder / "source"), folder / "venv")
    done = subprocess.run([python, "-X", "dev", CHILD], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    seen[version] = json.loads(done.stdout)
    return seen[version]


def _check(result: dict[str, Any], done: int) -> None:
    assert "error" not in result, result["error"]
    assert result["done"] == done
    assert result["distinct"] == done, "an initialisation vector came twice"
    assert result["refusals"] == "InvalidKeyError SignatureVerificationError"


def test_one_interpreter(report: Report, record_property: Any) -> None:
    [result] = report["one"]
    _check(result, 100)
    assert result["gil"] == "own"
    record_property(f"count: items in an own-GIL interpreter of {report['version']}", result["done"])


def test_two_interpreters_at_once(report: Report, record_property: Any) -> None:
    assert len(report["two"]) == 4
    for result in report["two"]:
        _check(result, 1000)
        assert result["gil"] == "own"
    total = sum(result["done"] for result in report["two"])
    record_property(f"count: items in two own-GIL interpreters at once of {report['version']}", total)


def test_the_main_interpreter_before_and_after(report: Report) -> None:
    _check(report["main"], 40)
    _check(report["main_again"], 40)
