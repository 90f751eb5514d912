# SPDX-License-Identifier: Apache-2.0
"""The engine's wrapping of data keys against the steps of the specification, each by ``cryptography``."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbcrypt import _engine
from ddbcrypt.exceptions import DecryptionError, InvalidArgumentError, InvalidKeyError
from tests.keyrings.contexts import some_bytes

KEY, DATA_KEY = some_bytes(32, 3), some_bytes(32, 4)
keys = st.binary(min_size=32, max_size=32)


def derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA512(), 32, None, b"AWS_MPL_INTERMEDIATE_KEYWRAP_" + purpose).derive(key)


@settings(max_examples=200, database=None)
@given(keys, keys, st.binary(max_size=300))
def test_against_the_specification(key: bytes, data_key: bytes, context: bytes) -> None:
    sealed, signing_key = _engine.data_key_seal(key, context, data_key)
    assert sealed == AESGCM(derived(key, b"ENC")).encrypt(bytes(12), data_key, context)
    assert signing_key == derived(key, b"MAC")
    assert _engine.data_key_open(key, context, sealed) == (data_key, signing_key)


def test_each_altered_byte_is_refused() -> None:
    sealed, _ = _engine.data_key_seal(KEY, b"context", DATA_KEY)
    for at in range(len(sealed)):
        with pytest.raises(DecryptionError):
            _engine.data_key_open(KEY, b"context", sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    for key, context, data in ((DATA_KEY, b"context", sealed), (KEY, b"", sealed), (KEY, b"context", sealed[:-1])):
        with pytest.raises(DecryptionError):
            _engine.data_key_open(key, context, data)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_lengths_that_are_refused(size: int) -> None:
    with pytest.raises(InvalidKeyError, match="32 bytes"):
        _engine.data_key_seal(bytes(size), b"", DATA_KEY)
    with pytest.raises(InvalidKeyError, match="32 bytes"):
        _engine.data_key_open(bytes(size), b"", bytes(48))
    with pytest.raises(InvalidArgumentError, match="32 bytes"):
        _engine.data_key_seal(KEY, b"", bytes(size))
    with pytest.raises(DecryptionError, match="48 bytes"):
        _engine.data_key_open(KEY, b"", bytes(size))
    with pytest.raises(TypeError, match="3 positional"):
        _engine.data_key_seal(KEY, b"")  # type: ignore[call-arg]
