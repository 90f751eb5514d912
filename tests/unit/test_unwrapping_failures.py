# SPDX-License-Identifier: Apache-2.0
"""What fails between unwrapping and verification fails as one: nothing that is returned or raised tells what it was."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ddbcrypt import (
    CryptoAction,
    CryptoConfig,
    DynamodbEncryptionSdkError,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    RawDecryptionMaterials,
    SignatureVerificationError,
    UnwrappingError,
    _engine,
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.encrypted.item import decrypt_many
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.transform import ddb_to_dict
from tests.unit.rsa_keys import PADDINGS, private_key
from tests.unit.support import AES, DESCRIPTION, ENCRYPT, HMAC, SIGN, SIGNATURE, OwnSigner, local_key, make_config

KEY, WRAPPING = "amzn-ddb-env-key", "amzn-ddb-wrap-alg"
ALGORITHMS = ("AESWrap", *PADDINGS)
ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}, "number": {"N": "1234567890123456789012345678901234567"}}


def wrapping_key(algorithm: str) -> JceNameLocalDelegatedKey:
    return AES if algorithm == "AESWrap" else private_key()


def config_for(algorithm: str, signing_key: Any = HMAC, default: CryptoAction = ENCRYPT) -> CryptoConfig:
    key = wrapping_key(algorithm)
    provider = WrappedCryptographicMaterialsProvider(signing_key, key, key, {WRAPPING: algorithm})
    return make_config(provider=provider, default=default, actions={"number": SIGN})


def with_data_key(item: Mapping[str, Any], data_key: str) -> dict[str, Any]:
    description = _engine.deserialize_description(item[DESCRIPTION]["B"])
    return {**item, DESCRIPTION: {"B": _engine.serialize_description({**description, KEY: data_key})}}


def data_key_of(item: Mapping[str, Any]) -> bytes:
    return base64.b64decode(_engine.deserialize_description(item[DESCRIPTION]["B"])[KEY])


def altered(item: Mapping[str, Any], algorithm: str) -> dict[str, dict[str, Any]]:
    """The item with each thing wrong that lies between unwrapping and verification."""
    wrapped = data_key_of(item)
    key = wrapping_key(algorithm)

    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    return {
        "no base64": with_data_key(item, "not base64!"),
        "base64 with a blank": with_data_key(item, text(wrapped)[:20] + " " + text(wrapped)[20:]),
        "empty": with_data_key(item, ""),
        "too short": with_data_key(item, text(wrapped[:-8])),
        "too long": with_data_key(item, text(wrapped + bytes(8))),
        "one bit": with_data_key(item, text(wrapped[:9] + bytes((wrapped[9] ^ 1,)) + wrapped[10:])),
        "zeros": with_data_key(item, text(bytes(len(wrapped)))),
        "wrong length of the data key": with_data_key(item, text(key.wrap(algorithm, bytes(16)))),
        "odd length of the data key": with_data_key(item, text(key.wrap(algorithm, bytes(40)))),
        "another data key": with_data_key(item, text(key.wrap(algorithm, bytes(range(32))))),
        "wrong signature": {**item, SIGNATURE: {"B": bytes(32)}},
        "wrong signature and data key": {**with_data_key(item, ""), SIGNATURE: {"B": bytes(32)}},
    }


def failure(call: Callable[[], Any]) -> tuple[Any, ...]:
    """All that a caller can see of a refusal, but the lines of code."""
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        call()
    error = caught.value
    shown = "".join(traceback.format_exception_only(error))
    chain = (error.__cause__, error.__context__)
    return type(error), error.args, error.attribute, repr(error.item_key), error.index, chain, shown


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("signing", ["HMAC", "RSA", "own class"])
def test_everything_fails_alike(algorithm: str, signing: str) -> None:
    keys = {"HMAC": HMAC, "RSA": private_key("SHA256withRSA"), "own class": OwnSigner()}
    config = config_for(algorithm, keys[signing])
    item = encrypt_dynamodb_item(ITEM, config)
    assert decrypt_dynamodb_item(item, config) == ITEM
    seen: dict[tuple[Any, ...], list[str]] = {}
    seen_typed: dict[tuple[Any, ...], list[str]] = {}
    for name, variant in altered(item, algorithm).items():
        seen.setdefault(failure(lambda item=variant: decrypt_dynamodb_item(item, config)), []).append(name)
        typed = ddb_to_dict(variant)
        seen_typed.setdefault(failure(lambda item=typed: decrypt_python_item(item, config)), []).append(name)
    for each in (seen, seen_typed):
        assert len(each) == 1, each
        assert next(iter(each))[0] is SignatureVerificationError


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_batch_fails_alike(algorithm: str) -> None:
    config = config_for(algorithm)
    good = encrypt_dynamodb_item(ITEM, config)
    variants = altered(good, algorithm)
    seen = set()
    for variant in variants.values():
        # The last is wrong in any case: which of the two is named must not depend on how the second fails.
        batch = [(good, config), (variant, config), (variants["wrong signature"], config)]
        seen.add(str(failure(lambda batch=batch: decrypt_many(batch, wire=True))))
    assert len(seen) == 1
    assert decrypt_many([(good, config), (good, config)], wire=True) == [ITEM, ITEM]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_item_without_encrypted_attributes(algorithm: str) -> None:
    config = config_for(algorithm, default=SIGN)
    item = encrypt_dynamodb_item(ITEM, config)
    outcomes = set()
    for name, variant in altered(item, algorithm).items():
        if "signature" in name:
            assert failure(lambda item=variant: decrypt_dynamodb_item(item, config))[0] is SignatureVerificationError
            continue
        try:
            outcomes.add(decrypt_dynamodb_item(variant, config) == ITEM)
        except SignatureVerificationError:
            outcomes.add("refused")
    # With PKCS #1 padding it would tell what unwraps if some of these were refused, since others cannot be. With key
    # wrap and OAEP the one data key that unwraps is the attacker's own making, which tells nothing.
    assert outcomes == ({True} if algorithm == PADDINGS[0] else {True, "refused"})


def test_a_key_of_an_own_class_that_does_not_unwrap() -> None:
    class Remote(JceNameLocalDelegatedKey):
        def unwrap(self, algorithm: str, *arguments: Any, **named: Any) -> Any:
            raise UnwrappingError("the module says: padding wrong")

    key = Remote(bytes(32), "AES", EncryptionKeyType.SYMMETRIC, AES.key_encoding)
    config = make_config(provider=WrappedCryptographicMaterialsProvider(HMAC, key, key))
    item = encrypt_dynamodb_item(ITEM, config)
    forged = {**item, SIGNATURE: {"B": bytes(32)}}
    told = failure(lambda: decrypt_dynamodb_item(item, config))
    assert told == failure(lambda: decrypt_dynamodb_item(forged, config))
    assert "padding" not in str(told)


def test_other_errors_of_an_own_class_are_told() -> None:
    class Away(JceNameLocalDelegatedKey):
        def unwrap(self, algorithm: str, *arguments: Any, **named: Any) -> Any:
            raise ConnectionError("the module does not answer")

    key = Away(bytes(32), "AES", EncryptionKeyType.SYMMETRIC, AES.key_encoding)
    config = make_config(provider=WrappedCryptographicMaterialsProvider(HMAC, key, key))
    with pytest.raises(ConnectionError, match="does not answer"):
        decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config)


def test_with_static_materials_a_wrong_key_is_still_told_from_a_wrong_signature() -> None:
    config = make_config(actions={"number": SIGN})
    item = encrypt_dynamodb_item(ITEM, config)
    config_of_other_key = make_config(
        provider=type(config.materials_provider)(
            decryption_materials=RawDecryptionMaterials(HMAC, local_key("AES", bytes(range(1, 33)))),
        ),
        actions={"number": SIGN},
    )
    told = failure(lambda: decrypt_dynamodb_item(item, config_of_other_key))[0]
    assert told is not SignatureVerificationError
