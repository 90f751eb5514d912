# SPDX-License-Identifier: Apache-2.0
"""A table is migrated while others change, add and delete items, and the migration is killed twice."""

import dataclasses
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ddbcrypt import AttributeActions, CryptoAction
from ddbcrypt.attach import attach
from ddbcrypt.cli.table_files import read_table_file
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
from ddbcrypt.structured import LegacyOverride, LegacyPolicy
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.migration.commands import Place, make_items
from tests.migration.files import key, write_structured
from tests.support.connect import connect_client

#: Items, and after how many of them the migration is killed.
SCALES = {"legacy": (600, 80, 250), "structured": (10_000, 1_500, 5_000)}
WRITERS = 3
#: Between two changes of one writer: the machine is there for the migration.
REST_SECONDS = 0.04
#: A run that is to be killed keeps this rate, so that it is under way when its end comes, even on a busy machine.
RATES = {"legacy": 50, "structured": 1_000}
PAGES = {"legacy": 20, "structured": 100}
SECONDS = 240
ACTIONS = {"clinic": CryptoAction.SIGN_ONLY, "hits": CryptoAction.DO_NOTHING, "tags": CryptoAction.DO_NOTHING}


def both(place: Place, target: str) -> Any:
    """A client that writes as the new configuration says and reads both: what writers are moved to first."""
    config = legacy_config() if target == "legacy" else structured_config(place)
    return attach(connect_client(place.url, attempts=3), {place.table: config})


def structured_config(place: Place) -> Any:
    """Items of the legacy format are read, and written in the structured one."""
    config: Any = read_table_file(place.folder / "structured.toml").config
    old = LegacyOverride(
        LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT,
        DDBCRYPT.provider(Keys(key("old aes"), key("old hmac"))),
        AttributeActions(attribute_actions=ACTIONS),
        place.table,
    )
    return dataclasses.replace(config, cmm=config.cmm, keyring=None, legacy_override=old)


def legacy_config() -> LegacyTableConfig:
    """Items under both generations of keys are read, and written under the new one."""
    old, new = (DDBCRYPT.provider(Keys(key(f"{name} aes"), key(f"{name} hmac"))) for name in ("old", "new"))
    provider = RotatingMaterialsProvider(KeyGeneration({"key": "new"}, new), [KeyGeneration({"key": "old"}, old)])
    return LegacyTableConfig(provider, AttributeActions(attribute_actions=ACTIONS))


class Writer:
    """Changes the items whose number fits, and remembers what they have to be in the end."""

    def __init__(self, place: Place, number: int, items: int, client: Any) -> None:
        self._table = place.table
        self._client = client
        self._plain = place.client
        self._choices = random.Random(number)
        self._ids = [f"item-{one}" for one in range(number, items, WRITERS)]
        self._number = number
        self.amounts: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self.deleted: set[str] = set()
        self.added: dict[str, dict[str, Any]] = {}

    def write_until(self, end: threading.Event) -> None:
        done = 0
        while not end.wait(REST_SECONDS):
            done += 1
            name = self._choices.choice(self._ids)
            if name in self.deleted:
                continue
            if done % 50 == 0:
                self._client.delete_item(TableName=self._table, Key={"id": {"S": name}})
                self.deleted.add(name)
            elif done % 10 == 0:
                item = {"id": {"S": f"new-{self._number}-{done}"}, "amount": {"N": "7"}, "hits": {"N": "1"}}
                self._client.put_item(TableName=self._table, Item=item)
                self.added[item["id"]["S"]] = item
            elif done % 3 == 0:
                self._update(self._plain, name, "ADD hits :one")
                self.hits[name] += 1
            else:
                self._update(self._client, name, "SET amount = amount + :one")
                self.amounts[name] += 1

    def _update(self, client: Any, name: str, expression: str) -> None:
        client.update_item(
            TableName=self._table,
            Key={"id": {"S": name}},
            UpdateExpression=expression,
            ExpressionAttributeValues={":one": {"N": "1"}},
        )


def kill_after(running: subprocess.Popen[str], place: Place, count: int) -> int:
    """Kill a run once its checkpoint says that so many items are done; what the checkpoint says then."""
    deadline = time.monotonic() + SECONDS
    while done(place) < count:
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    return done(place)


def done(place: Place) -> int:
    # The file is replaced as a whole: whenever it is looked at, it is a whole one.
    if not place.checkpoint.exists():
        return 0
    counts: dict[str, int] = json.loads(place.checkpoint.read_text())["counts"]
    return sum(counts.values())


@pytest.mark.parametrize("target", ["legacy", "structured"])
def test_killed_twice_while_others_write(
    place: Place, record_property: Callable[[str, object], None], target: str
) -> None:
    if target == "structured":
        place.new = write_structured(place.folder, "structured")
    count, *killed_after = SCALES[target]
    items = make_items(count)
    place.put(place.old, items)
    writers = [Writer(place, number, count, both(place, target)) for number in range(WRITERS)]
    end = threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(writer.write_until, end) for writer in writers]
        try:
            slow = ("--page-items", PAGES[target], "--rate", RATES[target])
            stood_at = [kill_after(place.start(*slow), place, count) for count in killed_after]
            last = place.start("--page-items", 100)
            out, err = last.communicate(timeout=SECONDS)
        finally:
            end.set()
        for one in running:
            one.result()
    assert last.returncode == 0, out + err
    assert f"going on after {stood_at[-1]:,} items" in out
    assert not place.checkpoint.exists()

    expected = {item["id"]["S"]: item for item in items}
    for writer in writers:
        expected.update(writer.added)
        for name, more in writer.amounts.items():
            expected[name]["amount"] = {"N": str(int(expected[name]["amount"]["N"]) + more)}
        for name, more in writer.hits.items():
            expected[name]["hits"] = {"N": str(more)}
    for name in {name for writer in writers for name in writer.deleted}:
        del expected[name]
    # Every item verifies under the new configuration alone, and has its value.
    assert place.read(place.new) == expected
    changes = sum(sum((*writer.amounts.values(), *writer.hits.values())) for writer in writers)
    assert changes > count // 100
    record_property("count: items migrated while others wrote, run killed twice", len(expected))
    record_property("count: changes by others meanwhile", changes)

    again = place.run("--quiet")
    assert again.code == 0
    assert again.figure("readable already") == again.figure("items in all") == len(expected)


def test_the_old_keys_read_nothing_any_more(place: Place) -> None:
    place.put(place.old, make_items(10))
    assert len(place.read(place.old)) == 10
    assert place.run().figure("migrated") == 10
    with pytest.raises(DynamodbEncryptionSdkError, match="signature"):
        place.read(place.old)
