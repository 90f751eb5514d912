# SPDX-License-Identifier: Apache-2.0
"""Operations without items: most pass as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ddbcrypt.dynamodb.effects import Flow
from ddbcrypt.dynamodb.scene import Scene


def other_operation(scene: Scene, operation: Any, params: Mapping[str, Any]) -> Flow | None:
    """None: it passes."""
    return None
