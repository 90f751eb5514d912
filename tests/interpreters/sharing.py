# SPDX-License-Identifier: Apache-2.0
"""What threads do with objects that they share, one function a scenario; each returns how much was done.

test_sharing.py runs them with a GIL, and test_free_threaded.py in an interpreter without one, as a program that prints
one JSON object. Needs the standard library, ddbcrypt and boto3 alone.
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ddbcrypt import _engine
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_many,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_many,
    encrypt_python_item,
)
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.timed_cache import TimedCache
from ddbcrypt.keyrings import AlgorithmSuite, CachingCmm, RawAesKeyring
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.metrics import Metrics
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbItemEncryptorConfig
from ddbcrypt.structures import AttributeActions, EncryptionContext

THREADS = 6
WITH_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
#: CPython 3.13 without a GIL resizes a bytearray under readers of it, whatever they do; 3.14 locks it.
RESIZES_SAFELY = WITH_GIL or sys.version_info >= (3, 14)

WIRE_ITEM: dict[str, Any] = {
    "id": {"S": "patient-17"},
    "text": {"S": "Ada \u00fc\u20ac\U0001d11e"},
    "number": {"N": "12.5"},
    "big": {"B": bytes(range(256)) * 80},
    "set": {"SS": ["a", "b"]},
    "list": {"L": [{"M": {"name": {"S": f"nested {number}"}, "at": {"N": str(number)}}} for number in range(12)]},
    "signed": {"S": "status"},
}
PYTHON_ITEM: dict[str, Any] = {
    "id": "patient-18",
    "number": Decimal("1.50"),
    "list": ["x", Decimal(7), None, True, {"deep": ["y"]}],
    "set": {"p", "q"},
    "signed": "status",
}


def run(bodies: list[Callable[[], object]], meanwhile: Callable[[], object] | None = None) -> None:
    """Run all bodies at once, and ``meanwhile`` over and over until they are done; raise what any of them raised."""
    errors: list[BaseException] = []
    done = threading.Event()
    barrier = threading.Barrier(len(bodies))

    def guarded(body: Callable[[], object], *, again: bool) -> None:
        try:
            if again:
                while not done.is_set():
                    body()
            else:
                barrier.wait(60)
                body()
        except BaseException as error:  # noqa: BLE001 - handed on to the caller
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(body,), kwargs={"again": False}) for body in bodies]
    changer = threading.Thread(target=guarded, args=(meanwhile,), kwargs={"again": True})
    if meanwhile is not None:
        changer.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    if meanwhile is not None:
        changer.join()
    if errors:
        raise errors[0]


def legacy_config(provider: Any = None, **actions: CryptoAction) -> CryptoConfig:
    if provider is None:
        signing, cipher = (JceNameLocalDelegatedKey.generate(name) for name in ("HmacSHA256", "AES"))
        provider = StaticCryptographicMaterialsProvider(
            encryption_materials=RawEncryptionMaterials(signing, cipher),
            decryption_materials=RawDecryptionMaterials(signing, cipher),
        )
    chosen = {"id": CryptoAction.SIGN_ONLY, "signed": CryptoAction.SIGN_ONLY, **actions}
    context = EncryptionContext(table_name="patients", partition_key_name="id")
    return CryptoConfig(provider, context, AttributeActions(attribute_actions=chosen))


def encryptor(suite: AlgorithmSuite = AlgorithmSuite.SYMMETRIC_SIGNATURE, cmm: Any = None) -> DynamoDbItemEncryptor:
    names = {*WIRE_ITEM, *PYTHON_ITEM, "data", "map"}
    actions = dict.fromkeys(names, CryptoAction.ENCRYPT_AND_SIGN)
    keyring = None if cmm is not None else RawAesKeyring("ddbcrypt", "main", bytes(32))
    return DynamoDbItemEncryptor(
        DynamoDbItemEncryptorConfig(
            "patients",
            "id",
            {**actions, "id": CryptoAction.SIGN_ONLY, "signed": CryptoAction.SIGN_ONLY},
            keyring=keyring,
            cmm=cmm,
            algorithm_suite_id=suite,
        )
    )


def legacy_items() -> int:
    """One configuration, one pair of keys, one item of each notation; batches too."""
    config = legacy_config()
    ivs: list[bytes] = []

    def body() -> None:
        for _ in range(40):
            stored = encrypt_dynamodb_item(WIRE_ITEM, config)
            ivs.append(stored["number"]["B"][:16])
            assert decrypt_dynamodb_item(stored, config) == WIRE_ITEM
            assert decrypt_python_item(encrypt_python_item(PYTHON_ITEM, config), config) == PYTHON_ITEM
            batch = encrypt_many([(WIRE_ITEM, config)] * 3, wire=True)
            assert decrypt_many([(item, config) for item in batch], wire=True) == [WIRE_ITEM] * 3
            try:
                decrypt_dynamodb_item({**stored, "id": {"S": "another"}}, config)
            except SignatureVerificationError:
                continue
            raise AssertionError("an altered item was read")

    run([body] * THREADS)
    assert len(set(ivs)) == THREADS * 40, "an initialisation vector came twice"
    return THREADS * 40 * 5


def wrapped_items() -> int:
    """One provider that makes a content key for each item."""
    wrapping, signing = JceNameLocalDelegatedKey.generate("AES"), JceNameLocalDelegatedKey.generate("HmacSHA512")
    config = legacy_config(
        WrappedCryptographicMaterialsProvider(signing_key=signing, wrapping_key=wrapping, unwrapping_key=wrapping)
    )

    def body() -> None:
        for _ in range(40):
            assert decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE_ITEM, config), config) == WIRE_ITEM

    run([body] * THREADS)
    return THREADS * 40


def structured_items() -> int:
    """One item encryptor of each suite, items of both notations."""
    made = [encryptor(suite) for suite in AlgorithmSuite]

    def body() -> None:
        for turn in range(20):
            own = made[turn % len(made)]
            stored = own.encrypt_item(WIRE_ITEM).encrypted_item
            assert own.decrypt_item(stored).plaintext_item == WIRE_ITEM
            written = own.encrypt_python_item(PYTHON_ITEM).encrypted_item
            assert own.decrypt_python_item(written).plaintext_item == PYTHON_ITEM
            try:
                own.decrypt_item({**stored, "id": {"S": "another"}})
            except DynamodbEncryptionSdkError:
                continue
            raise AssertionError("an altered item was read")

    run([body] * THREADS)
    return THREADS * 20 * 3


class Changing:
    """An item of which another thread replaces, adds and removes parts; `generation` stands in all of a map at once."""

    def __init__(self, *, wire: bool) -> None:
        self.wire = wire
        self.number = 0
        self.list: list[Any] = []
        self.map: dict[str, Any] = {}
        self.item: dict[str, Any] = {"id": self._text("a"), "list": self.list, "map": self.map}
        if wire:
            self.item.update({"list": {"L": self.list}, "map": {"M": self.map}})
        self.values: dict[str, Any] = {"S": "x"}
        if wire:
            self.item["signed"] = self.values

    def _text(self, text: str) -> Any:
        return {"S": text} if self.wire else text

    def change(self) -> None:
        self.number += 1
        number = self.number
        self.list.append({"M": {"deep": {"S": f"v{number}" * 9}}} if self.wire else {"deep": f"v{number}" * 9})
        self.map[f"name {number % 40}"] = self._text(f"value {number}" * 9)
        self.item["text"] = self._text(f"text {number}" * 9)
        if self.wire:
            self.values["S"] = f"signed {number}" * 9
        if number % 3 == 0:
            self.map.pop(f"name {number % 7}", None)
            self.item.pop("text")
        if number % 5 == 0:
            self.list[:] = self.list[-2:]
        if number % 11 == 0:
            self.map.clear()
            self.list.clear()
        if self.wire and number % 13 == 0:
            self.values.clear()
            self.values["S"] = "x"


def _changed_items(wire: bool, write: Callable[[Any], Any], read: Callable[[Any], Any]) -> int:
    changing = Changing(wire=wire)
    seen: Counter[str] = Counter()

    def body() -> None:
        own: Counter[str] = Counter()
        for _ in range(250):
            try:
                stored = write(changing.item)
            except (RuntimeError, DynamodbEncryptionSdkError):
                own["refused"] += 1
            else:
                # Whichever state it took, it took one: the result verifies, and nothing of it is torn.
                found = read(stored)
                assert found["id"] == changing.item["id"]
                for value in found["map"]["M"].values() if wire else found["map"].values():
                    text = value["S"] if wire else value
                    assert text == text[: len(text) // 9] * 9, "a value is torn"
                own["written"] += 1
        with lock:
            seen.update(own)

    lock = threading.Lock()
    run([body] * 3, changing.change)
    assert seen["written"] + seen["refused"] == 750
    assert seen["written"] > 0
    return 750


def changing_items() -> int:
    """Dicts and lists that another thread changes while they are encrypted, in both notations and formats."""
    config = legacy_config(map=CryptoAction.SIGN_ONLY)
    made = encryptor()
    done = 0
    done += _changed_items(True, lambda i: encrypt_dynamodb_item(i, config), lambda i: decrypt_dynamodb_item(i, config))
    done += _changed_items(False, lambda i: encrypt_python_item(i, config), lambda i: decrypt_python_item(i, config))
    done += _changed_items(
        True, lambda i: made.encrypt_item(i).encrypted_item, lambda i: made.decrypt_item(i).plaintext_item
    )
    done += _changed_items(
        False,
        lambda i: made.encrypt_python_item(i).encrypted_item,
        lambda i: made.decrypt_python_item(i).plaintext_item,
    )
    return done


def changing_actions() -> int:
    """Actions that another thread adds and takes away: an attribute is encrypted or signed, and never left out."""
    config = legacy_config()
    actions = config.attribute_actions.attribute_actions

    def change() -> None:
        for number in range(20):
            actions[f"other {number}"] = CryptoAction.SIGN_ONLY
        actions["text"] = CryptoAction.SIGN_ONLY
        for number in range(20):
            del actions[f"other {number}"]
        del actions["text"]

    def body() -> None:
        for _ in range(150):
            try:
                stored = encrypt_dynamodb_item(WIRE_ITEM, config)
            except RuntimeError:  # a dict changed its size while Python code went through it
                continue
            assert set(stored["number"]) == {"B"}
            assert stored["text"] == WIRE_ITEM["text"] or set(stored["text"]) == {"B"}

    run([body] * 3, change)
    return 450


def changing_buffers() -> int:
    """Bytes that another thread overwrites, and resizes where the interpreter can: one copy of them is encrypted."""
    config = legacy_config()
    made = encryptor()
    data = bytearray(b"\0" * 6000)

    def change() -> None:
        for byte in range(256):
            data[:] = bytes([byte]) * len(data)
            if not RESIZES_SAFELY:
                continue
            try:
                data.extend(bytes([byte]) * 64)
                del data[6000:]
            except BufferError:  # it was being copied: that is the protection
                del data[6000:]

    def body() -> None:
        for _ in range(100):
            for value in (data, memoryview(bytes(data))):
                stored = encrypt_dynamodb_item({"id": {"S": "a"}, "data": {"B": value}}, config)
                found = decrypt_dynamodb_item(stored, config)["data"]["B"]
                assert 6000 <= len(found) <= 6064
                written = made.encrypt_item({"id": {"S": "a"}, "data": {"B": value}}).encrypted_item
                assert 6000 <= len(made.decrypt_item(written).plaintext_item["data"]["B"]) <= 6064
                if WITH_GIL and value is data:
                    assert len(set(found[:6000])) == 1, "two states in one value"

    def change_safely() -> None:
        try:
            change()
        except BufferError:
            del data[6000:]

    run([body] * 3, change_safely)
    return 3 * 100 * 4


def keys_made_at_once() -> int:
    """Threads that initialise one Key: one of them does."""
    made: Counter[bool] = Counter()
    lock = threading.Lock()

    for _ in range(50):
        key = _engine.Key.__new__(_engine.Key)

        def body(key: _engine.Key = key) -> None:
            try:
                key.__init__("AES", bytes(16))  # type: ignore[misc]
                done = True
            except TypeError:
                done = False
            with lock:
                made[done] += 1

        run([body] * 4)
        assert key.algorithm == "AES"
    assert made[True] == 50
    assert made[False] == 150
    return 200


def caches_and_counters() -> int:
    """A caching manager never goes beyond its limit of items, a cache asks once, a counter loses nothing."""
    most = 7
    made = encryptor(cmm=CachingCmm(RawAesKeyring("ddbcrypt", "main", bytes(32)), 600.0, max_items=most))
    used: Counter[bytes] = Counter()
    lock = threading.Lock()
    metrics = Metrics()
    asked: Counter[int] = Counter()
    cache: TimedCache[int, int] = TimedCache("numbers", 1000, 600.0, 600.0, lambda: 0.0)

    def look_up(number: int) -> int:
        with lock:
            asked[number] += 1
        return number * 2

    def body() -> None:
        for number in range(70):
            written = made.encrypt_item({"id": {"S": "a"}, "text": {"S": "x"}})
            header = written.parsed_header
            assert header is not None
            [data_key] = header.encrypted_data_keys
            with lock:
                used[data_key.ciphertext] += 1
            metrics.count("items_encrypted")
            metrics.count("bytes_encrypted", 3)
            assert cache.get(number, lambda number=number: look_up(number)) == number * 2

    run([body] * THREADS)
    assert max(used.values()) <= most
    assert len(used) < THREADS * 70
    assert metrics.snapshot() == {"items_encrypted": THREADS * 70, "bytes_encrypted": THREADS * 210}
    assert set(asked.values()) == {1}
    return THREADS * 70


SCENARIOS: dict[str, Callable[[], int]] = {
    scenario.__name__: scenario
    for scenario in (
        legacy_items,
        wrapped_items,
        structured_items,
        changing_items,
        changing_actions,
        changing_buffers,
        keys_made_at_once,
        caches_and_counters,
    )
}


def main() -> None:
    results: dict[str, Any] = {}
    for name, scenario in SCENARIOS.items():
        try:
            results[name] = scenario()
        except BaseException:  # noqa: BLE001 - reported to the parent, which fails the test
            results[name] = traceback.format_exc()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    json.dump({"version": sys.version.split()[0], "gil": gil, "results": results}, sys.stdout)


if __name__ == "__main__":
    main()
