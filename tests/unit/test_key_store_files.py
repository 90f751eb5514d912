# SPDX-License-Identifier: Apache-2.0
"""Key store files: the same keys out of every kind, and an error of its own for each thing that can be wrong."""

from __future__ import annotations

import sys

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbcrypt import EncryptionKeyType, InvalidKeyError, KeyEncodingType
from ddbcrypt.internal.keystore import read_key_store
from ddbcrypt.internal.keystore.der import DerReader, encode_oid
from ddbcrypt.material_providers.keystore import (
    KeyStoreAliasError,
    KeyStoreError,
    KeyStoreFormatError,
    KeyStorePasswordError,
)
from tests.unit.key_stores import PASSWORD, READABLE, content, password_of

OAEP = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"


@pytest.mark.parametrize("name", READABLE)
def test_the_same_private_key_out_of_every_kind(name: str) -> None:
    theirs, certificate, _ = pkcs12.load_key_and_certificates(content("openssl3.p12"), PASSWORD.encode())
    assert theirs is not None
    assert certificate is not None
    key = read_key_store(content(name), PASSWORD).entry("ENCRYPTION").key(password_of(name, "encryption"), "RSA")
    assert (key.algorithm, key.key_type, key.key_encoding) == ("RSA", EncryptionKeyType.PRIVATE, KeyEncodingType.DER)
    assert key.key == theirs.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("name", ["java17.p12", "legacy.p12", "java.jks"])
def test_a_trusted_certificate_gives_its_public_key(name: str) -> None:
    _, certificate, _ = pkcs12.load_key_and_certificates(content("openssl3.p12"), PASSWORD.encode())
    assert certificate is not None
    store = read_key_store(content(name), PASSWORD)
    key = store.entry("public").key(PASSWORD, "RSA")
    assert key.key_type is EncryptionKeyType.PUBLIC
    assert key.key == certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = store.entry("encryption").key(password_of(name, "encryption"), "RSA")
    wrapped = key.wrap(OAEP, bytes(range(32)))
    assert private.unwrap(OAEP, wrapped, "AES", EncryptionKeyType.SYMMETRIC).key == bytes(range(32))


@pytest.mark.parametrize("name", ["java17.p12", "legacy.p12", "java.jks"])
def test_a_file_holds_several_private_keys(name: str) -> None:
    store = read_key_store(content(name), PASSWORD)
    signing = store.entry("signing").key(PASSWORD, "SHA256withRSA")
    signing.verify("SHA256withRSA", signing.sign("SHA256withRSA", b"data"), b"data")
    assert signing.key != store.entry("encryption").key(password_of(name, "encryption"), "RSA").key


@pytest.mark.parametrize(("alias", "algorithm"), [("aes", "AES"), ("mac", "HmacSHA256")])
def test_secret_keys(alias: str, algorithm: str) -> None:
    key = read_key_store(content("java17.p12"), PASSWORD).entry(alias).key(PASSWORD, "RSA")
    assert (key.algorithm, key.key_type, len(key.key)) == (algorithm, EncryptionKeyType.SYMMETRIC, 32)
    assert len(set(key.key)) > 16


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("password", ["", "Changeit", "changeit ", "\ud800"])
def test_a_wrong_password(name: str, password: str) -> None:
    with pytest.raises(KeyStorePasswordError, match="password of the key store"):
        read_key_store(content(name), password)
    entry = read_key_store(content(name), PASSWORD).entry("encryption")
    with pytest.raises(KeyStorePasswordError, match="entry 'encryption'"):
        entry.key(password, "RSA")


@pytest.mark.parametrize("name", READABLE)
def test_a_truncated_file(name: str) -> None:
    data = content(name)
    for size in (*range(4, 40), 100, len(data) // 2, len(data) - 200, len(data) - 21, len(data) - 1):
        with pytest.raises(KeyStoreFormatError, match="truncated|malformed|no PKCS#12"):
            read_key_store(data[:size], PASSWORD)
    with pytest.raises(KeyStoreError):
        read_key_store(data + b"\0", PASSWORD)


@pytest.mark.parametrize("name", READABLE)
def test_an_altered_file(name: str) -> None:
    data = content(name)
    for position in range(40, len(data), len(data) // 12):
        with pytest.raises(KeyStoreError):
            read_key_store(data[:position] + bytes((data[position] ^ 0x55,)) + data[position + 1 :], PASSWORD)


def test_a_missing_entry() -> None:
    store = read_key_store(content("java.jks"), PASSWORD)
    with pytest.raises(KeyStoreAliasError, match="'none'; it has 'encryption', 'public', 'signing'"):
        store.entry("none")


def test_keys_that_items_do_not_use() -> None:
    store = read_key_store(content("java17.p12"), PASSWORD)
    with pytest.raises(InvalidKeyError, match="entry 'small'.*2048 to 8192 bits, not 1024"):
        store.entry("small").key(PASSWORD, "RSA")
    with pytest.raises(InvalidKeyError, match="entry 'elliptic'.*another algorithm than RSA"):
        store.entry("elliptic").key(PASSWORD, "RSA")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "empty"),
        (b"-----BEGIN PRIVATE KEY-----", "neither a PKCS#12 nor a JKS"),
        (b"\x30\x80\x02\x01\x03\x00\x00", "DER"),
        (b"\x30\x03\x02\x01\x02", "version 3"),
        (b"\xfe\xed\xfe\xed" + bytes(40), "version 0"),
        (b"\x30" + bytes(16 * 1024 * 1024), "up to"),
    ],
)
def test_what_is_no_key_store(data: bytes, text: str) -> None:
    with pytest.raises(KeyStoreFormatError, match=text):
        read_key_store(data, PASSWORD)


def test_a_kind_that_is_not_read() -> None:
    with pytest.raises(KeyStoreFormatError, match="keytool -importkeystore"):
        read_key_store(content("java.jceks"), PASSWORD)


def test_an_old_secret_key_is_refused_with_advice() -> None:
    with pytest.raises(KeyStoreFormatError, match="triple DES.*keytool"):
        read_key_store(content("legacy.p12"), PASSWORD).entry("aes").key(PASSWORD, "RSA")


def test_old_encryptions_need_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(KeyStoreFormatError, match=r"ddbcrypt\[keystore\]"):
        read_key_store(content("legacy.p12"), PASSWORD)
    for name in ("java17.p12", "openssl3.p12", "java.jks"):
        entry = read_key_store(content(name), PASSWORD).entry("encryption")
        assert entry.key(password_of(name, "encryption"), "RSA").algorithm == "RSA"


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=200), st.sampled_from([b"\x30", b"\xfe\xed\xfe\xed\0\0\0\2"]))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes, start: bytes) -> None:
    with pytest.raises(KeyStoreError):
        read_key_store(start + data, PASSWORD)


def test_der() -> None:
    assert encode_oid("1.2.840.113549").hex() == "2a864886f70d"
    reader = DerReader(bytes.fromhex("020105" + "0482000161"))
    assert reader.read_number() == 5
    assert reader.read(4) == b"a"
    assert reader.at_end()
    for bad in ("02", "0201", "020500000000ff", "0201ff", "0200", "02850000000001aa"):
        with pytest.raises(KeyStoreFormatError):
            DerReader(bytes.fromhex(bad)).read_number()
