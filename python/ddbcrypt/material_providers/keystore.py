# SPDX-License-Identifier: Apache-2.0
"""A materials provider whose keys are in a key store file: PKCS#12, or Java's JKS. The Java client's, for Python."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import (
    DecryptionError,
    InvalidAlgorithmError,
    KeyStoreAliasError,
    KeyStoreError,
    KeyStoreFormatError,
    KeyStorePasswordError,
)
from ddbcrypt.internal.identifiers import SIGNING_ALGORITHM
from ddbcrypt.internal.keystore import KeyStore, read_key_store
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.pickling import secrets_allowed
from ddbcrypt.structures import EncryptionContext

__all__ = (
    "KeyStoreAliasError",
    "KeyStoreError",
    "KeyStoreFormatError",
    "KeyStoreMaterialsProvider",
    "KeyStorePasswordError",
)

_DEFAULT_RSA_SIGNATURE: Final = "SHA256withRSA"


class KeyStoreMaterialsProvider(CryptographicMaterialsProvider):
    """Takes an encryption key and a signing key out of a key store file.

    What the two entries are decides what is done, as in the Java client:

    - the encryption entry is a secret key for AES: items are encrypted with it itself
    - it is an RSA private key with its certificate: each item gets a data key of its own, wrapped with RSA
    - it is a trusted certificate, RSA: the same, and items can only be written
    - the signing entry is a secret key for a MAC, an RSA private key, or a trusted certificate, with which items can
      only be read

    PKCS#12 files of ``keytool`` and OpenSSL are read, and JKS files, which hold no secret keys. PKCS#12 files with the
    old encryptions (triple DES, RC2) need the package ``cryptography``: ``ddbcrypt[keystore]``.

    The file is read in the constructor and by :meth:`refresh`, which may be called while other threads use the
    provider: each item gets the old keys or the new ones. Safe to share between threads. It makes no network call. The
    passwords stay in the object, so it pickles only inside :func:`ddbcrypt.pickling.allow_secrets`.

    :param path: the file
    :param str password: password of the store
    :param str encryption_alias: entry of the encryption key; aliases are without regard to case
    :param str signing_alias: entry of the signing key; it may be the same where that is RSA
    :param dict material_description: name to value, written to each item; copied. An item is read only if its
        description has all of these entries. ``amzn-ddb-wrap-alg`` chooses the RSA padding, and
        ``amzn-ddb-map-signingAlg`` the RSA signature, by default ``SHA256withRSA``
    :param str encryption_password: password of the encryption entry, where it is another than the store's
    :param str signing_password: password of the signing entry, where it is another than the store's
    :param accepted_wrapping_algorithms: RSA paddings of older items that are to be read too
    :param accepted_content_algorithms: content algorithms of older items that are to be read too
    :raises OSError: the file cannot be read
    :raises KeyStoreFormatError: it is truncated, malformed, or of a kind that is not read
    :raises KeyStorePasswordError: a password is wrong, or the file was altered
    :raises KeyStoreAliasError: there is no entry of that alias
    :raises InvalidKeyError: a key is of another algorithm, or RSA of fewer than 2,048 bits
    :raises InvalidAlgorithmError: an entry is not for what its key is to do, or an algorithm does not fit
    :raises TypeError: an argument is of another type
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        password: str,
        encryption_alias: str,
        signing_alias: str,
        material_description: dict[str, str] | None = None,
        *,
        encryption_password: str | None = None,
        signing_password: str | None = None,
        accepted_wrapping_algorithms: Iterable[str] = (),
        accepted_content_algorithms: Iterable[str] = (),
    ) -> None:
        for name, value in (
            ("password", password),
            ("encryption_alias", encryption_alias),
            ("signing_alias", signing_alias),
        ):
            require_instance(name, value, str)
        require_optional("encryption_password", encryption_password, str)
        require_optional("signing_password", signing_password, str)
        if material_description is None:
            material_description = {}
        require_dict("material_description", material_description, str)
        self._path = Path(path)
        self._password = password
        self._encryption_alias = encryption_alias
        self._signing_alias = signing_alias
        self._material_description = dict(material_description)
        self._encryption_password = encryption_password
        self._signing_password = signing_password
        # Kept as they were given: the inner provider checks them.
        self._older = {
            "accepted_wrapping_algorithms": _kept(accepted_wrapping_algorithms),
            "accepted_content_algorithms": _kept(accepted_content_algorithms),
        }
        self._inner = self._load()

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the two keys.

        :param encryption_context: handed on to the wrapping provider, where the encryption entry is RSA
        :raises WrappingError: the data key cannot be wrapped
        """
        return self._inner.encryption_materials(encryption_context)

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the two keys.

        :param encryption_context: with the material description of the item
        :raises DecryptionError: the item's description lacks entries of the configured one: other keys wrote it
        :raises UnwrappingError: as of the wrapping provider; the encryption entry is a certificate, for one
        """
        if not self._material_description.items() <= encryption_context.material_description.items():
            raise DecryptionError(
                "the item's material description has not all entries of the provider's "
                f"({', '.join(sorted(self._material_description))}), so it was written with other keys"
            )
        return self._inner.decryption_materials(encryption_context)

    def refresh(self) -> None:
        """Read the file anew. Where that fails the keys stay as they were.

        :raises: as the constructor
        """
        self._inner = self._load()

    def _load(self) -> CryptographicMaterialsProvider:
        store = read_key_store(self._path.read_bytes(), self._password)
        encryption = self._key(store, self._encryption_alias, self._encryption_password, "RSA")
        rsa_signature = self._material_description.get(SIGNING_ALGORITHM, _DEFAULT_RSA_SIGNATURE)
        signing = self._key(store, self._signing_alias, self._signing_password, rsa_signature)
        if encryption.algorithm not in ("AES", "RSA"):
            raise InvalidAlgorithmError(
                f"key store entry {self._encryption_alias!r} is a key for {encryption.algorithm}, not to encrypt with"
            )
        if signing.algorithm in ("AES", "AESWrap", "RSA"):
            raise InvalidAlgorithmError(
                f"key store entry {self._signing_alias!r} is a key for {signing.algorithm}, not to sign with"
            )
        if encryption.algorithm == "RSA":
            return AsymmetricStaticProvider(encryption, signing, self._material_description, **self._older)
        return StaticCryptographicMaterialsProvider(
            RawDecryptionMaterials(signing, encryption, self._material_description),
            RawEncryptionMaterials(signing, encryption, self._material_description),
        )

    def _key(self, store: KeyStore, alias: str, password: str | None, algorithm: str) -> JceNameLocalDelegatedKey:
        return store.entry(alias).key(self._password if password is None else password, algorithm)

    def __getstate__(self) -> dict[str, Any]:
        """Everything, in a pickle that the application permits.

        :raises TypeError: outside of :func:`ddbcrypt.pickling.allow_secrets`
        """
        if not secrets_allowed():
            raise TypeError(
                f"{type(self).__name__} holds passwords and keys: make it anew where it is needed, or pickle it inside "
                "ddbcrypt.pickling.allow_secrets()"
            )
        return self.__dict__

    def __copy__(self) -> KeyStoreMaterialsProvider:
        return self._copied()

    def __deepcopy__(self, memo: dict[int, Any]) -> KeyStoreMaterialsProvider:
        return self._copied()

    def _copied(self) -> KeyStoreMaterialsProvider:
        # Not through the state, which is for pickles. Nothing in it is changed but by being replaced.
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(path={str(self._path)!r}, encryption_alias={self._encryption_alias!r}, "
            f"signing_alias={self._signing_alias!r}, material_description={self._material_description!r})"
        )


def _kept(names: Iterable[str]) -> Iterable[str]:
    return names if isinstance(names, str) else tuple(names)
