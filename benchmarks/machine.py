# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.lower().startswith(("model name", "hardware")):
                return line.split(":", 1)[1].strip()
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return platform.processor() or platform.machine()


def instructions() -> str:
    """The CPU's instructions that decide the speed of AES and SHA-256, where the system tells them."""
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    wanted = ("aes", "vaes", "sha_ni", "avx2", "avx512f", "sha2")
    return ", ".join(name for name in wanted if name in flags) or "not known"


def facts(engine_libcrypto: str, floor_libcrypto: str) -> list[tuple[str, str]]:
    from cryptography.hazmat.backends.openssl.backend import backend

    return [
        ("CPU", f"{cpu_model()}, {os.cpu_count()} cores; {instructions()}"),
        ("System", f"{platform.system()} {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("libcrypto of ddbcrypt", engine_libcrypto),
        ("libcrypto of the floor", floor_libcrypto),
        (
            "Reference client",
            f"dynamodb-encryption-sdk {metadata.version('dynamodb-encryption-sdk')}",
        ),
        (
            "libcrypto of the reference",
            f"{backend.openssl_version_text()}, in cryptography {metadata.version('cryptography')}",
        ),
        ("boto3", metadata.version("boto3")),
    ]
