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
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lines import LineProcess

_ROOT = Path(__file__).resolve().parent.parent
_THRESHOLD = re.compile(r"^(#define GIL_RELEASE_\w+) \d+$", re.MULTILINE)
_IGNORED = shutil.ignore_patterns(".*", "build", "dist", "tests", "benchmarks", "__pycache__", "*.so")


@dataclass(frozen=True)
class Built:
    """A wheel, and the folder that it was unpacked into."""

    wheel: Path
    site: Path


def build(folder: Path, *, py_api: str = "", gil_release_bytes: int | None = None) -> Built:
    """Build a wheel from a copy of the checkout and unpack it.

    ``py_api`` is empty for the full API. ``gil_release_bytes`` takes the place of the size from which the engine
    releases the GIL.
    """
    source, wheels, site = folder / "source", folder / "wheels", folder / "site"
    shutil.copytree(_ROOT, source, ignore=_IGNORED)
    if gil_release_bytes is not None:
        _set_threshold(source / "csrc" / "python" / "call.h", gil_release_bytes)
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(wheels)]
    settings = [f"-Cwheel.py-api={py_api}", f"-Cbuild-dir={folder / 'build'}"]
    _run([*wheel, *settings, str(source)], os.environ | {"PATH": tools})
    (made,) = wheels.glob("*.whl")
    if ("abi3" in made.name) != bool(py_api):
        raise SystemExit(f"benchmarks: asked for the API '{py_api or 'full'}', got {made.name}")
    _run([*pip, "install", "--no-deps", "--target", str(site), str(made)], dict(os.environ))
    return Built(made, site)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"benchmarks: {' '.join(command)} failed:\n{done.stdout}")


def _set_threshold(header: Path, size: int) -> None:
    text, count = _THRESHOLD.subn(rf"\g<1> {size}", header.read_text(encoding="utf-8"))
    if count == 0:
        raise SystemExit(f"benchmarks: {header.name} does not define the size from which the GIL is released")
    header.write_text(text, encoding="utf-8")


class Served(LineProcess):
    """A process that has loaded one build, answering a line for a line.

    ``arguments`` are a module of this package and its own arguments; it first calls :func:`announce_engine`.
    """

    def __init__(self, site: Path, arguments: list[str]) -> None:
        paths = os.pathsep.join([str(site), str(_ROOT)])
        super().__init__([sys.executable, "-m", *arguments], os.environ | {"PYTHONPATH": paths})
        # An editable installation of the checkout would come first, and be measured in the place of the build.
        if not self.read().startswith(str(site)):
            raise SystemExit("benchmarks: another ddbcrypt than the build under test was loaded (is it editable here?)")


def announce_engine() -> None:
    """What a served module prints first."""
    from ddbcrypt import _engine

    print(_engine.__file__, flush=True)
