# SPDX-License-Identifier: Apache-2.0
"""Real boto3 clients whose requests end here: nothing reaches a network, and what would have been sent is recorded."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from ddbcrypt.encrypted.client import EncryptedClient
from ddbcrypt.encrypted.table import EncryptedTable
from ddbcrypt.structures import AttributeActions, TableIndex, TableInfo
from tests.interop.ours import provider_for
from tests.strategies import Case

TABLE = "patients"
KEY_SCHEMA = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "visit", "KeyType": "RANGE"}]


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.getvalue()


class Wiretap:
    """Answers ``DescribeTable`` and records the names of all other operations that would have been sent.

    ``answers`` holds responses by operation, in the JSON of the service; the others are empty.
    """

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.sent: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        answer = self.answers.get(operation, {})
        if operation == "DescribeTable":
            answer = {"Table": {"TableName": TABLE, "KeySchema": KEY_SCHEMA}}
        else:
            self.sent.append(operation)
            self.bodies.append(json.loads(request.body))
        raw = _Raw(json.dumps(answer).encode())
        return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, raw)

    def arguments(self) -> dict[str, Any]:
        """Made-up credentials and an address of the loopback where nobody listens."""
        return {
            "region_name": "eu-west-1",
            "endpoint_url": "http://127.0.0.1:9",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    def client(self, case: Case) -> EncryptedClient:
        client = boto3.client("dynamodb", **self.arguments())
        client.meta.events.register("before-send.dynamodb", self)
        return EncryptedClient(client, provider_for(case), AttributeActions())

    def table(self, case: Case) -> EncryptedTable:
        table = boto3.resource("dynamodb", **self.arguments()).Table(TABLE)
        table.meta.client.meta.events.register("before-send.dynamodb", self)
        info = TableInfo(TABLE, TableIndex("id", "visit"), [])
        return EncryptedTable(table, provider_for(case), info, AttributeActions())
