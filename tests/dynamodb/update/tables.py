# SPDX-License-Identifier: Apache-2.0
"""Protected tables for tests of flows, and items in them."""

from typing import Any

from ddbcrypt.dynamodb.legacy_table import LegacyTable, LegacyTableConfig
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.library import DDBCRYPT, Keys

KEYS = Keys(encryption=bytes(range(32)), signing=bytes(range(1, 33)))
#: The attributes of :data:`ITEM` by what is done to them; "id" is the key.
ACTIONS = {"status": "SIGN_ONLY", "height": "SIGN_ONLY", "hits": "DO_NOTHING", "tags": "DO_NOTHING"}
ITEM: dict[str, Any] = {
    "id": {"S": "a"},
    "name": {"S": "secret name"},
    "count": {"N": "5"},
    "events": {"L": [{"S": "one"}]},
    "place": {"M": {"street": {"S": "secret street"}, "number": {"N": "7"}}},
    "status": {"S": "new"},
    "height": {"N": "3"},
    "hits": {"N": "1"},
    "tags": {"SS": ["x", "y"]},
}
KEY = {"id": {"S": "a"}}


def config(default: str = "ENCRYPT_AND_SIGN", actions: dict[str, str] | None = None) -> LegacyTableConfig:
    return LegacyTableConfig(
        DDBCRYPT.provider(KEYS),
        DDBCRYPT.actions(default, ACTIONS if actions is None else actions),
        TableInfo("t", TableIndex("id")),
    )


def make_table(default: str = "ENCRYPT_AND_SIGN", actions: dict[str, str] | None = None) -> LegacyTable:
    made = config(default, actions)
    assert made.table_info is not None
    return made.table(made.table_info)
