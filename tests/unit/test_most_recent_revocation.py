# SPDX-License-Identifier: Apache-2.0
"""A key that is revoked in AWS KMS, under the whole stack: most recent version, MetaStore, KMS, all of moto."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from ddbcrypt import CryptoConfig, DynamodbEncryptionSdkError, EncryptionContext, UnwrappingError
from ddbcrypt.encrypted.item import decrypt_python_item, encrypt_python_item
from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.store.meta import MetaStore
from ddbcrypt.structures import AttributeActions
from tests.support.connect import REGION, connect_resource
from tests.support.endpoint import Endpoint
from tests.support.moto_server import MotoServer
from tests.unit.meta_store_support import NAME, new_table
from tests.unit.most_recent_support import Clock

TTL = 60.0
LIMIT = 600.0
ITEM = {"id": "1", "name": "a secret"}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


class Stack:
    """A caching provider of one key, its clock, and what stands between it and moto."""

    def __init__(self, moto: MotoServer) -> None:
        self.clock = Clock()
        self.table = new_table(moto.endpoint_url)
        self.dynamodb = Endpoint(moto.endpoint_url)
        self.kms = _kms(moto.endpoint_url)
        self.key_id = self.kms.create_key()["KeyMetadata"]["Arn"]
        protector = AwsKmsCryptographicMaterialsProvider(self.key_id, regional_clients={REGION: self.kms})
        self.store_table = connect_resource(self.dynamodb.endpoint_url).Table(self.table.name)
        self.store = store = MetaStore(self.store_table, protector)
        provider = CachingMostRecentProvider(store, NAME, TTL, maximum_age=LIMIT, clock=self.clock)
        self._config = CryptoConfig(provider, EncryptionContext(table_name="patients"), AttributeActions())
        self.item = encrypt_python_item(ITEM, self._config)
        self.use()

    def disable_key(self) -> None:
        """Revoke the key. moto notes that a key is disabled and decrypts on; this answers as AWS KMS does."""
        answer = {"Error": {"Code": "DisabledException", "Message": "disabled"}, "ResponseMetadata": {}}
        self.kms.meta.events.register("before-call.kms", lambda **_: (SimpleNamespace(status_code=400), answer))

    def use(self) -> None:
        """Write and read an item."""
        assert decrypt_python_item(self.item, self._config) == ITEM
        assert decrypt_python_item(encrypt_python_item(ITEM, self._config), self._config) == ITEM

    def refused(self) -> list[DynamodbEncryptionSdkError]:
        """The errors of writing and of reading."""
        errors: list[DynamodbEncryptionSdkError] = []
        for action in (
            lambda: encrypt_python_item(ITEM, self._config),
            lambda: decrypt_python_item(self.item, self._config),
        ):
            with pytest.raises(DynamodbEncryptionSdkError) as caught:
                action()
            errors.append(caught.value)
        return errors


def _cut_off(client: Any) -> None:
    """Take a boto3 client's connection away."""

    def fail(request: Any, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url=request.url)

    client.meta.events.register("before-send", fail)


def _kms(endpoint_url: str) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    config = Config(proxies={}, retries={"total_max_attempts": 1, "mode": "standard"})
    return session.client("kms", endpoint_url=endpoint_url, config=config)


@pytest.fixture
def stack(moto: MotoServer) -> Iterator[Stack]:
    made = Stack(moto)
    yield made
    made.dynamodb.stop()


def test_a_disabled_key_is_not_used_after_the_time_to_live(stack: Stack) -> None:
    stack.disable_key()
    stack.clock.now += TTL - 1
    stack.use()
    stack.clock.now += 1
    for error in stack.refused():
        assert isinstance(error, UnwrappingError)
        assert stack.key_id in str(error)
    # It stays unused when the store can no longer be reached.
    stack.dynamodb.inject(lambda *_: (500, {"__type": "x#InternalServerError", "message": "no"}))
    with pytest.raises(Exception, match="InternalServerError"):
        stack.use()


def test_a_key_of_an_unreachable_key_service_is_not_used_after_the_maximum_age(stack: Stack) -> None:
    _cut_off(stack.kms)
    stack.clock.now += TTL
    stack.use()
    stack.clock.now += LIMIT - TTL - 1
    stack.use()
    stack.clock.now += 1
    assert all(isinstance(error, UnwrappingError) for error in stack.refused())


def test_a_key_of_an_unreachable_store_is_not_used_after_the_maximum_age(stack: Stack) -> None:
    # the store's own client, a clone of the one it was given
    _cut_off(stack.store._encrypted_table._table.meta.client)
    stack.clock.now += LIMIT - 1
    stack.use()
    stack.clock.now += 1
    for _ in range(2):
        with pytest.raises(Exception, match="Could not connect"):
            stack.use()


def test_a_store_that_comes_back(stack: Stack) -> None:
    stack.dynamodb.inject(lambda *_: (400, {"__type": "x#ThrottlingException", "message": "no"}))
    stack.clock.now += LIMIT
    with pytest.raises(Exception, match="Throttling"):
        stack.use()
    stack.dynamodb.reset()
    stack.use()
