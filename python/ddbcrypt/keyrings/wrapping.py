# SPDX-License-Identifier: Apache-2.0
"""Intermediate key wrapping, which both suites use (framework/algorithm-suites.md).

A keyring's own means encrypt an intermediate key. Of that key are derived one key that encrypts the data key and one
that signs the item, so that who can decrypt this data key, and nobody else, can check and make that signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DecryptionError
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError
from ddbcrypt.keyrings.materials import EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES

_WRAPPED_BYTES: Final = DATA_KEY_BYTES + 16

#: Encrypts an intermediate key: what provider information and ciphertext it gives.
Wrap = Callable[[bytes], tuple[bytes, bytes]]


def wrap_data_key(
    materials: EncryptionMaterials, provider_id: str, serialized_context: bytes, wrap: Wrap
) -> EncryptionMaterials:
    """Encrypt the data key, a new one where there is none, under a new intermediate key that ``wrap`` encrypts."""
    if materials.plaintext_data_key is None:
        random = _engine.structured_random(2 * DATA_KEY_BYTES)
        data_key, intermediate_key = random[:DATA_KEY_BYTES], random[DATA_KEY_BYTES:]
    else:
        data_key, intermediate_key = materials.plaintext_data_key, _engine.structured_random(DATA_KEY_BYTES)
    provider_info, wrapped = wrap(intermediate_key)
    return add_wrapped(materials, data_key, intermediate_key, provider_id, provider_info, wrapped, serialized_context)


def add_wrapped(
    materials: EncryptionMaterials,
    data_key: bytes,
    intermediate_key: bytes,
    provider_id: str,
    provider_info: bytes,
    wrapped: bytes,
    serialized_context: bytes,
) -> EncryptionMaterials:
    """Add the data key, encrypted under an intermediate key whose encryption is ``wrapped``."""
    sealed, signing_key = _engine.data_key_seal(intermediate_key, serialized_context, data_key)
    return materials.with_encrypted_key(
        data_key, EncryptedDataKey(provider_id, provider_info, sealed + wrapped), signing_key
    )


def split_ciphertext(ciphertext: bytes) -> tuple[bytes, bytes]:
    """Take an encrypted data key apart: the data key under the intermediate key, and the keyring's own ciphertext.

    :raises DataKeyUnwrappingError: it is too short to be one
    """
    if len(ciphertext) <= _WRAPPED_BYTES:
        raise DataKeyUnwrappingError(
            f"an encrypted data key of {len(ciphertext)} bytes is too short: over {_WRAPPED_BYTES} are expected"
        )
    return ciphertext[:_WRAPPED_BYTES], ciphertext[_WRAPPED_BYTES:]


def unwrap_data_key(intermediate_key: bytes, sealed: bytes, serialized_context: bytes) -> tuple[bytes, bytes]:
    """Give the data key and the key that the item was signed with.

    :raises DataKeyUnwrappingError: the intermediate key, the ciphertext or the context is another
    """
    if len(intermediate_key) != DATA_KEY_BYTES:
        raise DataKeyUnwrappingError(f"the intermediate key has to be {DATA_KEY_BYTES} bytes")
    try:
        return _engine.data_key_open(intermediate_key, serialized_context, sealed)
    except DecryptionError as error:
        raise DataKeyUnwrappingError("the data key was altered, or its encryption context is another") from error
