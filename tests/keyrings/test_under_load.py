# SPDX-License-Identifier: Apache-2.0
"""Threads and forks on a caching manager over a hierarchical keyring, while AWS KMS fails and entries expire."""

from __future__ import annotations

import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.reachability import is_unreachable
from ddbcrypt.keyrings import AwsKmsHierarchicalKeyring, BranchKeyCache, CachingCmm, DataKeyUnwrappingError
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import SUITES
from tests.support.forked import in_child

LIMIT = 7
TENANTS = 4
THREADS = 8


class Ticking:
    """A clock by which a second passes with each hundred looks, so that entries expire in the midst of work."""

    def __init__(self) -> None:
        self._looks = itertools.count()

    def __call__(self) -> float:
        return next(self._looks) / 100


class Load:
    """The keyring, the manager, and how often each data key was used."""

    def __init__(self, cloud: Cloud) -> None:
        self.fail_each = 0
        self._calls = itertools.count(1)
        kms = cloud.client("kms")
        store = cloud.store(kms_client=kms)
        self.ids = [store.create_key() for _ in range(TENANTS)]
        kms.meta.events.register_first("before-call", self._before)
        self.keyring = AwsKmsHierarchicalKeyring(
            store,
            branch_key_id_supplier=lambda context: self.ids[int(context["tenant"])],
            ttl_seconds=3,
            cache=BranchKeyCache(3, clock=Ticking()),
        )
        self.manager = CachingCmm(self.keyring, 5, max_items=LIMIT, capacity=3, clock=Ticking())
        self.used: Counter[bytes] = Counter()
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _before(self, **_: Any) -> Any:
        if not self.fail_each or next(self._calls) % self.fail_each:
            return None
        return SimpleNamespace(status_code=400), {
            "Error": {"Code": "ThrottlingException", "Message": "slow down"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
        }

    def _note(self, what: str) -> None:
        with self._lock:
            self.seen[what] += 1

    def item(self, number: int) -> None:
        """Materials of one item both ways, and of one that claims to be another tenant's."""
        context = {"tenant": str(number % TENANTS)}
        suite = SUITES[0]
        try:
            written = self.manager.get_encryption_materials(context, suite, plaintext_length=1)
            assert written.plaintext_data_key is not None
            with self._lock:
                self.used[written.plaintext_data_key] += 1
            assert written.encrypted_data_keys[0].provider_info == self.ids[number % TENANTS].encode()
            other = {"tenant": str((number + 1) % TENANTS)}
            with pytest.raises(DataKeyUnwrappingError, match="none is of branch key"):
                self.manager.decrypt_materials(suite, written.encrypted_data_keys, other)
            self._note("refused")
            read = self.manager.decrypt_materials(suite, written.encrypted_data_keys, context)
            assert read.plaintext_data_key == written.plaintext_data_key
            self._note("read")
        except DynamodbEncryptionSdkError as error:
            self._note("not now" if is_unreachable(error) else str(error))

    def run(self, count: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        """So many items, in several threads."""
        with ThreadPoolExecutor(THREADS) as pool:
            futures = [pool.submit(self.item, number) for number in range(count)]
            meanwhile()
            for future in futures:
                future.result(120)


@pytest.fixture
def load(cloud: Cloud) -> Iterator[Load]:
    load = Load(cloud)
    yield load
    load.fail_each = 0


def test_threads_while_calls_fail_and_entries_expire(load: Load) -> None:
    load.fail_each = 3
    load.run(600)
    assert load.seen["read"] + load.seen["not now"] == 600, load.seen
    assert load.seen["not now"] > 0
    assert load.seen["refused"] >= load.seen["read"] > 0
    assert max(load.used.values()) <= LIMIT
    # What failed is not remembered.
    load.fail_each = 0
    load.seen.clear()
    load.run(50)
    assert load.seen == {"read": 50, "refused": 50}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forks_in_the_midst_of_it(load: Load, cloud: Cloud) -> None:
    found: list[Counter[bytes]] = []

    def of_child() -> bytes:
        # The clients were given, so their connections are the application's to make anew.
        load.keyring._store._kms._client = cloud.client("kms")
        load.keyring._store._table._given = cloud.client("dynamodb")
        load.used.clear()
        load.seen.clear()
        load._lock = threading.Lock()
        load.run(30)
        assert load.seen == {"read": 30, "refused": 30}
        return b"".join(key + bytes([count]) for key, count in load.used.items())

    def fork() -> None:
        for _ in range(6):
            given = in_child(of_child)
            found.append(Counter({given[at : at + 32]: given[at + 32] for at in range(0, len(given), 33)}))

    load.run(400, fork)
    assert load.seen == {"read": 400, "refused": 400}
    of_process = [*found, load.used]
    assert [sum(used.values()) for used in of_process] == [30] * 6 + [400]
    assert max(max(used.values()) for used in of_process) <= LIMIT
    assert len(set().union(*of_process)) == sum(map(len, of_process))
