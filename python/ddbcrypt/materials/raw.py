# SPDX-License-Identifier: Apache-2.0
"""Materials that use delegated keys as they are, with no data key of each item's own.

Every item is then encrypted under the same key. Where a key is to protect very many items, or is to be exchanged later,
use a materials provider that makes a data key for each item.
"""

from __future__ import annotations

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.materials import DecryptionMaterials, EncryptionMaterials

__all__ = ("RawDecryptionMaterials", "RawEncryptionMaterials")


class RawEncryptionMaterials(EncryptionMaterials):
    """A signing key and, unless items are only signed, an encryption key.

    Safe to share between threads where its keys are. It makes no network call.

    :param DelegatedKey signing_key: key that signs items
    :param DelegatedKey encryption_key: key that encrypts attributes, or None
    :param dict material_description: name to value, written to each item's material description; it is copied
    :raises TypeError: an argument is of another type
    :raises ValueError: the encryption key is not allowed for raw materials
    """

    __slots__ = ("_encryption_key", "_material_description", "_signing_key")

    def __init__(
        self,
        signing_key: DelegatedKey,
        encryption_key: DelegatedKey | None = None,
        material_description: dict[str, str] | None = None,
    ) -> None:
        require_instance("signing_key", signing_key, DelegatedKey)
        _require_raw_key("encryption_key", encryption_key)
        self._signing_key = signing_key
        self._encryption_key = encryption_key
        self._material_description = _copy_description(material_description)

    @property
    def material_description(self) -> dict[str, str]:
        """What is written to each item's material description."""
        return self._material_description

    @property
    def keys(self) -> tuple[DelegatedKey, DelegatedKey | None]:
        """Signing key, and encryption key or None."""
        return self._signing_key, self._encryption_key

    @property
    def signing_key(self) -> DelegatedKey:
        """Key that signs items."""
        return self._signing_key

    @property
    def encryption_key(self) -> DelegatedKey:
        """Key that encrypts attributes.

        :raises AttributeError: there is none
        """
        if self._encryption_key is None:
            raise AttributeError("these materials have no encryption key")
        return self._encryption_key

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(signing_key={self._signing_key!r}, encryption_key={self._encryption_key!r}, "
            f"material_description={self._material_description!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RawEncryptionMaterials) or type(other) is not type(self):
            return NotImplemented
        return (
            self._signing_key == other._signing_key
            and self._encryption_key == other._encryption_key
            and self._material_description == other._material_description
        )

    __hash__ = None  # type: ignore[assignment]  # the description can change


class RawDecryptionMaterials(DecryptionMaterials):
    """A verification key and, unless items are only signed, a decryption key.

    Safe to share between threads where its keys are. It makes no network call.

    :param DelegatedKey verification_key: key that verifies items
    :param DelegatedKey decryption_key: key that decrypts attributes, or None
    :param dict material_description: name to value; it is copied
    :raises TypeError: an argument is of another type
    :raises ValueError: the decryption key is not allowed for raw materials
    """

    __slots__ = ("_decryption_key", "_material_description", "_verification_key")

    def __init__(
        self,
        verification_key: DelegatedKey,
        decryption_key: DelegatedKey | None = None,
        material_description: dict[str, str] | None = None,
    ) -> None:
        require_instance("verification_key", verification_key, DelegatedKey)
        _require_raw_key("decryption_key", decryption_key)
        self._verification_key = verification_key
        self._decryption_key = decryption_key
        self._material_description = _copy_description(material_description)

    @property
    def material_description(self) -> dict[str, str]:
        """The material description that was given."""
        return self._material_description

    @property
    def keys(self) -> tuple[DelegatedKey, DelegatedKey | None]:
        """Verification key, and decryption key or None."""
        return self._verification_key, self._decryption_key

    @property
    def verification_key(self) -> DelegatedKey:
        """Key that verifies items."""
        return self._verification_key

    @property
    def decryption_key(self) -> DelegatedKey:
        """Key that decrypts attributes.

        :raises AttributeError: there is none
        """
        if self._decryption_key is None:
            raise AttributeError("these materials have no decryption key")
        return self._decryption_key

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(verification_key={self._verification_key!r}, "
            f"decryption_key={self._decryption_key!r}, material_description={self._material_description!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RawDecryptionMaterials) or type(other) is not type(self):
            return NotImplemented
        return (
            self._verification_key == other._verification_key
            and self._decryption_key == other._decryption_key
            and self._material_description == other._material_description
        )

    __hash__ = None  # type: ignore[assignment]  # the description can change


def _require_raw_key(name: str, key: DelegatedKey | None) -> None:
    """Refuse a key for attributes that does not say it may be used as it is."""
    require_optional(name, key, DelegatedKey)
    if key is not None and not key.allowed_for_raw_materials:
        raise ValueError(
            f'"{name}" of type {type(key).__name__} for {key.algorithm} is not allowed in raw materials: use an AES key'
        )


def _copy_description(description: dict[str, str] | None) -> dict[str, str]:
    if description is None:
        return {}
    require_dict("material_description", description, str)
    return dict(description)
