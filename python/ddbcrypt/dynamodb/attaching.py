# SPDX-License-Identifier: Apache-2.0
"""Which clients have hooks, and what puts them on and takes them off."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Final

from ddbcrypt.dynamodb.kinds import AnyHooks, hooks_of
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import InvalidArgumentError

#: The hooks of each client, by its event emitter: clients compare by identity, but clones share what they do not own.
#: Weak at both ends: the emitter holds the hooks, and they hold the client that holds it.
_ATTACHED: Final[weakref.WeakKeyDictionary[Any, weakref.ref[AnyHooks]]] = weakref.WeakKeyDictionary()
#: Emitters of clients that wrappers made for themselves: without hooks the wrapper would go on, in plaintext.
_WRAPPERS: Final[weakref.WeakSet[Any]] = weakref.WeakSet()
_LOCK: Final = threading.Lock()


def attach_client(client: Any, scene: Scene, *, of_wrapper: bool = False) -> None:
    """Put hooks on a client, in place; nothing where it has the same already.

    :param of_wrapper: whether it is a wrapper's own, which is never detached
    :raises InvalidArgumentError: it has hooks with another configuration or other metrics
    :raises UnsupportedOperationError: for a client of another service
    """
    with _LOCK:
        reference = _ATTACHED.get(client.meta.events)
        there = None if reference is None else reference()
        if there is not None:
            there.scene.require_same(scene, "the client")
            return
        hooks = hooks_of(client, scene)
        hooks.register()
        _ATTACHED[client.meta.events] = weakref.ref(hooks)
        if of_wrapper:
            _WRAPPERS.add(client.meta.events)


def renew_client(client: Any) -> None:
    """Let the hooks of a client, where it has some, know that a resource has been made of it since."""
    with _LOCK:
        reference = _ATTACHED.get(client.meta.events)
        hooks = None if reference is None else reference()
        if hooks is not None:
            hooks.register()


def detach_client(client: Any) -> None:
    """Take the hooks off a client again.

    :raises InvalidArgumentError: it has none, or is a wrapper's own
    """
    with _LOCK:
        if client.meta.events in _WRAPPERS:
            raise InvalidArgumentError(
                "it is the client of a wrapper, which would go on without encryption: use the boto3 object that was "
                "given to the wrapper, which is as it was"
            )
        reference = _ATTACHED.pop(client.meta.events, None)
        hooks = None if reference is None else reference()
        if hooks is None:
            raise InvalidArgumentError("nothing is attached to it")
        hooks.unregister()


def is_attached(client: Any) -> bool:
    """Whether a client has hooks."""
    with _LOCK:
        return client.meta.events in _ATTACHED
