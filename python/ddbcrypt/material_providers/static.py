# SPDX-License-Identifier: Apache-2.0
"""A materials provider that always gives the materials that it was made with."""

from __future__ import annotations

from ddbcrypt.internal.validate import require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials, DecryptionMaterials, EncryptionMaterials
from ddbcrypt.structures import EncryptionContext

__all__ = ("StaticCryptographicMaterialsProvider",)


class StaticCryptographicMaterialsProvider(CryptographicMaterialsProvider):
    """Gives the same materials for every item.

    Safe to share between threads where its materials are. It makes no network call.

    :param DecryptionMaterials decryption_materials: materials to verify and decrypt with, or None
    :param EncryptionMaterials encryption_materials: materials to encrypt and sign with, or None
    :raises TypeError: an argument is of another type
    """

    def __init__(
        self,
        decryption_materials: DecryptionMaterials | None = None,
        encryption_materials: EncryptionMaterials | None = None,
    ) -> None:
        require_optional("decryption_materials", decryption_materials, DecryptionMaterials)
        require_optional("encryption_materials", encryption_materials, EncryptionMaterials)
        self._decryption_materials = decryption_materials
        self._encryption_materials = encryption_materials

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Return the decryption materials; ``encryption_context`` is not used.

        :raises AttributeError: there are none
        """
        if self._decryption_materials is None:
            return super().decryption_materials(encryption_context)
        return self._decryption_materials

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Return the encryption materials; ``encryption_context`` is not used.

        :raises AttributeError: there are none
        """
        if self._encryption_materials is None:
            return super().encryption_materials(encryption_context)
        return self._encryption_materials

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(decryption_materials={self._decryption_materials!r}, "
            f"encryption_materials={self._encryption_materials!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StaticCryptographicMaterialsProvider) or type(other) is not type(self):
            return NotImplemented
        return (
            self._decryption_materials == other._decryption_materials
            and self._encryption_materials == other._encryption_materials
        )

    __hash__ = None  # type: ignore[assignment]  # materials have none
