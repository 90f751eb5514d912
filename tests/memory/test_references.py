# SPDX-License-Identifier: Apache-2.0
"""Reference counts of the caller's objects, and of the extension's own, are after a call what they were before it."""

from __future__ import annotations

import copy
import functools
import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

import ddbcrypt
from ddbcrypt import _engine
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType

KEYS = ("id", "at")
REPEATS = 50


def _key(algorithm: str) -> ddbcrypt.JceNameLocalDelegatedKey:
    return ddbcrypt.JceNameLocalDelegatedKey(b"k" * 32, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


def _config(table_name: str = "patients") -> ddbcrypt.CryptoConfig:
    encryption_key, signing_key = _key("AES"), _key("HmacSHA256")
    return ddbcrypt.CryptoConfig(
        materials_provider=ddbcrypt.StaticCryptographicMaterialsProvider(
            encryption_materials=ddbcrypt.RawEncryptionMaterials(
                signing_key=signing_key, encryption_key=encryption_key
            ),
            decryption_materials=ddbcrypt.RawDecryptionMaterials(
                verification_key=signing_key, decryption_key=encryption_key
            ),
        ),
        encryption_context=ddbcrypt.EncryptionContext(
            table_name=table_name, partition_key_name=KEYS[0], sort_key_name=KEYS[1]
        ),
        attribute_actions=ddbcrypt.AttributeActions(
            default_action=ddbcrypt.CryptoAction.ENCRYPT_AND_SIGN,
            attribute_actions=dict.fromkeys(KEYS, ddbcrypt.CryptoAction.SIGN_ONLY)
            | {"unsigned": ddbcrypt.CryptoAction.DO_NOTHING},
        ),
    )


def _refused(kind: type[BaseException], call: Callable[[], Any]) -> None:
    """As pytest.raises, which keeps the error, its traceback, and with it what the frames hold."""
    try:
        call()
    except kind:
        return
    pytest.fail(f"expected {kind.__name__}")


def _fresh(text: str) -> str:
    """A string object that nobody else holds."""
    return "".join([text, "!"])


def python_item() -> dict[str, Any]:
    return {
        "id": _fresh("id"),
        "at": Decimal("12.50"),
        "text": _fresh("größe \U0001f600"),
        "int": 10**20,
        "bytes": bytes([1, 2, 3, 255]),
        "binary": Binary(bytes(300)),
        "list": [_fresh("in a list"), Decimal("1.5"), [None, True, bytes([9, 9, 9])]],
        "map": {_fresh("member"): _fresh("in a map"), "deep": {_fresh("deeper"): 12345678901}},
        "texts": {_fresh("one"), _fresh("two")},
        "numbers": {Decimal("7.25"), Decimal("-3.5")},
        "binaries": {bytes([0, 1, 2]), bytes([3, 4, 5])},
        "unsigned": {"left": [_fresh("alone")]},
    }


def _walk(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _walk(member)
    elif isinstance(value, (list, set, tuple)):
        for member in value:
            yield from _walk(member)
    elif isinstance(value, Binary):
        yield value.value


def _counts(root: Any) -> list[tuple[str, int]]:
    """Type and reference count of every object in a value, immortal and small shared ones left out."""
    objects = [found for found in _walk(root) if found is not None and not isinstance(found, bool)]
    counts = [(type(found).__name__, sys.getrefcount(found)) for found in objects]
    return [(kind, count) for kind, count in counts if count < 2**28]


def _forms() -> dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[[], dict[str, Any]]]]:
    return {
        "python": (ddbcrypt.encrypt_python_item, ddbcrypt.decrypt_python_item, python_item),
        "wire": (
            ddbcrypt.encrypt_dynamodb_item,
            ddbcrypt.decrypt_dynamodb_item,
            lambda: ddbcrypt.dict_to_ddb(python_item()),
        ),
    }


def _assert_unchanged(call: Callable[[], Any], *roots: Any) -> None:
    values = copy.deepcopy(roots)
    call()  # the first call may fill caches for good
    gc.collect()
    before = [_counts(root) for root in roots]
    for _ in range(REPEATS):
        call()
    gc.collect()
    after = [_counts(root) for root in roots]
    assert after == before
    assert roots == values


@pytest.mark.parametrize("form", ["python", "wire"])
def test_encrypt_keeps_no_reference_to_the_item(form: str) -> None:
    encrypt, _, make = _forms()[form]
    item, config = make(), _config()
    _assert_unchanged(lambda: encrypt(item, config), item)


@pytest.mark.parametrize("form", ["python", "wire"])
def test_decrypt_keeps_no_reference_to_the_item(form: str) -> None:
    encrypt, decrypt, make = _forms()[form]
    config = _config()
    encrypted = encrypt(make(), config)
    _assert_unchanged(lambda: decrypt(encrypted, config), encrypted)


