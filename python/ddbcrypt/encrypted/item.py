# SPDX-License-Identifier: Apache-2.0
"""Encrypt and decrypt items, in DynamoDB JSON or in Python values.

The functions are thread-safe where the materials provider and the keys are. They make no network call but those of
the materials provider. They never change what they are given: the result is always a new dict. Every ddbcrypt
exception that leaves them has ``item_key`` set where the encryption context names the table's keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ddbcrypt import _engine
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.many import decrypt_many, encrypt_many
from ddbcrypt.encrypted.preparation import (
    explain_decryption,
    explain_encryption,
    plain_arguments,
    prepare_decryption,
    prepare_encryption,
    run_decryption,
)
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.validate import require_instance

__all__ = (
    "decrypt_dynamodb_item",
    "decrypt_many",
    "decrypt_python_item",
    "encrypt_dynamodb_item",
    "encrypt_many",
    "encrypt_python_item",
)


def encrypt_dynamodb_item(item: Mapping[str, Any], crypto_config: CryptoConfig) -> dict[str, Any]:
    """Encrypt and sign an item in DynamoDB JSON, the form of the boto3 client.

    :param item: plaintext item, ``{"name": {"S": "value"}}``
    :param crypto_config: keys, encryption context and attribute actions
    :returns: new item with its signature and material description; a plain copy where every action is ``DO_NOTHING``
    :raises TypeError: ``crypto_config`` is none
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
    :raises TypeError: ``crypto_config`` is none
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


def _encrypt(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> dict[str, Any]:
    # One call for the item as it mostly is. Whatever is wrong with it, the whole way below finds and explains.
    try:
        given = plain_arguments(config, True)
    except AttributeError:
        require_instance("crypto_config", config, CryptoConfig)
        raise
    kind = type(item)
    if given is not None and kind is dict:
        try:
            return _engine.encrypt_item(item, wire, *given)
        except DynamodbEncryptionSdkError:
            pass
    try:
        prepared = prepare_encryption(item, config, wire)
        if isinstance(prepared, tuple):
            return _engine.encrypt_item(*prepared)
    except DynamodbEncryptionSdkError as error:
        explain_encryption(error, item, config, wire)
        raise
    else:
        return prepared


def _decrypt(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> dict[str, Any]:
    # As in _encrypt.
    try:
        given = plain_arguments(config, False)
    except AttributeError:
        require_instance("crypto_config", config, CryptoConfig)
        raise
    kind = type(item)
    if given is not None and kind is dict:
        try:
            return _engine.decrypt_item(item, wire, *given)
        except DynamodbEncryptionSdkError:
            pass
    try:
        prepared = prepare_decryption(item, config, wire)
        return run_decryption(prepared) if isinstance(prepared, tuple) else prepared
    except DynamodbEncryptionSdkError as error:
        explained = explain_decryption(error, item, config, wire)
        if explained is not error:
            raise explained from error
        raise
