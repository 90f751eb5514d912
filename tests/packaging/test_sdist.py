# SPDX-License-Identifier: Apache-2.0
"""A source distribution of a clean checkout holds what a build and the tests need, and builds."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.build import build_wheel, clean_copy, run


@pytest.fixture(scope="module")
def clean_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_copy(tmp_path_factory.mktemp("sdist") / "checkout")


@pytest.fixture(scope="module")
def sdist(clean_checkout: Path) -> Path:
    out = clean_checkout.with_name("out")
    run([sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", out, clean_checkout], cwd=out.parent)
    [archive] = out.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def members(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}


def test_holds_sources_tests_and_data(members: set[str], clean_checkout: Path) -> None:
    for folder, pattern in (("csrc", "*.[ch]"), ("python", "*.py*"), ("tests/vectors", "*.json"), ("tests", "*.py")):
        sources = {
            path.relative_to(clean_checkout).as_posix()
            for path in (clean_checkout / folder).rglob(pattern)
            if path.suffix != ".pyc"
        }
        assert sources, folder
        assert sources <= members
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "examples/patients.jsonl"} <= members


def test_holds_no_build_result(members: set[str]) -> None:
    assert [name for name in members if name.endswith((".so", ".o", ".a", ".pyc", ".class", ".jar"))] == []
    assert [name for name in members if name.startswith(("build/", ".venv/", "dist/", ".git/"))] == []


def test_builds_the_same_wheel(sdist: Path, built_wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        # CPython 3.11.4 and newer; the archive is our own
        extra = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "source", **extra)  # noqa: S202
    [source] = (tmp_path / "source").iterdir()
    wheel = build_wheel(source, tmp_path / "wheel")
    assert wheel.name == built_wheel.name
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(built_wheel) as theirs:
        assert sorted(ours.namelist()) == sorted(theirs.namelist())