@pytest.mark.parametrize("form", ["python", "wire"])
def test_refused_decrypt_keeps_no_reference_to_the_item(form: str) -> None:
    encrypt, decrypt, make = _forms()[form]
    encrypted, other = encrypt(make(), _config()), _config("another table")
    refusal = ddbcrypt.exceptions.SignatureVerificationError
    _assert_unchanged(lambda: _refused(refusal, lambda: decrypt(encrypted, other)), encrypted)


@pytest.mark.parametrize("wrong", [1.5, Decimal("NaN"), [{"deep": {"float": 1.5}}], object()], ids=repr)
def test_refused_encrypt_keeps_no_reference_to_the_item(wrong: Any) -> None:
    # The wrong value comes last: everything before it has been taken in by then.
    item, config = python_item(), _config()
    item["zzz"] = wrong

    def refused() -> None:
        _refused(ddbcrypt.exceptions.SerializationError, lambda: ddbcrypt.encrypt_python_item(item, config))

    refused()
    gc.collect()
    before = _counts(item)
    for _ in range(REPEATS):
        refused()
    gc.collect()
    after = _counts(item)
    assert after == before


@pytest.mark.parametrize("form", ["python", "wire"])
def test_results_belong_to_the_caller_alone(form: str) -> None:
    """A result that something else still holds would never be freed."""
    encrypt, decrypt, make = _forms()[form]
    config = _config()
    encrypted = encrypt(make(), config)
    decrypted = decrypt(encrypted, config)
    assert sys.getrefcount(encrypted) == 2  # the variable and the argument
    assert sys.getrefcount(decrypted) == 2
    text = decrypted["text"] if form == "python" else decrypted["text"]["S"]
    assert sys.getrefcount(text) == 3  # the item, the variable and the argument


def test_keys_are_freed() -> None:
    """An instance of a heap type holds its type, so the type's count tells how many keys there are."""
    errors = ddbcrypt.exceptions

    def work() -> None:
        for length in range(1, 65):
            key = _engine.Key("HmacSHA256", b"k" * length)
            key.sign(b"data")
            _refused(errors.InvalidAlgorithmError, functools.partial(key.encrypt, "AES/CBC/PKCS5Padding", b"data"))
            _refused(errors.InvalidAlgorithmError, functools.partial(_engine.Key, "NoSuchAlgorithm", b"k" * length))
            _refused(errors.InvalidKeyError, lambda: _engine.Key("AES", b"short"))
            _refused(TypeError, lambda: _engine.Key("AES", "text"))  # type: ignore[arg-type]

    work()
    gc.collect()
    before = sys.getrefcount(_engine.Key)
    work()
    gc.collect()
    after = sys.getrefcount(_engine.Key)  # outside of the assert, which holds what it looks at
    assert after == before


def test_configurations_let_go_of_their_keys() -> None:
    item, refusal = python_item(), ddbcrypt.exceptions.SignatureVerificationError
    ddbcrypt.encrypt_python_item(item, _config())
    gc.collect()
    before = sys.getrefcount(_engine.Key)
    for _ in range(REPEATS):
        config = _config()
        encrypted = ddbcrypt.encrypt_python_item(item, config)
        ddbcrypt.decrypt_python_item(encrypted, config)
        _refused(refusal, functools.partial(ddbcrypt.decrypt_python_item, encrypted, _config("another table")))
        del config, encrypted
    gc.collect()
    after = sys.getrefcount(_engine.Key)  # outside of the assert, which holds what it looks at
    assert after == before


def test_actions_and_names_keep_their_counts() -> None:
    item, config = python_item(), _config()
    refusal = ddbcrypt.exceptions.SignatureVerificationError
    watched = [*ddbcrypt.CryptoAction, Decimal, Binary, refusal]

    def counts() -> list[int]:
        return [sys.getrefcount(found) for found in watched]

    def work() -> None:
        encrypted = ddbcrypt.encrypt_python_item(item, config)
        ddbcrypt.decrypt_python_item(encrypted, config)
        _refused(refusal, functools.partial(ddbcrypt.decrypt_python_item, encrypted, _config("another table")))

    work()
    gc.collect()
    before = counts()
    for _ in range(REPEATS):
        work()
    gc.collect()
    after = counts()
    assert after == before


def test_traced_memory_does_not_grow() -> None:
    config = _config()

    def work(count: int) -> None:
        for _ in range(count):
            ddbcrypt.decrypt_python_item(ddbcrypt.encrypt_python_item(python_item(), config), config)

    tracemalloc.start()
    try:
        work(200)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        work(500)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 500 * 16  # less than the smallest block for each item
