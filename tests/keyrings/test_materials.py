# SPDX-License-Identifier: Apache-2.0
"""Materials refuse what their suite does not allow, and show and pickle no key."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidAlgorithmError
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    BeaconKeyMaterials,
    BranchKeyMaterials,
    DecryptionMaterials,
    EncryptedDataKey,
    EncryptionContextError,
    EncryptionMaterials,
    InvalidMaterialsError,
)
from ddbcrypt.keyrings.context import serialize_context
from tests.keyrings.contexts import some_bytes

HMAC, ECDSA = AlgorithmSuite
KEY = some_bytes(32, 7)
DATA_KEY = EncryptedDataKey("ns", b"k", b"c")


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        (EncryptionMaterials, {"plaintext_data_key": KEY[:31]}, InvalidMaterialsError),
        (EncryptionMaterials, {"encrypted_data_keys": [DATA_KEY]}, InvalidMaterialsError),
        (EncryptionMaterials, {"plaintext_data_key": KEY, "encrypted_data_keys": [DATA_KEY]}, InvalidMaterialsError),
        (EncryptionMaterials, {"plaintext_data_key": KEY, "symmetric_signing_keys": [KEY]}, InvalidMaterialsError),
        (EncryptionMaterials, {"signing_key": b"der"}, InvalidMaterialsError),
        (EncryptionMaterials, {"required_context_keys": ["missing"]}, EncryptionContextError),
        (DecryptionMaterials, {"plaintext_data_key": KEY}, InvalidMaterialsError),
        (DecryptionMaterials, {"symmetric_signing_key": KEY}, InvalidMaterialsError),
        (DecryptionMaterials, {"plaintext_data_key": KEY, "symmetric_signing_key": b"short"}, InvalidMaterialsError),
        (DecryptionMaterials, {"verification_key": b"point"}, InvalidMaterialsError),
        (DecryptionMaterials, {"required_context_keys": ["missing"]}, EncryptionContextError),
    ],
)
def test_what_does_not_go_together(kind: Any, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        kind(HMAC, {"a": "b"}, **options)


@pytest.mark.parametrize("context", [None, [("a", "b")], {"a": 1}, {b"a": "b"}])
def test_a_context_is_a_mapping_of_texts(context: Any) -> None:
    with pytest.raises(TypeError):
        EncryptionMaterials(HMAC, context)


def test_an_unknown_suite() -> None:
    for wrong in (0x0579, "0x6700", None):
        with pytest.raises(InvalidAlgorithmError, match="0x6700, 0x6701"):
            EncryptionMaterials(wrong, {})  # type: ignore[arg-type]


def test_another_data_key_than_the_one_that_is_there() -> None:
    materials = EncryptionMaterials(HMAC, {}).with_encrypted_key(KEY, DATA_KEY, KEY)
    with pytest.raises(InvalidMaterialsError, match="no other"):
        materials.with_encrypted_key(some_bytes(32, 8), DATA_KEY, KEY)
    with pytest.raises(InvalidMaterialsError, match="already"):
        DecryptionMaterials(HMAC, {}).with_data_key(KEY, KEY).with_data_key(KEY, KEY)
    assert len(materials.with_encrypted_key(KEY, DATA_KEY, KEY).encrypted_data_keys) == 2
    assert len(materials.encrypted_data_keys) == 1


@pytest.mark.parametrize(
    "materials",
    [
        EncryptionMaterials(HMAC, {"a": "b"}).with_encrypted_key(KEY, DATA_KEY, KEY),
        DecryptionMaterials(HMAC, {"a": "b"}).with_data_key(KEY, KEY),
        BranchKeyMaterials("id", "version", KEY, {}),
        BeaconKeyMaterials("id", KEY, {}),
    ],
    ids=lambda materials: type(materials).__name__,
)
def test_no_key_is_shown_or_pickled(materials: Any) -> None:
    assert repr(KEY)[2:-1] not in repr(materials)
    assert KEY.hex() not in repr(materials)
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="does not pickle"):
            leave(materials)


def test_the_serialized_context() -> None:
    assert serialize_context({}) == b""
    # Sorted by bytes: U+FF5E before U+10000, which UTF-16 has the other way round.
    assert serialize_context({"\U00010000": "x", "\uff5e": "", "a": "bc"}).hex() == (
        "0003" "0001" "61" "0002" "6263" "0003" "efbd9e" "0000" "0004" "f0908080" "0001" "78"
    )  # fmt: skip
    for wrong in ({"a": "x" * 65_536}, {"\ud800": ""}, {str(number): "" for number in range(65_536)}):
        with pytest.raises(EncryptionContextError):
            serialize_context(wrong)
    assert len(serialize_context({"a": "x" * 65_535})) == 65_542
