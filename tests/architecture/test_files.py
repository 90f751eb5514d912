# SPDX-License-Identifier: Apache-2.0
"""What every committed file keeps to: size, licence line, no trace of the machine that it was made on."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import committed_files, committed_text_files, name

LINES_MAX = 600
CODE_SUFFIXES = {".c", ".h", ".py", ".pyi", ".java", ".cmake", ".sh"}
CODE_NAMES = {"CMakeLists.txt", "Makefile", "run", "pyproject.toml"}
# Built by concatenation, so that this file does not hold what it looks for.
MACHINE = [
    re.compile(r"(?<![\w.\-/])/" + folder + r"/[\w.]")
    for folder in ("wo" + "rk", "tm" + "p", "ro" + "ot", "ho" + "me", "Us" + "ers", "opt/" + "wheels")
]
REGISTRIES = [
    host.replace("_", ".")
    for host in (
        "pypi_org",
        "pythonhosted_org",
        "registry_npmjs_org",
        "repo1_maven_org",
        "repo_maven_apache_org",
        "proxy_golang_org",
        "deb_debian_org",
        "crates_io",
    )
]


def _is_code(path_name: str) -> bool:
    leaf = path_name.rsplit("/", 1)[-1]
    return leaf in CODE_NAMES or ("." in leaf and "." + leaf.rsplit(".", 1)[-1] in CODE_SUFFIXES)


def test_no_source_file_is_too_long() -> None:
    long = {
        name(path): text.count("\n")
        for path, text in committed_text_files()
        if _is_code(name(path)) and text.count("\n") > LINES_MAX
    }
    assert long == {}


def test_every_source_file_names_its_licence() -> None:
    missing = [
        name(path)
        for path, text in committed_text_files()
        if _is_code(name(path)) and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:5])
    ]
    assert missing == []


def test_no_machine_path() -> None:
    found: list[str] = []
    for path, text in committed_text_files():
        for number, line in enumerate(text.splitlines(), 1):
            found.extend(f"{name(path)}:{number}: {line.strip()[:80]}" for pattern in MACHINE if pattern.search(line))
    assert found == []


def test_no_registry_host() -> None:
    found = [f"{name(path)}: {host}" for path, text in committed_text_files() for host in REGISTRIES if host in text]
    assert found == []


@pytest.mark.parametrize("line", ["see /wo" + "rk/main/x", "'/tm" + "p/a'", "=/ho" + "me/me", "(/ro" + "ot/.m2"])
def test_the_machine_paths_are_recognised(line: str) -> None:
    assert any(pattern.search(line) for pattern in MACHINE)


def test_nothing_is_left_open() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    found = [name(path) for path, text in committed_text_files() if _is_code(name(path)) and marks.search(text)]
    assert found == []


def test_no_build_result_is_committed() -> None:
    assert [
        name(path) for path in committed_files() if path.suffix in {".so", ".o", ".a", ".pyc", ".whl", ".class", ".jar"}
    ] == []
