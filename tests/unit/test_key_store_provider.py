# SPDX-License-Identifier: Apache-2.0
"""KeyStoreMaterialsProvider: the entries of a file decide what is done with items."""

from __future__ import annotations

import copy
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt import (
    DecryptionError,
    InvalidAlgorithmError,
    InvalidKeyError,
    SigningError,
    UnwrappingError,
    _engine,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.material_providers.keystore import (
    KeyStoreAliasError,
    KeyStoreFormatError,
    KeyStoreMaterialsProvider,
    KeyStorePasswordError,
)
from ddbcrypt.pickling import allow_secrets
from tests.unit.key_stores import ENTRY_PASSWORD, FOLDER, PASSWORD
from tests.unit.support import DESCRIPTION, make_config

ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}}
P12 = FOLDER / "java17.p12"


def provider(encryption: str = "encryption", signing: str = "signing", **options: Any) -> KeyStoreMaterialsProvider:
    return KeyStoreMaterialsProvider(options.pop("path", P12), PASSWORD, encryption, signing, **options)


def encrypt(given: KeyStoreMaterialsProvider) -> dict[str, Any]:
    return encrypt_dynamodb_item(ITEM, make_config(provider=given))


def decrypt(item: dict[str, Any], given: KeyStoreMaterialsProvider) -> dict[str, Any]:
    return decrypt_dynamodb_item(item, make_config(provider=given))


def description_of(item: dict[str, Any]) -> dict[str, str]:
    return _engine.deserialize_description(item[DESCRIPTION]["B"])


@pytest.mark.parametrize("signing", ["signing", "mac", "encryption"])
@pytest.mark.parametrize("encryption", ["encryption", "aes"])
def test_pairs_and_secret_keys(encryption: str, signing: str) -> None:
    given = provider(encryption, signing, material_description={"keys": "1"})
    item = encrypt(given)
    assert item["name"] != ITEM["name"]
    assert decrypt(item, given) == ITEM
    description = description_of(item)
    assert description["keys"] == "1"
    assert ("amzn-ddb-env-key" in description) is (encryption == "encryption")
    assert description["amzn-ddb-map-signingAlg"] == ("HmacSHA256" if signing == "mac" else "SHA256withRSA")


def test_a_java_key_store_with_passwords_of_its_entries() -> None:
    given = provider(path=FOLDER / "java.jks", encryption_password=ENTRY_PASSWORD)
    assert decrypt(encrypt(given), provider()) == ITEM
    with pytest.raises(KeyStorePasswordError, match="entry 'encryption'"):
        provider(path=FOLDER / "java.jks")
    with pytest.raises(KeyStorePasswordError, match="entry 'signing'"):
        provider(path=FOLDER / "java.jks", encryption_password=ENTRY_PASSWORD, signing_password="x")


def test_certificates_write_or_verify_only() -> None:
    writer = provider("public", "signing")
    item = encrypt(writer)
    assert decrypt(item, provider()) == ITEM
    with pytest.raises(UnwrappingError, match="no unwrapping key"):
        decrypt(item, writer)
    reader = provider("encryption", "public")
    assert decrypt(encrypt(provider("encryption", "encryption")), reader) == ITEM
    with pytest.raises(SigningError, match="public key"):
        encrypt(reader)


def test_an_item_with_another_description() -> None:
    item = encrypt(provider(material_description={"keys": "1"}))
    assert decrypt(item, provider()) == ITEM
    with pytest.raises(DecryptionError, match="other keys"):
        decrypt(item, provider(material_description={"keys": "2"}))
    with pytest.raises(DecryptionError, match="other keys"):
        decrypt(item, provider(material_description={"keys": "1", "more": "1"}))


def test_algorithms_that_the_description_chooses() -> None:
    chosen = {"amzn-ddb-wrap-alg": "RSA/ECB/PKCS1Padding", "amzn-ddb-map-signingAlg": "SHA512withRSA"}
    given = provider(material_description=chosen)
    item = encrypt(given)
    assert chosen.items() <= description_of(item).items()
    assert decrypt(item, given) == ITEM
    with pytest.raises(UnwrappingError, match="accepted_wrapping_algorithms"):
        decrypt(item, provider(material_description={"amzn-ddb-map-signingAlg": "SHA512withRSA"}))
    older = provider(
        material_description={"amzn-ddb-map-signingAlg": "SHA512withRSA"}, accepted_wrapping_algorithms=["RSA"]
    )
    assert decrypt(item, older) == ITEM


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"encryption": "none"}, KeyStoreAliasError),
        ({"signing": "none"}, KeyStoreAliasError),
        ({"encryption": "small"}, InvalidKeyError),
        ({"signing": "small"}, InvalidKeyError),
        ({"signing": "elliptic"}, InvalidKeyError),
        ({"encryption": "mac"}, InvalidAlgorithmError),
        ({"signing": "aes"}, InvalidAlgorithmError),
        ({"path": FOLDER / "java.jceks"}, KeyStoreFormatError),
        ({"path": FOLDER / "none.p12"}, FileNotFoundError),
        ({"encryption_password": "x"}, KeyStorePasswordError),
        ({"signing_password": "x"}, KeyStorePasswordError),
        ({"material_description": {"amzn-ddb-wrap-alg": "AESWrap"}}, InvalidAlgorithmError),
        ({"signing_password": b"x"}, TypeError),
        ({"material_description": {"a": 1}}, TypeError),
        ({"accepted_wrapping_algorithms": "RSA"}, TypeError),
    ],
)
def test_what_is_wrong_is_told_at_once(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        provider(**arguments)
    assert PASSWORD not in str(caught.value)


def test_refresh_reads_the_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.p12"
    shutil.copy(P12, path)
    given = provider("encryption", "encryption", path=path)
    item = encrypt(given)
    shutil.copy(FOLDER / "openssl3.p12", path)
    given.refresh()
    assert decrypt(item, given) == ITEM
    path.write_bytes(b"no key store")
    with pytest.raises(KeyStoreFormatError):
        given.refresh()
    # The keys stay as they were.
    assert decrypt(item, given) == ITEM


def test_passwords_do_not_get_out() -> None:
    given = provider()
    assert PASSWORD not in repr(given)
    with pytest.raises(TypeError, match="allow_secrets"):
        pickle.dumps(given)
    with allow_secrets():
        restored = pickle.loads(pickle.dumps(given))
    item = encrypt(given)
    for other in (restored, copy.copy(given), copy.deepcopy(given)):
        assert decrypt(item, other) == ITEM
