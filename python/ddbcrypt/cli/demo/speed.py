# SPDX-License-Identifier: Apache-2.0
"""How fast items are encrypted and decrypted where no database is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ddbcrypt import CryptoConfig, decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.cli.items import Item

__all__ = ("Speed", "measure")

_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Speed:
    """Items per second of each direction, in one thread, through the Python API."""

    encrypt: float
    decrypt: float


def measure(items: Sequence[Item], config: CryptoConfig) -> Speed:
    """Encrypt, and then decrypt, all items over and over, about half a second each; makes no network call."""
    encrypted = [encrypt_dynamodb_item(item, config) for item in items]
    return Speed(
        encrypt=_rate(lambda item: encrypt_dynamodb_item(item, config), items),
        decrypt=_rate(lambda item: decrypt_dynamodb_item(item, config), encrypted),
    )


def _rate(work: Callable[[Item], object], items: Sequence[Item]) -> float:
    done = 0
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < _SECONDS or not done:
        for item in items:
            work(item)
        done += len(items)
    return done / elapsed
