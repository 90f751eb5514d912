# SPDX-License-Identifier: Apache-2.0
"""Encrypt and decrypt single items, in DynamoDB JSON or in Python values.

The functions are thread-safe where the materials provider and the keys are. They make no network call but those of
the materials provider. They never change what they are given: the result is always a new dict. Every ddbcrypt
exception that leaves them has ``item_key`` set where the encryption context names the table's keys.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import (
    DecryptionError,
    DeserializationError,
    DynamodbEncryptionSdkError,
    EncryptionError,
    InvalidMaterialDescriptionError,
    ItemNotEncryptedError,
    ReservedAttributeError,
    SignatureVerificationError,
    SigningError,
    UnsupportedEncryptionModeError,
    UnsupportedTypeError,
)
from ddbcrypt.identifiers import CryptoAction, Dialect, EncryptionKeyType
from ddbcrypt.internal.delegated import SignedScope, decrypt_with_methods, encrypt_with_methods
from ddbcrypt.internal.failures import explain_decryption_failure, name_item
from ddbcrypt.internal.fetching import prepare_each
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.internal.identifiers import (
    ATTRIBUTE_ENCRYPTION_MODE,
    CBC_PKCS5,
    DESCRIPTION_ATTRIBUTE,
    DIALECT_JAVA,
    DIALECT_PYTHON,
    READ_28_DIGITS,
    RESERVED_NAMES,
    SIGNATURE_ATTRIBUTE,
    SIGNING_ALGORITHM,
)
from ddbcrypt.internal.items import binary_value, copy_item
from ddbcrypt.internal.unreadable import UnreadableMaterials, nothing_fits
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.materials.wrapped import WrappedCryptographicMaterials
from ddbcrypt.structures import AttributeActions

__all__ = (
    "decrypt_dynamodb_item",
    "decrypt_many",
    "decrypt_python_item",
    "encrypt_dynamodb_item",
    "encrypt_many",
    "encrypt_python_item",
)

#: Arguments of the engine's call for one item: item, wire, table name, default action, actions, two keys, description,
#: dialect or options. A dict instead is the finished item, of a path without the engine's whole-item calls.
_Prepared = tuple[Any, ...] | dict[str, Any]
_Job = tuple[Mapping[str, Any], CryptoConfig]
_SHARED: Final = 2
_VERIFICATION_KEY: Final = 6

# Looking up a member of an enumeration takes 0.18 us in CPython 3.11, and its value 0.25 us: much for one item.
_DO_NOTHING: Final = CryptoAction.DO_NOTHING
_ENCRYPT_AND_SIGN: Final = CryptoAction.ENCRYPT_AND_SIGN
_PUBLIC: Final = EncryptionKeyType.PUBLIC
_JAVA: Final = Dialect.JAVA


class _Unwrapped(tuple[Any, ...]):
    """Engine arguments whose decryption key was unwrapped out of the item's description, which is not signed.

    A key that does not unwrap, one that unwraps and does not decrypt, and a wrong signature then fail as one and the
    same: whoever can alter an item and see how it fails must not learn what unwraps.
    """

    __slots__ = ()


def encrypt_dynamodb_item(item: Mapping[str, Any], crypto_config: CryptoConfig) -> dict[str, Any]:
    """Encrypt and sign an item in DynamoDB JSON, the form of the boto3 client.

    :param item: plaintext item, ``{"name": {"S": "value"}}``
    :param crypto_config: keys, encryption context and attribute actions
    :returns: new item with its signature and material description; a plain copy where every action is ``DO_NOTHING``
    :raises ReservedAttributeError: ``item`` has one of the two reserved attributes, as an encrypted item has
    :raises EncryptionError: an attribute is to be encrypted and there is no encryption key
    :raises SigningError: the signing key is a public one
    :raises SerializationError: a value that DynamoDB cannot store
    :raises AttributeError: the materials provider has no encryption materials
    """
    return _encrypt(item, crypto_config, True)


def encrypt_python_item(item: Mapping[str, Any], crypto_config: CryptoConfig) -> dict[str, Any]:
    """Encrypt and sign an item of Python values, the form of the boto3 resource.

    Takes the types that boto3's ``TypeSerializer`` takes, and gives back those that its ``TypeDeserializer`` gives.

    :param item: plaintext item, ``{"name": "value"}``
    :param crypto_config: keys, encryption context and attribute actions
    :returns: new item with its signature and material description; a plain copy where every action is ``DO_NOTHING``
    :raises: as :func:`encrypt_dynamodb_item`; ``UnsupportedTypeError`` for ``float``
    """
    return _encrypt(item, crypto_config, False)


def decrypt_dynamodb_item(item: Mapping[str, Any], crypto_config: CryptoConfig) -> dict[str, Any]:
    """Verify and decrypt an item in DynamoDB JSON, the form of the boto3 client.

    :param item: encrypted item
    :param crypto_config: keys, encryption context and attribute actions, as when the item was encrypted
    :returns: new plaintext item without the reserved attributes; a plain copy where every action is ``DO_NOTHING``
    :raises ItemNotEncryptedError: ``item`` has no signature
    :raises SignatureVerificationError: the signature does not fit the item; nothing of it is returned. Where the data
        key was to be unwrapped out of the item, also where it does not unwrap or does not decrypt: all of that is one
    :raises ForeignCiphertextError: the item is another encryption client's
    :raises DecryptionError: an attribute does not decrypt, or there is no decryption key
    :raises DeserializationError: the material description or a decrypted attribute is malformed
    :raises AttributeError: the materials provider has no decryption materials
    """
    return _decrypt(item, crypto_config, True)


def decrypt_python_item(item: Mapping[str, Any], crypto_config: CryptoConfig) -> dict[str, Any]:
    """Verify and decrypt an item of Python values, the form of the boto3 resource.

    :param item: encrypted item
    :param crypto_config: keys, encryption context and attribute actions, as when the item was encrypted
    :returns: new plaintext item without the reserved attributes, in the types of boto3's ``TypeDeserializer``
    :raises: as :func:`decrypt_dynamodb_item`
    """
    return _decrypt(item, crypto_config, False)


def encrypt_many(jobs: Sequence[_Job], *, wire: bool) -> list[dict[str, Any]]:
    """Encrypt and sign many items, in one call of the engine. All or nothing.

    :param jobs: items with the configuration of each
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: new items in the order of ``jobs``
    :raises: as :func:`encrypt_dynamodb_item`; ``index`` of the error is the position of the job
    """
    plain = _plain_jobs(jobs, _plain_encryption)
    if plain is not None:
        with contextlib.suppress(DynamodbEncryptionSdkError):
            return _engine.encrypt_items(*plain, wire)
    return _run_many(jobs, wire, _prepare_encryption, _encrypt_jobs, _explain_encryption)


def decrypt_many(jobs: Sequence[_Job], *, wire: bool) -> list[dict[str, Any]]:
    """Verify and decrypt many items, in one call of the engine. All or nothing.

    :param jobs: items with the configuration of each
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: new items in the order of ``jobs``
    :raises: as :func:`decrypt_dynamodb_item`; ``index`` of the error is the position of the job
    """
    plain = _plain_jobs(jobs, _plain_decryption)
    if plain is not None:
        with contextlib.suppress(DynamodbEncryptionSdkError):
            return _engine.decrypt_items(*plain, wire)
    return _run_many(jobs, wire, _prepare_decryption, _decrypt_jobs, _explain_decryption)


def _encrypt(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> dict[str, Any]:
    # One call for the item as it mostly is. Whatever is wrong with it, the whole way below finds and explains.
    actions = config.attribute_actions
    if _is_plain(item, config, actions):
        materials = config.materials_provider.encryption_materials(config.encryption_context)
        if type(materials) is RawEncryptionMaterials and not materials.material_description:
            signing_key, encryption_key = materials.keys
            if type(signing_key) is JceNameLocalDelegatedKey and type(encryption_key) is JceNameLocalDelegatedKey:
                try:
                    return _engine.encrypt_item(
                        item,
                        wire,
                        config.encryption_context.table_name,
                        actions.default_action,
                        actions.attribute_actions,
                        encryption_key.engine_key,
                        signing_key.engine_key,
                        None,
                        DIALECT_JAVA if config.dialect is _JAVA else DIALECT_PYTHON,
                    )
                except DynamodbEncryptionSdkError:
                    pass
    try:
        prepared = _prepare_encryption(item, config, wire)
        if isinstance(prepared, tuple):
            return _engine.encrypt_item(*prepared)
    except DynamodbEncryptionSdkError as error:
        _explain_encryption(error, item, config, wire)
        raise
    else:
        return prepared


def _decrypt(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> dict[str, Any]:
    # As in _encrypt.
    actions = config.attribute_actions
    if _is_plain(item, config, actions):
        materials = config.materials_provider.decryption_materials(config.encryption_context)
        if type(materials) is RawDecryptionMaterials:
            verification_key, decryption_key = materials.keys
            if type(verification_key) is JceNameLocalDelegatedKey and type(decryption_key) is JceNameLocalDelegatedKey:
                try:
                    return _engine.decrypt_item(
                        item,
                        wire,
                        config.encryption_context.table_name,
                        actions.default_action,
                        actions.attribute_actions,
                        decryption_key.engine_key,
                        verification_key.engine_key,
                        None,
                        READ_28_DIGITS if config.accept_28_digit_numbers else 0,
                    )
                except DynamodbEncryptionSdkError:
                    pass
    try:
        prepared = _prepare_decryption(item, config, wire)
        return _run_decryption(prepared) if isinstance(prepared, tuple) else prepared
    except DynamodbEncryptionSdkError as error:
        explained = _explain_decryption(error, item, config, wire)
        if explained is not error:
            raise explained from error
        raise


def _is_plain(item: object, config: CryptoConfig, actions: AttributeActions) -> bool:
    """Tell whether no code of the user's has a say in keys and actions, and some attribute is signed."""
    return type(item) is dict and _is_plain_config(config, actions)


