# SPDX-License-Identifier: Apache-2.0
"""A keyring of one AES key that the application holds (framework/raw-aes-keyring.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

from ddbcrypt import _engine
from ddbcrypt.exceptions import DecryptionError, InvalidKeyError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.keyrings.context import serialize_context
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.names import check_name, check_namespace
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES
from ddbcrypt.keyrings.wrapping import add_wrapped, split_ciphertext, unwrap_data_key
from ddbcrypt.pickling import secrets_allowed

__all__ = ("RawAesKeyring",)

_KEY_BYTES: Final = (16, 24, 32)
_IV_BYTES: Final = 12
_TAG_BITS: Final = 128


class RawAesKeyring(Keyring):
    """Encrypts data keys with AES-GCM under a key that the application holds.

    Immutable and safe to share between threads. No network call. It pickles inside
    :func:`ddbcrypt.pickling.allow_secrets` alone.
    A random nonce for each data key is drawn: change the key before 2**32 items were written with it.

    :param namespace: says whose keys these are; not ``aws-kms...``. Stored readably with each item
    :param name: which of these keys it is. Stored readably with each item. Readers need the same two
    :param wrapping_key: 16, 24 or 32 random bytes
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a namespace or name that is empty, over 65,535 bytes, or AWS KMS's
    :raises InvalidKeyError: a key of another length
    """

    def __init__(self, namespace: str, name: str, wrapping_key: bytes) -> None:
        self._namespace = check_namespace(namespace)
        name_bytes = check_name(name)
        require_instance("wrapping_key", wrapping_key, bytes)
        if len(wrapping_key) not in _KEY_BYTES:
            raise InvalidKeyError(f'"wrapping_key" has to be 16, 24 or 32 bytes, not {len(wrapping_key)}')
        self._name = name
        self._wrapping_key = wrapping_key
        self._local_key = _engine.Key("AES", wrapping_key), namespace.encode(), name_bytes
        self._info = name_bytes + _TAG_BITS.to_bytes(4, "big") + _IV_BYTES.to_bytes(4, "big")

    @property
    def local_key(self) -> tuple[_engine.Key, bytes, bytes]:
        """The key as the engine has it, namespace and name: see :mod:`ddbcrypt.keyrings.local`."""
        return self._local_key

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """See :meth:`Keyring.on_encrypt`.

        :param materials: materials without or with a plaintext data key
        :raises EncryptionContextError: the context cannot be serialised
        """
        context = serialize_context(materials.encryption_context)
        # All at once: drawing costs as much as AES-GCM does.
        random = _engine.structured_random(2 * DATA_KEY_BYTES + _IV_BYTES)
        data_key = materials.plaintext_data_key
        if data_key is None:
            data_key = random[:DATA_KEY_BYTES]
        intermediate_key, iv = random[DATA_KEY_BYTES : 2 * DATA_KEY_BYTES], random[2 * DATA_KEY_BYTES :]
        wrapped = _engine.gcm_seal(self._wrapping_key, iv, context, intermediate_key)
        info = self._info + iv
        return add_wrapped(materials, data_key, intermediate_key, self._namespace, info, wrapped, context)

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """See :meth:`Keyring.on_decrypt`.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: none is of this namespace and name, or none of those decrypts
        """
        refuse_data_key(materials)
        context = serialize_context(materials.encryption_context)
        errors: list[Exception] = []
        for encrypted in encrypted_data_keys:
            info = encrypted.provider_info
            if (
                encrypted.provider_id != self._namespace
                or len(info) != len(self._info) + _IV_BYTES
                or not info.startswith(self._info)
            ):
                continue
            try:
                sealed, wrapped = split_ciphertext(encrypted.ciphertext)
                key = _engine.gcm_open(self._wrapping_key, info[len(self._info) :], context, wrapped)
                return materials.with_data_key(*unwrap_data_key(key, sealed, context))
            except (DecryptionError, DataKeyUnwrappingError) as error:
                errors.append(error)
        raise DataKeyUnwrappingError.of(
            f"{self!r} decrypted none of {len(encrypted_data_keys)} data keys"
            + ("" if errors else ": none is of this namespace and name"),
            errors,
        )

    def __copy__(self) -> Self:
        return self  # it never changes, and its key need not stand in memory twice

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[type[RawAesKeyring], tuple[str, str, bytes]]:
        if not secrets_allowed():
            raise TypeError("RawAesKeyring holds a secret key: pickle it inside ddbcrypt.pickling.allow_secrets()")
        return type(self), (self._namespace, self._name, self._wrapping_key)

    def __repr__(self) -> str:
        return f"RawAesKeyring(namespace={self._namespace!r}, name={self._name!r})"
