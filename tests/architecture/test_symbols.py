# SPDX-License-Identifier: Apache-2.0
"""No C variable of ours changes: two interpreters, or two threads, can then not meet in one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import c_code, c_files
from tests.support.require import missing

#: Tables that CPython's structures take as pointers to non-const, so that they land in a writable section. Nothing
#: writes to them; PyModuleDef alone carries a reference count, which the interpreter keeps under its own lock.
CPYTHON_TABLES = (
    "PyMemberDef",
    "PyMethodDef",
    "PyModuleDef",
    "PyModuleDef_Slot",
    "PyGetSetDef",
    "PyType_Slot",
    "PyType_Spec",
)

#: Variables that are of the process, as what they stand for is, by object file: the counts of the gate of forks are
#: atomic, and the others are set once.
OF_THE_PROCESS = {"fork_gate.c": {"forking", "inside", "once", "registered"}}

# .data.rel.ro holds constants that contain addresses: the loader fills it in, then it is read-only.
WRITABLE_SECTION = re.compile(r"^\.(?:data(?!\.rel\.ro)|bss|tdata|tbss)|^\*COM\*$")


def writable_symbols(object_file: Path) -> set[str]:
    """Names of the variables in writable sections of an object file."""
    objdump = shutil.which("objdump")
    if objdump is None:
        missing("objdump", "binutils brings it")
    table = subprocess.run([objdump, "-t", str(object_file)], capture_output=True, text=True, check=True).stdout
    found: set[str] = set()
    for line in table.splitlines():
        columns = re.match(r"^[0-9a-f]{16} .{7} (\S+)\s+([0-9a-f]{16})\s+(?:\.hidden )?(\S+)$", line)
        if columns is None:
            continue
        section, size, symbol = columns.groups()
        if WRITABLE_SECTION.match(section) and int(size, 16) > 0:
            found.add(re.sub(r"\.\d+$", "", symbol))
    return found


def test_the_engine_has_no_variable_that_changes(object_files: list[Path]) -> None:
    judged = [path for path in object_files if path.parent.name in {"core", "legacy", "structured"}]
    assert judged
    assert {path.name: symbols for path in judged if (symbols := writable_symbols(path))} == {}


def test_what_is_of_the_process_is_no_more_than_that(object_files: list[Path]) -> None:
    """A fork is of the whole process, whatever interpreters it has."""
    judged = {path.stem: writable_symbols(path) for path in object_files if path.stem in OF_THE_PROCESS}
    assert judged == OF_THE_PROCESS


def test_the_extension_has_only_tables_of_cpython(object_files: list[Path]) -> None:
    judged = [path for path in object_files if path.parent.name == "python" and path.stem not in OF_THE_PROCESS]
    assert judged
    code = "\n".join(c_code(path) for path in c_files("csrc/python"))
    tables = set(re.findall(rf"\bstatic\s+(?:struct\s+)?(?:{'|'.join(CPYTHON_TABLES)})\s+(\w+)", code))
    found = set().union(*(writable_symbols(path) for path in judged))
    definitions = set(re.findall(r"\bstatic\s+(?:struct\s+)?PyModuleDef\s+(\w+)", code))
    assert found & definitions, "not even the PyModuleDef was seen"
    assert found - tables == set()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("int counter; int next(void); int next(void) { return ++counter; }", {"counter"}),
        ("int next(void); int next(void) { static int kept = 3; return ++kept; }", {"kept"}),
        ("static _Thread_local int mine = 1; int next(void); int next(void) { return ++mine; }", {"mine"}),
        ('const char *const names[] = {"a", "b"}; const int sizes[] = {1, 2};', set()),
    ],
)
def test_a_variable_that_changes_would_be_seen(tmp_path: Path, code: str, expected: set[str]) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        missing("cc", "a C compiler")
    (tmp_path / "sample.c").write_text(code, encoding="utf-8")
    subprocess.run([compiler, "-O2", "-fPIC", "-c", "sample.c", "-o", "sample.o"], cwd=tmp_path, check=True)
    assert writable_symbols(tmp_path / "sample.o") == expected
