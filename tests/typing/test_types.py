# SPDX-License-Identifier: Apache-2.0
"""mypy and pyright, both strict, agree with accepted.py and refuse every marked line of rejected.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MARK = "# refused"
FILES = ("accepted.py", "rejected.py")

Errors = dict[int, list[str]]  # line to messages


def _by_file(diagnostics: Iterator[tuple[str, int, str]]) -> dict[str, Errors]:
    found: dict[str, Errors] = {name: {} for name in FILES}
    for file, line, message in diagnostics:
        found[Path(file).name].setdefault(line, []).append(message)
    return found


def _mypy(checkout: Path, folder: Path) -> Iterator[tuple[str, int, str]]:
    """File, line and message of all that mypy has against the two files."""
    options = ["--strict", "--config-file=", f"--cache-dir={folder}", "--no-error-summary", "--follow-imports=silent"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *(HERE / name for name in FILES)],
        env={**os.environ, "MYPYPATH": str(checkout / "python")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    for line in done.stdout.splitlines():
        found = re.match(r"(.+?):(\d+): (error|note): (.*)$", line)
        assert found, f"mypy says something else: {line}"
        if found[3] == "error":
            yield found[1], int(found[2]), found[4]


def _pyright(checkout: Path, folder: Path) -> Iterator[tuple[str, int, str]]:
    """The same of pyright; its home folder stays empty."""
    config = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(checkout / "python")],
        "include": list(FILES),
        "reportMissingModuleSource": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    for name in FILES:  # pyright looks only below its project folder
        shutil.copy(HERE / name, folder)
    home = folder / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", "--project", folder],
        env={**os.environ, "HOME": str(home), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    assert list(home.iterdir()) == []
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(FILES)
    for entry in report["generalDiagnostics"]:
        yield entry["file"], entry["range"]["start"]["line"] + 1, entry["message"]


@pytest.fixture(scope="module", params=[_mypy, _pyright], ids=["mypy", "pyright"])
def found(
    request: pytest.FixtureRequest, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Errors]:
    """What one checker has against accepted.py and rejected.py."""
    return _by_file(request.param(checkout, tmp_path_factory.mktemp("checker")))


def test_the_public_api_has_the_types_it_should(found: dict[str, Errors]) -> None:
    assert found["accepted.py"] == {}


def test_misuse_is_refused_line_by_line(found: dict[str, Errors]) -> None:
    lines = (HERE / "rejected.py").read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith(MARK)}
    assert len(marked) > 10
    errors = found["rejected.py"]
    assert set(errors) == marked, errors
    unresolved = [message for messages in errors.values() for message in messages if "import" in message.lower()]
    assert unresolved == [], "refused for another reason than its types"
