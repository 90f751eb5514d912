# SPDX-License-Identifier: Apache-2.0
"""A DynamoDB inside the process: boto3 builds and parses everything, and what it would send is recorded, not sent."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import boto3

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    JceNameLocalDelegatedKey,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
)
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType

SECRET = "a secret that must not be sent"
TABLE_KEYS = {"people": ("id", None), "visits": ("id", "at"), "numbers": ("n", None)}

Body = dict[str, Any]


class Recorder:
    """Tables as dicts, behind the ``before-call`` event of any number of boto3 clients and resources.

    ``answers`` replaces an operation: it takes the request's body and returns the parsed response, or raises
    :class:`RefusalError`.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Body]] = []
        self.items: dict[str, dict[str, Body]] = {name: {} for name in TABLE_KEYS}
        self.answers: dict[str, Callable[[Body], Body]] = {}

    def client(self) -> Any:
        return self._attach(self._session().client("dynamodb"))

    def resource(self) -> Any:
        resource = self._session().resource("dynamodb")
        self._attach(resource.meta.client)
        return resource

    def table(self, name: str = "people") -> Any:
        return self.resource().Table(name)

    def sent(self, operation: str) -> list[Body]:
        return [body for name, body in self.calls if name == operation]

    def sent_item_calls(self) -> list[str]:
        return [name for name, _ in self.calls if name != "DescribeTable"]

    def stored(self, table: str = "people") -> list[Body]:
        return list(self.items[table].values())

    @staticmethod
    @functools.cache  # loading the service's model takes most of a test's time
    def _session() -> Any:
        return boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1")

    def _attach(self, client: Any) -> Any:
        client.meta.events.register("before-call.dynamodb", self._answer)
        return client

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, Body]:
        body = json.loads(params["body"])
        self.calls.append((model.name, body))
        answer = self.answers.get(model.name) or getattr(self, f"_{model.name}")
        try:
            parsed = answer(body)
        except RefusalError as refusal:
            return SimpleNamespace(status_code=400), refusal.parsed
        return SimpleNamespace(status_code=200), {**parsed, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _DescribeTable(self, body: Body) -> Body:  # noqa: N802
        name = plain(body["TableName"])
        partition, sort = TABLE_KEYS[name]
        schema = [{"AttributeName": partition, "KeyType": "HASH"}]
        schema += [{"AttributeName": sort, "KeyType": "RANGE"}] if sort else []
        return {"Table": {"TableName": name, "KeySchema": schema, "TableStatus": "ACTIVE"}}

    def _ListTables(self, _: Body) -> Body:  # noqa: N802
        return {"TableNames": sorted(self.items)}

    def _PutItem(self, body: Body) -> Body:  # noqa: N802
        old = self._put(body["TableName"], body["Item"])
        return {"Attributes": parsed(old)} if old and body.get("ReturnValues") == "ALL_OLD" else {}

    def _GetItem(self, body: Body) -> Body:  # noqa: N802
        item = self.items[plain(body["TableName"])].get(key_text(body["TableName"], body["Key"]))
        return {"Item": parsed(item)} if item else {}

    def _Query(self, body: Body) -> Body:  # noqa: N802
        items = self.stored(plain(body["TableName"]))
        start = body.get("ExclusiveStartKey")
        if start:
            position = [key_text(body["TableName"], item) for item in items].index(key_text(body["TableName"], start))
            items = items[position + 1 :]
        page = items[: body.get("Limit", len(items))]
        response: Body = {"Count": len(page), "ScannedCount": len(page)}
        if len(page) < len(items):
            partition, sort = TABLE_KEYS[plain(body["TableName"])]
            names = [name for name in (partition, sort) if name]
            response["LastEvaluatedKey"] = parsed({name: page[-1][name] for name in names})
        return response if body.get("Select") == "COUNT" else {**response, "Items": [parsed(item) for item in page]}

    _Scan = _Query

    def _BatchGetItem(self, body: Body) -> Body:  # noqa: N802
        responses: Body = {}
        for table, request in body["RequestItems"].items():
            found = (self.items[plain(table)].get(key_text(table, key)) for key in request["Keys"])
            responses[table] = [parsed(item) for item in found if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _BatchWriteItem(self, body: Body) -> Body:  # noqa: N802
        for table, requests in body["RequestItems"].items():
            for request in requests:
                if "PutRequest" in request:
                    self._put(table, request["PutRequest"]["Item"])
                else:
                    self.items[plain(table)].pop(key_text(table, request["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {}}

    def _put(self, table: str, item: Body) -> Body | None:
        of_table = self.items[plain(table)]
        key = key_text(table, item)
        old = of_table.get(key)
        of_table[key] = item
        return old


class RefusalError(Exception):
    """An error response."""

    def __init__(self, code: str, **members: Any) -> None:
        super().__init__(code)
        self.parsed = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {}, **members}


def plain(table: str) -> str:
    return table.rpartition("/")[2]


def key_text(table: str, item: Body) -> str:
    def text(value: Body) -> str:
        return str(Decimal(value["N"]).normalize()) if "N" in value else json.dumps(value)

    return "|".join(text(item[name]) for name in TABLE_KEYS[plain(table)] if name)


def parsed(value: Any) -> Any:
    """A JSON body as botocore's parser gives it: binary values as bytes."""
    if isinstance(value, list):
        return [parsed(member) for member in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"B"} and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    if set(value) == {"BS"}:
        return {"BS": [base64.b64decode(member) for member in value["BS"]]}
    return {name: parsed(member) for name, member in value.items()}


def provider(seed: int = 1) -> StaticCryptographicMaterialsProvider:
    cipher = JceNameLocalDelegatedKey(bytes([seed]) * 32, "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
    signer = JceNameLocalDelegatedKey(
        bytes([seed + 1]) * 32, "HmacSHA256", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW
    )
    return StaticCryptographicMaterialsProvider(
        encryption_materials=RawEncryptionMaterials(signing_key=signer, encryption_key=cipher),
        decryption_materials=RawDecryptionMaterials(verification_key=signer, decryption_key=cipher),
    )


def actions() -> AttributeActions:
    """Everything is encrypted, but for ``city`` and ``age`` (signed) and ``note`` (neither)."""
    return AttributeActions(
        default_action=CryptoAction.ENCRYPT_AND_SIGN,
        attribute_actions={
            "city": CryptoAction.SIGN_ONLY,
            "age": CryptoAction.SIGN_ONLY,
            "note": CryptoAction.DO_NOTHING,
        },
    )


def wire_item(identifier: str = "1", **more: Any) -> Body:
    return {"id": {"S": identifier}, "name": {"S": SECRET}, "city": {"S": "Bern"}, "note": {"S": "free"}, **more}


def python_item(identifier: str = "1", **more: Any) -> Body:
    return {"id": identifier, "name": SECRET, "city": "Bern", "note": "free", **more}
