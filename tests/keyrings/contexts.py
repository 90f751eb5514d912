# SPDX-License-Identifier: Apache-2.0
"""Encryption contexts, suites and keys for the keyring tests."""

from __future__ import annotations

import functools
import random

from hypothesis import strategies as st

from ddbcrypt import _engine
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CryptographicMaterialsManager,
    DataKeyUnwrappingError,
    DecryptionMaterials,
    EncryptionMaterials,
    Keyring,
    as_cmm,
)

CONTEXT = {"aws-crypto-table-name": "patients", "aws-crypto-attr.pk": "AAFwLTE=", "é": "\U0001f511"}
SUITES = tuple(AlgorithmSuite)

_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
contexts = st.dictionaries(_texts, _texts, max_size=6).filter(lambda context: "aws-crypto-public-key" not in context)


def some_bytes(size: int, seed: int = 0) -> bytes:
    """The same bytes each time."""
    return random.Random(seed).randbytes(size)


@functools.cache
def rsa_pair(bits: int = 2048) -> tuple[bytes, bytes]:
    """PEM of a private and its public key."""
    from cryptography.hazmat.primitives import serialization

    private = serialization.load_der_private_key(_engine.generate_rsa(bits), None)
    return (
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def encrypt(
    writer: Keyring, context: dict[str, str] | None = None, suite: AlgorithmSuite = SUITES[0]
) -> EncryptionMaterials:
    """Encryption materials of a keyring."""
    return writer.on_encrypt(EncryptionMaterials(suite, CONTEXT if context is None else context))


def decrypt(
    reader: Keyring, written: EncryptionMaterials, context: dict[str, str] | None = None
) -> DecryptionMaterials:
    """Decryption materials for what was written."""
    given = written.encryption_context if context is None else context
    return reader.on_decrypt(DecryptionMaterials(written.algorithm_suite, given), written.encrypted_data_keys)


def check_round_trip(
    writer: Keyring | CryptographicMaterialsManager,
    reader: Keyring | CryptographicMaterialsManager,
    context: dict[str, str],
    suite: AlgorithmSuite,
) -> None:
    """What ``writer`` encrypts, ``reader`` decrypts: the same data key, and the signing key of one recipient."""
    written = as_cmm(writer).get_encryption_materials(context, suite)
    read = as_cmm(reader).decrypt_materials(suite, written.encrypted_data_keys, written.encryption_context)
    assert read.plaintext_data_key is not None
    assert read.plaintext_data_key == written.plaintext_data_key
    assert read.symmetric_signing_key in written.symmetric_signing_keys
    assert (read.verification_key is not None) == suite.is_signed == (written.signing_key is not None)
    assert {**read.encryption_context} == {**written.encryption_context}


REFUSED = DataKeyUnwrappingError
