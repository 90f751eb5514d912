# SPDX-License-Identifier: Apache-2.0
"""Clones of boto3 objects with events of their own, so that what the caller gave stays as it was.

``copy.copy`` of a client recurses for ever: its ``__getattr__`` emits an event, which needs attributes.
"""

from __future__ import annotations

import copy
from typing import Any, Final

#: What a resource registers to take and give Python values.
_SERIALIZER: Final = (
    ("provide-client-params.dynamodb", "dynamodb-create-params-copy"),
    ("before-parameter-build.dynamodb", "dynamodb-condition-expression"),
    ("before-parameter-build.dynamodb", "dynamodb-attr-value-input"),
    ("after-call.dynamodb", "dynamodb-attr-value-output"),
)
#: What names ddbcrypt in the user agent and what reads items of responses stay.
_HOOKS: Final = (
    ("before-parameter-build.dynamodb", "ddbcrypt-build"),
    ("before-call.dynamodb", "ddbcrypt-before"),
    ("after-call.dynamodb", "ddbcrypt-after"),
)


def own_attribute(thing: Any, name: str) -> Any:
    """Give an attribute of botocore's own use, None where there is none: a client answers for it with an event."""
    own: dict[str, Any] = thing.__dict__
    return own.get(name)


def clone_client(client: Any) -> Any:
    """Make a client of the same class and state whose ``meta`` and event emitter are its own.

    The connection pool, signer and credentials are shared. Handlers registered on the original later are not on it.
    """
    kind: Any = client.__class__
    clone = object.__new__(kind)
    clone.__dict__.update(client.__dict__)
    meta = copy.copy(client.meta)
    meta.events = copy.copy(client.meta.events)
    clone.meta = meta
    # what sends has a reference of its own to the events
    endpoint = copy.copy(client._endpoint)  # noqa: SLF001
    endpoint._event_emitter = meta.events  # noqa: SLF001
    clone._endpoint = endpoint
    return clone


def bare_clone(client: Any) -> Any:
    """Make a clone without our hooks and without a resource's serializer: it takes and gives DynamoDB JSON."""
    clone = clone_client(client)
    for event, unique_id in (*_SERIALIZER, *_HOOKS):
        clone.meta.events.unregister(event, unique_id=unique_id)
    return clone


def clone_table(table: Any, client: Any) -> Any:
    """Make a boto3 Table over another client, with what was loaded of it."""
    clone = copy.copy(table)
    clone.meta = copy.copy(table.meta)
    clone.meta.client = client
    return clone
