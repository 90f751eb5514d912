# SPDX-License-Identifier: Apache-2.0
"""Materials managers: what stands between items and keyrings (framework/cmm-interface.md, default-cmm.md)."""

from __future__ import annotations

import abc
import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ddbcrypt import _engine
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.keyrings.context import PUBLIC_KEY_NAME, check_context, require_keys
from ddbcrypt.keyrings.errors import EncryptionContextError, InvalidMaterialsError
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.suites import DEFAULT_SUITE, AlgorithmSuite, as_suite

__all__ = ("CryptographicMaterialsManager", "DefaultCmm", "as_cmm")

_POINT_BYTES: Final = 49


class CryptographicMaterialsManager(abc.ABC):
    """Gives the materials of items (a CMM). Derive from it for policies of your own; several threads use it at once."""

    #: Whether an item can cost a call over the network; batches then ask for several items at once.
    makes_network_calls: bool = False

    @property
    def may_block(self) -> bool:
        """Whether asking it may wait for something: a network call, a file, a device.

        The clients of asyncio then ask it in a thread. True for all that make network calls, and for an application's
        own class unless that says otherwise (``may_block = False`` in the class).
        """
        return self.makes_network_calls or not type(self).__module__.startswith("ddbcrypt.")

    @abc.abstractmethod
    def get_encryption_materials(
        self,
        encryption_context: Mapping[str, str],
        algorithm_suite: AlgorithmSuite | None = None,
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_length: int | None = None,
    ) -> EncryptionMaterials:
        """Give materials to encrypt one item with.

        :param encryption_context: what is known of the item; never changed
        :param algorithm_suite: the suite; None for the default one, which has an ECDSA signature
        :param required_context_keys: keys of the context that are not to be stored with the item
        :param plaintext_length: most bytes that are to be encrypted, 0 or more; None where that is not known
        :raises KeyringError: no such materials can be had
        """

    @abc.abstractmethod
    def decrypt_materials(
        self,
        algorithm_suite: AlgorithmSuite,
        encrypted_data_keys: Sequence[EncryptedDataKey],
        encryption_context: Mapping[str, str],
        *,
        reproduced_context: Mapping[str, str] | None = None,
    ) -> DecryptionMaterials:
        """Give materials to decrypt one item with.

        :param algorithm_suite: the item's suite
        :param encrypted_data_keys: the item's
        :param encryption_context: what the item stores; it is not authenticated
        :param reproduced_context: what the reader knows of the item without it: all that is in both has to be equal,
            and the rest is added
        :raises EncryptionContextError: the contexts contradict each other, or lack what is required
        :raises DataKeyUnwrappingError: no data key can be decrypted
        """


