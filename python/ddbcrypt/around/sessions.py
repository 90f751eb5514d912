# SPDX-License-Identifier: Apache-2.0
"""Sessions: every DynamoDB client and resource that is made from one afterwards is attached."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Final

import boto3.session
import botocore.session

from ddbcrypt.dynamodb.attaching import attach_client, renew_client
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import InvalidArgumentError

#: botocore takes a client class's bases from the handlers of these events, each time that it makes a client.
_EVENTS: Final = ("creating-client-class.dynamodb", "creating-client-class.dynamodb-streams")
#: boto3 takes the bases of a resource's class from the handlers of this one.
_RESOURCE_EVENT: Final = "creating-resource-class.dynamodb"
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

    :raises InvalidArgumentError: it is attached already, with another configuration or other metrics
    """
    inner = _botocore_session(session)
    with _LOCK:
        there = _ATTACHED.get(inner)
        if there is not None:
            there.require_same(scene, "the session")
            return
        mixin = _mixin(scene)

        def add_base(base_classes: list[type], **_: Any) -> None:
            base_classes.insert(0, mixin)

        for event in _EVENTS:
            inner.register(event, add_base, unique_id=f"{_UNIQUE_ID}-{event}")
        # after boto3's, whichever was there first: the first of the bases is the last to be done
        emitter = inner.get_component("event_emitter")
        emitter.register_last(_RESOURCE_EVENT, _add_resource_base, unique_id=f"{_UNIQUE_ID}-{_RESOURCE_EVENT}")
        _ATTACHED[inner] = scene


def detach_session(session: Any) -> None:
    """Leave clients alone that are made from now on; those that were made meanwhile stay attached.

    :raises InvalidArgumentError: nothing is attached to it
    """
    inner = _botocore_session(session)
    with _LOCK:
        if _ATTACHED.pop(inner, None) is None:
            raise InvalidArgumentError("nothing is attached to the session")
        for event in (*_EVENTS, _RESOURCE_EVENT):
            inner.unregister(event, unique_id=f"{_UNIQUE_ID}-{event}")


class _AttachedResource:
    """Lets the hooks of a resource's client know that it takes Python values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self
        renew_client(resource.meta.client)


def _add_resource_base(base_classes: list[type], **_: Any) -> None:
    base_classes.insert(0, _AttachedResource)


def _mixin(scene: Scene) -> type:
    class AttachedClient:
        """Puts the hooks on a client as the last step of its construction."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            attach_client(self, scene)

    return AttachedClient


def _botocore_session(session: Any) -> Any:
    return session._session if isinstance(session, boto3.session.Session) else session  # noqa: SLF001
