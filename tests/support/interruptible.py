# SPDX-License-Identifier: Apache-2.0
"""A child process that takes SIGINT: tests that a shell runs in the background have it ignored, and hand that on."""

from __future__ import annotations

import sys
from collections.abc import Iterable

_INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "ddbcrypt", *sys.argv[1:]])
"""


def interruptible(words: Iterable[str]) -> list[str]:
    """The command line of ``python -m ddbcrypt`` with SIGINT as it is in the foreground."""
    return [sys.executable, "-c", _INTERRUPTIBLE, *words]
