# SPDX-License-Identifier: Apache-2.0
"""Objects with locks in a forked child: what other threads held in the moment of the fork does not stop it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.start_keys import StartKeys
from ddbcrypt.dynamodb.table_infos import TableInfoCache
from ddbcrypt.dynamodb.tokens import Transactions
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.internal.timed_cache import TimedCache
from ddbcrypt.keyrings.key_store_table import KeyStoreTable
from ddbcrypt.keyrings.kms_calls import KmsCaller
from ddbcrypt.material_providers.kms.clients import RegionalClients
from ddbcrypt.metrics import Metrics
from ddbcrypt.streams.iterators import Iterators
from tests.support.forked import in_child

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


class _Session:
    """A botocore session, as far as these ask one."""

    def get_config_variable(self, name: str) -> str:
        return "eu-west-1"

    def get_default_client_config(self) -> None:
        return None

    def create_client(self, service: str, **_: object) -> object:
        return object()


class _Client:
    """A DynamoDB client, as far as its tables' keys are asked for."""

    def describe_table(self, TableName: str) -> dict[str, object]:
        return {"Table": {"TableName": TableName, "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}}


def _cache(**options: bool) -> TimedCache[str, str]:
    return TimedCache("a value", 10, 60, 60, lambda: 0.0, **options)


#: Made, and used in the way that takes the lock.
USES: dict[str, Callable[[], tuple[HasLock, Callable[[], object]]]] = {
    "metrics": lambda: (metrics := Metrics(), lambda: metrics.count("kms_calls")),
    "cache": lambda: (cache := _cache(), lambda: cache.get("key", lambda: "value")),
    "kms clients": lambda: (clients := RegionalClients(_Session(), {}), lambda: clients.of_region("eu-west-1")),  # type: ignore[arg-type]
    "branch key table": lambda: (table := KeyStoreTable("t", None, _Session(), None), table._client),  # type: ignore[arg-type]
    "transactions": lambda: (sent := Transactions(), lambda: sent.find("token", None)),
    "start keys": lambda: (keys := StartKeys(), lambda: keys.holds({"pk": {"S": "x"}})),
    "registry": lambda: (registry := Registry({}), lambda: registry.forget("t")),
    "table keys": lambda: (infos := TableInfoCache(_Client(), True), lambda: infos.table_info("t")),
    "shard iterators": lambda: (iterators := Iterators(), lambda: iterators.stream_of("i")),
}


def test_every_class_with_such_a_lock_is_here() -> None:
    tested = {type(make()[0]) for make in USES.values()}
    found = {one for one in HasLock.__subclasses__() if one.__module__.startswith("ddbcrypt.")}
    assert found == tested


@pytest.mark.parametrize("name", USES)
def test_a_lock_that_another_thread_held_is_open_in_the_child(name: str) -> None:
    one, use = USES[name]()
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with one._lock:
            held.set()
            assert over.wait(30)

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    assert held.wait(30)
    try:
        assert in_child(lambda: repr(use()).encode())
    finally:
        over.set()
        thread.join(30)
    use()


def test_clients_that_were_made_here_are_made_anew_in_a_child() -> None:
    """Two processes on one connection get each other's answers; what an application gives is its own matter."""
    given = object()
    clients = RegionalClients(_Session(), {"us-east-1": given})  # type: ignore[arg-type]
    caller = KmsCaller(None, None, None, ())
    caller._clients = clients
    table = KeyStoreTable("t", None, _Session(), None)  # type: ignore[arg-type]
    made = [clients.of_region("eu-west-1"), caller.client, table._client()]
    assert made == [clients.of_region("eu-west-1"), caller.client, table._client()]
    assert made[0] is made[1]

    def of_child() -> bytes:
        now = [clients.of_region("eu-west-1"), caller.client, table._client()]
        assert now[0] is now[1] is clients.of_region("eu-west-1")
        assert table._client() is now[2]
        assert clients.of_region("us-east-1") is given
        return bytes(one is other for one, other in zip(made, now, strict=True))

    assert in_child(of_child) == bytes(3)
    assert made == [clients.of_region("eu-west-1"), caller.client, table._client()]


def test_a_child_goes_on_with_what_its_parent_looked_up_where_it_may() -> None:
    for inherited in (True, False):
        cache = _cache(inherited=inherited)
        assert cache.get("key", lambda: "parent") == "parent"
        asked = in_child(lambda cache=cache: cache.get("key", lambda: "child").encode())  # type: ignore[misc]
        assert asked == (b"parent" if inherited else b"child")
        assert cache.get("key", lambda: "other") == "parent"


def test_a_cache_that_was_being_changed_is_empty_in_the_child() -> None:
    cache = _cache()
    cache.put("key", "parent")
    with cache._lock:
        asked = in_child(lambda: cache.get("key", lambda: "child").encode())
    assert asked == b"child"
