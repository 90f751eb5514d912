# SPDX-License-Identifier: Apache-2.0
"""What the engine is given for an item: its keys, actions and description, asked for and checked; errors in its name.

Thread-safe where the materials provider and the keys are. Only the materials provider makes network calls.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping
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
    "Prepared",
    "Unwrapped",
    "explain_decryption",
    "explain_encryption",
    "plain_arguments",
    "prepare_decryption",
    "prepare_encryption",
    "run_decryption",
)

#: Arguments of the engine's call for one item: item, wire, table name, default action, actions, two keys, description,
#: dialect or options. A dict instead is the finished item, of a path without the engine's whole-item calls.
Prepared = tuple[Any, ...] | dict[str, Any]
_VERIFICATION_KEY: Final = 6

# Looking up a member of an enumeration takes 0.18 us in CPython 3.11, and its value 0.25 us: much for one item.
_DO_NOTHING: Final = CryptoAction.DO_NOTHING
_ENCRYPT_AND_SIGN: Final = CryptoAction.ENCRYPT_AND_SIGN
_PUBLIC: Final = EncryptionKeyType.PUBLIC
_JAVA: Final = Dialect.JAVA


class Unwrapped(tuple[Any, ...]):
    """Engine arguments whose decryption key was unwrapped out of the item's description, which is not signed.

    A key that does not unwrap, one that unwraps and does not decrypt, and a wrong signature then fail as one and the
    same: whoever can alter an item and see how it fails must not learn what unwraps.
    """

    __slots__ = ()


def plain_arguments(config: CryptoConfig, encrypting: bool) -> tuple[Any, ...] | None:
    """Give the engine's arguments behind item and notation, where keys and actions are as they mostly are.

    :param config: a configuration
    :param encrypting: true for ``encrypt_item`` and ``encrypt_items``, false for the way back
    :returns: None where code of the user's has a say in them, no attribute is signed, or a key is not the engine's
    :raises AttributeError: the materials provider has no such materials
    """
    actions = config.attribute_actions
    if (
        type(config) is not CryptoConfig
        or type(config.materials_provider) is not StaticCryptographicMaterialsProvider
        or type(actions) is not AttributeActions
        or config.encryption_context_override is not None
        or (actions.default_action is _DO_NOTHING and actions.take_no_actions)
    ):
        return None
    context = config.encryption_context
    if encrypting:
        materials = config.materials_provider.encryption_materials(context)
        if type(materials) is not RawEncryptionMaterials or materials.material_description:
            return None
        option = DIALECT_JAVA if config.dialect is _JAVA else DIALECT_PYTHON
    else:
        materials = config.materials_provider.decryption_materials(context)
        if type(materials) is not RawDecryptionMaterials:
            return None
        option = READ_28_DIGITS if config.accept_28_digit_numbers else 0
    signature_key, cipher_key = materials.keys
    if type(signature_key) is not JceNameLocalDelegatedKey or type(cipher_key) is not JceNameLocalDelegatedKey:
        return None
    return (
        context.table_name,
        actions.default_action,
        actions.attribute_actions,
        cipher_key.engine_key,
        signature_key.engine_key,
        None,
        option,
    )


def prepare_encryption(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> Prepared:
    """Ask for the keys of a plaintext item, which can cost a network call, and check what it is to be encrypted with.

    :param item: plaintext item
    :param config: keys, encryption context and attribute actions
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: arguments of the engine's ``encrypt_item``; or, where a key or nothing at all is to be asked, the new item
    :raises: as :func:`ddbcrypt.encrypted.item.encrypt_dynamodb_item`
    """
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


def prepare_decryption(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> Prepared:
    """Ask for the keys of a stored item, which can cost a network call, with its own material description.

    :param item: encrypted item
    :param config: keys, encryption context and attribute actions
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: arguments of the engine's ``decrypt_item``; or, where a key or nothing at all is to be asked, the new item
    :raises: as :func:`ddbcrypt.encrypted.item.decrypt_dynamodb_item`
    """
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
        return Unwrapped(arguments) if unwrapped else arguments

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


def run_decryption(arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Decrypt one prepared item; any failure of an unwrapped key is that of the signature.

    :param arguments: what :func:`prepare_decryption` gave
    :returns: new plaintext item
    :raises: as the engine's ``decrypt_item``
    """
    try:
        return _engine.decrypt_item(*arguments)
    except (DecryptionError, DeserializationError) as error:
        if type(arguments) is not Unwrapped or isinstance(error, UnsupportedEncryptionModeError):
            raise
    # Outside the handler, so that the error of the signature carries no trace of the other.
    return _engine.decrypt_item(*_unverifiable(arguments))


def _unverifiable(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give arguments with which the engine refuses the signature, in its own words and as it would any other."""
    stand_in = JceNameLocalDelegatedKey.generate("HmacSHA256").engine_key
    return (*arguments[:_VERIFICATION_KEY], stand_in, *arguments[_VERIFICATION_KEY + 1 :])


def explain_encryption(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, wire: bool
) -> DynamodbEncryptionSdkError:
    """Name the item in an error of its encryption.

    :param error: the engine's or the preparation's; changed
    :param item: plaintext item
    :param config: keys, encryption context and attribute actions
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: ``error``
    """
    name_item(error, item, config)
    return error


def explain_decryption(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, wire: bool
) -> DynamodbEncryptionSdkError:
    """Name the item in an error of its decryption.

    :param error: the engine's or the preparation's; changed
    :param item: encrypted item
    :param config: keys, encryption context and attribute actions
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: the error to raise, which may be another that says more
    """
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
