# SPDX-License-Identifier: Apache-2.0
"""Keyrings and materials managers of AWS's ``aws-cryptographic-material-providers`` package, used here.

The package is not needed otherwise and is not imported before :func:`adapt` meets one of its objects. Install it with
the extra ``ddbcrypt[mpl]``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.guards import is_list
from ddbcrypt.internal.validate import require_optional
from ddbcrypt.keyrings.cmm import CryptographicMaterialsManager
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError, DataKeyWrappingError, InvalidMaterialsError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.mpl_answers import listen
from ddbcrypt.keyrings.suites import DEFAULT_SUITE, AlgorithmSuite

__all__ = ("MplCmm", "MplKeyring", "adapt")

_PACKAGE: Final = "aws_cryptographic_material_providers"
_POLICY: Final = "REQUIRE_ENCRYPT_REQUIRE_DECRYPT"
_Name = Literal["mpl.models", "mpl.references", "mpl.client", "mpl.config"]


def adapt(
    keyring_or_cmm: object, *, makes_network_calls: bool | None = None
) -> Keyring | CryptographicMaterialsManager:
    """Give ddbcrypt's own keyrings and materials managers as they are, and those of AWS's package wrapped.

    No network call itself. What is wrapped is as safe to share between threads as what is in it.

    :param keyring_or_cmm: keyring or materials manager (CMM) of ddbcrypt or of ``aws-cryptographic-material-providers``
    :param makes_network_calls: whether an item can cost a call; None to take an object of AWS's package for one that
        does
    :raises TypeError: it is something else, or an object of the package, which is not installed
    """
    require_optional("makes_network_calls", makes_network_calls, bool)
    if isinstance(keyring_or_cmm, (Keyring, CryptographicMaterialsManager)):
        return keyring_or_cmm
    if any(kind.__module__.partition(".")[0] == _PACKAGE for kind in type(keyring_or_cmm).__mro__):
        references = _module("mpl.references")
        calls = makes_network_calls is not False
        if isinstance(keyring_or_cmm, references.IKeyring):
            return MplKeyring(keyring_or_cmm, makes_network_calls=calls)
        if isinstance(keyring_or_cmm, references.ICryptographicMaterialsManager):
            return MplCmm(keyring_or_cmm, makes_network_calls=calls)
    raise TypeError(
        "a keyring or materials manager of ddbcrypt or of aws-cryptographic-material-providers is needed, not "
        + type(keyring_or_cmm).__qualname__
    )


class MplKeyring(Keyring):
    """A keyring of AWS's package. As safe to share between threads as that. Made by :func:`adapt`.

    :param keyring: an ``IKeyring`` of the package
    :param makes_network_calls: whether an item can cost a call
    """

    def __init__(self, keyring: Any, *, makes_network_calls: bool = True) -> None:
        self._keyring = keyring
        self.makes_network_calls = makes_network_calls
        self._models = _module("mpl.models")
        self._suites = _suites()

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """See :meth:`Keyring.on_encrypt`.

        :param materials: materials without or with a plaintext data key
        :raises DataKeyWrappingError: the keyring failed; the message is its own
        """
        given = self._models.EncryptionMaterials(
            algorithm_suite=self._suites[materials.algorithm_suite],
            encryption_context=dict(materials.encryption_context),
            encrypted_data_keys=_theirs(self._models, materials.encrypted_data_keys),
            required_encryption_context_keys=sorted(materials.required_context_keys),
            plaintext_data_key=materials.plaintext_data_key,
            signing_key=materials.signing_key,
            symmetric_signing_keys=list(materials.symmetric_signing_keys),
        )
        keyring, listener = listen(self._keyring)
        try:
            output = keyring.on_encrypt(self._models.OnEncryptInput(materials=given))
        except Exception as error:
            raise _wrapping(
                f"{_name(self._keyring)} encrypted no data key: {_text(error)}", listener.answers()
            ) from error
        return _encryption_materials(output.materials)

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """See :meth:`Keyring.on_decrypt`.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: the keyring failed; the message is its own
        """
        refuse_data_key(materials)
        given = self._models.DecryptionMaterials(
            algorithm_suite=self._suites[materials.algorithm_suite],
            encryption_context=dict(materials.encryption_context),
            required_encryption_context_keys=sorted(materials.required_context_keys),
            verification_key=materials.verification_key,
        )
        keys = _theirs(self._models, encrypted_data_keys)
        keyring, listener = listen(self._keyring)
        try:
            output = keyring.on_decrypt(self._models.OnDecryptInput(materials=given, encrypted_data_keys=keys))
        except Exception as error:
            raise _unwrapping(
                f"{_name(self._keyring)} decrypted no data key: {_text(error)}", listener.answers()
            ) from error
        return _decryption_materials(output.materials)

    def __repr__(self) -> str:
        return f"MplKeyring({_name(self._keyring)})"


class MplCmm(CryptographicMaterialsManager):
    """A materials manager of AWS's package. As safe to share between threads as that. Made by :func:`adapt`.

    :param cmm: an ``ICryptographicMaterialsManager`` of the package
    :param makes_network_calls: whether an item can cost a call
    """

    def __init__(self, cmm: Any, *, makes_network_calls: bool = True) -> None:
        self._cmm = cmm
        self.makes_network_calls = makes_network_calls
        self._models = _module("mpl.models")

    def get_encryption_materials(
        self,
        encryption_context: Mapping[str, str],
        algorithm_suite: AlgorithmSuite | None = None,
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_length: int | None = None,
    ) -> EncryptionMaterials:
        """See :meth:`CryptographicMaterialsManager.get_encryption_materials`.

        :raises DataKeyWrappingError: the manager failed; the message is its own
        """
        suite = DEFAULT_SUITE if algorithm_suite is None else AlgorithmSuite(algorithm_suite)
        given = self._models.GetEncryptionMaterialsInput(
            encryption_context=dict(encryption_context),
            commitment_policy=self._models.CommitmentPolicyDBE(_POLICY),
            algorithm_suite_id=_suite_id(self._models, suite),
            max_plaintext_length=plaintext_length,
            required_encryption_context_keys=sorted(required_context_keys),
        )
        cmm, listener = listen(self._cmm)
        try:
            output = cmm.get_encryption_materials(given)
        except Exception as error:
            raise _wrapping(f"{_name(self._cmm)} gave no materials: {_text(error)}", listener.answers()) from error
        materials = _encryption_materials(output.encryption_materials)
        if materials.algorithm_suite is not suite or materials.plaintext_data_key is None:
            raise InvalidMaterialsError(f"{_name(self._cmm)} gave materials of another suite, or without a data key")
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

        :raises DataKeyUnwrappingError: the manager failed; the message is its own
        """
        suite = AlgorithmSuite(algorithm_suite)
        given = self._models.DecryptMaterialsInput(
            algorithm_suite_id=_suite_id(self._models, suite),
            commitment_policy=self._models.CommitmentPolicyDBE(_POLICY),
            encrypted_data_keys=_theirs(self._models, encrypted_data_keys),
            encryption_context=dict(encryption_context),
            reproduced_encryption_context=None if reproduced_context is None else dict(reproduced_context),
        )
        cmm, listener = listen(self._cmm)
        try:
            output = cmm.decrypt_materials(given)
        except Exception as error:
            raise _unwrapping(f"{_name(self._cmm)} gave no materials: {_text(error)}", listener.answers()) from error
        materials = _decryption_materials(output.decryption_materials)
        if materials.algorithm_suite is not suite or materials.plaintext_data_key is None:
            raise InvalidMaterialsError(f"{_name(self._cmm)} gave materials of another suite, or without a data key")
        return materials

    def __repr__(self) -> str:
        return f"MplCmm({_name(self._cmm)})"