def _is_plain_config(config: CryptoConfig, actions: AttributeActions) -> bool:
    return (
        type(config) is CryptoConfig
        and type(config.materials_provider) is StaticCryptographicMaterialsProvider
        and type(actions) is AttributeActions
        and config.encryption_context_override is None
        and not (actions.default_action is _DO_NOTHING and actions.take_no_actions)
    )


def _plain_jobs(
    jobs: Sequence[_Job], arguments_of: Callable[[CryptoConfig], tuple[Any, ...] | None]
) -> tuple[list[Mapping[str, Any]], list[tuple[Any, ...]]] | None:
    """Give the items, and the engine's arguments of each, where all jobs are as they mostly are.

    What one configuration says is asked for once for the items in a row that have it.
    """
    items: list[Mapping[str, Any]] = []
    arguments: list[tuple[Any, ...]] = []
    last = None
    given: tuple[Any, ...] | None = ()
    for item, config in jobs:
        if config is not last:
            try:
                given = arguments_of(config)
            except AttributeError:
                # Materials that it has not: the whole way says which of the items fails first.
                return None
            last = config
        items.append(item)
        if given is None or type(item) is not dict:
            return None
        arguments.append(given)
    return items, arguments


def _plain_encryption(config: CryptoConfig) -> tuple[Any, ...] | None:
    actions = config.attribute_actions
    if not _is_plain_config(config, actions):
        return None
    materials = config.materials_provider.encryption_materials(config.encryption_context)
    if type(materials) is not RawEncryptionMaterials or materials.material_description:
        return None
    signing_key, encryption_key = materials.keys
    if type(signing_key) is not JceNameLocalDelegatedKey or type(encryption_key) is not JceNameLocalDelegatedKey:
        return None
    return (
        config.encryption_context.table_name,
        actions.default_action,
        actions.attribute_actions,
        encryption_key.engine_key,
        signing_key.engine_key,
        None,
        _order(config),
    )


