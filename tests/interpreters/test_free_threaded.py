# SPDX-License-Identifier: Apache-2.0
"""The extension in a CPython without a GIL: built for it, imported without turning the GIL on, threads that share.

Such an interpreter is found as python3.13t or newer on PATH, or by its path in DDBCRYPT_FREE_THREADED_PYTHON. No
package registry has one that pip or apt would install on Debian 12, so it being missing is a skip under
DDBCRYPT_REQUIRE_ALL=1 as well, unless the variable names one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.interpreters.environment import environment
from tests.interpreters.sharing import SCENARIOS
from tests.packaging.build import clean_copy

pytestmark = pytest.mark.may_be_missing

VARIABLE = "DDBCRYPT_FREE_THREADED_PYTHON"
CHILD = Path(__file__).with_name("sharing.py")
PROBE = "import sys, sysconfig, venv, ensurepip; assert sysconfig.get_config_var('Py_GIL_DISABLED')"
IMPORT = """
import sys, boto3
before = sys._is_gil_enabled()
import ddbcrypt, ddbcrypt._engine
print(before, sys._is_gil_enabled())
"""


def _works(python: str) -> bool:
    return subprocess.run([python, "-c", PROBE], capture_output=True, check=False).returncode == 0


def _find() -> str:
    named = os.environ.get(VARIABLE)
    if named:
        assert _works(named), f"{VARIABLE}={named} is no free-threaded CPython with venv and pip"
        return named
    for minor in (15, 14, 13):
        found = shutil.which(f"python3.{minor}t")
        if found and _works(found):
            return found
    pytest.skip(
        f"a free-threaded CPython is missing: no python3.13t or newer on PATH, none named by {VARIABLE}; what is "
        "claimed of the module without a GIL was NOT tested here (docs/dependencies.md tells how to build one)"
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A free-threaded interpreter that has the package, built by it, and boto3."""
    found = _find()
    folder = tmp_path_factory.mktemp("free-threaded")
    return environment(found, clean_copy(folder / "source"), folder / "venv")


def _run(python: Path, *arguments: str | Path, **variables: str) -> str:
    """What a child prints; PYTHON_GIL and its like of the caller's own do not reach it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, *arguments], env={**kept, **variables}, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_import_leaves_the_gil_off(python: Path) -> None:
    # An error too, where the module did not declare itself: CPython warns when it turns the GIL on for one.
    assert _run(python, "-W", "error::RuntimeWarning", "-c", IMPORT).split() == ["False", "False"]


@pytest.mark.parametrize("options", [(), ("-X", "dev")], ids=["plain", "dev"])
def test_threads_that_share(python: Path, options: tuple[str, ...], record_property: Any) -> None:
    report = json.loads(_run(python, *options, CHILD))
    assert report["gil"] is False
    failures = [f"{name}:\n{result}" for name, result in report["results"].items() if not isinstance(result, int)]
    assert not failures, "\n".join(failures)
    assert list(report["results"]) == list(SCENARIOS)
    total = sum(report["results"].values())
    record_property(f"count: threads without a GIL, CPython {report['version']}", total)
