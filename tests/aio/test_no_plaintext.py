# SPDX-License-Identifier: Apache-2.0
"""Every operation of the model through asynchronous objects: no protected plaintext leaves, whatever is asked."""

import asyncio
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from aiobotocore.awsrequest import AioAWSResponse
from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import OperationModel

from ddbcrypt import AttributeActions, CryptoAction, LegacyTableConfig, aio
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from tests.aio.conftest import session
from tests.architecture.models.make import ITEM_OPERATIONS
from tests.dynamodb.attach.model_calls import TABLE, Arguments
from tests.dynamodb.attach.recording import Recorder
from tests.dynamodb.library import DDBCRYPT, Keys

MODEL = botocore.session.get_session().get_service_model("dynamodb")
SENT = frozenset(ITEM_OPERATIONS)


class AsyncRecorder(Recorder):
    """The recorder's answers, as aiobotocore takes them."""

    def answer(self, request: AWSPreparedRequest, **_: Any) -> AioAWSResponse:
        content = b"".join(self._answer(request).raw.stream())
        headers = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(content))}
        return AioAWSResponse(request.url, 200, headers, _Raw(content))


class _Raw:
    """What aiobotocore reads a response from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content


def config() -> LegacyTableConfig:
    actions = AttributeActions(CryptoAction.ENCRYPT_AND_SIGN, {"views": CryptoAction.DO_NOTHING})
    return LegacyTableConfig(DDBCRYPT.provider(Keys()), actions)


async def call_everything(client: Any, recorder: AsyncRecorder, *, wire: bool) -> dict[str, int]:
    """Call each operation in each way; how many of the calls were sent, and how many refused."""
    of_value: Callable[[Any], Any] = TypeSerializer().serialize if wire else (lambda value: value)
    counts = {"sent": 0, "refused": 0}
    for name in sorted(MODEL.operation_names):
        operation: OperationModel = MODEL.operation_model(name)
        shape = operation.input_shape
        for arguments in [{}] if shape is None else Arguments(of_value).of(shape):
            before = len(recorder.requests)
            try:
                await getattr(client, botocore.xform_name(name))(**arguments)
                counts["sent"] += 1
            except DynamodbEncryptionSdkError:
                counts["refused"] += 1
                read = {"GetItem"} if name == "UpdateItem" else set[str]()
                assert set(recorder.operations(before)) <= {"DescribeTable"} | read, arguments
            except (ParamValidationError, TypeError, ClientError):
                pass  # botocore's own refusal, or an answer
            assert recorder.leaks(before) == [], arguments
        await asyncio.sleep(0)
    return counts


async def test_client(record_property: Callable[[str, Any], None]) -> None:
    recorder = AsyncRecorder()
    async with session().client("dynamodb") as client:
        client.meta.events.register("before-send.dynamodb", recorder.answer)
        counts = await call_everything(aio.attach(client, {TABLE: config()}), recorder, wire=True)
    _check(recorder, counts, record_property)


@pytest.mark.parametrize("kind", ["resource", "Table"])
async def test_client_of_a(kind: str, record_property: Callable[[str, Any], None]) -> None:
    recorder = AsyncRecorder()
    async with session().resource("dynamodb") as resource:
        resource.meta.client.meta.events.register("before-send.dynamodb", recorder.answer)
        target = resource if kind == "resource" else await resource.Table(TABLE)
        attached = aio.attach(target, {TABLE: config()})
        counts = await call_everything(attached.meta.client, recorder, wire=False)
    _check(recorder, counts, record_property)


async def test_the_same_calls_of_a_plain_client_do_leak() -> None:
    """The proof that the tests above can fail."""
    recorder = AsyncRecorder()
    async with session().client("dynamodb") as client:
        client.meta.events.register("before-send.dynamodb", recorder.answer)
        with pytest.raises(AssertionError):
            await call_everything(client, recorder, wire=True)


def _check(recorder: AsyncRecorder, counts: dict[str, int], record_property: Callable[[str, Any], None]) -> None:
    assert set(recorder.operations()) >= SENT
    for kind, count in counts.items():
        assert count >= 10
        record_property(f"count: calls of all operations, {kind}", count)