def _plain_decryption(config: CryptoConfig) -> tuple[Any, ...] | None:
    actions = config.attribute_actions
    if not _is_plain_config(config, actions):
        return None
    materials = config.materials_provider.decryption_materials(config.encryption_context)
    if type(materials) is not RawDecryptionMaterials:
        return None
    verification_key, decryption_key = materials.keys
    if type(verification_key) is not JceNameLocalDelegatedKey or type(decryption_key) is not JceNameLocalDelegatedKey:
        return None
    return (
        config.encryption_context.table_name,
        actions.default_action,
        actions.attribute_actions,
        decryption_key.engine_key,
        verification_key.engine_key,
        None,
        READ_28_DIGITS if config.accept_28_digit_numbers else 0,
    )


def _run_decryption(arguments: tuple[Any, ...]) -> dict[str, Any]:
    try:
        return _engine.decrypt_item(*arguments)
    except (DecryptionError, DeserializationError) as error:
        if type(arguments) is not _Unwrapped or isinstance(error, UnsupportedEncryptionModeError):
            raise
    # Outside the handler, so that the error of the signature carries no trace of the other.
    return _engine.decrypt_item(*_unverifiable(arguments))


def _unverifiable(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give arguments with which the engine refuses the signature, in its own words and as it would any other."""
    stand_in = JceNameLocalDelegatedKey.generate("HmacSHA256").engine_key
    return (*arguments[:_VERIFICATION_KEY], stand_in, *arguments[_VERIFICATION_KEY + 1 :])


def _prepare_encryption(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> _Prepared:
    _require_mapping(item)
    actions = config.attribute_actions
    if actions.take_no_actions:
        return copy_item(item)
    if SIGNATURE_ATTRIBUTE in item or DESCRIPTION_ATTRIBUTE in item:
        raise _reserved_error(item)

    if config.encryption_context_override is not None:
        config = config.overridden()
    materials = config.encryption_materials()
    signing_key = materials.signing_key
    description = dict(materials.material_description)
    try:
        encryption_key: DelegatedKey | None = materials.encryption_key
    except AttributeError:
        encryption_key = None
    if encryption_key is None and actions.contains_action(_ENCRYPT_AND_SIGN):
        raise EncryptionError(
            "the attribute actions ask for attributes to be encrypted, but the materials have no encryption key: "
            "give one, or set no action to ENCRYPT_AND_SIGN"
        )
    if encryption_key is not None:
        description[ATTRIBUTE_ENCRYPTION_MODE] = CBC_PKCS5

    context = config.encryption_context
    if type(signing_key) is JceNameLocalDelegatedKey and (
        encryption_key is None or type(encryption_key) is JceNameLocalDelegatedKey
    ):
        if signing_key.key_type is _PUBLIC:
            raise SigningError(f"a public key for {signing_key.algorithm} cannot sign items: give the private one")
        description[SIGNING_ALGORITHM] = signing_key.algorithm
        return (
            item,
            wire,
            context.table_name,
            actions.default_action,
            actions.attribute_actions if type(actions) is AttributeActions else _chosen_actions(actions, item),
            None if encryption_key is None else encryption_key.engine_key,
            signing_key.engine_key,
            description,
            _order(config),
        )

    # A key that does not say its signing algorithm leaves no name of it in the description.
    with contextlib.suppress(NotImplementedError):
        description[SIGNING_ALGORITHM] = signing_key.signing_algorithm()
    scope = SignedScope(context.table_name, actions.default_action, _chosen_actions(actions, item))
    wire_item = item if wire else _engine.to_wire(item)
    encrypted = encrypt_with_methods(wire_item, scope, encryption_key, signing_key, description, _order(config))
    return encrypted if wire else _engine.from_wire(encrypted)


def _order(config: CryptoConfig) -> int:
    """Give the engine's number for the configured dialect."""
    return DIALECT_JAVA if config.dialect is _JAVA else DIALECT_PYTHON


def _prepare_decryption(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> _Prepared:
    _require_mapping(item)
    actions = config.attribute_actions
    if actions.take_no_actions:
        return copy_item(item)
    signature = item.get(SIGNATURE_ATTRIBUTE)
    if signature is None and SIGNATURE_ATTRIBUTE not in item:
        raise ItemNotEncryptedError(
            f"the item has no signature attribute {SIGNATURE_ATTRIBUTE!r}: it was stored without encryption, "
            "or only a part of it was read"
        )
    if not binary_value(signature, wire):
        error = SignatureVerificationError(
            f"attribute {SIGNATURE_ATTRIBUTE!r}: the signature is not a binary value, or it is empty"
        )
        error.attribute = SIGNATURE_ATTRIBUTE
        raise error

    stored = item.get(DESCRIPTION_ATTRIBUTE)
    if stored is None and DESCRIPTION_ATTRIBUTE not in item:
        description = config.encryption_context.material_description
    else:
        description = _read_description(stored, wire)
    if config.encryption_context_override is None:
        materials = _decryption_materials(config, description)
    else:
        # What the provider is to see is the override's to say; what mode the attributes are in is the item's.
        config = config.overridden(description)
        materials = config.decryption_materials()
    context = config.encryption_context
    verification_key = materials.verification_key
    # The first question is the cheaper, and the answer for most items.
    unwrapped = type(materials) is not RawDecryptionMaterials and isinstance(
        materials, WrappedCryptographicMaterials | UnreadableMaterials
    )
    if type(materials) is UnreadableMaterials and not _has_encrypted(item, actions):
        verification_key = materials.signed_item_key
    try:
        decryption_key: DelegatedKey | None = materials.decryption_key
    except AttributeError:
        decryption_key = None
    if decryption_key is None and actions.contains_action(_ENCRYPT_AND_SIGN):
        raise DecryptionError(
            "the attribute actions ask for attributes to be decrypted, but the materials have no decryption key: "
            "give one, or set no action to ENCRYPT_AND_SIGN"
        )

    options = READ_28_DIGITS if config.accept_28_digit_numbers else 0
    if type(verification_key) is JceNameLocalDelegatedKey and (
        decryption_key is None or type(decryption_key) is JceNameLocalDelegatedKey
    ):
        arguments = (
            item,
            wire,
            context.table_name,
            actions.default_action,
            actions.attribute_actions if type(actions) is AttributeActions else _chosen_actions(actions, item),
            None if decryption_key is None else decryption_key.engine_key,
            verification_key.engine_key,
            description,
            options,
        )
        return _Unwrapped(arguments) if unwrapped else arguments

    scope = SignedScope(context.table_name, actions.default_action, _chosen_actions(actions, item))
    wire_item = item if wire else _engine.to_wire(item)
    try:
        decrypted = decrypt_with_methods(wire_item, scope, decryption_key, verification_key, description, options)
    except (DecryptionError, DeserializationError) as error:
        if not unwrapped or isinstance(error, UnsupportedEncryptionModeError):
            raise
    else:
        return decrypted if wire else _engine.from_wire(decrypted)
    return decrypt_with_methods(wire_item, scope, None, nothing_fits(verification_key), description, options)


def _decryption_materials(config: CryptoConfig, description: dict[str, str]) -> CryptographicMaterials:
    """Ask for materials with the item's own description, in a context that is not the caller's."""
    if type(config) is CryptoConfig:
        provider = config.materials_provider
        context = config.encryption_context
        # A static provider looks at no context, so it needs none of its own.
        if type(provider) is not StaticCryptographicMaterialsProvider:
            context = copy.copy(context)
            context.material_description = description
        return provider.decryption_materials(context)
    inner = config.copy()
    inner.encryption_context.material_description = description
    return inner.decryption_materials()


def _read_description(attribute: object, wire: bool) -> dict[str, str]:
    try:
        data = binary_value(attribute, wire)
        if data is None:
            raise InvalidMaterialDescriptionError("it is not a binary value")
        return _engine.deserialize_description(data)
    except DynamodbEncryptionSdkError as error:
        error.attribute = DESCRIPTION_ATTRIBUTE
        error.args = (f"material description {DESCRIPTION_ATTRIBUTE!r}: {error.args[0]}",)
        raise


def _has_encrypted(item: Mapping[str, Any], actions: AttributeActions) -> bool:
    return any(actions.action(name) is _ENCRYPT_AND_SIGN for name in item if name not in RESERVED_NAMES)


def _chosen_actions(actions: AttributeActions, item: Mapping[str, Any]) -> dict[str, CryptoAction]:
    """Ask for the action of each attribute through the method, which a subclass may have overridden."""
    return {name: actions.action(name) for name in item if name not in RESERVED_NAMES}


def _run_many(
    jobs: Sequence[_Job],
    wire: bool,
    prepare: Callable[[Mapping[str, Any], CryptoConfig, bool], _Prepared],
    run: Callable[[Sequence[tuple[Any, ...]], bool], list[dict[str, Any]]],
    explain: Callable[[DynamodbEncryptionSdkError, Mapping[str, Any], CryptoConfig, bool], DynamodbEncryptionSdkError],
) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = [{}] * len(jobs)
    positions: list[int] = []
    prepared_all = False
    try:
        engine_jobs: list[tuple[Any, ...]] = []
        all_prepared = prepare_each(prepare, jobs, wire)
        prepared_all = True
        for position, prepared in enumerate(all_prepared):
            if isinstance(prepared, tuple):
                engine_jobs.append(prepared)
                positions.append(position)
            else:
                results[position] = prepared
        if engine_jobs:
            for position, result in zip(positions, run(engine_jobs, wire), strict=True):
                results[position] = result
    except DynamodbEncryptionSdkError as error:
        # The engine counts its own jobs only; an error of a preparation has its position already.
        if error.index is None:
            raise
        if prepared_all:
            error.index = positions[error.index]
        explained = explain(error, *jobs[error.index], wire)
        if explained is not error:
            raise explained from error
        raise
    return results


def _encrypt_jobs(jobs: Sequence[tuple[Any, ...]], wire: bool) -> list[dict[str, Any]]:
    return _engine.encrypt_items([job[0] for job in jobs], [job[_SHARED:] for job in jobs], wire)


def _decrypt_jobs(jobs: Sequence[tuple[Any, ...]], wire: bool) -> list[dict[str, Any]]:
    try:
        return _engine.decrypt_items([job[0] for job in jobs], [job[_SHARED:] for job in jobs], wire)
    except (SignatureVerificationError, DecryptionError, DeserializationError):
        if not any(type(job) is _Unwrapped for job in jobs):
            raise
    # The engine may verify several before it decrypts the first, so which item of several is named would tell one
    # failure from the other. One after the other they fail alike.
    results: list[dict[str, Any]] = []
    for index, job in enumerate(jobs):
        try:
            results.append(_run_decryption(job))
        except DynamodbEncryptionSdkError as error:
            error.index = index
            raise
    return results


def _explain_encryption(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, wire: bool
) -> DynamodbEncryptionSdkError:
    name_item(error, item, config)
    return error


def _explain_decryption(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, wire: bool
) -> DynamodbEncryptionSdkError:
    return explain_decryption_failure(error, item, config, wire=wire)


def _require_mapping(item: object) -> None:
    if not is_mapping(item):
        raise UnsupportedTypeError(f"an item must be a dict of attribute name to value, not {type(item).__name__}")


def _reserved_error(item: Mapping[str, Any]) -> ReservedAttributeError:
    name = SIGNATURE_ATTRIBUTE if SIGNATURE_ATTRIBUTE in item else DESCRIPTION_ATTRIBUTE
    error = ReservedAttributeError(
        f"attribute {name!r}: the name is reserved and cannot be in a plaintext item; is the item encrypted already?"
    )
    error.attribute = name
    return error
