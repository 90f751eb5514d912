# SPDX-License-Identifier: Apache-2.0
"""mypy and pyright, both strict, agree with accepted.py and refuse every marked line of rejected.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MARK = "# refused"

Errors = dict[int, list[str]]


def _mypy(checkout: Path, file: Path, folder: Path) -> Errors:
    """Messages of mypy about a file, by line."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            f"--cache-dir={folder}",
            "--no-error-summary",
            file,
        ],
        env={**os.environ, "MYPYPATH": str(checkout / "python")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    errors: Errors = {}
    for line in done.stdout.splitlines():
        found = re.match(rf".*\b{file.name}:(\d+): error: (.*)$", line)
        if found:
            errors.setdefault(int(found[1]), []).append(found[2])
        else:
            assert ": note: " in line, f"mypy about something else: {line}"
    return errors


def _pyright(checkout: Path, file: Path, folder: Path) -> Errors:
    """Messages of pyright about a file, by line; its home folder stays empty."""
    config = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(checkout / "python")],
        "include": [file.name],
        "reportMissingModuleSource": False,
        "reportUnusedExpression": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    shutil.copy(file, folder)  # pyright looks only below its project folder
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
    assert report["summary"]["filesAnalyzed"] == 1
    errors: Errors = {}
    for entry in report["generalDiagnostics"]:
        assert Path(entry["file"]).name == file.name, entry
        errors.setdefault(entry["range"]["start"]["line"] + 1, []).append(entry["message"])
    return errors


CHECKERS = [pytest.param(_mypy, id="mypy"), pytest.param(_pyright, id="pyright")]
Checker = Callable[[Path, Path, Path], Errors]


@pytest.mark.parametrize("check", CHECKERS)
def test_the_public_api_has_the_types_it_should(checkout: Path, tmp_path: Path, check: Checker) -> None:
    assert check(checkout, HERE / "accepted.py", tmp_path) == {}


@pytest.mark.parametrize("check", CHECKERS)
def test_misuse_is_refused_line_by_line(checkout: Path, tmp_path: Path, check: Checker) -> None:
    file = HERE / "rejected.py"
    lines = file.read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith(MARK)}
    assert len(marked) > 10
    errors = check(checkout, file, tmp_path)
    assert set(errors) == marked, errors
    missing = [message for messages in errors.values() for message in messages if "import" in message.lower()]
    assert missing == [], "refused for another reason than its types"
