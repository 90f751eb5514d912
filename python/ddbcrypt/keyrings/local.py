# SPDX-License-Identifier: Apache-2.0
"""Which keyrings the engine can carry out by itself, so that data keys never become Python objects."""

from __future__ import annotations

from ddbcrypt import _engine
from ddbcrypt.keyrings.cmm import CryptographicMaterialsManager, DefaultCmm
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.multi import MultiKeyring
from ddbcrypt.keyrings.raw_aes import RawAesKeyring

__all__ = ("LocalKey", "local_keys")

#: A raw AES key with its keyring's namespace and name.
LocalKey = tuple[_engine.Key, bytes, bytes]

#: An item has no more data keys.
_KEYS_MAX = 255


def local_keys(manager: CryptographicMaterialsManager) -> tuple[LocalKey, ...] | None:
    """Give the raw AES keys that are all a materials manager works with, in their order, or None.

    A subclass may do anything, so only the classes themselves are taken: a :class:`DefaultCmm` over a
    :class:`RawAesKeyring`, or over a :class:`MultiKeyring` of these with a generator. Pure; no network call.

    :param manager: what a configuration has
    """
    if type(manager) is not DefaultCmm:
        return None
    keyrings = _flat(manager.keyring)
    keys: list[LocalKey] = []
    for keyring in keyrings:
        if type(keyring) is not RawAesKeyring:
            return None
        keys.append(keyring.local_key)
    return tuple(keys) if 0 < len(keys) <= _KEYS_MAX else None


def _flat(keyring: Keyring) -> tuple[Keyring, ...]:
    if type(keyring) is MultiKeyring:
        # without a generator it cannot encrypt, which it explains itself
        return () if keyring.generator is None else (keyring.generator, *keyring.children)
    return (keyring,)
