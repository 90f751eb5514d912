# SPDX-License-Identifier: Apache-2.0
"""Materials in place of those whose data key does not unwrap: with them an item fails as with a wrong signature.

If an altered data key and an altered signature failed in two ways, whoever can alter items and see how they fail would
have an oracle for the wrapping key: a padding oracle, where that is RSA with PKCS #1 padding. So decryption goes on
with keys that fit nothing, and fails where the signature is verified.
"""

from __future__ import annotations

import os
from typing import Any, Final

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import UnwrappingError
from ddbcrypt.materials import DecryptionMaterials

__all__ = ("DataKeyError", "UnreadableMaterials", "nothing_fits")

_RANDOM_BYTES: Final = 32


class DataKeyError(UnwrappingError):
    """A wrapped data key gives no data key. The one error of everything that depends on secrets."""


class UnreadableMaterials(DecryptionMaterials):
    """A random decryption key, and a verification key that no signature fits.

    :param verification_key: key that the item would have been verified with
    :param material_description: the item's, for who looks at it
    :param wrapping_tells: whether it may not even show that the data key does not unwrap, as with PKCS #1 padding
    """

    __slots__ = ("_decryption_key", "_material_description", "_signed_item_key", "_verification_key")

    def __init__(
        self, verification_key: DelegatedKey, material_description: dict[str, str], *, wrapping_tells: bool
    ) -> None:
        self._verification_key = nothing_fits(verification_key)
        self._signed_item_key = verification_key if wrapping_tells else self._verification_key
        self._decryption_key = JceNameLocalDelegatedKey.generate("AES")
        self._material_description = material_description

    @property
    def material_description(self) -> dict[str, str]:
        """The description that was given."""
        return self._material_description

    @property
    def decryption_key(self) -> DelegatedKey:
        """Random key."""
        return self._decryption_key

    @property
    def verification_key(self) -> DelegatedKey:
        """Key that no signature fits."""
        return self._verification_key

    @property
    def signed_item_key(self) -> DelegatedKey:
        """Key to verify an item with in which nothing is encrypted, so that no decryption shows what unwrapped.

        With AES key wrap and OAEP no signature fits it either: that a data key unwraps tells nothing there, and an
        altered item is refused. With PKCS #1 padding it would be the oracle, so the item verifies as if its data key
        had unwrapped; that data key, like all of the description, is not signed and was not needed.
        """
        return self._signed_item_key


def nothing_fits(key: DelegatedKey) -> DelegatedKey:
    """Give a key that stands in for a verification key and refuses every signature in the same way.

    A local key is replaced by a local one, so that the item takes the same way through the engine.
    """
    return (
        JceNameLocalDelegatedKey.generate("HmacSHA256") if type(key) is JceNameLocalDelegatedKey else _NothingFits(key)
    )


class _NothingFits(DelegatedKey):
    """Asks a key of an application's own to verify other data, for its own error and the time that it takes."""

    __slots__ = ("_key",)

    def __init__(self, key: DelegatedKey) -> None:
        self._key: Any = key

    @property
    def algorithm(self) -> str:
        name: str = self._key.algorithm
        return name

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> Any:
        # An answer is passed on: False means the same as an error.
        return self._key.verify(algorithm=algorithm, signature=signature, data=os.urandom(_RANDOM_BYTES))
