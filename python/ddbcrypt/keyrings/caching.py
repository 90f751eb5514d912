# SPDX-License-Identifier: Apache-2.0
"""A materials manager that lets items share data keys within limits (framework/caching-cmm.md)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.timed_cache import TimedCache, default_clock
from ddbcrypt.internal.validate import require_callable
from ddbcrypt.keyrings.branch_key_cache import check_seconds
from ddbcrypt.keyrings.cmm import CryptographicMaterialsManager, as_cmm
from ddbcrypt.keyrings.context import check_context
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.suites import DEFAULT_SUITE, AlgorithmSuite, as_suite
from ddbcrypt.metrics import count_here

__all__ = ("CachingCmm",)

_MAX_ITEMS: Final = 2**32
_MAX_BYTES: Final = 2**63 - 1


class _Shared:
    """Encryption materials, and how much may still be encrypted with them."""

    __slots__ = ("bytes_left", "items_left", "lock", "materials")

    def __init__(self, materials: EncryptionMaterials, items_left: int, bytes_left: int) -> None:
        self.materials = materials
        self.items_left = items_left
        self.bytes_left = bytes_left
        self.lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Book one item of ``size`` bytes, if there is room for it."""
        with self.lock:
            if self.items_left < 1 or self.bytes_left < size:
                return False
            self.items_left -= 1
            self.bytes_left -= size
            return True


class CachingCmm(CryptographicMaterialsManager):
    """Gives the same materials again, as long as they are young and little used.

    Materials are given again just where all that a policy can depend on is equal: to encrypt, suite, encryption context
    and required keys; to decrypt, suite, encrypted data keys in their order, both encryption contexts. Each CachingCmm
    has a cache of its own, so the keyring below is always the same. Since the context of an item holds its primary key
    (and all that is signed and included in the context), it is versions of one item that share a data key; those of
    different items do just where a manager below takes the primary key out.

    With an ECDSA signature, items that share a data key share the signing key too. What a keyring would refuse by now,
    such as a key that was disabled, is used until ``max_age``. Failures are not remembered.

    Thread-safe; however many threads miss at once, one asks. Items that tell no length are not encrypted from the
    cache, nor are those that are longer than ``max_bytes``.

    The limits are those of one process: a forked child encrypts with data keys of its own, and :meth:`clear` does not
    reach the others.

    :param cmm: the materials manager, or keyring, that is asked
    :param max_age: seconds that materials are used, over 0 and finite
    :param max_items: most items encrypted with one data key, 1 to 2**32
    :param max_bytes: most bytes encrypted with one data key, 0 to 2**63 - 1
    :param capacity: most entries to encrypt, and as many to decrypt, 1 or more; the one not used for longest goes first
    :param clock: gives seconds that are never set back, for tests; None for the system's monotonic clock
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a number out of its range
    """

    def __init__(
        self,
        cmm: CryptographicMaterialsManager | Keyring,
        max_age: float,
        max_items: int = _MAX_ITEMS,
        max_bytes: int = _MAX_BYTES,
        capacity: int = 1000,
        *,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._cmm = as_cmm(cmm)
        age = check_seconds("max_age", max_age)
        self._max_items = _integer("max_items", max_items, 1, _MAX_ITEMS)
        self._max_bytes = _integer("max_bytes", max_bytes, 0, _MAX_BYTES)
        _integer("capacity", capacity, 1, _MAX_BYTES)
        require_callable("clock", clock)
        clock = clock or default_clock
        self._to_encrypt: TimedCache[Hashable, _Shared] = TimedCache(
            "encryption materials", capacity, age, age, clock, inherited=False
        )
        self._to_decrypt: TimedCache[Hashable, DecryptionMaterials] = TimedCache(
            "decryption materials", capacity, age, age, clock
        )
        self.makes_network_calls = self._cmm.makes_network_calls

    @property
    def may_block(self) -> bool:
        """Whether the materials manager that is asked may block."""
        return self._cmm.may_block

    def get_encryption_materials(
        self,
        encryption_context: Mapping[str, str],
        algorithm_suite: AlgorithmSuite | None = None,
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_length: int | None = None,
    ) -> EncryptionMaterials:
        """Give materials for one more item: those of the cache within their limits, or new ones.

        Without ``plaintext_length`` they are new and not cached. Else see
        :meth:`CryptographicMaterialsManager.get_encryption_materials`.

        :raises InvalidArgumentError: a length below 0
        :raises: what the manager below raised, here or in the thread whose question this one waited for
        """
        context = check_context(encryption_context)
        suite = DEFAULT_SUITE if algorithm_suite is None else as_suite(algorithm_suite)
        required = frozenset(required_context_keys)

        def ask(length: int | None) -> EncryptionMaterials:
            return self._cmm.get_encryption_materials(
                context, suite, required_context_keys=required, plaintext_length=length
            )

        if plaintext_length is None or plaintext_length > self._max_bytes:
            return ask(plaintext_length)
        if plaintext_length < 0:
            raise InvalidArgumentError(f'"plaintext_length" must be 0 or more, not {plaintext_length}')

        missed = False

        def make() -> _Shared:
            nonlocal missed
            missed = True
            count_here("cache_misses")
            # Not this item's length, since others will use them too.
            return _Shared(ask(None), self._max_items, self._max_bytes)

        key = (suite, frozenset(context.items()), required)
        while True:
            shared = self._to_encrypt.get(key, make)
            if shared.take(plaintext_length):
                if not missed:
                    count_here("cache_hits")
                return shared.materials
            self._to_encrypt.discard(key, shared)

    def decrypt_materials(
        self,
        algorithm_suite: AlgorithmSuite,
        encrypted_data_keys: Sequence[EncryptedDataKey],
        encryption_context: Mapping[str, str],
        *,
        reproduced_context: Mapping[str, str] | None = None,
    ) -> DecryptionMaterials:
        """Give the materials of an item: those of the cache, or new ones.

        See :meth:`CryptographicMaterialsManager.decrypt_materials`.

        :raises: what the manager below raised, here or in the thread whose question this one waited for
        """
        suite = as_suite(algorithm_suite)
        keys = tuple(encrypted_data_keys)
        context = check_context(encryption_context)
        reproduced = None if reproduced_context is None else check_context(reproduced_context)
        key = (suite, keys, frozenset(context.items()), None if reproduced is None else frozenset(reproduced.items()))
        missed = False

        def ask() -> DecryptionMaterials:
            nonlocal missed
            missed = True
            count_here("cache_misses")
            return self._cmm.decrypt_materials(suite, keys, context, reproduced_context=reproduced)

        materials = self._to_decrypt.get(key, ask)
        if not missed:
            count_here("cache_hits")
        return materials

    def clear(self) -> None:
        """Forget all materials, for example after a key was disabled. No network call."""
        self._to_encrypt.clear()
        self._to_decrypt.clear()

    def __len__(self) -> int:
        return len(self._to_encrypt) + len(self._to_decrypt)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"CachingCmm(cmm={self._cmm!r}, max_items={self._max_items}, max_bytes={self._max_bytes})"


def _integer(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f'"{name}" must be int, not {type(value).__name__}')
    if not least <= value <= most:
        raise InvalidArgumentError(f'"{name}" must be {least} to {most}, not {value}')
    return value
