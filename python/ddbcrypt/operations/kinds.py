# SPDX-License-Identifier: Apache-2.0
"""What can be decided about an operation, and about a member of its request or response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

#: Members of every response, and of errors.
ALWAYS: Final = ("Error", "Message", "ResponseMetadata", "ThrottlingReasons", "message", "throttlingReasons")


class Treatment(Enum):
    """What is done to an operation on a protected table."""

    #: Items of the request are encrypted; items that come back are decrypted.
    ENCRYPT = "encrypt"
    #: Items that come back are verified and decrypted.
    DECRYPT = "decrypt"
    #: Nothing of it is an item.
    PASS = "pass"  # noqa: S105 - no password
    #: It is not sent.
    REFUSE = "refuse"


class Handling(Enum):
    """What a member holds, which says how it is handled."""

    #: Holds nothing of an item.
    PASS = "pass"  # noqa: S105 - no password
    #: Names the table.
    TABLE = "table"
    #: A whole item, which is encrypted or decrypted.
    ITEM = "item"
    #: Whole items, or requests or responses that hold them, in a structure of their own.
    ITEMS = "items"
    #: A primary key, which is never encrypted.
    KEY = "key"
    #: A condition or filter, which is parsed and checked.
    CONDITION = "condition"
    #: A projection, which is taken off and applied to the verified item.
    PROJECTION = "projection"
    #: An update expression, which is parsed; on protected attributes it is carried out here.
    UPDATE = "update"
    #: The names and values of the expressions.
    PLACEHOLDERS = "placeholders"
    #: ``Select``, which is fitted to what is read.
    SELECT = "select"
    #: Definitions of a table's keys and indexes, which may name no encrypted attribute.
    DEFINITIONS = "definitions"
    #: A parameter from the time before expressions, which is refused.
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Operation:
    """The decision about one operation.

    :ivar name: botocore's name, such as ``PutItem``
    :ivar method: the client's method, such as ``put_item``
    :ivar treatment: what is done to it as a whole
    :ivar request: members of the request that are known, and what each holds
    :ivar response: members of the response that are known; others are taken out
    :ivar nested: members of structures inside the request, by the name of their shape
    :ivar reason: why it is refused
    :ivar instead: what to do instead
    :ivar allowed: members of the request that may be sent
    :ivar answered: members of the response that are kept
    """

    name: str
    method: str
    treatment: Treatment
    request: Mapping[str, Handling] = field(default_factory=dict[str, Handling])
    response: Mapping[str, Handling] = field(default_factory=dict[str, Handling])
    nested: Mapping[str, Mapping[str, Handling]] = field(default_factory=dict[str, Mapping[str, Handling]])
    reason: str = ""
    instead: str = ""
    allowed: frozenset[str] = field(init=False)
    answered: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        sendable = (name for name, handling in self.request.items() if handling is not Handling.LEGACY)
        object.__setattr__(self, "allowed", frozenset(sendable))
        object.__setattr__(self, "answered", frozenset((*self.response, *ALWAYS)))
