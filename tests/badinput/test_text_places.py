# SPDX-License-Identifier: Apache-2.0
"""ASCII is passed over in stretches: what is not ASCII has to be seen wherever it stands, and judged as Python does."""

from __future__ import annotations

import pytest

from ddbcrypt import _engine
from ddbcrypt.exceptions import DeserializationError

SIZES = (*range(1, 20), *range(60, 72), *range(124, 136), 200)
GOOD = ("\u00e4".encode(), "\u20ac".encode(), "\U0001f600".encode())
BAD = (b"\x80", b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98")


def read(text: bytes) -> str:
    value: str = _engine.deserialize_attribute(b"\0s" + len(text).to_bytes(4, "big") + text)["S"]
    return value


@pytest.mark.parametrize("size", SIZES)
def test_well_formed_at_every_place(size: int) -> None:
    for place in range(size):
        for character in GOOD:
            text = b"a" * place + character + b"b" * (size - place - 1)
            assert read(text) == text.decode()


@pytest.mark.parametrize("size", SIZES)
def test_malformed_at_every_place(size: int) -> None:
    for place in range(size):
        for character in BAD:
            with pytest.raises(DeserializationError, match="not UTF-8"):
                read(b"a" * place + character + b"b" * (size - place - 1))
