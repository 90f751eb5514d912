# SPDX-License-Identifier: Apache-2.0
"""Sessions: every DynamoDB client and resource that is made from one afterwards is attached."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Final

import boto3.session
import botocore.session

from ddbcrypt.dynamodb.attaching import attach_client
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import InvalidArgumentError

#: botocore takes a client class's bases from the handlers of these events, each time that it makes a client.
_EVENTS: Final = ("creating-client-class.dynamodb", "creating-client-class.dynamodb-streams")
#: botocore knows a handler by its id alone, whatever event it is for.
_UNIQUE_ID: Final = "ddbcrypt"
_ATTACHED: Final[weakref.WeakKeyDictionary[Any, Scene]] = weakref.WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def is_session(target: object) -> bool:
    """Whether it is a session of boto3, botocore, aiobotocore or aioboto3, which are subclasses of the first two."""
    return isinstance(target, boto3.session.Session | botocore.session.Session)


def attach_session(session: Any, scene: Scene) -> None:
    """Attach whatever ``dynamodb`` and ``dynamodbstreams`` client is made from the session afterwards.

    A resource's client is one of them. Clients that were made before stay as they are. A session of boto3 and the one
    of botocore under it count as one. Thread-safe; makes no network call.

    :raises InvalidArgumentError: it is attached already, with another configuration
    """
    inner = _botocore_session(session)
    with _LOCK:
        there = _ATTACHED.get(inner)
        if there is not None:
            if there.registry.same_as(scene.registry) and there.settings == scene.settings:
                return
            raise InvalidArgumentError("the session is attached already, with another configuration: detach it first")
        mixin = _mixin(scene)

        def add_base(base_classes: list[type], **_: Any) -> None:
            base_classes.insert(0, mixin)

        for event in _EVENTS:
            inner.register(event, add_base, unique_id=f"{_UNIQUE_ID}-{event}")
        _ATTACHED[inner] = scene


def detach_session(session: Any) -> None:
    """Leave clients alone that are made from now on; those that were made meanwhile stay attached.

    :raises InvalidArgumentError: nothing is attached to it
    """
    inner = _botocore_session(session)
    with _LOCK:
        if _ATTACHED.pop(inner, None) is None:
            raise InvalidArgumentError("nothing is attached to the session")
        for event in _EVENTS:
            inner.unregister(event, unique_id=f"{_UNIQUE_ID}-{event}")


def _mixin(scene: Scene) -> type:
    class AttachedClient:
        """Puts the hooks on a client as the last step of its construction."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            attach_client(self, scene)

    return AttachedClient


def _botocore_session(session: Any) -> Any:
    return session._session if isinstance(session, boto3.session.Session) else session  # noqa: SLF001
