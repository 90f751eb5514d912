# SPDX-License-Identifier: Apache-2.0
"""The default and the required-context materials manager."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    DataKeyUnwrappingError,
    DecryptionMaterials,
    DefaultCmm,
    EncryptedDataKey,
    EncryptionContextError,
    EncryptionMaterials,
    InvalidMaterialsError,
    Keyring,
    RawAesKeyring,
    RequiredEncryptionContextCmm,
    as_cmm,
)
from tests.keyrings.contexts import CONTEXT, check_round_trip, some_bytes

HMAC, ECDSA = AlgorithmSuite
AES = RawAesKeyring("ns", "k", some_bytes(32))
PUBLIC_KEY = "aws-crypto-public-key"


def test_suites() -> None:
    manager = as_cmm(AES)
    assert as_cmm(manager) is manager
    assert manager.get_encryption_materials(CONTEXT).algorithm_suite is ECDSA
    check_round_trip(manager, manager, CONTEXT, ECDSA)
    plain = manager.get_encryption_materials(CONTEXT, HMAC)
    assert plain.signing_key is None
    assert PUBLIC_KEY not in plain.encryption_context
    signed = [manager.get_encryption_materials(CONTEXT, ECDSA).encryption_context[PUBLIC_KEY] for _ in range(2)]
    assert signed[0] != signed[1]
    assert [len(base64.b64decode(point)) for point in signed] == [49, 49]


def test_the_reserved_key() -> None:
    manager = DefaultCmm(AES)
    context = {**CONTEXT, PUBLIC_KEY: base64.b64encode(b"\2" + bytes(48)).decode()}
    with pytest.raises(EncryptionContextError, match="reserved"):
        manager.get_encryption_materials(context, HMAC)
    with pytest.raises(EncryptionContextError, match="has no signature"):
        manager.decrypt_materials(HMAC, [], context)
    same_bytes = "A" * 65 + "B=="
    assert base64.b64decode(same_bytes, validate=True) == bytes(49)
    for point in (None, "!", "AAAA", base64.b64encode(bytes(50)).decode(), same_bytes):
        stored = CONTEXT if point is None else {**CONTEXT, PUBLIC_KEY: point}
        with pytest.raises(EncryptionContextError, match=PUBLIC_KEY):
            manager.decrypt_materials(ECDSA, [], stored)


def test_a_reproduced_context() -> None:
    manager = DefaultCmm(AES)
    written = manager.get_encryption_materials(CONTEXT, HMAC)
    stored = {name: value for name, value in CONTEXT.items() if name != "é"}
    read = manager.decrypt_materials(HMAC, written.encrypted_data_keys, stored, reproduced_context=CONTEXT)
    assert read.plaintext_data_key == written.plaintext_data_key
    assert read.required_context_keys == {"é"}
    with pytest.raises(EncryptionContextError, match="'é'") as caught:
        manager.decrypt_materials(HMAC, written.encrypted_data_keys, CONTEXT, reproduced_context={"é": "secret"})
    assert "secret" not in str(caught.value)
    with pytest.raises(DataKeyUnwrappingError):
        manager.decrypt_materials(HMAC, written.encrypted_data_keys, stored)


class Meddling(Keyring):
    """Gives other materials than it may."""

    def __init__(self, change: str) -> None:
        self.change = change

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        if self.change == "nothing":
            return materials
        suite = HMAC if self.change == "suite" else materials.algorithm_suite
        context = {"a": "b"} if self.change == "context" else materials.encryption_context
        return AES.on_encrypt(EncryptionMaterials(suite, context))

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        if self.change == "nothing":
            return materials
        suite = HMAC if self.change == "suite" else materials.algorithm_suite
        context = {"a": "b"} if self.change == "context" else materials.encryption_context
        return DecryptionMaterials(suite, context).with_data_key(some_bytes(32), some_bytes(32))


@pytest.mark.parametrize("change", ["nothing", "suite", "context", "keys"])
def test_a_keyring_that_changes_more_than_it_may(change: str) -> None:
    manager = DefaultCmm(Meddling(change))
    written = DefaultCmm(AES).get_encryption_materials(CONTEXT, ECDSA)
    with pytest.raises(InvalidMaterialsError):
        manager.get_encryption_materials(CONTEXT, ECDSA)
    with pytest.raises(InvalidMaterialsError):
        manager.decrypt_materials(ECDSA, written.encrypted_data_keys, written.encryption_context)


def test_required_keys() -> None:
    manager = RequiredEncryptionContextCmm(AES, ["é", "aws-crypto-table-name"])
    written = manager.get_encryption_materials(CONTEXT, HMAC, required_context_keys=["aws-crypto-attr.pk"])
    assert written.required_context_keys == set(CONTEXT)
    read = manager.decrypt_materials(HMAC, written.encrypted_data_keys, {}, reproduced_context=CONTEXT)
    assert read.plaintext_data_key == written.plaintext_data_key
    with pytest.raises(EncryptionContextError, match="'aws-crypto-table-name', 'é'"):
        manager.get_encryption_materials({"a": "b"}, HMAC)
    for known in (None, {}, {"é": CONTEXT["é"]}):
        with pytest.raises(EncryptionContextError, match="reproduces"):
            manager.decrypt_materials(HMAC, written.encrypted_data_keys, CONTEXT, reproduced_context=known)
    with pytest.raises(EncryptionContextError):
        DefaultCmm(AES).get_encryption_materials({}, HMAC, required_context_keys=["missing"])


def test_a_manager_below_that_drops_required_keys() -> None:
    class Dropping(DefaultCmm):
        def get_encryption_materials(self, encryption_context: Any, algorithm_suite: Any = None, **_: Any) -> Any:
            return super().get_encryption_materials(encryption_context, algorithm_suite)

        def decrypt_materials(self, algorithm_suite: Any, encrypted_data_keys: Any, context: Any, **_: Any) -> Any:
            return super().decrypt_materials(algorithm_suite, encrypted_data_keys, context)

    manager = RequiredEncryptionContextCmm(Dropping(AES), ["é"])
    with pytest.raises(InvalidMaterialsError, match="keep required keys out"):
        manager.get_encryption_materials(CONTEXT, HMAC)
    context = {"a": "b"}
    written = DefaultCmm(AES).get_encryption_materials(context, HMAC)
    with pytest.raises(InvalidMaterialsError, match="not bound"):
        manager.decrypt_materials(HMAC, written.encrypted_data_keys, context, reproduced_context={"é": "x"})


@pytest.mark.parametrize("names", [[], [PUBLIC_KEY]])
def test_required_keys_that_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidArgumentError):
        RequiredEncryptionContextCmm(AES, names)
    for wrong in ("name", [1]):
        with pytest.raises(TypeError):
            RequiredEncryptionContextCmm(AES, wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        DefaultCmm(None)  # type: ignore[arg-type]
