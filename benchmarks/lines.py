# SPDX-License-Identifier: Apache-2.0
"""A process that answers a line for a line."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self


class LineProcess:
    """A running process; as a context manager it ends with its input."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._name = command[0]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=None if env is None else dict(env)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self) -> str:
        """One line; an answer that begins with ``error`` ends the run."""
        assert self._process.stdout
        answer = self._process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise SystemExit(f"benchmarks: {self._name}: {answer or 'the process ended'}")
        return answer

    def ask(self, line: str) -> str:
        """Send a line and read the answer."""
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.read()

    def close(self) -> None:
        """End the process by the end of its input."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