class DefaultCmm(CryptographicMaterialsManager):
    """Asks one keyring, and makes the signing key where the suite has an ECDSA signature.

    As safe to share between threads as its keyring; it makes network calls where that does.

    :param keyring: makes, encrypts and decrypts data keys
    :raises TypeError: it is no :class:`~ddbcrypt.keyrings.interface.Keyring`
    """

    def __init__(self, keyring: Keyring) -> None:
        require_instance("keyring", keyring, Keyring)
        self._keyring = keyring
        self.makes_network_calls = keyring.makes_network_calls

    @property
    def keyring(self) -> Keyring:
        """The keyring that is asked."""
        return self._keyring

    @property
    def may_block(self) -> bool:
        """Whether the keyring may block."""
        return self._keyring.may_block

    def get_encryption_materials(
        self,
        encryption_context: Mapping[str, str],
        algorithm_suite: AlgorithmSuite | None = None,
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_length: int | None = None,
    ) -> EncryptionMaterials:
        """See :meth:`CryptographicMaterialsManager.get_encryption_materials`; the length is not used.

        :raises EncryptionContextError: the context holds ``aws-crypto-public-key``, or lacks a required key
        :raises InvalidMaterialsError: the keyring gave no or other materials
        """
        suite = DEFAULT_SUITE if algorithm_suite is None else as_suite(algorithm_suite)
        context = check_context(encryption_context)
        if PUBLIC_KEY_NAME in context:
            raise EncryptionContextError(f"the encryption context holds the reserved key {PUBLIC_KEY_NAME!r}")
        signing_key = None
        if suite.is_signed:
            signing_key, point = _engine.ecdsa_p384_generate()
            context[PUBLIC_KEY_NAME] = base64.b64encode(point).decode()
        given = EncryptionMaterials(
            suite, context, required_context_keys=required_context_keys, signing_key=signing_key
        )
        materials = self._keyring.on_encrypt(given)
        if materials.plaintext_data_key is None or not materials.encrypted_data_keys:
            raise InvalidMaterialsError(f"{self._keyring!r} made or encrypted no data key")
        if (
            materials.algorithm_suite is not suite
            or materials.encryption_context != context
            or materials.required_context_keys != given.required_context_keys
            or materials.signing_key != signing_key
        ):
            raise InvalidMaterialsError(f"{self._keyring!r} changed more of the materials than a keyring may")
        return materials

    def decrypt_materials(
        self,
        algorithm_suite: AlgorithmSuite,
        encrypted_data_keys: Sequence[EncryptedDataKey],
        encryption_context: Mapping[str, str],
        *,
        reproduced_context: Mapping[str, str] | None = None,
    ) -> DecryptionMaterials:
        """See :meth:`CryptographicMaterialsManager.decrypt_materials`.

        :raises EncryptionContextError: the contexts contradict each other, or there is a verification key just where
            the suite has none, or none where it has one, or a malformed one
        :raises DataKeyUnwrappingError: no data key can be decrypted
        :raises InvalidMaterialsError: the keyring gave no or other materials
        """
        suite = as_suite(algorithm_suite)
        context, added = merge_contexts(encryption_context, reproduced_context)
        given = DecryptionMaterials(
            suite, context, required_context_keys=added, verification_key=_verification_key(suite, context)
        )
        materials = self._keyring.on_decrypt(given, tuple(encrypted_data_keys))
        if materials.plaintext_data_key is None:
            raise InvalidMaterialsError(f"{self._keyring!r} decrypted no data key")
        if (
            materials.algorithm_suite is not suite
            or materials.encryption_context != context
            or materials.required_context_keys != given.required_context_keys
            or materials.verification_key != given.verification_key
        ):
            raise InvalidMaterialsError(f"{self._keyring!r} changed more of the materials than a keyring may")
        return materials

    def __repr__(self) -> str:
        return f"DefaultCmm(keyring={self._keyring!r})"


def as_cmm(keyring_or_cmm: Keyring | CryptographicMaterialsManager) -> CryptographicMaterialsManager:
    """Give a materials manager as it is, a keyring within a :class:`DefaultCmm`. No network call.

    :param keyring_or_cmm: one of the two
    :raises TypeError: it is neither
    """
    if isinstance(keyring_or_cmm, CryptographicMaterialsManager):
        return keyring_or_cmm
    return DefaultCmm(keyring_or_cmm)


def merge_contexts(
    stored: Mapping[str, str], reproduced: Mapping[str, str] | None
) -> tuple[dict[str, str], frozenset[str]]:
    """Give what item and reader know together, and the keys that only the reader does.

    :raises EncryptionContextError: they contradict each other; the message names the keys and no value
    """
    context = check_context(stored)
    if not reproduced:
        return context, frozenset()
    known = check_context(reproduced)
    wrong = sorted(name for name, value in known.items() if context.get(name, value) != value)
    if wrong:
        raise EncryptionContextError(
            f"the item was written with other values of {', '.join(map(repr, wrong))} than are expected: another item, "
            "table or primary key"
        )
    added = frozenset(known.keys() - context.keys())
    return {**context, **known}, added


def _verification_key(suite: AlgorithmSuite, context: Mapping[str, str]) -> bytes | None:
    if not suite.is_signed:
        if PUBLIC_KEY_NAME in context:
            raise EncryptionContextError(
                f"the encryption context holds {PUBLIC_KEY_NAME!r}, and suite {suite.name} has no signature"
            )
        return None
    require_keys(context, (PUBLIC_KEY_NAME,), f"the encryption context of an item of suite {suite.name}")
    try:
        point = base64.b64decode(context[PUBLIC_KEY_NAME], validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncryptionContextError(f"{PUBLIC_KEY_NAME!r} in the encryption context is not base64") from error
    # Of several texts for the same bytes, only the one that is written.
    if len(point) != _POINT_BYTES or base64.b64encode(point).decode() != context[PUBLIC_KEY_NAME]:
        raise EncryptionContextError(f"{PUBLIC_KEY_NAME!r} in the encryption context is no compressed P-384 point")
    return point
