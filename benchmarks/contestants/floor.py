# SPDX-License-Identifier: Apache-2.0
"""The libcrypto floors: builds and drives ``floor_legacy.c`` and ``floor_structured.c``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.lines import LineProcess
from benchmarks.shapes import KEYS, TABLE
from benchmarks.timing import Runner


def build(name: str, folder: Path) -> Path:
    """Compile ``floor_<name>.c`` with the machine's C compiler, at the optimisation level of the engine."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise SystemExit("benchmarks: no C compiler found: install one, or name it in the environment variable CC")
    program = folder / f"floor-{name}"
    source = Path(__file__).with_name(f"floor_{name}.c")
    command = [*compiler.split(), "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", str(source), "-o", str(program)]
    root = os.environ.get("OPENSSL_ROOT_DIR")
    if root:
        library = next((Path(root) / name for name in ("lib64", "lib") if (Path(root) / name).is_dir()), Path(root))
        command += [f"-I{root}/include", f"-L{library}", f"-Wl,-rpath,{library}"]
    subprocess.run([*command, "-lcrypto"], check=True)
    return program


class Floor(LineProcess):
    """A floor as a running process, one for all shapes and rounds."""

    def __init__(self, program: Path, clock: str) -> None:
        super().__init__([str(program), clock])

    def version(self) -> str:
        return self.ask("version")

    def define(self, definition: str) -> str:
        """Set the item's sizes. The structured floor picks its way to AES-GCM then, and says which was the fastest."""
        return self.ask(f"shape {definition}")

    def calibrate(self) -> str:
        """Let the legacy floor pick its ways to the primitives; says which were the fastest."""
        return self.ask("calibrate")

    def runner(self, what: str) -> Runner:
        """Times ``what``, as the C program names it."""
        return lambda iterations: float(self.ask(f"run {what} {iterations}"))


def legacy_definition(item: dict[str, Any]) -> str:
    """The item's sizes for ``floor_legacy.c``, by the reference client's serializer, in the order of signing."""
    from dynamodb_encryption_sdk.internal.formatting.serialize.attribute import serialize_attribute
    from dynamodb_encryption_sdk.transform import dict_to_ddb

    wire = dict_to_ddb(item)
    words = [str(len(f"TABLE>{TABLE}<TABLE"))]
    for name in sorted(wire):
        action = "S" if name in KEYS else "E"
        words.append(f"{len(name.encode())}:{len(serialize_attribute(wire[name]))}:{action}")
    return " ".join(words)


def structured_definition(item: dict[str, Any], encryptor: Any) -> str:
    """The sizes of an item in DynamoDB JSON for ``floor_structured.c``, by what the encryptor writes."""
    from ddbcrypt import _engine

    written = encryptor.encrypt_item(item)
    header = len(written.encrypted_item["aws_dbe_head"]["B"])
    context = len(_engine.structured_serialize_context(written.parsed_header.encryption_context))
    record = header + 8 + context
    words: list[str] = []
    for name, value in item.items():
        path = len(TABLE) + 17 + len(name.encode())
        size = len(_engine.structured_serialize_value(value)[1])
        encrypted = name not in KEYS
        record += path + 19 + size + (16 if encrypted else 0)
        if encrypted:
            words.append(f"{path}:{size}")
    return " ".join((str(header), str(context), str(record), *words))
