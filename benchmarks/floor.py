# SPDX-License-Identifier: Apache-2.0
"""Builds and drives ``floor.c``; takes the sizes that it works on from the reference client's own serializer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dynamodb_encryption_sdk.internal.formatting.serialize.attribute import serialize_attribute
from dynamodb_encryption_sdk.transform import dict_to_ddb
from libraries import TABLE
from shapes import KEYS

_SOURCE = "floor.c"


def build(output: Path, source: str = _SOURCE) -> Path:
    """Compiles a floor with the machine's C compiler, at the optimisation level of the engine."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise SystemExit("benchmarks: no C compiler found: install one, or name it in the environment variable CC")
    command = [
        *compiler.split(),
        "-std=c11",
        "-D_POSIX_C_SOURCE=200809L",
        "-O2",
        str(Path(__file__).with_name(source)),
        "-o",
        str(output),
    ]
    root = os.environ.get("OPENSSL_ROOT_DIR")
    if root:
        library = next((Path(root) / name for name in ("lib64", "lib") if (Path(root) / name).is_dir()), Path(root))
        command += [f"-I{root}/include", f"-L{library}", f"-Wl,-rpath,{library}"]
    subprocess.run([*command, "-lcrypto"], check=True)
    return output


def definition(item: dict[str, Any]) -> str:
    """The item's sizes in the form that ``floor.c`` reads, in the order in which the format signs attributes."""
    wire = dict_to_ddb(item)
    words = [str(len(f"TABLE>{TABLE}<TABLE"))]
    for name in sorted(wire):
        action = "S" if name in KEYS else "E"
        words.append(f"{len(name.encode())}:{len(serialize_attribute(wire[name]))}:{action}")
    return " ".join(words)


class Floor:
    """The floor as a running process, one for all shapes and rounds."""

    def __init__(self, program: Path, clock: str) -> None:
        self._process = subprocess.Popen(
            [str(program), clock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=10)

    def _ask(self, command: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"floor: {command.split(' ', 1)[0]}: {answer or 'the process ended'}")
        return answer

    def version(self) -> str:
        return self._ask("version")

    def define(self, item: dict[str, Any]) -> str:
        """Sets the item; returns the ways to the primitives that were fastest for it."""
        self._ask(f"shape {definition(item)}")
        return self._ask("calibrate")

    def run(self, direction: str, iterations: int) -> float:
        """Nanoseconds for one item; ``direction`` is ``encrypt`` or ``decrypt``."""
        return float(self._ask(f"run {direction} {iterations}"))
