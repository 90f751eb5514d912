# SPDX-License-Identifier: Apache-2.0
"""A keyring of one RSA key pair that the application holds (framework/raw-rsa-keyring.md)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any, Self

from ddbcrypt import _engine
from ddbcrypt.exceptions import InvalidArgumentError, UnwrappingError
from ddbcrypt.internal.validate import require_optional
from ddbcrypt.keyrings.context import serialize_context
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError, DataKeyWrappingError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.names import check_name, check_namespace
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES
from ddbcrypt.keyrings.wrapping import split_ciphertext, unwrap_data_key, wrap_data_key
from ddbcrypt.pickling import secrets_allowed

__all__ = ("RawRsaKeyring", "RsaPadding")


class RsaPadding(enum.Enum):
    """How a data key is padded. With OAEP, MGF1 uses the same digest. Readers need the writer's padding."""

    #: PKCS #1 v1.5. Only to read or serve what needs it.
    PKCS1 = "PKCS1"
    #: OAEP with SHA-1.
    OAEP_SHA1_MGF1 = "OAEP_SHA1_MGF1"
    #: OAEP with SHA-256.
    OAEP_SHA256_MGF1 = "OAEP_SHA256_MGF1"
    #: OAEP with SHA-384.
    OAEP_SHA384_MGF1 = "OAEP_SHA384_MGF1"
    #: OAEP with SHA-512.
    OAEP_SHA512_MGF1 = "OAEP_SHA512_MGF1"


class RawRsaKeyring(Keyring):
    """Encrypts data keys with an RSA public key, decrypts them with the private key.

    Immutable and safe to share between threads. No network call. With a private key it pickles only inside
    :func:`ddbcrypt.pickling.allow_secrets`. RSA does not bind the encryption context; the data key under the
    intermediate key is bound to it.

    :param namespace: says whose keys these are; not ``aws-kms...``. Stored readably with each item
    :param name: which of these keys it is. Stored readably with each item
    :param padding: an :class:`RsaPadding` or its name
    :param public_key: DER or PEM (SubjectPublicKeyInfo, or PKCS #1), 2,048 to 8,192 bits. None: the keyring only
        decrypts; the public key is not taken out of the private one
    :param private_key: DER or PEM (PKCS #8 or PKCS #1), not encrypted. None: the keyring only encrypts
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a namespace or name that is empty, over 65,535 bytes, or AWS KMS's; neither key; an
        unknown padding
    :raises InvalidKeyError: a key that cannot be read, or the private where the public one belongs
    """

    def __init__(
        self,
        namespace: str,
        name: str,
        padding: RsaPadding | str,
        public_key: bytes | None = None,
        private_key: bytes | None = None,
    ) -> None:
        self._namespace = check_namespace(namespace)
        self._info = check_name(name)
        self._name = name
        try:
            self._padding = RsaPadding(padding)
        except ValueError as error:
            names = ", ".join(member.value for member in RsaPadding)
            raise InvalidArgumentError(f'"padding" must be one of {names}, not {padding!r}') from error
        require_optional("public_key", public_key, bytes)
        require_optional("private_key", private_key, bytes)
        if public_key is None and private_key is None:
            raise InvalidArgumentError("a raw RSA keyring needs a public key, a private key, or both")
        self._public_key = public_key
        self._private_key = private_key
        self._try_keys()

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """See :meth:`Keyring.on_encrypt`.

        :param materials: materials without or with a plaintext data key
        :raises DataKeyWrappingError: there is no public key
        :raises EncryptionContextError: the context cannot be serialised
        """
        public_key = self._public_key
        if public_key is None:
            raise DataKeyWrappingError(f"{self!r} has no public key, so it only decrypts: give it public_key")

        def wrap(intermediate_key: bytes) -> tuple[bytes, bytes]:
            return self._info, _engine.rsa_encrypt(public_key, self._padding.value, intermediate_key)

        return wrap_data_key(materials, self._namespace, serialize_context(materials.encryption_context), wrap)

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """See :meth:`Keyring.on_decrypt`.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: there is no private key; none is of this namespace and name, or none of those
            decrypts, all with one and the same message
        """
        refuse_data_key(materials)
        if self._private_key is None:
            raise DataKeyUnwrappingError(f"{self!r} has no private key, so it only encrypts: give it private_key")
        context = serialize_context(materials.encryption_context)
        tried = False
        for encrypted in encrypted_data_keys:
            if encrypted.provider_id != self._namespace or encrypted.provider_info != self._info:
                continue
            tried = True
            try:
                sealed, wrapped = split_ciphertext(encrypted.ciphertext)
                key = _engine.rsa_decrypt(self._private_key, self._padding.value, wrapped)
                if len(key) != DATA_KEY_BYTES:
                    continue
                return materials.with_data_key(*unwrap_data_key(key, sealed, context))
            except UnwrappingError:  # which step failed must not show: it could serve as a padding oracle
                continue
        reason = "none is of this namespace and name" if not tried else "key, padding, context or ciphertext is another"
        raise DataKeyUnwrappingError(
            f"{self!r} decrypted none of {len(encrypted_data_keys)} data keys: {reason}"
        ) from None

    def _try_keys(self) -> None:
        """Use each key once, so that a bad one is refused here and not at the first item."""
        if self._public_key is not None:
            _engine.rsa_encrypt(self._public_key, self._padding.value, bytes(DATA_KEY_BYTES))
        if self._private_key is not None:
            try:
                _engine.rsa_decrypt(self._private_key, self._padding.value, b"")
            except UnwrappingError:
                return  # the key was read, and the ciphertext is none

    def __copy__(self) -> Self:
        return self  # it never changes, and its key need not stand in memory twice

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[type[RawRsaKeyring], tuple[str, str, str, bytes | None, bytes | None]]:
        if self._private_key is not None and not secrets_allowed():
            raise TypeError("RawRsaKeyring holds a private key: pickle it inside ddbcrypt.pickling.allow_secrets()")
        return type(self), (self._namespace, self._name, self._padding.value, self._public_key, self._private_key)

    def __repr__(self) -> str:
        return f"RawRsaKeyring(namespace={self._namespace!r}, name={self._name!r}, padding={self._padding.value!r})"
