# SPDX-License-Identifier: Apache-2.0
"""A materials provider that wraps each item's data key with an RSA key pair: the Java client's, which Python lacked."""

from __future__ import annotations

from collections.abc import Iterable

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import InvalidAlgorithmError
from ddbcrypt.identifiers import EncryptionKeyType
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider

__all__ = ("AsymmetricStaticProvider",)


class AsymmetricStaticProvider(WrappedCryptographicMaterialsProvider):
    """Wraps data keys with an RSA public key and unwraps them with its private key; signs with RSA or a MAC.

    Whoever has only the public key can write items and read none. Items, and what their material descriptions hold, are
    those of the Java client's provider of the same name. A key pair is one private key here: it holds the public one.

    Immutable and safe to share between threads. It makes no network call but those of an own signing key. It pickles
    where its keys do.

    :param JceNameLocalDelegatedKey encryption_key: for ``RSA``: the private key, or the public key where items are only
        written
    :param DelegatedKey signing_key: key that signs and verifies: for ``SHA256withRSA`` or another ``SHA...withRSA``,
        where a public key serves to read; or for ``HmacSHA256`` or another MAC
    :param dict material_description: name to value, written to each item; copied. ``amzn-ddb-wrap-alg`` in it chooses
        the padding, by default ``RSA/ECB/OAEPWithSHA-256AndMGF1Padding``
    :param accepted_wrapping_algorithms: paddings of older items that are to be read too
    :param accepted_content_algorithms: content algorithms of older items that are to be read too
    :raises TypeError: an argument is of another type
    :raises InvalidAlgorithmError: the encryption key is not for RSA, or an algorithm does not fit
    """

    def __init__(
        self,
        encryption_key: JceNameLocalDelegatedKey,
        signing_key: DelegatedKey,
        material_description: dict[str, str] | None = None,
        *,
        accepted_wrapping_algorithms: Iterable[str] = (),
        accepted_content_algorithms: Iterable[str] = (),
    ) -> None:
        require_instance("encryption_key", encryption_key, JceNameLocalDelegatedKey)
        if encryption_key.algorithm != "RSA":
            raise InvalidAlgorithmError(
                f"the encryption key must be for RSA, not for {encryption_key.algorithm}: for other keys there is "
                "WrappedCryptographicMaterialsProvider"
            )
        super().__init__(
            signing_key=signing_key,
            wrapping_key=encryption_key,
            unwrapping_key=encryption_key if encryption_key.key_type is EncryptionKeyType.PRIVATE else None,
            material_description=material_description,
            accepted_wrapping_algorithms=accepted_wrapping_algorithms,
            accepted_content_algorithms=accepted_content_algorithms,
        )
