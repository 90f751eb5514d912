# SPDX-License-Identifier: Apache-2.0
"""What pickles by itself, what only where secrets are allowed, and that an opt-in holds for who gave it."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoConfig,
    EncryptionContext,
    JceNameLocalDelegatedKey,
    RawDecryptionMaterials,
    StaticCryptographicMaterialsProvider,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials.wrapped import WrappedCryptographicMaterials
from ddbcrypt.pickling import allow_secrets, secrets_allowed
from tests.unit.rsa_keys import private_key, public_key
from tests.unit.support import AES, HMAC, make_config, static_provider

ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}}
WRAPPED = WrappedCryptographicMaterialsProvider(HMAC, AES, AES, {"a": "1"}, accepted_content_algorithms=["AES/128"])
SECRETS: dict[str, Any] = {
    "AES key": AES,
    "HMAC key": HMAC,
    "RSA private key": private_key(),
    "materials": RawDecryptionMaterials(HMAC, AES, {"a": "1"}),
    "static provider": static_provider(),
    "wrapped materials": WrappedCryptographicMaterials(HMAC, AES),
    "wrapped provider": WRAPPED,
    "asymmetric provider": AsymmetricStaticProvider(private_key(), HMAC),
    "rotating provider": RotatingMaterialsProvider(KeyGeneration({"key": "2"}, WRAPPED), unlabelled=static_provider()),
}
PUBLIC: dict[str, Any] = {
    "RSA public key": public_key(),
    "RSA verification key": public_key("SHA256withRSA"),
    "verifying materials": RawDecryptionMaterials(public_key("SHA256withRSA")),
    "verifying provider": StaticCryptographicMaterialsProvider(RawDecryptionMaterials(public_key("SHA256withRSA"))),
    "writing provider": AsymmetricStaticProvider(public_key(), public_key("SHA256withRSA")),
}


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_pickle_only_where_they_are_allowed(name: str) -> None:
    with pytest.raises(TypeError, match="allow_secrets"):
        pickle.dumps(SECRETS[name])
    with allow_secrets():
        data = pickle.dumps(SECRETS[name])
    # Reading needs no permission.
    assert pickle.loads(data) == SECRETS[name]
    with pytest.raises(TypeError, match="allow_secrets"):
        pickle.dumps(pickle.loads(data))


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_what_holds_no_secret_pickles(name: str, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(PUBLIC[name], protocol)) == PUBLIC[name]


@pytest.mark.parametrize("provider", [static_provider(), WRAPPED])
def test_a_pickled_configuration_reads_what_its_original_wrote(provider: Any) -> None:
    config = make_config(provider=provider)
    with allow_secrets():
        restored: CryptoConfig = pickle.loads(pickle.dumps(config))
    assert restored == config
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), restored) == ITEM


def test_structures_pickle() -> None:
    for structure in (EncryptionContext(table_name="t", material_description={"a": "b"}), AttributeActions()):
        assert pickle.loads(pickle.dumps(structure)) == structure


def test_copies_need_no_permission() -> None:
    for original in (static_provider(), WRAPPED):
        assert copy.copy(original) == original
        assert copy.deepcopy(original) == original


def test_the_permission_ends_with_its_block() -> None:
    assert not secrets_allowed()
    with allow_secrets():
        with allow_secrets():
            assert secrets_allowed()
        assert secrets_allowed()
    assert not secrets_allowed()
    with pytest.raises(ZeroDivisionError), allow_secrets():
        _ = 1 / 0
    assert not secrets_allowed()


def test_the_permission_is_the_threads_own() -> None:
    seen: list[bool] = []
    with allow_secrets():
        thread = threading.Thread(target=lambda: seen.append(secrets_allowed()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_the_permission_is_the_tasks_own() -> None:
    async def allowing(entered: asyncio.Event, done: asyncio.Event) -> bool:
        with allow_secrets():
            entered.set()
            await done.wait()
            return secrets_allowed()

    async def both() -> tuple[bool, bool]:
        entered, done = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(allowing(entered, done))
        await entered.wait()
        here = secrets_allowed()
        done.set()
        return here, await task

    assert asyncio.run(both()) == (False, True)


class Noted(JceNameLocalDelegatedKey):
    """A subclass with attributes of its own."""

    note = ""


def test_a_subclass_keeps_its_class_and_attributes() -> None:
    key = Noted(AES.key, AES.algorithm, AES.key_type, AES.key_encoding)
    key.note = "mine"
    with allow_secrets():
        restored = pickle.loads(pickle.dumps(key))
    assert type(restored) is Noted
    assert restored.note == "mine"
    assert restored == key
