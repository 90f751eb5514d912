# SPDX-License-Identifier: Apache-2.0
"""Encryption materials of another provider, with more entries in their material description."""

from __future__ import annotations

from collections.abc import Mapping

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.materials import CryptographicMaterials, EncryptionMaterials

__all__ = ("LabelledMaterials",)


class LabelledMaterials(EncryptionMaterials):
    """The keys of ``materials`` under a material description of its entries and those of ``label``."""

    __slots__ = ("_material_description", "_materials")

    def __init__(self, materials: CryptographicMaterials, label: Mapping[str, str]) -> None:
        self._materials = materials
        self._material_description = {**materials.material_description, **label}

    @property
    def material_description(self) -> dict[str, str]:
        """Entries of the materials, and the label's."""
        return self._material_description

    @property
    def encryption_key(self) -> DelegatedKey:
        """Key of the materials.

        :raises AttributeError: they have none
        """
        return self._materials.encryption_key

    @property
    def signing_key(self) -> DelegatedKey:
        """Key of the materials."""
        return self._materials.signing_key
