# SPDX-License-Identifier: Apache-2.0
"""Items whose keys are a user's own delegated key classes: the engine canonicalises, the keys' methods do the rest.

All items here are DynamoDB JSON. What is signed, verified or decrypted is a copy that no other thread can change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ddbcrypt import _engine
from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.exceptions import (
    DecryptionError,
    DynamodbEncryptionSdkError,
    EncryptionError,
    SignatureVerificationError,
    SigningError,
    UnsupportedEncryptionModeError,
)
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.identifiers import (
    ATTRIBUTE_ENCRYPTION_MODE,
    CBC_PKCS5,
    DESCRIPTION_ATTRIBUTE,
    DIALECT_JAVA,
    DIALECT_PYTHON,
    READ_28_DIGITS,
    RESERVED_NAMES,
    SIGNATURE_ATTRIBUTE,
)
from ddbcrypt.internal.items import binary_value, copy_item

__all__ = ("SignedScope", "decrypt_with_methods", "encrypt_with_methods")


class SignedScope(NamedTuple):
    """What enters the signature besides the attributes' values."""

    table_name: str | None
    default_action: CryptoAction
    actions: dict[str, CryptoAction]

    def action(self, name: str) -> CryptoAction:
        """Give the action for the attribute of that name."""
        return self.actions.get(name, self.default_action)


def encrypt_with_methods(
    item: Mapping[str, Any],
    scope: SignedScope,
    encryption_key: DelegatedKey | None,
    signing_key: DelegatedKey,
    description: dict[str, str],
    dialect: int = DIALECT_PYTHON,
) -> dict[str, Any]:
    """Encrypt and sign through the methods of the two keys, with members in the order of ``dialect``."""
    encrypted = copy_item(item)
    for name, attribute in encrypted.items():
        try:
            # Whatever its action, a value that DynamoDB cannot store is refused here.
            plaintext = _engine.serialize_attribute(attribute, dialect)
            if scope.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
                encrypted[name] = {"B": _encrypt_attribute(name, plaintext, encryption_key)}
        except DynamodbEncryptionSdkError as error:
            _name_attribute(error, name)
            raise
    data = _engine.string_to_sign(encrypted, *scope, dialect, 0)
    signature = _returned_bytes(signing_key.sign(algorithm=signing_key.algorithm, data=data))
    if not signature:
        raise SigningError(f'"sign" of {type(signing_key).__name__} returned no signature')
    encrypted[SIGNATURE_ATTRIBUTE] = {"B": signature}
    encrypted[DESCRIPTION_ATTRIBUTE] = {"B": _engine.serialize_description(description)}
    return encrypted


def decrypt_with_methods(
    item: Mapping[str, Any],
    scope: SignedScope,
    decryption_key: DelegatedKey | None,
    verification_key: DelegatedKey,
    description: Mapping[str, str],
    options: int,
) -> dict[str, Any]:
    """Verify, then decrypt, through the methods of the two keys."""
    copied = copy_item(item)
    signature = binary_value(copied.get(SIGNATURE_ATTRIBUTE), True)
    for name in RESERVED_NAMES:
        copied.pop(name, None)
    encrypted_names = [name for name in copied if scope.action(name) is CryptoAction.ENCRYPT_AND_SIGN]
    _check_mode(description, bool(encrypted_names))
    _verify(copied, scope, verification_key, signature or b"", options)
    for name in encrypted_names:
        try:
            copied[name] = _decrypt_attribute(name, copied[name], decryption_key)
        except DynamodbEncryptionSdkError as error:
            _name_attribute(error, name)
            raise
    return copied


def _encrypt_attribute(name: str, plaintext: bytes, key: DelegatedKey | None) -> bytes:
    if key is None:
        raise EncryptionError("it is to be encrypted, but the materials have no encryption key")
    ciphertext = _returned_bytes(key.encrypt(algorithm=key.algorithm + CBC_PKCS5, name=name, plaintext=plaintext))
    if ciphertext is None:
        raise EncryptionError(f'"encrypt" of {type(key).__name__} returned no bytes')
    return ciphertext


def _decrypt_attribute(name: str, attribute: object, key: DelegatedKey | None) -> dict[str, Any]:
    if key is None:
        raise DecryptionError("it is to be decrypted, but the materials have no decryption key")
    ciphertext = binary_value(attribute, True)
    if ciphertext is None:
        raise DecryptionError("it is to be decrypted, but it is not of type B; was it written under another action?")
    plaintext = _returned_bytes(key.decrypt(algorithm=key.algorithm + CBC_PKCS5, name=name, ciphertext=ciphertext))
    if plaintext is None:
        raise DecryptionError(f'"decrypt" of {type(key).__name__} returned no bytes')
    return _engine.deserialize_attribute(plaintext)


def _verify(item: Mapping[str, Any], scope: SignedScope, key: DelegatedKey, signature: bytes, options: int) -> None:
    """Try each form of the signed data that a client may have made. A form equal to one before is not tried again."""
    refusal: SignatureVerificationError | None = None
    tried: list[bytes] = []
    for number_option in (0, READ_28_DIGITS) if options & READ_28_DIGITS else (0,):
        for dialect in (DIALECT_PYTHON, DIALECT_JAVA):
            data = _engine.string_to_sign(item, *scope, dialect, number_option)
            if data in tried:
                continue
            tried.append(data)
            try:
                # The contract is to raise; a method that returns False means the same and must not count as success.
                answer: Any = _call_verify(key, signature, data)
            except SignatureVerificationError as error:
                refusal = refusal or error
            else:
                if answer is not False:
                    return
    if refusal is None:
        raise SignatureVerificationError(f'"verify" of {type(key).__name__} returned False: the signature does not fit')
    raise refusal


def _call_verify(key: Any, signature: bytes, data: bytes) -> Any:
    return key.verify(algorithm=key.algorithm, signature=signature, data=data)


def _check_mode(description: Mapping[str, str], encrypted: bool) -> None:
    """Refuse any mode but the format's own; where an attribute is encrypted, its name must be there."""
    mode = description.get(ATTRIBUTE_ENCRYPTION_MODE)
    if mode is None and encrypted:
        raise UnsupportedEncryptionModeError(
            f"the material description names no attribute encryption mode ({ATTRIBUTE_ENCRYPTION_MODE}), "
            "but there are attributes to decrypt"
        )
    if mode is not None and mode != CBC_PKCS5:
        raise UnsupportedEncryptionModeError(
            f"the material description names an attribute encryption mode other than {CBC_PKCS5}"
        )


def _returned_bytes(value: object) -> bytes | None:
    return bytes(value) if isinstance(value, bytes | bytearray) else None


def _name_attribute(error: DynamodbEncryptionSdkError, name: str) -> None:
    if error.attribute is None:
        error.attribute = name
        error.args = (f"attribute {name!r}: {error.args[0] if error.args else type(error).__name__}", *error.args[1:])
