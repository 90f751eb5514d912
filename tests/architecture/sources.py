# SPDX-License-Identifier: Apache-2.0
"""The files that a commit would hold, as the architecture tests see them."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_COMMENT_OR_LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
_IGNORED_FOLDERS = {".git", ".venv", ".venv-aio", "build", "dist", "target", "__pycache__", ".hypothesis"}


@cache
def committed_files() -> tuple[Path, ...]:
    """Tracked files and those that git would add; all but build results where this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _IGNORED_FOLDERS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))


def committed_text_files() -> list[tuple[Path, str]]:
    """Path and text of every committed file that is UTF-8 text."""
    texts: list[tuple[Path, str]] = []
    for path in committed_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        try:
            texts.append((path, content.decode("utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


def c_files(folder: str = "csrc") -> list[Path]:
    """C sources and headers under a folder of the checkout."""
    return [path for path in committed_files() if path.suffix in {".c", ".h"} and path.is_relative_to(ROOT / folder)]


def c_code(path: Path) -> str:
    """A C file without comments and with its literals emptied, except for the names that it includes."""
    includes = re.findall(r'^\s*#\s*include\s+[<"][^>"]+[>"]', path.read_text(encoding="utf-8"), re.MULTILINE)
    return "\n".join([*includes, _COMMENT_OR_LITERAL.sub('""', path.read_text(encoding="utf-8"))])


def name(path: Path) -> str:
    """The path below the checkout, with slashes."""
    return path.relative_to(ROOT).as_posix()
