# SPDX-License-Identifier: Apache-2.0
"""Values whose results are written straight into the bytes objects that callers get, and others that are as large."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ddbcrypt import SignatureVerificationError
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_many, encrypt_many
from tests.unit.support import ENCRYPT, SIGN, make_config

CONFIG = make_config(default=ENCRYPT, actions={"id": SIGN})
#: Around the size from which a result gets bytes of its own, and around that from which it has them before it is known
#: to be a binary; stored values are 23 to 38 bytes longer. All remainders by 16, which the padding depends on.
SIZES = [*range(4050, 4120), *range(65_480, 65_550), 150_000, 400_000]


def _of_every_type(size: int) -> dict[str, Any]:
    return {
        "id": {"S": str(size)},
        "binary": {"B": bytes(n % 251 for n in range(size))},
        "text": {"S": "x" * size},
        "beyond ascii": {"S": "\u00e9" * (size // 2)},
        "list": {"L": [{"B": bytes(size // 4)}] * 4},
        "set": {"SS": [str(n) * (size // 40) for n in range(10)]},
    }


@pytest.mark.parametrize("sizes", [SIZES[n::10] for n in range(10)])
def test_there_and_back(sizes: list[int]) -> None:
    items = [_of_every_type(size) for size in sizes]
    stored = encrypt_many([(item, CONFIG) for item in items], wire=True)
    assert [decrypt_dynamodb_item(one, CONFIG) for one in stored] == items
    found = decrypt_many([(one, CONFIG) for one in stored], wire=True)
    assert found == items
    for size, item in zip(sizes, found, strict=True):
        assert type(item["binary"]["B"]) is bytes
        assert sys.getsizeof(item["binary"]["B"]) == sys.getsizeof(bytes(size))


@pytest.mark.parametrize("size", [5_000, 64_000, 70_000, 200_000])
def test_one_altered_byte_of_a_large_value_is_refused(size: int) -> None:
    """In one of several items; what was written for the others by then is not to be seen."""
    items = [_of_every_type(size) for _ in range(3)]
    for name in ("binary", "text", "list"):
        stored = encrypt_many([(item, CONFIG) for item in items], wire=True)
        value = bytearray(stored[1][name]["B"])
        value[-1] ^= 1
        stored[1][name] = {"B": bytes(value)}
        with pytest.raises(SignatureVerificationError):
            decrypt_dynamodb_item(stored[1], CONFIG)
        with pytest.raises(SignatureVerificationError) as refused:
            decrypt_many([(one, CONFIG) for one in stored], wire=True)
        assert refused.value.index == 1


def test_large_values_stay_usable_after_later_calls() -> None:
    items = [_of_every_type(80_000 + n) for n in range(6)]
    found: list[list[dict[str, Any]]] = []
    for _ in range(5):
        stored = encrypt_many([(item, CONFIG) for item in items], wire=True)
        found.append(decrypt_many([(one, CONFIG) for one in stored], wire=True))
    assert found == [items] * 5
