# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt's name at the end of a client's ``User-Agent``.

botocore writes the header by an object of the client's, at first and again when a request is created. A client gets one
of its own with the name in its configuration, so that a request costs nothing more; where botocore has no such object,
a handler adds the name to each request. The header is not among what is signed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final

from ddbcrypt.dynamodb.clones import own_attribute
from ddbcrypt.identifiers import USER_AGENT_SUFFIX

_CREATOR: Final = "_user_agent_creator"
_UNIQUE_ID: Final = "ddbcrypt-created"


def name_in_user_agent(client: Any) -> Callable[[], None]:
    """Name ddbcrypt in the ``User-Agent`` of a client's requests; a client that shares its state is left as it is.

    :returns: what takes the name off again
    """
    events, event = client.meta.events, f"request-created.{client.meta.service_model.service_id.hyphenize()}"
    creator = own_attribute(client, _CREATOR)
    named = _named(creator)
    if named is None:
        # after botocore, which may write the header here
        events.register_last(event, name_request, unique_id=_UNIQUE_ID)
        return lambda: events.unregister(event, unique_id=_UNIQUE_ID)

    def change(old: Any, new: Any) -> None:
        # the later handler decides: no request goes out without a header in between
        events.register_last(event, new.rebuild_and_replace_user_agent_handler)
        events.unregister(event, old.rebuild_and_replace_user_agent_handler)
        setattr(client, _CREATOR, new)

    change(creator, named)
    return lambda: change(named, creator)


def _named(creator: Any) -> Any:
    """Give a copy that adds the name, None where it is not the object that is known here."""
    try:
        config = copy.copy(creator._client_config)  # noqa: SLF001 - it has no public name
        extra = config.user_agent_extra
        config.user_agent_extra = f"{extra} {USER_AGENT_SUFFIX}" if extra else USER_AGENT_SUFFIX
        named = creator.with_client_config(config)
        known = callable(named.rebuild_and_replace_user_agent_handler) and named.to_string().endswith(USER_AGENT_SUFFIX)
    except (AttributeError, TypeError):
        return None
    return named if known else None


def name_request(request: Any, **_: Any) -> None:
    """Handle ``request-created``: add ddbcrypt to the header of a request that is about to be sent."""
    headers = request.headers
    agent = headers.get("User-Agent")
    if agent is None:
        headers["User-Agent"] = USER_AGENT_SUFFIX
    else:
        headers.replace_header("User-Agent", f"{agent} {USER_AGENT_SUFFIX}")
