# SPDX-License-Identifier: Apache-2.0
"""Look for protected plaintext in what DynamoDB gets to see."""

import base64
import binascii
import contextlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tests.dynamodb.items import RESERVED, Item, is_protected

# Shorter values could stand in a ciphertext by chance.
SHORTEST = 8


def secrets_of(item: Item) -> set[bytes]:
    """Every long enough leaf of the protected attributes of an item of Python values, map keys included."""
    found: set[bytes] = set()
    for name, value in item.items():
        if is_protected(name):
            found.update(leaf for leaf in _leaves(value) if len(leaf) >= SHORTEST)
    assert found, "an item without protected plaintext proves nothing"
    return found


def _leaves(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name.encode()
            yield from _leaves(member)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for member in value:
            yield from _leaves(member)
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, Decimal):
        yield format(value.normalize(), "f").encode()
    elif value is not None and not isinstance(value, bool):
        yield bytes(value)


def _seen(value: Any) -> Iterator[bytes]:
    """Every string and every binary of a parsed request body, or of an item in DynamoDB JSON."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name.encode()
            yield from _seen(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _seen(member)
    elif isinstance(value, str):
        yield value.encode()
        with contextlib.suppress(binascii.Error, ValueError):
            yield base64.b64decode(value, validate=True)
    elif isinstance(value, (bytes, bytearray)):
        yield bytes(value)


def assert_no_secret(seen: Any, secrets: Iterable[bytes]) -> int:
    """Fail where one of ``secrets`` stands anywhere in ``seen``; give the number of bytes that were searched."""
    searched = list(_seen(seen))
    for secret in secrets:
        for text in searched:
            assert secret not in text, f"protected plaintext of {len(secret)} bytes is in what DynamoDB sees"
    return sum(map(len, searched))


def assert_is_ciphertext(stored: Item, item: Item) -> None:
    """What is stored for ``item`` is its ciphertext: same names, protected values opaque, nothing of them anywhere."""
    assert set(stored) == set(item) | RESERVED
    for name, attribute in stored.items():
        if name in RESERVED or is_protected(name):
            ((kind, data),) = attribute.items()
            assert kind == "B", name
            if name not in RESERVED:
                assert len(data) >= 32, name  # an IV and at least one block
                assert len(data) % 16 == 0, name
    assert_no_secret(stored, secrets_of(item))
