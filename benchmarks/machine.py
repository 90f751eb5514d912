# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on, and how busy it was with other things."""

from __future__ import annotations

import os
import platform
import subprocess
import time
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


def facts() -> dict[str, str]:
    from cryptography.hazmat.backends.openssl.backend import backend

    import ddbcrypt
    from ddbcrypt import _engine
    from tests.support.java import find_tool, java_version

    java = find_tool("java")
    cryptography = metadata.version("cryptography")
    return {
        "CPU": f"{cpu_model()}, {os.cpu_count()} cores; {instructions()}",
        "System": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "ddbcrypt": ddbcrypt.__version__,
        "libcrypto of ddbcrypt": _engine.LIBCRYPTO_VERSION,
        "Reference client": f"dynamodb-encryption-sdk {metadata.version('dynamodb-encryption-sdk')}",
        "libcrypto of the reference": f"{backend.openssl_version_text()}, in cryptography {cryptography}",
        "Java": str(java_version(java)) if java else "none",
        "boto3": metadata.version("boto3"),
    }


class Watch:
    """Looks at the machine from its making to :meth:`conditions`."""

    def __init__(self) -> None:
        self._load = _load()
        self._start = time.monotonic()
        self._ticks = _ticks()

    def conditions(self) -> dict[str, str]:
        """Load before and after, how busy all cores were, what a hypervisor took away, and how long it was."""
        found = {"load before": self._load, "load after": _load()}
        now = _ticks()
        if now and self._ticks:
            passed = [after - before for before, after in zip(self._ticks, now, strict=True)]
            total = sum(passed) or 1
            idle = passed[3] + passed[4]
            found["cores busy"] = f"{(total - idle) / total:.0%}"
            found["taken by the hypervisor"] = f"{passed[7] / total:.1%}"
        found["minutes"] = f"{(time.monotonic() - self._start) / 60:.1f}"
        return found


def _load() -> str:
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def _ticks() -> list[int] | None:
    """All cores' ticks by kind: user, nice, system, idle, iowait, irq, softirq, steal."""
    stat = Path("/proc/stat")
    return [int(word) for word in stat.read_text().split("\n", 1)[0].split()[1:9]] if stat.exists() else None
