# SPDX-License-Identifier: Apache-2.0
"""``batch_get_item``: items of several tables by key, verified and decrypted in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ddbcrypt.dynamodb.calls import Call
from ddbcrypt.dynamodb.items import Job, check_answer, decrypt_batch
from ddbcrypt.dynamodb.operations import BATCH_GET, check_parameters
from ddbcrypt.dynamodb.parameters import BatchGetTable
from ddbcrypt.dynamodb.requests import check_key, mapping
from ddbcrypt.dynamodb.responses import copy_members
from ddbcrypt.dynamodb.tables import TableConfig, of_table
from ddbcrypt.exceptions import InvalidArgumentError

_MEMBERS = BatchGetTable.__required_keys__ | BatchGetTable.__optional_keys__


def batch_get_item(
    call: Call, request: dict[str, Any], table_of: Callable[[str], TableConfig], *, wire: bool
) -> dict[str, Any]:
    """Read items by key. ``UnprocessedKeys`` come back as DynamoDB gives them: keys are not encrypted."""
    asked = mapping(request["RequestItems"], "RequestItems")
    tables: dict[str, tuple[TableConfig, list[Mapping[str, Any]]]] = {}
    sent: dict[str, dict[str, Any]] = {}
    for name, of_one in asked.items():
        members = dict(mapping(of_one, f'RequestItems["{name}"]'))
        check_parameters(BATCH_GET.method, _MEMBERS, members)
        sent[name] = {**members, "Keys": _keys(name, members)}
    for name, members in sent.items():
        table = table_of(name)
        for key in members["Keys"]:
            check_key("Keys", key, table.crypto_config.attribute_actions)
        tables[name] = table, members["Keys"]
    request["RequestItems"] = sent
    result = copy_members(BATCH_GET, call(**request))
    if "Responses" in result:
        result["Responses"] = _decrypted(result["Responses"], tables, wire=wire)
    return result


def _keys(table_name: str, members: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys: object = members.get("Keys")
    if not isinstance(keys, (list, tuple)):
        message = f'RequestItems["{table_name}"] needs a list of Keys'
        raise InvalidArgumentError(message)
    return [dict(mapping(key, "a member of Keys")) for key in cast("Sequence[object]", keys)]


def _decrypted(
    responses: Mapping[str, list[Mapping[str, Any]]],
    tables: Mapping[str, tuple[TableConfig, list[Mapping[str, Any]]]],
    *,
    wire: bool,
) -> dict[str, list[dict[str, Any]]]:
    jobs: list[Job] = []
    for name, items in responses.items():
        _, (table, _) = of_table(tables, name)
        jobs.extend(Job(item, table, name, index) for index, item in enumerate(items))
    plain = iter(decrypt_batch(jobs, wire=wire))
    result: dict[str, list[dict[str, Any]]] = {}
    for name, items in responses.items():
        _, (table, keys) = of_table(tables, name)
        result[name] = [next(plain) for _ in items]
        check_answer(keys, result[name], table, wire=wire)
    return result
