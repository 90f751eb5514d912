# SPDX-License-Identifier: Apache-2.0
"""A virtual environment of another interpreter, with the checkout built and installed by it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def environment(python: str, source: Path, folder: Path) -> Path:
    """A virtual environment of ``python`` with the package and boto3; its interpreter."""
    interpreter = folder / "bin" / "python"
    subprocess.run([python, "-m", "venv", folder], check=True, capture_output=True)
    install = [interpreter, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile", source]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return interpreter
