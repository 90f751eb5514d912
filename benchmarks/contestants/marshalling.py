# SPDX-License-Identifier: Apache-2.0
"""What CPython itself takes to read one item and to build another: its ``marshal``, which is C and checks little."""

from __future__ import annotations

import marshal
from typing import Any

from benchmarks.contestants.libraries import Call


def call(given: dict[str, Any], result: dict[str, Any]) -> Call:
    """What is timed: ``given``, DynamoDB JSON, is taken to bytes, and ``result`` built from bytes."""
    stored = marshal.dumps(result)
    assert marshal.loads(stored) == result  # noqa: S302 - our own bytes
    return lambda: (marshal.dumps(given), marshal.loads(stored))  # noqa: S302
