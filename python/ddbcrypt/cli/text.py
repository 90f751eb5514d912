# SPDX-License-Identifier: Apache-2.0
"""Attributes as short, harmless text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ("brief", "printable", "shorten")

#: Bytes of a binary value that are shown.
_SHOWN_BYTES = 8


def printable(text: str, keep: str = "") -> str:
    """Return ``text`` with what could steer a terminal (control, bidi and other invisible characters) escaped.

    :param keep: characters to leave alone
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in keep else _escape(sign) for sign in text)


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def shorten(text: str, limit: int) -> str:
    """Return ``text``, cut to ``limit`` characters of which the last is an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def brief(value: Mapping[str, Any], limit: int) -> str:
    """Return a DynamoDB JSON attribute as at most ``limit`` printable characters, binary as length and first bytes."""
    return shorten(printable(_render(value)), limit)


def _render(value: Mapping[str, Any]) -> str:
    ((tag, content),) = value.items()
    match tag:
        case "B":
            return _binary(content)
        case "BS":
            return "{" + ", ".join(_binary(member) for member in content) + "}"
        case "SS" | "NS":
            return "{" + ", ".join(content) + "}"
        case "L":
            return "[" + ", ".join(_render(element) for element in content) + "]"
        case "M":
            return "{" + ", ".join(f"{name}: {_render(member)}" for name, member in content.items()) + "}"
        case "BOOL":
            return "true" if content else "false"
        case "NULL":
            return "null"
        case _:
            return str(content)


def _binary(content: bytes) -> str:
    data = bytes(content)
    tail = "…" if len(data) > _SHOWN_BYTES else ""
    return f"{len(data):,} bytes {data[:_SHOWN_BYTES].hex()}{tail}"
