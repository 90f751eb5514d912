# SPDX-License-Identifier: Apache-2.0
"""Static and wrapped materials with every key and algorithm: one client writes, the other reads, the reference live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any, NamedTuple

import dynamodb_encryption_sdk.delegated_keys.jce as reference_keys
import dynamodb_encryption_sdk.encrypted as reference_encrypted
import dynamodb_encryption_sdk.encrypted.item as reference_item
import dynamodb_encryption_sdk.identifiers as reference_identifiers
import dynamodb_encryption_sdk.material_providers.static as reference_static
import dynamodb_encryption_sdk.material_providers.wrapped as reference_wrapped
import dynamodb_encryption_sdk.materials.raw as reference_raw
import dynamodb_encryption_sdk.structures as reference_structures
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from ddbcrypt import (
    CryptographicMaterialsProvider,
    DelegatedKey,
    EncryptionContext,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from tests.interop.ours import actions_for
from tests.strategies import Case, cases, item_meaning
from tests.unit.rsa_keys import PADDINGS, encoded

HMACS = ("HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512")
SIGNATURES = ("SHA224withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA")
EXAMPLES = 70
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
DESCRIPTION, SIGNATURE = "*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"


class Material(NamedTuple):
    """A key as both clients take it: algorithm, type, encoding, bytes."""

    algorithm: str
    kind: str
    encoding: str
    raw: bytes

    def ours(self) -> JceNameLocalDelegatedKey:
        return JceNameLocalDelegatedKey(
            self.raw, self.algorithm, EncryptionKeyType[self.kind], KeyEncodingType[self.encoding]
        )

    def theirs(self) -> Any:
        return reference_keys.JceNameLocalDelegatedKey(
            key=self.raw,
            algorithm=self.algorithm,
            key_type=reference_identifiers.EncryptionKeyType[self.kind],
            key_encoding=reference_identifiers.KeyEncodingType[self.encoding],
        )


def symmetric(algorithm: str, size: int = 32) -> Material:
    return Material(algorithm, "SYMMETRIC", "RAW", bytes(range(len(algorithm), len(algorithm) + size)))


def asymmetric(algorithm: str, kind: str = "PRIVATE", encoding: str = "DER", number: int = 0) -> Material:
    raw = encoded(EncryptionKeyType[kind], KeyEncodingType[encoding], number=number)
    return Material(algorithm, kind, encoding, raw)


SIGNING = [*(symmetric(name) for name in HMACS), *(asymmetric(name, number=1) for name in SIGNATURES)]


class Both(NamedTuple):
    """Providers of the two clients for the same keys."""

    ours: CryptographicMaterialsProvider
    theirs: Any


def static(encryption: Material, signing: Material) -> Both:
    ours: DelegatedKey = signing.ours()
    return Both(
        StaticCryptographicMaterialsProvider(
            RawDecryptionMaterials(ours, encryption.ours()), RawEncryptionMaterials(ours, encryption.ours())
        ),
        reference_static.StaticCryptographicMaterialsProvider(
            reference_raw.RawDecryptionMaterials(signing.theirs(), encryption.theirs()),
            reference_raw.RawEncryptionMaterials(signing.theirs(), encryption.theirs()),
        ),
    )


def wrapped(wrapping: Material, signing: Material, description: dict[str, str] | None = None) -> Both:
    return Both(
        WrappedCryptographicMaterialsProvider(signing.ours(), wrapping.ours(), wrapping.ours(), description),
        reference_wrapped.WrappedCryptographicMaterialsProvider(
            signing.theirs(), wrapping.theirs(), wrapping.theirs(), description
        ),
    )


def our_config(case: Case, provider: CryptographicMaterialsProvider) -> CryptoConfig:
    return CryptoConfig(provider, EncryptionContext(table_name=case.table), actions_for(case))


def their_config(case: Case, provider: Any) -> Any:
    return reference_encrypted.CryptoConfig(
        materials_provider=provider,
        encryption_context=reference_structures.EncryptionContext(table_name=case.table),
        attribute_actions=reference_structures.AttributeActions(
            default_action=reference_identifiers.CryptoAction[case.default],
            attribute_actions={
                name: reference_identifiers.CryptoAction[action] for name, action in case.actions.items()
            },
        ),
    )


def check(case: Case, providers: Both) -> None:
    """Each client reads what the other wrote."""
    ours, theirs = our_config(case, providers.ours), their_config(case, providers.theirs)
    expected = item_meaning(case.item)
    written = encrypt_dynamodb_item(case.item, ours)
    assert item_meaning(reference_item.decrypt_dynamodb_item(dict(written), theirs)) == expected
    written = reference_item.encrypt_dynamodb_item(dict(case.item), theirs)
    assert item_meaning(decrypt_dynamodb_item(written, ours)) == expected


def run(number: int, providers: Callable[[], list[Both]], record: Callable[[str, object], None], what: str) -> None:
    """Many random items, each with the next of the providers."""
    turn = cycle(providers())
    count = 0

    @seed(number)
    @FEW
    @given(cases())
    def examples(case: Case) -> None:
        nonlocal count
        check(case, next(turn))
        count += 1

    examples()
    assert count >= EXAMPLES
    for direction in ("reference to ddbcrypt", "ddbcrypt to reference"):
        record(f"count: interop: items with {what}, {direction}", count)


@pytest.mark.parametrize("size", [16, 24, 32])
def test_static_materials(size: int, record_property: Callable[[str, object], None]) -> None:
    run(
        size,
        lambda: [static(symmetric("AES", size), signing) for signing in SIGNING],
        record_property,
        f"static AES of {size * 8} bits",
    )


@pytest.mark.parametrize("name", ["AES", "AESWrap"])
@pytest.mark.parametrize("size", [16, 24, 32])
def test_key_wrap(name: str, size: int, record_property: Callable[[str, object], None]) -> None:
    run(
        size + len(name),
        lambda: [wrapped(symmetric(name, size), signing) for signing in SIGNING],
        record_property,
        f"data keys wrapped by {name} of {size * 8} bits",
    )


@pytest.mark.parametrize("padding", [*PADDINGS, "RSA"])
def test_rsa_paddings(padding: str, record_property: Callable[[str, object], None]) -> None:
    run(
        len(padding),
        lambda: [wrapped(asymmetric("RSA"), signing, {"amzn-ddb-wrap-alg": padding}) for signing in SIGNING],
        record_property,
        f"data keys wrapped by {padding}",
    )


CASE = Case(
    item={"id": {"S": "1"}, "name": {"S": "Ada"}, "tags": {"SS": ["b", "a"]}},
    table="patients",
    default="ENCRYPT_AND_SIGN",
    actions={"id": "SIGN_ONLY"},
    signing_algorithm="HmacSHA256",
    signing_key=bytes(32),
    encryption_key=bytes(32),
)


@pytest.mark.parametrize("content", ["AES/128", "AES/192", "AES/256"])
def test_content_algorithms(content: str) -> None:
    check(CASE, wrapped(symmetric("AES"), symmetric("HmacSHA256"), {"amzn-ddb-env-alg": content, "more": "1"}))


@pytest.mark.parametrize("encoding", ["DER", "PEM"])
def test_encodings_of_the_keys(encoding: str) -> None:
    check(CASE, wrapped(asymmetric("RSA", encoding=encoding), asymmetric("SHA256withRSA", encoding=encoding)))
    public = asymmetric("RSA", "PUBLIC", encoding)
    private = asymmetric("RSA", "PRIVATE", encoding)
    signing, verifying = asymmetric("SHA256withRSA"), asymmetric("SHA256withRSA", "PUBLIC", encoding)
    ours = WrappedCryptographicMaterialsProvider(signing.ours(), wrapping_key=public.ours())
    theirs = reference_wrapped.WrappedCryptographicMaterialsProvider(
        verifying.theirs(), unwrapping_key=private.theirs()
    )
    written = encrypt_dynamodb_item(CASE.item, our_config(CASE, ours))
    assert item_meaning(reference_item.decrypt_dynamodb_item(written, their_config(CASE, theirs))) == item_meaning(
        CASE.item
    )


def test_both_write_the_same_description() -> None:
    for wrapping in (symmetric("AES"), symmetric("AESWrap"), asymmetric("RSA")):
        for signing in SIGNING:
            providers = wrapped(wrapping, signing, {"more": "1"})
            ours = providers.ours.encryption_materials(EncryptionContext()).material_description
            theirs = providers.theirs.encryption_materials(
                reference_structures.EncryptionContext()
            ).material_description
            assert ours.keys() == theirs.keys()
            for name in ours.keys() - {"amzn-ddb-env-key"}:
                assert ours[name] == theirs[name]
            assert len(ours["amzn-ddb-env-key"]) == len(theirs["amzn-ddb-env-key"])


def test_the_reference_reads_items_of_providers_that_it_lacks() -> None:
    wrapping, signing = asymmetric("RSA"), asymmetric("SHA256withRSA", number=1)
    reader = their_config(CASE, wrapped(wrapping, signing).theirs)
    asymmetric_provider = AsymmetricStaticProvider(wrapping.ours(), signing.ours())
    rotating = RotatingMaterialsProvider(KeyGeneration({"key": "2026"}, asymmetric_provider))
    for provider in (asymmetric_provider, rotating):
        written = encrypt_dynamodb_item(CASE.item, our_config(CASE, provider))
        assert item_meaning(reference_item.decrypt_dynamodb_item(written, reader)) == item_meaning(CASE.item)


@pytest.mark.parametrize("algorithm", SIGNATURES)
def test_items_that_are_signed_with_rsa_and_nothing_else(algorithm: str) -> None:
    case = replace(CASE, default="SIGN_ONLY")
    signing = asymmetric(algorithm)
    providers = Both(
        StaticCryptographicMaterialsProvider(
            RawDecryptionMaterials(asymmetric(algorithm, "PUBLIC").ours()), RawEncryptionMaterials(signing.ours())
        ),
        reference_static.StaticCryptographicMaterialsProvider(
            reference_raw.RawDecryptionMaterials(asymmetric(algorithm, "PUBLIC").theirs()),
            reference_raw.RawEncryptionMaterials(signing.theirs()),
        ),
    )
    check(case, providers)
    written = encrypt_dynamodb_item(case.item, our_config(case, providers.ours))
    assert set(written) == {*case.item, DESCRIPTION, SIGNATURE}
