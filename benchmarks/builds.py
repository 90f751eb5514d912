# SPDX-License-Identifier: Apache-2.0
"""Builds of the checkout in temporary folders, to compare what was built differently.

Needs scikit-build-core, cmake and ninja beside the interpreter, as ``make bench`` installs them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_THRESHOLD = re.compile(r"^(#define GIL_RELEASE_\w+) \d+$", re.MULTILINE)


def build(folder: Path, *, py_api: str = "cp311", gil_release_bytes: int | None = None) -> Path:
    """Builds a wheel from a copy of the checkout and unpacks it.

    ``py_api`` is empty for the full API. ``gil_release_bytes`` takes the place of the size from which the engine
    releases the GIL. Returns the folder to put on the module path.
    """
    source, wheels, site = folder / "source", folder / "wheels", folder / "site"
    ignored = shutil.ignore_patterns(".*", "build", "dist", "tests", "benchmarks", "__pycache__")
    shutil.copytree(_ROOT, source, ignore=ignored)
    if gil_release_bytes is not None:
        _set_threshold(source / "csrc" / "python" / "call.h", gil_release_bytes)
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(wheels)]
    settings = [f"-Cwheel.py-api={py_api}", f"-Cbuild-dir={folder / 'build'}"]
    subprocess.run([*wheel, *settings, str(source)], check=True, env=os.environ | {"PATH": tools})
    (made,) = wheels.glob("*.whl")
    if ("abi3" in made.name) != bool(py_api):
        raise SystemExit(f"benchmarks: asked for the API '{py_api or 'full'}', got {made.name}")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(made)], check=True)
    return site


def _set_threshold(header: Path, size: int) -> None:
    text, count = _THRESHOLD.subn(rf"\g<1> {size}", header.read_text(encoding="utf-8"))
    if count == 0:
        raise SystemExit(f"benchmarks: {header.name} does not define the size from which the GIL is released")
    header.write_text(text, encoding="utf-8")


class Served:
    """A process that has loaded one build, answering a line for a line.

    ``arguments`` are a script of this folder and its own; the script first prints where it loaded the engine from.
    """

    def __init__(self, site: Path, arguments: list[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(site)},
        )
        # An editable installation of the checkout would come first, and be measured in the place of the build.
        if not self._read().startswith(str(site)):
            raise SystemExit("benchmarks: another ddbcrypt than the build under test was loaded (is it editable here?)")

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("benchmarks: the measured process ended")
        return line

    def ask(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)


def announce_engine() -> None:
    """What a served script prints first."""
    from ddbcrypt import _engine

    print(_engine.__file__, flush=True)
