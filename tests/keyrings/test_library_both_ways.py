# SPDX-License-Identifier: Apache-2.0
"""Raw keyrings, multi-keyrings and materials managers of AWS's library for Python and ours: each reads the other's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CryptographicMaterialsManager,
    DataKeyUnwrappingError,
    DataKeyWrappingError,
    DefaultCmm,
    Keyring,
    MultiKeyring,
    RawAesKeyring,
    RawRsaKeyring,
    RequiredEncryptionContextCmm,
    RsaPadding,
    adapt,
)
from tests.keyrings.contexts import CONTEXT, SUITES, check_round_trip, contexts, decrypt, encrypt, rsa_pair, some_bytes
from tests.keyrings.library import Library


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.mark.parametrize("size", [16, 24, 32])
def test_raw_aes(library: Library, size: int, record_property: Any) -> None:
    key = some_bytes(size)
    ours = RawAesKeyring("näme-space", "key ✓", key)
    theirs = adapt(library.raw_aes("näme-space", "key ✓", key))
    count = 0

    @settings(max_examples=50, database=None)
    @given(contexts)
    def examples(context: dict[str, str]) -> None:
        nonlocal count
        for suite in SUITES:
            check_round_trip(ours, theirs, context, suite)
            check_round_trip(theirs, ours, context, suite)
            count += 2

    examples()
    record_property("count: data keys exchanged with AWS's library", count)


@pytest.mark.parametrize("padding", list(RsaPadding), ids=lambda padding: padding.value)
def test_raw_rsa(library: Library, padding: RsaPadding) -> None:
    private, public = rsa_pair()
    theirs = library.keyring(
        "raw_rsa_keyring",
        key_namespace="ns",
        key_name="rsa",
        padding_scheme=getattr(library.models.PaddingScheme, padding.value),
        public_key=public,
        private_key=private,
    )
    ours = RawRsaKeyring("ns", "rsa", padding, public, private)
    for suite in SUITES:
        check_round_trip(ours, theirs, CONTEXT, suite)
        check_round_trip(theirs, ours, CONTEXT, suite)


def test_each_recipient_of_a_multi_keyring(library: Library) -> None:
    keys = [some_bytes(32, seed) for seed in range(3)]
    our_parts = [RawAesKeyring("ns", f"k{index}", key) for index, key in enumerate(keys)]
    their_parts = [library.raw_aes("ns", f"k{index}", key) for index, key in enumerate(keys)]
    ours = MultiKeyring(our_parts[0], our_parts[1:])
    theirs = library.keyring("multi_keyring", generator=their_parts[0], child_keyrings=their_parts[1:])
    assert len(encrypt(ours).encrypted_data_keys) == len(encrypt(theirs).encrypted_data_keys) == 3
    for suite in SUITES:
        for index in range(3):
            check_round_trip(ours, adapt(their_parts[index]), CONTEXT, suite)
            check_round_trip(theirs, our_parts[index], CONTEXT, suite)
    mixed = MultiKeyring(our_parts[0], [library_keyring(their_parts[1])])
    assert [key.provider_info[:2] for key in encrypt(mixed).encrypted_data_keys] == [b"k0", b"k1"]
    check_round_trip(mixed, our_parts[1], CONTEXT, AlgorithmSuite.ECDSA_P384)


def library_keyring(theirs: Any) -> Keyring:
    adapted = adapt(theirs)
    assert isinstance(adapted, Keyring)
    return adapted


def test_both_refuse_another_context_key_and_name(library: Library) -> None:
    key = some_bytes(32)
    written = encrypt(RawAesKeyring("ns", "k", key))
    for namespace, name, other, context in (
        ("ns", "k", key, {**CONTEXT, "é": "other"}),
        ("ns", "k", some_bytes(32, 1), CONTEXT),
        ("ns", "other", key, CONTEXT),
        ("other", "k", key, CONTEXT),
    ):
        for reader in (RawAesKeyring(namespace, name, other), library_keyring(library.raw_aes(namespace, name, other))):
            with pytest.raises(DataKeyUnwrappingError):
                decrypt(reader, written, context)


def test_each_alteration_is_judged_alike(library: Library, record_property: Any) -> None:
    key = some_bytes(16)
    ours, theirs = RawAesKeyring("ns", "k", key), library_keyring(library.raw_aes("ns", "k", key))
    written = encrypt(ours)
    encrypted = written.encrypted_data_keys[0]
    altered = [
        encrypted._replace(**{field: value})
        for field in ("provider_info", "ciphertext")
        for value in _alterations(getattr(encrypted, field))
    ]
    for data_key in altered:
        for reader in (ours, theirs):
            with pytest.raises(DataKeyUnwrappingError):
                reader.on_decrypt(_materials(written), [data_key])
    record_property("count: altered data keys that both libraries refuse", len(altered))
    assert len(altered) > 100


def _alterations(value: bytes) -> list[bytes]:
    flipped = [value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :] for at in range(len(value))]
    return [*flipped, value[:-1], value + b"\0", b""]


def _materials(written: Any) -> Any:
    from ddbcrypt.keyrings import DecryptionMaterials

    return DecryptionMaterials(written.algorithm_suite, written.encryption_context)


def test_materials_managers(library: Library) -> None:
    key = some_bytes(32)
    ours = DefaultCmm(RawAesKeyring("ns", "k", key))
    theirs = library.cmm("default_cryptographic_materials_manager", keyring=library.raw_aes("ns", "k", key))
    for suite in SUITES:
        check_round_trip(ours, theirs, CONTEXT, suite)
        check_round_trip(theirs, ours, CONTEXT, suite)
    assert theirs.get_encryption_materials(CONTEXT).algorithm_suite is AlgorithmSuite.ECDSA_P384


def test_required_context_both_ways(library: Library) -> None:
    key = some_bytes(32)
    ours = RequiredEncryptionContextCmm(RawAesKeyring("ns", "k", key), ["é"])
    theirs = library.cmm(
        "required_encryption_context_cmm",
        keyring=None,
        underlying_cmm=library.make("default_cryptographic_materials_manager", keyring=library.raw_aes("ns", "k", key)),
        required_encryption_context_keys=["é"],
    )
    for writer, reader in ((ours, theirs), (theirs, ours), (ours, ours), (theirs, theirs)):
        written = writer.get_encryption_materials(CONTEXT, AlgorithmSuite.ECDSA_P384)
        assert written.required_context_keys == {"é"}
        stored = {name: value for name, value in written.encryption_context.items() if name != "é"}
        read = reader.decrypt_materials(
            written.algorithm_suite, written.encrypted_data_keys, stored, reproduced_context={"é": CONTEXT["é"]}
        )
        assert read.plaintext_data_key == written.plaintext_data_key
        assert read.required_context_keys == {"é"}
        for known in ({}, None, {"é": "other"}):
            with pytest.raises(DynamodbEncryptionSdkError):
                reader.decrypt_materials(
                    written.algorithm_suite, written.encrypted_data_keys, stored, reproduced_context=known
                )


def test_adapt(library: Library) -> None:
    ours = RawAesKeyring("ns", "k", some_bytes(32))
    assert adapt(ours) is ours
    manager = DefaultCmm(ours)
    assert adapt(manager) is manager
    theirs = library.raw_aes("ns", "k", some_bytes(32))
    assert adapt(theirs).makes_network_calls
    assert not adapt(theirs, makes_network_calls=False).makes_network_calls
    assert "RawAESKeyring" in repr(adapt(theirs))
    assert isinstance(
        adapt(library.make("default_cryptographic_materials_manager", keyring=theirs)), CryptographicMaterialsManager
    )
    for wrong in (None, "keyring", library.client, library.models.PaddingScheme):
        with pytest.raises(TypeError, match="is needed"):
            adapt(wrong)


def test_a_keyring_written_for_the_library(library: Library) -> None:
    """A class of an application's own, derived from the library's interface."""
    inner = library.raw_aes("ns", "k", some_bytes(32))

    class Own(library.references.IKeyring):  # type: ignore[name-defined,misc]
        def on_encrypt(self, param: Any) -> Any:
            if "refuse" in param.materials.encryption_context:
                raise RuntimeError("not today")
            return inner.on_encrypt(param)

        def on_decrypt(self, param: Any) -> Any:
            return inner.on_decrypt(param)

    own = library_keyring(Own())
    check_round_trip(own, RawAesKeyring("ns", "k", some_bytes(32)), CONTEXT, AlgorithmSuite.SYMMETRIC_SIGNATURE)
    with pytest.raises(DataKeyWrappingError, match="not today"):
        encrypt(own, {"refuse": "x"})
