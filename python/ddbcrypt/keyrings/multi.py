# SPDX-License-Identifier: Apache-2.0
"""A keyring of several keyrings, each of which can decrypt what is written (framework/multi-keyring.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError, DataKeyWrappingError, InvalidMaterialsError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials

__all__ = ("MultiKeyring",)


class MultiKeyring(Keyring):
    """Encrypts each data key once for each of its keyrings, and decrypts with the first that can.

    Whoever can decrypt with one of the keyrings can read what is written. As safe to share between threads as its
    keyrings are; it makes network calls where one of them does.

    :param generator: keyring that makes the data key, or None: then it only decrypts, or encrypts data keys that are
        given
    :param children: more keyrings, at least one where there is no generator
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: neither generator nor children
    """

    def __init__(self, generator: Keyring | None = None, children: Iterable[Keyring] = ()) -> None:
        require_optional("generator", generator, Keyring)
        self._generator = generator
        self._children = tuple(children)
        for child in self._children:
            require_instance("children", child, Keyring)
        if generator is None and not self._children:
            raise InvalidArgumentError("a multi-keyring needs a generator, children, or both")
        self._all = self._children if generator is None else (generator, *self._children)
        self.makes_network_calls = any(keyring.makes_network_calls for keyring in self._all)

    @property
    def generator(self) -> Keyring | None:
        """The keyring that makes the data key."""
        return self._generator

    @property
    def children(self) -> tuple[Keyring, ...]:
        """The other keyrings."""
        return self._children

    @property
    def may_block(self) -> bool:
        """Whether any of the keyrings may block."""
        return any(keyring.may_block for keyring in self._all)

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """Let the generator make the data key, then each child encrypt it.

        :param materials: materials without a data key, or with one where there is no generator
        :raises InvalidMaterialsError: a data key is there and a generator too
        :raises DataKeyWrappingError: no data key and no generator, or the generator made none
        :raises KeyringError: a keyring failed; then nothing is encrypted at all
        """
        if self._generator is not None:
            if materials.plaintext_data_key is not None:
                raise InvalidMaterialsError(
                    "the encryption materials hold a data key, so a generator must not make one"
                )
            materials = self._generator.on_encrypt(materials)
            if materials.plaintext_data_key is None:
                raise DataKeyWrappingError(f"the generator {self._generator!r} made no data key")
        elif materials.plaintext_data_key is None:
            raise DataKeyWrappingError("a multi-keyring without a generator does not make data keys: give it one")
        for child in self._children:
            materials = child.on_encrypt(materials)
        return materials

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """Ask generator and children in their order until one decrypts a data key.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: all failed; the message holds what each came to
        """
        refuse_data_key(materials)
        errors: list[Exception] = []
        for keyring in self._all:
            try:
                decrypted = keyring.on_decrypt(materials, encrypted_data_keys)
            except Exception as error:  # noqa: BLE001 - a keyring of an application's own may raise anything
                errors.append(error)
                continue
            if decrypted.plaintext_data_key is not None:
                return decrypted
        raise DataKeyUnwrappingError.of(f"none of {len(self._all)} keyrings decrypted a data key", errors)

    def __repr__(self) -> str:
        return f"MultiKeyring(generator={self._generator!r}, children={list(self._children)!r})"
