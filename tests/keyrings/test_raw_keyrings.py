# SPDX-License-Identifier: Apache-2.0
"""Raw AES, raw RSA and multi-keyrings: what they read, what they refuse, and how."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidArgumentError, InvalidKeyError
from ddbcrypt.keyrings import (
    DataKeyUnwrappingError,
    DataKeyWrappingError,
    DecryptionMaterials,
    EncryptedDataKey,
    EncryptionContextError,
    EncryptionMaterials,
    InvalidMaterialsError,
    Keyring,
    MultiKeyring,
    RawAesKeyring,
    RawRsaKeyring,
    RsaPadding,
)
from ddbcrypt.pickling import allow_secrets
from tests.keyrings.contexts import CONTEXT, SUITES, decrypt, encrypt, rsa_pair, some_bytes

KEY = some_bytes(32)
AES = RawAesKeyring("ns", "k", KEY)


@pytest.fixture(scope="module")
def rsa() -> RawRsaKeyring:
    private, public = rsa_pair()
    return RawRsaKeyring("ns", "rsa", RsaPadding.OAEP_SHA256_MGF1, public, private)


def test_each_data_key_is_new() -> None:
    several = [encrypt(AES) for _ in range(50)]
    for part in ("plaintext_data_key", "symmetric_signing_keys", "encrypted_data_keys"):
        assert len({getattr(materials, part) for materials in several}) == 50
    assert len({materials.encrypted_data_keys[0].provider_info for materials in several}) == 50


def test_the_given_materials_are_left_alone() -> None:
    given = EncryptionMaterials(SUITES[0], CONTEXT)
    AES.on_encrypt(given)
    assert given.plaintext_data_key is None
    assert given.encrypted_data_keys == ()


@pytest.mark.parametrize("kind", ["aes", "rsa"])
def test_wrong_key_name_namespace_and_context(kind: str, rsa: RawRsaKeyring) -> None:
    private, public = rsa_pair()
    if kind == "aes":
        right: Keyring = AES
        wrong: Sequence[Keyring] = [
            RawAesKeyring("ns", "k", some_bytes(32, 1)),
            RawAesKeyring("ns", "k", KEY[:16]),
            RawAesKeyring("ns", "k2", KEY),
            RawAesKeyring("ns2", "k", KEY),
        ]
    else:
        other = rsa_pair(2049)
        right = rsa
        wrong = [
            RawRsaKeyring("ns", "rsa", RsaPadding.OAEP_SHA256_MGF1, other[1], other[0]),
            RawRsaKeyring("ns", "rsa", RsaPadding.OAEP_SHA1_MGF1, public, private),
            RawRsaKeyring("ns", "k2", RsaPadding.OAEP_SHA256_MGF1, public, private),
            RawRsaKeyring("ns2", "rsa", RsaPadding.OAEP_SHA256_MGF1, public, private),
        ]
    written = encrypt(right)
    assert decrypt(right, written).plaintext_data_key == written.plaintext_data_key
    for reader in wrong:
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(reader, written)
    for context in ({}, {**CONTEXT, "more": "x"}, {**CONTEXT, "é": "other"}):
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(right, written, context)


def test_each_altered_byte_of_an_rsa_data_key_gives_one_message(rsa: RawRsaKeyring) -> None:
    written = encrypt(rsa)
    key = written.encrypted_data_keys[0]
    messages = set()
    for at in range(0, len(key.ciphertext), 7):
        ciphertext = key.ciphertext[:at] + bytes([key.ciphertext[at] ^ 0x80]) + key.ciphertext[at + 1 :]
        with pytest.raises(DataKeyUnwrappingError) as caught:
            rsa.on_decrypt(DecryptionMaterials(SUITES[0], CONTEXT), [key._replace(ciphertext=ciphertext)])
        messages.add(str(caught.value))
        assert caught.value.__cause__ is None
    assert len(messages) == 1


def test_the_right_one_of_several_data_keys() -> None:
    written = encrypt(AES)
    key = written.encrypted_data_keys[0]
    others = [
        EncryptedDataKey("other", b"x", b"y"),
        key._replace(ciphertext=some_bytes(len(key.ciphertext))),
        key._replace(ciphertext=b""),
        key._replace(provider_info=key.provider_info[:-1]),
    ]
    read = AES.on_decrypt(DecryptionMaterials(SUITES[0], CONTEXT), [*others, key])
    assert read.plaintext_data_key == written.plaintext_data_key
    with pytest.raises(DataKeyUnwrappingError, match="too short") as caught:
        AES.on_decrypt(DecryptionMaterials(SUITES[0], CONTEXT), others)
    assert len(caught.value.errors) == 2


def test_a_name_that_begins_like_another() -> None:
    longer = RawAesKeyring("ns", "k\0\0\0\x80", KEY)
    with pytest.raises(DataKeyUnwrappingError, match="none is of this"):
        decrypt(AES, encrypt(longer))


def test_halves_of_an_rsa_key() -> None:
    private, public = rsa_pair()
    writer = RawRsaKeyring("ns", "rsa", "OAEP_SHA512_MGF1", public_key=public)
    reader = RawRsaKeyring("ns", "rsa", "OAEP_SHA512_MGF1", private_key=private)
    written = encrypt(writer)
    assert decrypt(reader, written).plaintext_data_key == written.plaintext_data_key
    with pytest.raises(DataKeyUnwrappingError, match="no private key"):
        decrypt(writer, written)
    with pytest.raises(DataKeyWrappingError, match="no public key"):
        encrypt(reader)


def test_arguments_that_are_refused() -> None:
    private, public = rsa_pair()
    for namespace, name in (("aws-kms", "k"), ("aws-kms-mine", "k"), ("", "k"), ("ns", ""), ("ns", "x" * 65_536)):
        with pytest.raises(InvalidArgumentError):
            RawAesKeyring(namespace, name, KEY)
        with pytest.raises(InvalidArgumentError):
            RawRsaKeyring(namespace, name, "PKCS1", public)
    for key in (b"", KEY[:31], KEY + b"x"):
        with pytest.raises(InvalidKeyError, match="16, 24 or 32"):
            RawAesKeyring("ns", "k", key)
    wrong_type: Any = "x" * 32
    with pytest.raises(TypeError):
        RawAesKeyring("ns", "k", wrong_type)
    for padding, keys, error in (
        ("OAEP", (public, private), InvalidArgumentError),
        ("PKCS1", (None, None), InvalidArgumentError),
        ("PKCS1", (private, None), InvalidKeyError),
        ("PKCS1", (None, public), InvalidKeyError),
        ("PKCS1", (b"no key", None), InvalidKeyError),
    ):
        with pytest.raises(error):
            RawRsaKeyring("ns", "k", padding, *keys)


def test_a_context_that_cannot_be_serialized() -> None:
    for act in (lambda: encrypt(AES, {"\ud800": ""}), lambda: decrypt(AES, encrypt(AES), {"a": "x" * 65_536})):
        with pytest.raises(EncryptionContextError):
            act()


def test_materials_that_are_decrypted_already(rsa: RawRsaKeyring) -> None:
    written = encrypt(AES)
    decrypted = decrypt(AES, written)
    for keyring in (AES, rsa, MultiKeyring(AES)):
        with pytest.raises(InvalidMaterialsError, match="already"):
            keyring.on_decrypt(decrypted, written.encrypted_data_keys)


def test_pickles(rsa: RawRsaKeyring) -> None:
    for keyring in (AES, rsa):
        with pytest.raises(TypeError, match="allow_secrets"):
            pickle.dumps(keyring)
        with allow_secrets():
            copied = pickle.loads(pickle.dumps(keyring))
        written = encrypt(copied)
        assert decrypt(keyring, written).plaintext_data_key == written.plaintext_data_key
    public = RawRsaKeyring("ns", "rsa", "PKCS1", rsa_pair()[1])
    assert repr(pickle.loads(pickle.dumps(public))) == repr(public)


def test_no_key_in_a_repr(rsa: RawRsaKeyring) -> None:
    assert repr(AES) == "RawAesKeyring(namespace='ns', name='k')"
    assert "PRIVATE" not in repr(rsa)
    assert not AES.makes_network_calls


class Failing(Keyring):
    """Fails, or does nothing."""

    makes_network_calls = True

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        if self.error is not None:
            raise self.error
        return materials

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        if self.error is not None:
            raise self.error
        return materials


def test_multi_keyring_recipients(rsa: RawRsaKeyring) -> None:
    second = RawAesKeyring("ns", "second", some_bytes(24))
    multi = MultiKeyring(AES, [second, rsa])
    written = encrypt(multi)
    assert len(set(written.symmetric_signing_keys)) == 3
    for reader, signing_key in zip((AES, second, rsa), written.symmetric_signing_keys, strict=True):
        read = decrypt(reader, written)
        assert (read.plaintext_data_key, read.symmetric_signing_key) == (written.plaintext_data_key, signing_key)
    assert decrypt(MultiKeyring(children=[Failing(None), rsa]), written).plaintext_data_key
    assert not multi.makes_network_calls
    assert MultiKeyring(AES, [Failing(None)]).makes_network_calls


def test_multi_keyring_failures() -> None:
    failure = OSError("service is down")
    for multi in (MultiKeyring(Failing(failure), [AES]), MultiKeyring(AES, [Failing(failure)])):
        with pytest.raises(OSError, match="service is down"):
            encrypt(multi)
        assert decrypt(multi, encrypt(AES)).plaintext_data_key
    with pytest.raises(DataKeyWrappingError, match="made no data key"):
        encrypt(MultiKeyring(Failing(None), [AES]))
    with pytest.raises(DataKeyWrappingError, match="without a generator"):
        encrypt(MultiKeyring(children=[AES]))
    given = EncryptionMaterials(SUITES[0], CONTEXT, plaintext_data_key=KEY)
    assert len(MultiKeyring(children=[AES]).on_encrypt(given).encrypted_data_keys) == 1
    with pytest.raises(InvalidMaterialsError, match="generator"):
        MultiKeyring(AES).on_encrypt(given)
    other = RawAesKeyring("ns", "other", KEY)
    with pytest.raises(DataKeyUnwrappingError, match=r"service is down.*name='other'") as caught:
        decrypt(MultiKeyring(children=[Failing(failure), other]), encrypt(AES))
    assert len(caught.value.errors) == 2
    with pytest.raises(InvalidArgumentError):
        MultiKeyring()
    wrong: Any = [None]
    with pytest.raises(TypeError):
        MultiKeyring(children=wrong)
