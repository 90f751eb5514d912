# SPDX-License-Identifier: Apache-2.0
"""The wrapped data key as a material description has it: in base64."""

from __future__ import annotations

import base64

__all__ = ("data_key_bytes", "data_key_text")


def data_key_text(wrapped: bytes) -> str:
    """Write a wrapped data key."""
    return base64.b64encode(wrapped).decode("ascii")


def data_key_bytes(text: str) -> bytes:
    """Read a wrapped data key: strictly but for line breaks, which old Java clients put in after 76 characters.

    :raises ValueError: not base64
    """
    return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
