# SPDX-License-Identifier: Apache-2.0
"""Tests of ``ddbcrypt.aio``, run in an environment of their own: aiobotocore pins an older botocore.

A test that is a coroutine runs in an event loop of its own, in which debug mode reports what was never awaited.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aioboto3
import pytest
from aiobotocore.config import AioConfig

from tests.dynamodb.conftest import Database, dynamodb_local, dynamodb_local_server, moto, no_aws_settings
from tests.dynamodb.library import Keys
from tests.support.connect import REGION
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS

__all__ = ("dynamodb_local", "dynamodb_local_server", "moto", "no_aws_settings")

Connect = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    test = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    # Longer than what it waits for itself, whose error says more.
    asyncio.run(asyncio.wait_for(test, 2 * PATIENCE_SECONDS))
    return True


@pytest.fixture(scope="session", params=["moto", "dynamodb_local"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each database in turn."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def table(database: Database) -> Iterator[str]:
    """The name of an empty table of the current database."""
    name = database.create_table()
    yield name
    database.client.delete_table(TableName=name)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def endpoint(database: Database) -> Iterator[Endpoint]:
    """A recording and injecting endpoint before the current database."""
    endpoint = Endpoint(database.endpoint_url)
    yield endpoint
    endpoint.stop()


def settings(endpoint_url: str, attempts: int = 1) -> dict[str, Any]:
    """Keyword arguments of a client or resource for a loopback endpoint."""
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = AioConfig(proxies={}, retries=retries, connect_timeout=60, read_timeout=60)
    return {"endpoint_url": endpoint_url, "config": config}


def session() -> aioboto3.Session:
    """A session that knows nothing of the machine."""
    return aioboto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


@asynccontextmanager
async def connect_client(endpoint_url: str, *, service: str = "dynamodb", attempts: int = 1) -> AsyncIterator[Any]:
    """A client of aioboto3."""
    async with session().client(service, **settings(endpoint_url, attempts)) as client:
        yield client


@asynccontextmanager
async def connect_resource(endpoint_url: str) -> AsyncIterator[Any]:
    """A DynamoDB resource of aioboto3."""
    async with session().resource("dynamodb", **settings(endpoint_url)) as resource:
        yield resource
