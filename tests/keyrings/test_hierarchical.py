# SPDX-License-Identifier: Apache-2.0
"""Hierarchical keyrings over moto: what an item costs, time limits, shared caches, threads, alterations."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.keyrings import (
    AwsKmsHierarchicalKeyring,
    BranchKeyCache,
    BranchKeyNotFoundError,
    BranchKeyStore,
    DataKeyUnwrappingError,
    DecryptionMaterials,
)
from ddbcrypt.metrics import Metrics
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import CONTEXT, SUITES, check_round_trip, decrypt, encrypt


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def store(cloud: Cloud) -> BranchKeyStore:
    return cloud.store()


def test_a_branch_key_costs_calls_once(cloud: Cloud, store: BranchKeyStore) -> None:
    keyring = AwsKmsHierarchicalKeyring(store, store.create_key(), ttl_seconds=600)
    cloud.calls.clear()
    for suite in SUITES:
        for number in range(20):
            check_round_trip(keyring, keyring, {"n": str(number)}, suite)
    assert cloud.calls == {"GetItem": 2, "Decrypt": 2}
    assert keyring.makes_network_calls
    written = [encrypt(keyring).encrypted_data_keys[0].ciphertext[48:] for _ in range(20)]
    assert len({ciphertext[:28] for ciphertext in written}) == 20
    assert len({ciphertext[28:44] for ciphertext in written}) == 1


def test_uses_of_the_cache_and_calls_of_kms_are_counted(store: BranchKeyStore) -> None:
    keyring, metrics = AwsKmsHierarchicalKeyring(store, store.create_key(), ttl_seconds=60), Metrics()
    with metrics.counting():
        for _ in range(3):
            encrypt(keyring)
    assert metrics.snapshot() == {"cache_misses": 1, "cache_hits": 2, "kms_calls": 1}


def test_the_time_limit(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id, clock = store.create_key(), Clock()
    cache = BranchKeyCache(60, clock=clock)
    keyring = AwsKmsHierarchicalKeyring(store, key_id, ttl_seconds=60, cache=cache)
    first = encrypt(keyring)
    store.version_key(key_id)
    clock.now = 59.9
    cloud.calls.clear()
    assert _version(encrypt(keyring)) == _version(first)
    assert cloud.calls == {}
    clock.now = 60.0
    assert _version(encrypt(keyring)) != _version(first)
    assert cloud.calls == {"GetItem": 1, "Decrypt": 1}
    assert decrypt(keyring, first).plaintext_data_key == first.plaintext_data_key
    assert len(cache) == 2
    cache.clear()
    assert len(cache) == 0


def _version(materials: Any) -> bytes:
    ciphertext: bytes = materials.encrypted_data_keys[0].ciphertext
    return ciphertext[48 + 28 :][:16]


def test_shared_caches(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id, cache = store.create_key(), BranchKeyCache(60)

    def calls(partition: str | None, of: BranchKeyStore = store) -> int:
        keyring = AwsKmsHierarchicalKeyring(of, key_id, ttl_seconds=60, cache=cache, partition_id=partition)
        cloud.calls.clear()
        encrypt(keyring)
        return cloud.calls["Decrypt"]

    assert [calls("a"), calls("a"), calls("b"), calls("b"), calls(None), calls(None)] == [1, 0, 1, 0, 1, 1]
    elsewhere = cloud.store(logical_name="elsewhere")
    with pytest.raises(BranchKeyNotFoundError):
        calls("a", elsewhere)


def test_the_entry_limit(cloud: Cloud, store: BranchKeyStore) -> None:
    ids = [store.create_key() for _ in range(4)]
    cache = BranchKeyCache(60, capacity=2)
    keyring = AwsKmsHierarchicalKeyring(
        store, branch_key_id_supplier=lambda context: ids[int(context["n"])], ttl_seconds=60, cache=cache
    )
    for number in range(4):
        encrypt(keyring, {"n": str(number)})
    assert len(cache) == 2
    cloud.calls.clear()
    encrypt(keyring, {"n": "3"})
    assert cloud.calls["Decrypt"] == 0
    encrypt(keyring, {"n": "0"})
    assert cloud.calls["Decrypt"] == 1


def test_threads_ask_once(cloud: Cloud, store: BranchKeyStore) -> None:
    keyring = AwsKmsHierarchicalKeyring(store, store.create_key(), ttl_seconds=600)
    cloud.calls.clear()
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: encrypt(keyring), range(40)))
        read = list(pool.map(lambda materials: decrypt(keyring, materials), written))
    assert cloud.calls == {"GetItem": 2, "Decrypt": 2}
    assert [item.plaintext_data_key for item in read] == [item.plaintext_data_key for item in written]


def test_the_supplier(store: BranchKeyStore) -> None:
    ids = {"blue": store.create_key(), "red": store.create_key()}
    keyring = AwsKmsHierarchicalKeyring(
        store, branch_key_id_supplier=lambda context: ids[context["tenant"]], ttl_seconds=60
    )
    written = encrypt(keyring, {"tenant": "blue"})
    assert written.encrypted_data_keys[0].provider_info == ids["blue"].encode()
    with pytest.raises(DataKeyUnwrappingError, match="none is of branch key"):
        decrypt(keyring, written, {"tenant": "red"})
    with pytest.raises(KeyError):
        encrypt(keyring, {"tenant": "green"})
    for answer in (None, "", b"bytes"):
        wrong: Any = answer
        silent = AwsKmsHierarchicalKeyring(store, branch_key_id_supplier=lambda _, wrong=wrong: wrong, ttl_seconds=60)
        with pytest.raises(BranchKeyNotFoundError, match="supplier"):
            encrypt(silent)


def test_ids_that_utf8_cannot_hold(cloud: Cloud, store: BranchKeyStore) -> None:
    good = store.create_key()
    ids = iter([good, "\ud800", "a\udfff"])
    keyring = AwsKmsHierarchicalKeyring(store, branch_key_id_supplier=lambda _: next(ids), ttl_seconds=60)
    written = encrypt(keyring)
    cloud.calls.clear()
    with pytest.raises(BranchKeyNotFoundError, match="UTF-8 cannot hold"):
        decrypt(keyring, written)
    with pytest.raises(BranchKeyNotFoundError, match="UTF-8 cannot hold"):
        encrypt(keyring)
    with pytest.raises(InvalidArgumentError, match="UTF-8 cannot hold"):
        AwsKmsHierarchicalKeyring(store, "\ud800", ttl_seconds=60)
    calls: list[Callable[[], object]] = [
        lambda: store.create_key("\ud800", {"a": "b"}),
        lambda: store.create_key("id", {"a": "\ud800"}),
        lambda: store.create_key("id", {"\ud800": "b"}),
        lambda: store.version_key("\ud800"),
        lambda: store.get_active_branch_key("\ud800"),
        lambda: store.get_beacon_key("\ud800"),
        lambda: store.get_branch_key_version("\ud800", "0" * 8 + "-0000-4000-8000-" + "0" * 12),
    ]
    for call in calls:
        with pytest.raises(InvalidArgumentError, match="UTF-8 cannot hold"):
            call()
    assert cloud.calls == {}


def test_each_altered_byte_is_refused(store: BranchKeyStore) -> None:
    keyring = AwsKmsHierarchicalKeyring(store, store.create_key(), ttl_seconds=600)
    written = encrypt(keyring)
    key = written.encrypted_data_keys[0]
    materials = DecryptionMaterials(SUITES[0], CONTEXT)
    cut = [key.ciphertext[:-1], key.ciphertext + b"x", key.ciphertext[:48], b""]
    flipped = [
        key.ciphertext[:at] + bytes([key.ciphertext[at] ^ 1]) + key.ciphertext[at + 1 :]
        for at in range(len(key.ciphertext))
    ]
    assert len(key.ciphertext) == 48 + 16 + 12 + 16 + 48
    for ciphertext in (*cut, *flipped):
        with pytest.raises(DataKeyUnwrappingError):
            keyring.on_decrypt(materials, [key._replace(ciphertext=ciphertext)])
    broken = key._replace(ciphertext=flipped[0])
    assert keyring.on_decrypt(materials, [broken, key]).plaintext_data_key == written.plaintext_data_key


def test_a_store_that_fails_is_asked_again(cloud: Cloud, store: BranchKeyStore) -> None:
    """A failure is not remembered, and neither is a key that is not there."""
    keyring = AwsKmsHierarchicalKeyring(store, "later", ttl_seconds=600)
    for _ in range(2):
        cloud.calls.clear()
        with pytest.raises(BranchKeyNotFoundError, match="'later'"):
            encrypt(keyring)
        assert cloud.calls["GetItem"] == 1
    store.create_key("later", {"a": "b"})
    assert encrypt(keyring).plaintext_data_key


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, InvalidArgumentError),
        ({"branch_key_id": "x", "branch_key_id_supplier": lambda _: "x"}, InvalidArgumentError),
        ({"branch_key_id": ""}, InvalidArgumentError),
        ({"branch_key_id": "x", "partition_id": ""}, InvalidArgumentError),
        ({"branch_key_id": "x", "ttl_seconds": 0}, InvalidArgumentError),
        ({"branch_key_id": "x", "ttl_seconds": -1}, InvalidArgumentError),
        ({"branch_key_id": "x", "cache": BranchKeyCache(61)}, InvalidArgumentError),
        ({"branch_key_id": "x", "ttl_seconds": "60"}, TypeError),
        ({"branch_key_id": b"x"}, TypeError),
        ({"branch_key_id_supplier": "x"}, TypeError),
        ({"branch_key_id": "x", "cache": {}}, TypeError),
    ],
)
def test_arguments_that_are_refused(store: BranchKeyStore, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        AwsKmsHierarchicalKeyring(store, **{"ttl_seconds": 60, **options})
    for capacity in (0, -1):
        with pytest.raises(InvalidArgumentError):
            BranchKeyCache(60, capacity)
