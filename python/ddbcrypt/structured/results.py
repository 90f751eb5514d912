# SPDX-License-Identifier: Apache-2.0
"""What an item encryptor returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite, EncryptedDataKey

__all__ = ("DecryptItemOutput", "EncryptItemOutput", "ParsedHeader")


@dataclass(frozen=True, slots=True)
class ParsedHeader:
    """What the header of an encrypted item says, once it was verified (spec: decrypt-item, Parsed Header).

    :ivar attribute_actions_on_encrypt: the attribute action of every signed attribute, as the item was written
    :ivar algorithm_suite_id: the algorithm suite
    :ivar encrypted_data_keys: the data key, encrypted for each recipient
    :ivar stored_encryption_context: the part of the encryption context that the header holds
    :ivar encryption_context: the whole encryption context
    :ivar selector_context: the attributes in the encryption context as DynamoDB JSON, as a branch key id supplier
        gets them
    """

    attribute_actions_on_encrypt: Mapping[str, CryptoAction]
    algorithm_suite_id: AlgorithmSuite
    encrypted_data_keys: tuple[EncryptedDataKey, ...]
    stored_encryption_context: Mapping[str, str]
    encryption_context: Mapping[str, str]
    selector_context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EncryptItemOutput:
    """An encrypted item.

    :ivar encrypted_item: a new item
    :ivar parsed_header: its header; None where the item was written in the legacy format or in plaintext
    """

    encrypted_item: dict[str, Any]
    parsed_header: ParsedHeader | None


@dataclass(frozen=True, slots=True)
class DecryptItemOutput:
    """A verified and decrypted item.

    :ivar plaintext_item: a new item
    :ivar parsed_header: its header; None where the item was of the legacy format or plaintext
    :ivar was_plaintext: true where the item was stored in plaintext and nothing of it was verified
    """

    plaintext_item: dict[str, Any]
    parsed_header: ParsedHeader | None
    was_plaintext: bool = False
