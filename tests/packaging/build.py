# SPDX-License-Identifier: Apache-2.0
"""Wheels and source distributions of the checkout, built outside of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, committed_files
from tests.support.filelock import file_lock


def clean_copy(target: Path) -> Path:
    """The checkout as git would hand it out: committed files only."""
    for path in committed_files():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return target


def run(command: list[str | Path], cwd: Path) -> str:
    """The output of a command that has to succeed."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def build_wheel(source: Path, out: Path) -> Path:
    """The one wheel of a source tree, with the build tools of this environment."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation"]
    run([*pip, "--wheel-dir", out, source], cwd=source)
    [wheel] = out.glob("*.whl")
    return wheel


def shared_wheel(folder: Path) -> Path:
    """The wheel of a clean copy of the checkout, built once for all test workers that share ``folder``."""
    with file_lock(folder / "wheel.lock"):
        built = list((folder / "wheel").glob("*.whl"))
        if built:
            return built[0]
        return build_wheel(clean_copy(folder / "checkout"), folder / "wheel")
