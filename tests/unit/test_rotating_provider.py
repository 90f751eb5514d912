# SPDX-License-Identifier: Apache-2.0
"""RotatingMaterialsProvider: writes with the newest keys, reads each item with those that its label names."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import (
    CryptographicMaterials,
    CryptographicMaterialsProvider,
    DecryptionError,
    EncryptionContext,
    InvalidArgumentError,
    JceNameLocalDelegatedKey,
    SignatureVerificationError,
    _engine,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from tests.unit.most_recent_support import Store
from tests.unit.support import DESCRIPTION, make_config, static_provider

ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}}
JCE = JceNameLocalDelegatedKey


def static() -> CryptographicMaterialsProvider:
    return static_provider(JCE.generate("AES"), JCE.generate("HmacSHA256"))


def wrapped() -> CryptographicMaterialsProvider:
    key = JCE.generate("AES")
    return WrappedCryptographicMaterialsProvider(JCE.generate("HmacSHA256"), key, key)


FIRST = KeyGeneration({"key": "2024"}, static())
SECOND = KeyGeneration({"key": "2025"}, wrapped())
THIRD = KeyGeneration({"key": "2026", "region": "eu"}, static())


def encrypt(provider: CryptographicMaterialsProvider) -> dict[str, Any]:
    return encrypt_dynamodb_item(ITEM, make_config(provider=provider))


def decrypt(item: dict[str, Any], provider: CryptographicMaterialsProvider) -> dict[str, Any]:
    return decrypt_dynamodb_item(item, make_config(provider=provider))


def relabelled(item: dict[str, Any], **label: str) -> dict[str, Any]:
    description = _engine.deserialize_description(item[DESCRIPTION]["B"])
    kept = {name: value for name, value in description.items() if name not in ("key", "region")}
    return {**item, DESCRIPTION: {"B": _engine.serialize_description({**kept, **label})}}


def test_each_item_is_read_with_the_keys_that_wrote_it() -> None:
    items = [encrypt(RotatingMaterialsProvider(generation)) for generation in (FIRST, SECOND, THIRD)]
    provider = RotatingMaterialsProvider(THIRD, [SECOND, FIRST])
    for item, label in zip(items, (FIRST.label, SECOND.label, THIRD.label), strict=True):
        assert label.items() <= _engine.deserialize_description(item[DESCRIPTION]["B"]).items()
        assert decrypt(item, provider) == ITEM
    written = _engine.deserialize_description(encrypt(provider)[DESCRIPTION]["B"])
    assert (written["key"], written["region"]) == ("2026", "eu")


def test_the_generations_provider_reads_its_items_too() -> None:
    assert decrypt(encrypt(RotatingMaterialsProvider(SECOND, [FIRST])), SECOND.provider) == ITEM


def test_items_of_no_generation() -> None:
    item = encrypt(RotatingMaterialsProvider(FIRST))
    provider = RotatingMaterialsProvider(THIRD, [SECOND])
    with pytest.raises(DecryptionError, match="2024"):
        decrypt(item, provider)
    with pytest.raises(DecryptionError, match="none"):
        decrypt(relabelled(item), provider)
    with pytest.raises(DecryptionError, match="2026"):
        decrypt(relabelled(item, key="2026"), provider)
    with pytest.raises(DecryptionError) as caught:
        decrypt(relabelled(item, key="x" * 5000), provider)
    assert len(str(caught.value)) < 400


def test_a_label_chooses_among_keys_and_proves_nothing() -> None:
    provider = RotatingMaterialsProvider(THIRD, [FIRST])
    item = encrypt(RotatingMaterialsProvider(FIRST))
    with pytest.raises(SignatureVerificationError):
        decrypt(relabelled(item, key="2026", region="eu"), provider)


def test_items_from_before_the_rotation() -> None:
    old = static()
    item = encrypt(old)
    provider = RotatingMaterialsProvider(SECOND, unlabelled=old)
    assert decrypt(item, provider) == ITEM
    assert decrypt(encrypt(provider), provider) == ITEM
    # A label that is not known is not the same as none.
    with pytest.raises(DecryptionError, match="2019"):
        decrypt(relabelled(item, key="2019"), provider)
    with pytest.raises(DecryptionError):
        decrypt(item, RotatingMaterialsProvider(SECOND))


@pytest.mark.parametrize(
    ("one", "other"),
    [({"key": "1"}, {"key": "1"}), ({"key": "1"}, {"key": "1", "region": "eu"}), ({"a": "1", "b": "2"}, {"b": "2"})],
)
def test_labels_that_cannot_be_told_apart(one: dict[str, str], other: dict[str, str]) -> None:
    with pytest.raises(InvalidArgumentError, match="told apart"):
        RotatingMaterialsProvider(KeyGeneration(one, static()), [KeyGeneration(other, static())])


def test_an_item_with_two_labels() -> None:
    by_key, by_region = KeyGeneration({"key": "1"}, static()), KeyGeneration({"region": "eu"}, static())
    provider = RotatingMaterialsProvider(by_key, [by_region])
    item = encrypt(provider)
    assert decrypt(item, provider) == ITEM
    with pytest.raises(DecryptionError, match="several"):
        decrypt(relabelled(item, key="1", region="eu"), provider)
    confused = KeyGeneration({"key": "1"}, static_provider(description={"region": "eu"}))
    with pytest.raises(InvalidArgumentError, match="several"):
        encrypt(RotatingMaterialsProvider(confused, [by_region]))


@pytest.mark.parametrize("label", [{}, {"amzn-ddb-wrap-alg": "AESWrap"}, {"amzn-ddb-meta-id": "1"}])
def test_labels_that_are_refused(label: dict[str, str]) -> None:
    with pytest.raises(InvalidArgumentError):
        KeyGeneration(label, static())


def test_arguments_of_wrong_types() -> None:
    calls: list[Any] = [
        lambda: KeyGeneration({"key": 1}, static()),  # type: ignore[dict-item]
        lambda: KeyGeneration({"key": "1"}, None),  # type: ignore[arg-type]
        lambda: RotatingMaterialsProvider(static()),  # type: ignore[arg-type]
        lambda: RotatingMaterialsProvider(FIRST, [static()]),  # type: ignore[list-item]
        lambda: RotatingMaterialsProvider(FIRST, unlabelled=FIRST),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_refresh_and_network_calls_are_those_of_its_providers() -> None:
    class Calling(CryptographicMaterialsProvider):
        makes_network_calls = True
        refreshed = 0

        def refresh(self) -> None:
            self.refreshed += 1

    calling = Calling()
    provider = RotatingMaterialsProvider(FIRST, [KeyGeneration({"key": "old"}, calling)], unlabelled=calling)
    assert provider.makes_network_calls
    assert not RotatingMaterialsProvider(FIRST).makes_network_calls
    provider.refresh()
    assert calling.refreshed == 2


def test_a_caching_provider_inside_may_learn_later_that_its_keys_cost_calls() -> None:
    store = Store(0)
    store.versions[0].makes_network_calls = True
    caching = CachingMostRecentProvider(store, "material", 60.0)
    provider = RotatingMaterialsProvider(KeyGeneration({"key": "2026"}, caching))
    assert not provider.makes_network_calls
    encrypt(provider)
    assert provider.makes_network_calls


def test_the_label_is_copied() -> None:
    label = {"key": "1"}
    generation = KeyGeneration(label, static())
    label["key"] = "2"
    generation.label["key"] = "3"
    assert generation.label == {"key": "1"}


def test_equality_and_repr() -> None:
    provider = RotatingMaterialsProvider(FIRST, [SECOND])
    assert provider == RotatingMaterialsProvider(FIRST, [SECOND])
    assert provider != RotatingMaterialsProvider(SECOND, [FIRST])
    assert provider != FIRST
    assert "'key': '2024'" in repr(provider)


def test_materials_without_an_encryption_key_stay_so() -> None:
    generation = KeyGeneration({"key": "1"}, static_provider(encryption_key=None))
    materials: CryptographicMaterials = RotatingMaterialsProvider(generation).encryption_materials(EncryptionContext())
    with pytest.raises(AttributeError):
        _ = materials.encryption_key
    assert materials.material_description == {"key": "1"}
