# SPDX-License-Identifier: Apache-2.0
"""Branch keys chosen by the primary key of an item, of the encryption context that the engine makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AwsKmsHierarchicalKeyring, EncryptionContextError, branch_key_id_by_key
from ddbcrypt.keyrings.key_supplier import key_of_context
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import decrypt, encrypt

ITEM: dict[str, Any] = {
    "pk": {"S": "tenant-blue"},
    "sk": {"N": "7"},
    "flag": {"BOOL": True},
    "none": {"NULL": True},
    "no": {"BOOL": False},
    "é-list": {"L": [{"S": "a"}, {"M": {"x": {"B": b"\0\xff"}}}]},
    "z.dotted": {"SS": ["a", "b"]},
    "blob": {"B": b"\0\x01"},
    "signed": {"S": "x"},
    "secret": {"S": "x"},
}
INCLUDED = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


def context_of(item: dict[str, Any], included: set[str], sort_key: str | None = "sk") -> dict[str, str]:
    actions = {name: INCLUDED if name in included else CryptoAction.SIGN_ONLY for name in item}
    actions["secret"] = CryptoAction.ENCRYPT_AND_SIGN
    return _engine.structured_context(item, True, ("table", "pk", sort_key, actions, frozenset(), None))


def test_version_1() -> None:
    assert key_of_context(context_of(ITEM, set())) == {"pk": ITEM["pk"], "sk": ITEM["sk"]}
    assert key_of_context(context_of(ITEM, set(), None)) == {"pk": ITEM["pk"]}
    binary = {"pk": {"B": b"\xff"}, "secret": {"S": "x"}}
    assert key_of_context(context_of(binary, set(), None)) == {"pk": {"B": b"\xff"}}


def test_version_2() -> None:
    included = set(ITEM) - {"signed", "secret"}
    assert key_of_context(context_of(ITEM, included)) == {name: ITEM[name] for name in included}


def test_the_keyring(cloud: Cloud) -> None:
    store = cloud.store()
    ids = {name: store.create_key() for name in ("tenant-blue", "tenant-red")}
    keyring = AwsKmsHierarchicalKeyring(
        store, branch_key_id_supplier=branch_key_id_by_key(lambda key: ids[key["pk"]["S"]]), ttl_seconds=60
    )
    for name, branch_key in ids.items():
        for included in (set[str](), {"pk", "sk", "flag"}):
            written = encrypt(keyring, context_of({**ITEM, "pk": {"S": name}}, included))
            assert written.encrypted_data_keys[0].provider_info == branch_key.encode()
            assert decrypt(keyring, written).plaintext_data_key == written.plaintext_data_key
    with pytest.raises(EncryptionContextError):
        encrypt(keyring, {"a": "b"})


@pytest.mark.parametrize(
    "change",
    [
        {"aws-crypto-partition-name": None},
        {"aws-crypto-partition-name": "other"},
        {"aws-crypto-sort-name": "other"},
        {"aws-crypto-attr.pk": None},
        {"aws-crypto-attr.sk": None},
        {"aws-crypto-legend": "L" * 3},
        {"aws-crypto-legend": "S"},
        {"aws-crypto-legend": "SSSS"},
        {"aws-crypto-legend": "XYZ"},
        {"aws-crypto-legend": "BBB"},
    ],
)
def test_contexts_that_are_refused(change: dict[str, str | None]) -> None:
    context = {**context_of(ITEM, {"pk", "sk", "flag"}), **change}
    with pytest.raises(EncryptionContextError):
        key_of_context({name: value for name, value in context.items() if value is not None})


@pytest.mark.parametrize("value", ["!", "AA==", "AAE", "AAI=", "AAX=", "//8", "CQkA", ""])
def test_values_that_are_refused(value: str) -> None:
    context = {**context_of(ITEM, set()), "aws-crypto-attr.sk": value}
    with pytest.raises(EncryptionContextError, match="'sk'"):
        key_of_context(context)


def test_what_cannot_be_called() -> None:
    for wrong in (None, "id"):
        with pytest.raises(TypeError):
            branch_key_id_by_key(wrong)  # type: ignore[arg-type]
