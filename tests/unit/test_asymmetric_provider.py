# SPDX-License-Identifier: Apache-2.0
"""AsymmetricStaticProvider, and items that RSA signs with nothing in them encrypted."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import (
    EncryptionError,
    InvalidAlgorithmError,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    SignatureVerificationError,
    SigningError,
    StaticCryptographicMaterialsProvider,
    UnwrappingError,
    _engine,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
from tests.unit.rsa_keys import PADDINGS, SIGNATURES, private_key, public_key
from tests.unit.support import AES, DESCRIPTION, HMAC, SIGN, make_config

ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}}


def round_trip(writer: Any, reader: Any) -> dict[str, Any]:
    item = encrypt_dynamodb_item(ITEM, make_config(provider=writer))
    assert item["name"] != ITEM["name"]
    return decrypt_dynamodb_item(item, make_config(provider=reader))


@pytest.mark.parametrize("signature", ["HmacSHA256", *SIGNATURES])
@pytest.mark.parametrize("padding", PADDINGS)
def test_a_key_pair_writes_and_reads(padding: str, signature: str) -> None:
    signing = HMAC if signature == "HmacSHA256" else private_key(signature, 1)
    provider = AsymmetricStaticProvider(private_key(), signing, {"amzn-ddb-wrap-alg": padding, "own": "1"})
    assert round_trip(provider, provider) == ITEM
    item = encrypt_dynamodb_item(ITEM, make_config(provider=provider))
    description = _engine.deserialize_description(item[DESCRIPTION]["B"])
    assert description.pop("amzn-ddb-env-key")
    assert description == {
        "amzn-ddb-env-alg": "AES/256",
        "amzn-ddb-wrap-alg": padding,
        "amzn-ddb-map-signingAlg": signature,
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "own": "1",
    }


def test_public_keys_write_or_verify_only() -> None:
    signing = private_key("SHA256withRSA", 1)
    writer = AsymmetricStaticProvider(public_key(), signing)
    reader = AsymmetricStaticProvider(private_key(), public_key("SHA256withRSA", 1))
    assert round_trip(writer, reader) == ITEM
    with pytest.raises(UnwrappingError, match="no unwrapping key"):
        round_trip(writer, writer)
    with pytest.raises(SigningError, match="public key"):
        round_trip(reader, reader)


def test_a_signature_of_another_pair() -> None:
    writer = AsymmetricStaticProvider(private_key(), private_key("SHA256withRSA"))
    reader = AsymmetricStaticProvider(private_key(), private_key("SHA256withRSA", 1))
    with pytest.raises(SignatureVerificationError):
        round_trip(writer, reader)


def test_paddings_of_older_items() -> None:
    old = AsymmetricStaticProvider(private_key(), HMAC, {"amzn-ddb-wrap-alg": PADDINGS[0]})
    with pytest.raises(UnwrappingError, match="accepted_wrapping_algorithms"):
        round_trip(old, AsymmetricStaticProvider(private_key(), HMAC))
    assert round_trip(old, AsymmetricStaticProvider(private_key(), HMAC, accepted_wrapping_algorithms=["RSA"])) == ITEM


def test_keys_that_do_not_fit() -> None:
    with pytest.raises(InvalidAlgorithmError, match="WrappedCryptographicMaterialsProvider"):
        AsymmetricStaticProvider(AES, HMAC)
    with pytest.raises(InvalidAlgorithmError, match="SHA256withRSA"):
        AsymmetricStaticProvider(private_key("SHA256withRSA"), HMAC)
    with pytest.raises(TypeError):
        AsymmetricStaticProvider(b"key", HMAC)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        AsymmetricStaticProvider(private_key(), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", SIGNATURES)
@pytest.mark.parametrize("described", [True, False])
def test_items_that_rsa_signs_and_nothing_encrypts(algorithm: str, described: bool) -> None:
    writer = StaticCryptographicMaterialsProvider(encryption_materials=RawEncryptionMaterials(private_key(algorithm)))
    reader = StaticCryptographicMaterialsProvider(decryption_materials=RawDecryptionMaterials(public_key(algorithm)))
    item = encrypt_dynamodb_item(ITEM, make_config(provider=writer, default=SIGN))
    assert item["name"] == ITEM["name"]
    assert _engine.deserialize_description(item[DESCRIPTION]["B"]) == {"amzn-ddb-map-signingAlg": algorithm}
    if not described:
        # The Java client writes no description where there is no encryption key.
        del item[DESCRIPTION]
    config = make_config(provider=reader, default=SIGN)
    assert decrypt_dynamodb_item(item, config) == ITEM
    with pytest.raises(SignatureVerificationError):
        decrypt_dynamodb_item({**item, "name": {"S": "Eve"}}, config)
    with pytest.raises(EncryptionError, match="no encryption key"):
        encrypt_dynamodb_item(ITEM, make_config(provider=writer))
