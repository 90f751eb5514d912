# SPDX-License-Identifier: Apache-2.0
"""What the length and the bytes of a binary value tell about whether it is a ciphertext of the legacy format."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ("CiphertextSizes", "looks_random", "sizes_of")

_BLOCK: Final = 16
#: A reserved byte and a tag; the shortest canonical value, that of NULL, has no more.
_CANONICAL_LEAST: Final = 2
#: With four bytes of length they stand in front of a text, a number's digits, or bytes.
_TEXT_HEADER: Final = 6


class CiphertextSizes(NamedTuple):
    """Lengths in bytes, smallest and largest, of what a ciphertext may hold."""

    canonical: tuple[int, int]
    text: tuple[int, int]


def sizes_of(size: int) -> CiphertextSizes | None:
    """Give what a ciphertext of ``size`` bytes, its IV included, may hold; None where none has that length.

    Padding adds 1 to 16 bytes, so a length stands for 16 lengths of plaintext.
    """
    padded = size - _BLOCK
    if padded < _BLOCK or padded % _BLOCK:
        return None
    most = padded - 1
    least = max(_CANONICAL_LEAST, padded - _BLOCK)
    return CiphertextSizes((least, most), (max(0, least - _TEXT_HEADER), most - _TEXT_HEADER))


def looks_random(data: bytes) -> bool:
    """Tell whether bytes may be a ciphertext by what they are.

    No ciphertext in any table has two equal blocks or is printable text: for 32 bytes either has a chance under one in
    a trillion.

    :param data: bytes of a length that :func:`sizes_of` takes
    """
    blocks = [data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK)]
    if len(set(blocks)) < len(blocks):
        return False
    try:
        return not data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return True
