# SPDX-License-Identifier: Apache-2.0
"""Raw AES keyrings in plain Python, on ``cryptography``: materials for tests, which other clients read too."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.structured.reference import DataKey, serialize_context, u32

WRAPPED_SIZE = 48
INFO_SIZE = 20


@dataclass(frozen=True)
class RawAes:
    """A wrapping key of 16, 24 or 32 bytes with its namespace and name."""

    namespace: str
    name: str
    key: bytes

    @property
    def info(self) -> bytes:
        """What provider information begins with: the name, and sizes of tag (in bits) and IV."""
        return self.name.encode() + u32(128) + u32(12)


def derive(intermediate: bytes, purpose: bytes) -> bytes:
    """A key from an intermediate key."""
    return HKDF(hashes.SHA512(), 32, None, b"AWS_MPL_INTERMEDIATE_KEYWRAP_" + purpose).derive(intermediate)


def additional_data(context: Mapping[str, str]) -> bytes:
    """The serialised context; nothing for an empty one."""
    return serialize_context(context) if context else b""


def wrap(keyring: RawAes, data_key: bytes, context: Mapping[str, str]) -> tuple[DataKey, bytes]:
    """An encrypted data key and the symmetric signing key that goes with it."""
    intermediate, iv, aad = os.urandom(32), os.urandom(12), additional_data(context)
    ciphertext = AESGCM(derive(intermediate, b"ENC")).encrypt(bytes(12), data_key, aad)
    ciphertext += AESGCM(keyring.key).encrypt(iv, intermediate, aad)
    return (keyring.namespace.encode(), keyring.info + iv, ciphertext), derive(intermediate, b"MAC")


def unwrap(keyring: RawAes, data_keys: Sequence[DataKey], context: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Plaintext data key and symmetric signing key. Raises ``LookupError`` where no data key is this keyring's."""
    aad = additional_data(context)
    for namespace, info, ciphertext in data_keys:
        if namespace != keyring.namespace.encode() or info[:-12] != keyring.info:
            continue
        try:
            intermediate = AESGCM(keyring.key).decrypt(info[-12:], ciphertext[WRAPPED_SIZE:], aad)
            data_key = AESGCM(derive(intermediate, b"ENC")).decrypt(bytes(12), ciphertext[:WRAPPED_SIZE], aad)
        except InvalidTag:
            continue
        return data_key, derive(intermediate, b"MAC")
    raise LookupError("no data key of this keyring")


def fixed_key(name: str, size: int = 32) -> bytes:
    """Key bytes that are the same in each run."""
    return hashlib.sha256(name.encode()).digest()[:size]
