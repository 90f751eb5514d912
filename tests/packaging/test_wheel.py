# SPDX-License-Identifier: Apache-2.0
"""What the wheel holds, and what it is tagged as."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.support.require import missing

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


@pytest.fixture(scope="module")
def names(built_wheel: Path) -> list[str]:
    with zipfile.ZipFile(built_wheel) as archive:
        return archive.namelist()


def _read(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def test_the_wheel_is_for_this_version(built_wheel: Path, names: list[str]) -> None:
    extensions = [name for name in names if name.endswith((".so", ".dylib", ".pyd"))]
    assert "abi3" not in built_wheel.name
    assert f"-cp{sys.version_info.major}{sys.version_info.minor}" in built_wheel.name
    assert extensions == [f"ddbcrypt/_engine{sysconfig.get_config_var('EXT_SUFFIX')}"]


def test_types_and_licence_are_in_it(names: list[str]) -> None:
    assert {"ddbcrypt/py.typed", "ddbcrypt/_engine.pyi", "ddbcrypt/__init__.py", "ddbcrypt/__main__.py"} <= set(names)
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_the_sample_of_the_demo_is_in_it(built_wheel: Path, checkout: Path) -> None:
    sample = _read(built_wheel, "ddbcrypt/cli/data/patients.jsonl")
    assert sample == (checkout / "examples/patients.jsonl").read_bytes()


def test_all_of_the_package_and_nothing_else_is_in_it(names: list[str], checkout: Path) -> None:
    package = checkout / "python"
    expected = {path.relative_to(package).as_posix() for path in package.rglob("*.py*") if path.suffix != ".pyc"}
    expected |= {"ddbcrypt/py.typed", "ddbcrypt/cli/data/patients.jsonl"}
    rest = {name for name in names if ".dist-info/" not in name and not name.startswith("ddbcrypt/_engine.")}
    assert rest == {name for name in expected if name != "ddbcrypt/_engine.pyi"}


def test_metadata(built_wheel: Path, names: list[str]) -> None:
    [metadata_name] = [name for name in names if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(_read(built_wheel, metadata_name).decode())
    required = [line for line in metadata.get_all("Requires-Dist") or [] if "extra ==" not in line]
    assert [re.split(r"[<>=!~ ]", line)[0] for line in required] == ["boto3", "lark"]
    assert metadata["Name"] == "ddbcrypt"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Provides-Extra") or []) == {"bench", "demo", "keystore", "mpl", "test", "test-aio"}
    assert metadata.get_payload(), "no readme"


def test_version_is_that_of_the_package(built_wheel: Path, checkout: Path) -> None:
    identifiers = (checkout / "python/ddbcrypt/identifiers.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "([^"]+)"', identifiers, re.MULTILINE)
    assert version is not None
    assert built_wheel.name.split("-")[1] == version[1]
    assert f"## {version[1]}" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture(scope="class")
def extension(built_wheel: Path, names: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    [name] = [name for name in names if name.endswith(".so")]
    target = tmp_path_factory.mktemp("extension") / "_engine.so"
    target.write_bytes(_read(built_wheel, name))
    return target


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ELF only")
class TestSharedObject:
    def _readelf(self, *arguments: str | Path) -> str:
        try:
            return subprocess.run(["readelf", *arguments], capture_output=True, text=True, check=True).stdout
        except FileNotFoundError:
            missing("readelf", "binutils brings it")

    def test_exports_its_init_function_alone(self, extension: Path) -> None:
        table = self._readelf("--dyn-syms", "--wide", extension)
        exported = re.findall(r"(?:FUNC|OBJECT)\s+GLOBAL\s+DEFAULT\s+\d+\s+(\S+)", table)
        assert exported == ["PyInit__engine"]

    def test_needs_only_libcrypto_and_the_c_library(self, extension: Path) -> None:
        needed = re.findall(r"NEEDED.*\[(.+?)\]", self._readelf("--dynamic", extension))
        assert {re.split(r"[.-]", library)[0] for library in needed} <= {"libcrypto", "libc", "libpthread"}
        assert any(library.startswith("libcrypto.so.3") for library in needed)

    def test_is_hardened(self, extension: Path) -> None:
        assert "GNU_RELRO" in self._readelf("--program-headers", "--wide", extension)
        assert re.search(r"BIND_NOW|FLAGS.*NOW", self._readelf("--dynamic", extension))
        assert re.search(r"GNU_STACK(?:\s+\S+){5}\s+RW\s", self._readelf("--program-headers", "--wide", extension))
        assert "__stack_chk_fail" in self._readelf("--dyn-syms", "--wide", extension)

    def test_calls_nothing_private_of_cpython(self, extension: Path) -> None:
        """What changes between versions is not called; these few are what macros of the API expand to."""
        called = set(re.findall(r"\sUND\s+(_?Py\w+)", self._readelf("--dyn-syms", "--wide", extension)))
        assert "PyModuleDef_Init" in called
        private = {name for name in called if name.startswith("_Py")}
        expanded = {"_Py_Dealloc", "_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_PyObject_New"}
        presized = {"_PyDict_NewPresized"} if sys.version_info < (3, 13) else set()
        documented = {"_PyBytes_Resize"}  # in the reference of the C API, whatever its name
        assert private <= expanded | presized | documented or FREE_THREADED
