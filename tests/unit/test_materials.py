# SPDX-License-Identifier: Apache-2.0
"""Materials, and the providers that give them."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import (
    CryptographicMaterials,
    CryptographicMaterialsProvider,
    DecryptionMaterials,
    DelegatedKey,
    EncryptionContext,
    EncryptionMaterials,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
)
from tests.unit.support import AES, HMAC, OwnCipher, OwnSigner, local_key


class NotForRaw(OwnCipher):
    @property
    def allowed_for_raw_materials(self) -> bool:
        return False


def test_raw_encryption_materials() -> None:
    given = {"a": "b"}
    materials = RawEncryptionMaterials(HMAC, AES, given)
    assert materials.signing_key is HMAC
    assert materials.encryption_key is AES
    assert materials.material_description == {"a": "b"}
    assert materials.material_description is not given
    for name in ("decryption_key", "verification_key"):
        with pytest.raises(NotImplementedError):
            getattr(materials, name)


def test_raw_decryption_materials() -> None:
    materials = RawDecryptionMaterials(verification_key=HMAC, decryption_key=AES)
    assert materials.verification_key is HMAC
    assert materials.decryption_key is AES
    assert materials.material_description == {}
    for name in ("encryption_key", "signing_key"):
        with pytest.raises(NotImplementedError):
            getattr(materials, name)


def test_materials_without_a_key_for_attributes() -> None:
    with pytest.raises(AttributeError, match="no encryption key"):
        RawEncryptionMaterials(HMAC).encryption_key  # noqa: B018
    with pytest.raises(AttributeError, match="no decryption key"):
        RawDecryptionMaterials(HMAC).decryption_key  # noqa: B018


@pytest.mark.parametrize("kind", [RawEncryptionMaterials, RawDecryptionMaterials])
@pytest.mark.parametrize("key", [HMAC, OwnSigner(), NotForRaw()])
def test_keys_that_are_not_allowed_for_raw_materials(kind: Any, key: DelegatedKey) -> None:
    with pytest.raises(ValueError, match=type(key).__name__):
        kind(HMAC, key)


@pytest.mark.parametrize("kind", [RawEncryptionMaterials, RawDecryptionMaterials])
@pytest.mark.parametrize("arguments", [("key",), (None,), (HMAC, b"key"), (HMAC, AES, {"a": 1}), (HMAC, AES, "a")])
def test_materials_of_wrong_types(kind: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        kind(*arguments)


@pytest.mark.parametrize("kind", [RawEncryptionMaterials, RawDecryptionMaterials])
def test_equality_and_repr_of_materials(kind: Any) -> None:
    materials = kind(HMAC, AES, {"a": "b"})
    assert materials == kind(HMAC, AES, {"a": "b"})
    assert materials != kind(HMAC, AES)
    assert materials != kind(HMAC, None, {"a": "b"})
    assert materials != kind(local_key("HmacSHA256", bytes(32)), AES, {"a": "b"})
    assert materials != 1
    assert repr(AES.key) not in repr(materials)
    assert "HmacSHA256" in repr(materials)


def test_the_two_kinds_of_materials_differ() -> None:
    assert RawEncryptionMaterials(HMAC, AES) != RawDecryptionMaterials(HMAC, AES)


@pytest.mark.parametrize("kind", [CryptographicMaterials, EncryptionMaterials, DecryptionMaterials])
def test_base_classes_are_abstract(kind: Any) -> None:
    with pytest.raises(TypeError):
        kind()


def test_base_provider_has_nothing() -> None:
    provider = CryptographicMaterialsProvider()
    provider.refresh()
    for method in (provider.decryption_materials, provider.encryption_materials):
        with pytest.raises(AttributeError, match="CryptographicMaterialsProvider"):
            method(EncryptionContext())


def test_static_provider() -> None:
    encryption, decryption = RawEncryptionMaterials(HMAC, AES), RawDecryptionMaterials(HMAC, AES)
    provider = StaticCryptographicMaterialsProvider(decryption, encryption)
    assert provider.encryption_materials(EncryptionContext()) is encryption
    assert provider.decryption_materials(EncryptionContext(table_name="any")) is decryption
    assert provider == StaticCryptographicMaterialsProvider(
        encryption_materials=encryption, decryption_materials=decryption
    )
    assert provider != StaticCryptographicMaterialsProvider(decryption)
    assert repr(AES.key) not in repr(provider)


def test_static_provider_without_materials() -> None:
    provider = StaticCryptographicMaterialsProvider()
    with pytest.raises(AttributeError, match="no decryption materials"):
        provider.decryption_materials(EncryptionContext())
    with pytest.raises(AttributeError, match="no encryption materials"):
        provider.encryption_materials(EncryptionContext())


@pytest.mark.parametrize(
    "arguments",
    [
        {"decryption_materials": RawEncryptionMaterials(HMAC)},
        {"encryption_materials": RawDecryptionMaterials(HMAC)},
        {"encryption_materials": "materials"},
    ],
)
def test_static_provider_of_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        StaticCryptographicMaterialsProvider(**arguments)
