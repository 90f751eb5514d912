# SPDX-License-Identifier: Apache-2.0
"""Where OpenSSL's headers are missing, the build stops with one message that names the package to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.require import missing

NEEDED = "ddbcrypt needs the development files of OpenSSL 3.0 or newer"
PACKAGES = ("apt-get install libssl-dev", "dnf install openssl-devel", "brew install openssl@3", "OPENSSL_ROOT_DIR")


def _cmake() -> str:
    cmake = shutil.which("cmake", path=str(Path(sys.executable).parent)) or shutil.which("cmake")
    if cmake is None:
        missing("cmake", "the extra `test` brings it")
    return cmake


def _configure(checkout: Path, build: Path, *definitions: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENSSL_")}
    return subprocess.run(
        [_cmake(), "-S", checkout / "csrc", "-B", build, *definitions],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def header_folder(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a good build on this machine finds openssl/evp.h."""
    build = tmp_path_factory.mktemp("good")
    done = _configure(checkout, build)
    assert done.returncode == 0, done.stdout
    found = re.search(r"^OPENSSL_INCLUDE_DIR:PATH=(.+)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    assert found is not None
    assert (Path(found[1]) / "openssl/evp.h").is_file()
    return found[1]


def test_without_headers_one_message_names_the_package(checkout: Path, tmp_path: Path, header_folder: str) -> None:
    # CMake may not look into the folder that holds the headers: for it they are not installed.
    done = _configure(checkout, tmp_path, f"-DCMAKE_IGNORE_PATH={header_folder}")
    assert done.returncode != 0
    assert done.stdout.count("CMake Error") == 1
    assert done.stdout.count("CMake Warning") == 0
    text = " ".join(done.stdout.split())
    assert text.count(NEEDED) == 1
    assert "headers or libcrypto were not found" in text
    for package in PACKAGES:
        assert package in text


def test_an_old_version_is_named(checkout: Path, tmp_path: Path) -> None:
    """Headers of 1.1.1 in front of everything else: found, and too old."""
    include = tmp_path / "old/include/openssl"
    include.mkdir(parents=True)
    (include / "ssl.h").write_text("", encoding="utf-8")
    (include / "crypto.h").write_text("", encoding="utf-8")
    (include / "opensslv.h").write_text("# define OPENSSL_VERSION_NUMBER  0x1010117fL\n", encoding="utf-8")
    done = _configure(checkout, tmp_path / "build", f"-DOPENSSL_INCLUDE_DIR={include.parent}")
    assert done.returncode != 0
    assert done.stdout.count("CMake Error") == 1
    text = " ".join(done.stdout.split())
    assert NEEDED in text
    assert "found only version 1.1.1" in text


def test_an_installation_says_the_same(checkout: Path, tmp_path: Path, header_folder: str) -> None:
    """pip shows CMake's message, and shows it once."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", tmp_path / "out"),
            *("--config-settings", f"build-dir={tmp_path / 'build'}"),
            *("--config-settings", f"cmake.define.CMAKE_IGNORE_PATH={header_folder}"),
            checkout,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    text = " ".join(done.stdout.split())
    assert text.count(NEEDED) == 1
    for package in PACKAGES:
        assert package in text
