# SPDX-License-Identifier: Apache-2.0
"""What turns an error into one that says which item failed, and why that may be. Runs only after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import (
    DecryptionError,
    DeserializationError,
    DynamodbEncryptionSdkError,
    ForeignCiphertextError,
    ItemNotEncryptedError,
    SignatureVerificationError,
)
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.binary import binary_content, is_exact_binary
from ddbcrypt.internal.foreign import name_foreign_client
from ddbcrypt.internal.guards import is_dict, is_mapping
from ddbcrypt.internal.identifiers import RESERVED_NAMES
from ddbcrypt.internal.long_numbers import has_long_number

__all__ = ("explain_decryption_failure", "name_item", "name_key")

_SHOWN: Final = 64
#: Errors that another client's item gives.
_MAYBE_FOREIGN: Final = (SignatureVerificationError, DecryptionError, DeserializationError)


def name_item(error: DynamodbEncryptionSdkError, item: object, config: CryptoConfig) -> None:
    """Set ``item_key`` of ``error`` and show the key in its message; nothing where its names are not known."""
    # An item whose own methods raise must not put its exception in the place of `error`.
    with suppress(Exception):
        _name_item(error, item, config)


def _name_item(error: DynamodbEncryptionSdkError, item: object, config: CryptoConfig) -> None:
    context = config.encryption_context
    actions = config.attribute_actions
    # A key that came to be encrypted, by changes after the configuration was checked, is not to be shown.
    names = [
        name
        for name in (context.partition_key_name, context.sort_key_name)
        if name is not None and actions.action(name) is not CryptoAction.ENCRYPT_AND_SIGN
    ]
    _name_key(error, item, names)


def name_key(error: DynamodbEncryptionSdkError, item: object, names: Sequence[str]) -> None:
    """As :func:`name_item`, by the names of the primary key's attributes."""
    with suppress(Exception):
        _name_key(error, item, names)


def _name_key(error: DynamodbEncryptionSdkError, item: object, names: Sequence[str]) -> None:
    if error.item_key is not None or not names or not is_mapping(item):
        return
    attributes: Mapping[str, Any] = item
    error.item_key = {name: attributes[name] for name in names if name in attributes}
    shown = ", ".join(
        f"{name}={_shown(attributes[name])}" if name in attributes else f"{name} is missing" for name in names
    )
    message = f"{error.args[0]} (item key: {shown})" if error.args else f"item key: {shown}"
    error.args = (message, *error.args[1:])


def explain_decryption_failure(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, *, wire: bool
) -> DynamodbEncryptionSdkError:
    """Give the error to raise for ``error``: itself, or one that names the other client that wrote the item."""
    result = error
    if isinstance(error, _MAYBE_FOREIGN) and not isinstance(error, ForeignCiphertextError):
        # An item whose own methods raise must not put its exception in the place of `error`.
        with suppress(Exception):
            result = _explain(error, item, config, wire)
    name_item(result, item, config)
    return result


def _explain(
    error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig, wire: bool
) -> DynamodbEncryptionSdkError:
    wire_item = item if wire else _wire_form(item)
    foreign = name_foreign_client(wire_item, _candidates(error, item, config))
    if foreign is None:
        if isinstance(error, SignatureVerificationError) and not config.accept_28_digit_numbers:
            _hint_at_28_digits(error, wire_item, config)
        return error
    client, attribute = foreign
    result = ForeignCiphertextError(
        f"attribute {attribute!r}: it was written by {client}, not by the DynamoDB Encryption Client or ddbcrypt; "
        "read the item with that client"
    )
    result.attribute = attribute
    result.index = error.index
    return result


def _candidates(error: DynamodbEncryptionSdkError, item: Mapping[str, Any], config: CryptoConfig) -> frozenset[str]:
    """Name the attributes whose values are to be looked at: where ours should stand, or all where nothing is ours.

    The application may well keep another client's messages in attributes that are only signed.
    """
    allowed = (
        (CryptoAction.ENCRYPT_AND_SIGN, CryptoAction.SIGN_ONLY)
        if isinstance(error, ItemNotEncryptedError)
        else (CryptoAction.ENCRYPT_AND_SIGN,)
    )
    actions = config.attribute_actions
    return frozenset(name for name in item if name in RESERVED_NAMES or actions.action(name) in allowed)


def _wire_form(item: Mapping[str, Any]) -> dict[str, Any]:
    """Make DynamoDB JSON of those attributes of an item of Python values that have one."""
    wire_item: dict[str, Any] = {}
    for name, value in item.items():
        try:
            wire_item.update(_engine.to_wire({name: value}))
        except (DynamodbEncryptionSdkError, TypeError, ValueError):
            continue
    return wire_item


def _hint_at_28_digits(error: SignatureVerificationError, item: Mapping[str, Any], config: CryptoConfig) -> None:
    actions = config.attribute_actions
    for name, attribute in item.items():
        if actions.action(name) is CryptoAction.SIGN_ONLY and has_long_number(attribute):
            error.args = (
                f"{error.args[0] if error.args else 'the signature does not fit'}; {_hint(name)}",
                *error.args[1:],
            )
            return


def _hint(name: str) -> str:
    return (
        f"the signed attribute {name!r} holds a number of more than 28 digits, which the reference Python client "
        "rounds before it signs: to read items of that client set CryptoConfig(..., accept_28_digit_numbers=True)"
    )


def _shown(value: object) -> str:
    """Write a key's value for a message: its own notation, cut short; no code of the value's class is run."""
    if is_dict(value) and len(value) == 1:
        kind, member = next(iter(value.items()))
        return _cut(member) if kind == "N" and type(member) is str else _shown_scalar(member)
    return _shown_scalar(value)


def _shown_scalar(value: Any) -> str:
    if is_exact_binary(value):
        value = binary_content(value)
    if type(value) is str or type(value) is bytes or type(value) is bytearray:
        return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}..."
    if type(value) is Decimal or (type(value) is int and value.bit_length() <= _SHOWN * 3):
        return _cut(str(value))
    return f"<{type(value).__name__}>"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