def _module(name: _Name) -> Any:
    try:
        return importlib.import_module(f"{_PACKAGE}.{name}")
    except ImportError as error:
        raise TypeError(
            "objects of aws-cryptographic-material-providers need that package: install ddbcrypt[mpl]"
        ) from error


def _suites() -> dict[AlgorithmSuite, Any]:
    """Ask the package for its own descriptions of the suites."""
    client = _module("mpl.client").AwsCryptographicMaterialProviders(_module("mpl.config").MaterialProvidersConfig())
    return {suite: client.get_algorithm_suite_info(suite.binary_id) for suite in AlgorithmSuite}


def _suite_id(models: Any, suite: AlgorithmSuite) -> Any:
    names = models.DBEAlgorithmSuiteId
    return models.AlgorithmSuiteIdDBE(
        names.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384_SYMSIG_HMAC_SHA384
        if suite.is_signed
        else names.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_SYMSIG_HMAC_SHA384
    )


def _theirs(models: Any, keys: Sequence[EncryptedDataKey]) -> list[Any]:
    return [
        models.EncryptedDataKey(
            key_provider_id=key.provider_id, key_provider_info=key.provider_info, ciphertext=key.ciphertext
        )
        for key in keys
    ]


def _encryption_materials(theirs: Any) -> EncryptionMaterials:
    keys = [
        EncryptedDataKey(str(key.key_provider_id), bytes(key.key_provider_info), bytes(key.ciphertext))
        for key in theirs.encrypted_data_keys
    ]
    return EncryptionMaterials(
        _suite(theirs),
        theirs.encryption_context,
        required_context_keys=theirs.required_encryption_context_keys,
        plaintext_data_key=_bytes(theirs.plaintext_data_key),
        encrypted_data_keys=keys,
        symmetric_signing_keys=[bytes(key) for key in theirs.symmetric_signing_keys or ()],
        signing_key=_bytes(theirs.signing_key),
    )


def _decryption_materials(theirs: Any) -> DecryptionMaterials:
    return DecryptionMaterials(
        _suite(theirs),
        theirs.encryption_context,
        required_context_keys=theirs.required_encryption_context_keys,
        plaintext_data_key=_bytes(theirs.plaintext_data_key),
        symmetric_signing_key=_bytes(theirs.symmetric_signing_key),
        verification_key=_bytes(theirs.verification_key),
    )


def _suite(theirs: Any) -> AlgorithmSuite:
    number = int.from_bytes(bytes(theirs.algorithm_suite.binary_id), "big")
    try:
        return AlgorithmSuite(number)
    except ValueError as error:
        raise InvalidMaterialsError(f"suite {number:#06x} is not one of the structured format") from error


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _name(theirs: Any) -> str:
    implementation = getattr(theirs, "_impl", theirs)
    return f"{_PACKAGE} {type(implementation).__name__}"


def _wrapping(message: str, answers: tuple[Exception, ...]) -> DataKeyWrappingError:
    error = DataKeyWrappingError(message)
    error.errors = answers
    return error


def _unwrapping(message: str, answers: tuple[Exception, ...]) -> DataKeyUnwrappingError:
    error = DataKeyUnwrappingError(message)
    error.errors = answers
    return error


def _text(error: Exception) -> str:
    """Give the package's own words; its collections of errors have them in a list."""
    inner = getattr(error, "list", None)
    words = [str(part) for part in inner] if is_list(inner) else []
    text = "; ".join((str(error), *words)) if not isinstance(error, DynamodbEncryptionSdkError) else str(error)
    return text[:1000]
