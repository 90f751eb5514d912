# SPDX-License-Identifier: Apache-2.0
"""Which handlers a client gets: of DynamoDB or its Streams, botocore's or aiobotocore's."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from ddbcrypt.dynamodb.hooks import Hooks
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import UnsupportedOperationError


class AnyHooks(Protocol):
    """The handlers of one client."""

    scene: Scene

    def register(self) -> None:
        """Put them on the client's events."""

    def unregister(self) -> None:
        """Take them off again."""


def is_async_client(client: object) -> bool:
    """Whether it is a client of aiobotocore. Where one is, aiobotocore is imported already."""
    module = sys.modules.get("aiobotocore.client")
    return module is not None and isinstance(client, module.AioBaseClient)


def is_async_session(session: object) -> bool:
    """Whether it is a session of aiobotocore, or of aioboto3, which has one inside."""
    module = sys.modules.get("aiobotocore.session")
    return module is not None and isinstance(getattr(session, "_session", session), module.AioSession)


def hooks_of(client: Any, scene: Scene) -> AnyHooks:
    """Make the handlers for a client; they are not registered yet.

    :raises UnsupportedOperationError: for a client of another service
    """
    service = client.meta.service_model.service_name
    if service not in ("dynamodb", "dynamodbstreams"):
        message = f"cannot attach to a client of {service!r}: only those of dynamodb and dynamodbstreams carry items"
        raise UnsupportedOperationError(message)
    if is_async_client(client):
        from ddbcrypt.aio.hooks import AsyncHooks, AsyncStreamHooks  # aiobotocore is optional

        return AsyncHooks(client, scene) if service == "dynamodb" else AsyncStreamHooks(client, scene)
    if service == "dynamodb":
        return Hooks(client, scene)
    from ddbcrypt.streams.hooks import StreamHooks  # most applications read no streams

    return StreamHooks(client, scene)
