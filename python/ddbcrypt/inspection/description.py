# SPDX-License-Identifier: Apache-2.0
"""Takes a material description apart as far as it can be read, and says where it cannot.

The engine's own reader stops at the first fault and says nothing of what stood before it, which is right for decrypting
and of no help for finding out what happened to an item.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ddbcrypt.inspection.report import Finding, Severity
from ddbcrypt.internal.identifiers import DESCRIPTION_ATTRIBUTE

__all__ = ("Pairs", "read_pairs")

_LENGTH: Final = 4
_VERSION: Final = bytes(4)


class Pairs(NamedTuple):
    """What could be read: pairs in the order in which they are stored, and what is wrong."""

    pairs: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


class _CutError(Exception):
    """Nothing further can be read."""


def read_pairs(data: bytes) -> Pairs:
    """Read a material description. There are findings exactly where the engine refuses it.

    :param data: bytes of the attribute
    """
    pairs: list[tuple[str, str]] = []
    findings: list[Finding] = []
    try:
        _read(data, pairs)
    except _CutError as error:
        code, message = error.args
        findings.append(_error(code, message))
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            findings.append(_error("description-name-twice", f"it has two entries named {name!r}"))
        seen.add(name)
    return Pairs(tuple(pairs), tuple(findings))


def _read(data: bytes, pairs: list[tuple[str, str]]) -> None:
    if len(data) < _LENGTH:
        raise _CutError("description-truncated", f"it has {len(data)} bytes, fewer than the 4 of its version")
    if data[:_LENGTH] != _VERSION:
        raise _CutError("description-version", f"it has version {data[:_LENGTH].hex()}; only 00000000 is known")
    position = _LENGTH
    while position < len(data):
        name, position = _text(data, position, "a name")
        value, position = _text(data, position, f"the value of {name!r}")
        pairs.append((name, value))


def _text(data: bytes, position: int, what: str) -> tuple[str, int]:
    remain = len(data) - position
    if remain < _LENGTH:
        raise _CutError(
            "description-truncated",
            f"it ends after {len(data)} bytes, where at byte {position} the length of {what} has to stand",
        )
    length = int.from_bytes(data[position : position + _LENGTH], "big")
    begin = position + _LENGTH
    if length > len(data) - begin:
        raise _CutError(
            "description-truncated",
            f"at byte {position}, {what} is said to have {length:,} bytes, and {len(data) - begin:,} follow",
        )
    raw = data[begin : begin + length]
    try:
        return raw.decode("utf-8"), begin + length
    except UnicodeDecodeError as error:
        raise _CutError("description-text", f"at byte {begin + error.start}, {what} is not UTF-8") from None


def _error(code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, f"the material description is malformed: {message}", DESCRIPTION_ATTRIBUTE)
