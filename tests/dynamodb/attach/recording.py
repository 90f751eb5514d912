# SPDX-License-Identifier: Apache-2.0
"""An endpoint inside the process: what botocore would send is recorded and answered, byte for byte as on the wire."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.dynamodb.attach.model_calls import SECRET, SECRET_NUMBER, TABLE

_DESCRIPTION = {
    "Table": {
        "TableName": TABLE,
        "TableStatus": "ACTIVE",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
}


class _Body:
    """What botocore reads a response from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


@dataclass
class Recorder:
    """Records the requests of any number of clients and answers each with an empty response."""

    requests: list[AWSPreparedRequest] = field(default_factory=list)

    def client(self, **options: Any) -> Any:
        return self.watch(_session().client("dynamodb", **options))

    def resource(self) -> Any:
        resource = _session().resource("dynamodb")
        self.watch(resource.meta.client)
        return resource

    def watch(self, client: Any) -> Any:
        """Answer a client's requests."""
        client.meta.events.register("before-send.dynamodb", self._answer)
        return client

    def operations(self, since: int = 0) -> list[str]:
        """The names of the operations that were sent, but the first ``since``."""
        return [_header(request, "X-Amz-Target").rpartition(".")[2] for request in self.requests[since:]]

    def leaks(self, since: int = 0) -> list[str]:
        """The operations whose body, URL or headers hold a secret, in any encoding that they may have there."""
        return [
            operation
            for operation, request in zip(self.operations(since), self.requests[since:], strict=True)
            if any(secret in text for text in _texts(request) for secret in _SECRETS)
        ]

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        described = _header(request, "X-Amz-Target").endswith(".DescribeTable")
        content = json.dumps(_DESCRIPTION if described else {}).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(content))}
        return AWSResponse(request.url, 200, headers, _Body(content))


_SECRETS = (SECRET.encode(), str(SECRET_NUMBER).encode())


def _session() -> Any:
    return boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1")


def _header(request: AWSPreparedRequest, name: str) -> str:
    value = request.headers.get(name, b"")
    return value.decode() if isinstance(value, bytes) else str(value)


def _texts(request: AWSPreparedRequest) -> Iterator[bytes]:
    yield unquote(request.url).encode()
    for name, value in request.headers.items():
        yield f"{name}: {value}".encode()
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    yield body
    yield from _leaves(json.loads(body or b"{}"))


def _leaves(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name.encode()
            yield from _leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    elif isinstance(value, str):
        yield value.encode()
        with contextlib.suppress(binascii.Error, ValueError):
            yield base64.b64decode(value, validate=True)
