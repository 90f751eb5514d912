# SPDX-License-Identifier: Apache-2.0
"""The object files of the engine and of the extension, built for the tests that look into them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.require import missing


@pytest.fixture(scope="session")
def object_files(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Optimised objects of ddbcrypt_core and _engine; a Release's are the link-time optimiser's, without symbols."""
    cmake = shutil.which("cmake", path=str(Path(sys.executable).parent)) or shutil.which("cmake")
    if cmake is None:
        missing("cmake", "the extra `test` brings it")
    build = tmp_path_factory.mktemp("objects")
    configure = [
        cmake,
        "-S",
        checkout / "csrc",
        "-B",
        build,
        "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
        "-DDDBC_BUILD_PYTHON=ON",
        f"-DPython_EXECUTABLE={sys.executable}",
    ]
    for command in (configure, [cmake, "--build", build, "--parallel", "2"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    objects = sorted(path for path in build.rglob("*.o") if "CompilerId" not in str(path))
    assert len(objects) > 15
    return objects
