# SPDX-License-Identifier: Apache-2.0
"""A materials manager that makes readers name parts of the encryption context (required-encryption-context-cmm.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.keyrings.cmm import CryptographicMaterialsManager, as_cmm
from ddbcrypt.keyrings.context import PUBLIC_KEY_NAME, require_keys
from ddbcrypt.keyrings.errors import InvalidMaterialsError
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.suites import AlgorithmSuite

__all__ = ("RequiredEncryptionContextCmm",)


class RequiredEncryptionContextCmm(CryptographicMaterialsManager):
    """Requires keys of the encryption context, and has them left out of what items store.

    Data keys are bound to them all the same, so who does not know their values cannot decrypt. As safe to share between
    threads as what it is made of; it makes network calls where that does.

    :param cmm: the materials manager, or keyring, that is asked
    :param required_keys: keys of the encryption context, at least one
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no key, or one that materials managers set
    """

    def __init__(self, cmm: CryptographicMaterialsManager | Keyring, required_keys: Iterable[str]) -> None:
        if isinstance(required_keys, str):
            raise TypeError('"required_keys" must be a list or another collection of str, not str')
        self._cmm = as_cmm(cmm)
        self._required = frozenset(required_keys)
        for name in self._required:
            if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f'"required_keys" must hold str, not {type(name).__name__}')
        if not self._required or PUBLIC_KEY_NAME in self._required:
            raise InvalidArgumentError(f'"required_keys" needs at least one key, and never {PUBLIC_KEY_NAME!r}')
        self.makes_network_calls = self._cmm.makes_network_calls

    @property
    def may_block(self) -> bool:
        """Whether the materials manager that is asked may block."""
        return self._cmm.may_block

    def get_encryption_materials(
        self,
        encryption_context: Mapping[str, str],
        algorithm_suite: AlgorithmSuite | None = None,
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_length: int | None = None,
    ) -> EncryptionMaterials:
        """Refuse a context that lacks a required key, and ask for materials that leave these out of the item.

        See :meth:`CryptographicMaterialsManager.get_encryption_materials`.

        :raises EncryptionContextError: a required key is missing
        :raises InvalidMaterialsError: what is asked gave materials that would store one
        """
        require_keys(encryption_context, self._required, "the encryption context")
        materials = self._cmm.get_encryption_materials(
            encryption_context,
            algorithm_suite,
            required_context_keys=self._required.union(required_context_keys),
            plaintext_length=plaintext_length,
        )
        if not materials.required_context_keys >= self._required:
            raise InvalidMaterialsError(f"{self._cmm!r} gave materials that do not keep required keys out of the item")
        return materials

    def decrypt_materials(
        self,
        algorithm_suite: AlgorithmSuite,
        encrypted_data_keys: Sequence[EncryptedDataKey],
        encryption_context: Mapping[str, str],
        *,
        reproduced_context: Mapping[str, str] | None = None,
    ) -> DecryptionMaterials:
        """Refuse a reader that does not name a required key.

        See :meth:`CryptographicMaterialsManager.decrypt_materials`.

        :raises EncryptionContextError: a required key is missing in ``reproduced_context``
        :raises InvalidMaterialsError: what is asked gave materials that are not bound to one
        """
        require_keys(reproduced_context or {}, self._required, "the encryption context that the reader reproduces")
        materials = self._cmm.decrypt_materials(
            algorithm_suite, encrypted_data_keys, encryption_context, reproduced_context=reproduced_context
        )
        if not materials.encryption_context.keys() >= self._required:
            raise InvalidMaterialsError(f"{self._cmm!r} gave materials that are not bound to required keys")
        return materials

    def __repr__(self) -> str:
        return f"RequiredEncryptionContextCmm(cmm={self._cmm!r}, required_keys={sorted(self._required)!r})"
