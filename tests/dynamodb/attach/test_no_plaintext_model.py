# SPDX-License-Identifier: Apache-2.0
"""Every operation of the model, through attach and each wrapper: no protected plaintext leaves, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import OperationModel

import ddbcrypt
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from tests.architecture.models.make import ITEM_OPERATIONS
from tests.dynamodb.attach.model_calls import TABLE, Arguments
from tests.dynamodb.attach.recording import Recorder
from tests.unit.client_recording import provider

MODEL = botocore.session.get_session().get_service_model("dynamodb")
OPERATIONS = sorted(MODEL.operation_names)
#: What has to get through, encrypted: otherwise a refusal of everything would pass this test.
SENT = frozenset(ITEM_OPERATIONS)


def _actions() -> ddbcrypt.AttributeActions:
    return ddbcrypt.AttributeActions(
        default_action=ddbcrypt.CryptoAction.ENCRYPT_AND_SIGN,
        attribute_actions={"views": ddbcrypt.CryptoAction.DO_NOTHING},
    )


@dataclass(frozen=True)
class Caller:
    """A way to call an operation. ``wire``: whether it takes DynamoDB JSON; ``fixed``: what it gives by itself."""

    make: Callable[[Recorder], Any]
    wire: bool
    fixed: frozenset[str] = frozenset()


def _configs() -> dict[str, Any]:
    return {TABLE: ddbcrypt.LegacyTableConfig(provider(), _actions())}


CALLERS = {
    "attached client": Caller(lambda recorder: ddbcrypt.attach(recorder.client(), _configs()), wire=True),
    "attached resource": Caller(
        lambda recorder: ddbcrypt.attach(recorder.resource(), _configs()).meta.client, wire=False
    ),
    "attached table": Caller(
        lambda recorder: ddbcrypt.attach(recorder.resource().Table(TABLE), _configs()),
        wire=False,
        fixed=frozenset(("TableName",)),
    ),
    "client of attached table": Caller(
        lambda recorder: ddbcrypt.attach(recorder.resource().Table(TABLE), _configs()).meta.client, wire=False
    ),
    "EncryptedClient": Caller(
        lambda recorder: ddbcrypt.EncryptedClient(recorder.client(), provider(), _actions()), wire=True
    ),
    "EncryptedClient of a resource": Caller(
        lambda recorder: ddbcrypt.EncryptedClient(
            recorder.resource().meta.client, provider(), _actions(), expect_standard_dictionaries=True
        ),
        wire=False,
    ),
    "EncryptedTable": Caller(
        lambda recorder: ddbcrypt.EncryptedTable(
            recorder.resource().Table(TABLE), provider(), attribute_actions=_actions()
        ),
        wire=False,
        fixed=frozenset(("TableName",)),
    ),
    "EncryptedResource": Caller(
        lambda recorder: (
            ddbcrypt.EncryptedResource(recorder.resource(), provider(), attribute_actions=_actions()).meta.client
        ),
        wire=False,
    ),
}


def _calls(operation: OperationModel, caller: Caller) -> Iterator[dict[str, Any]]:
    of_value = TypeSerializer().serialize if caller.wire else (lambda value: value)
    shape = operation.input_shape
    if shape is None:
        yield {}
        return
    for arguments in Arguments(of_value).of(shape):
        yield {name: value for name, value in arguments.items() if name not in caller.fixed}


def _method(operation: OperationModel) -> str:
    return str(botocore.xform_name(operation.name))


def _make_calls(
    called: Any, operation: OperationModel, caller: Caller, recorder: Recorder, counts: dict[str, int]
) -> None:
    method = getattr(called, _method(operation), None)
    if method is None:
        return  # a Table has few of the operations
    for arguments in _calls(operation, caller):
        before = len(recorder.requests)
        try:
            method(**arguments)
            counts["sent"] += 1
        except DynamodbEncryptionSdkError:
            counts["refused"] += 1
            # an update is carried out on the item that is there: whether it can be shows after reading
            read = {"GetItem"} if operation.name == "UpdateItem" else set[str]()
            assert set(recorder.operations(before)) <= {"DescribeTable"} | read, arguments
        except (ParamValidationError, TypeError):
            # botocore's own refusal: two members that exclude one another, or a Table's method with other parameters
            counts["invalid"] += 1
        except ClientError:
            counts["answered"] += 1
        assert recorder.leaks(before) == [], arguments


@pytest.mark.parametrize("name", CALLERS)
def test_no_operation_sends_protected_plaintext(name: str, record_property: Callable[[str, Any], None]) -> None:
    caller = CALLERS[name]
    recorder = Recorder()
    called = caller.make(recorder)
    counts = {"sent": 0, "refused": 0, "invalid": 0, "answered": 0}
    for operation in OPERATIONS:
        _make_calls(called, MODEL.operation_model(operation), caller, recorder, counts)
    expected = {"PutItem", "GetItem", "DeleteItem", "UpdateItem", "Query", "Scan"} if caller.fixed else SENT
    assert expected <= set(recorder.operations())
    for kind in ("sent", "refused"):
        assert counts[kind] >= 10, counts
        record_property(f"count: calls of all operations, {kind}", counts[kind])


def test_the_same_calls_of_a_plain_client_do_leak() -> None:
    """The proof that the test above can fail."""
    recorder = Recorder()
    caller = Caller(lambda recorder: recorder.client(), wire=True)
    client = caller.make(recorder)
    for operation in OPERATIONS:
        for arguments in _calls(MODEL.operation_model(operation), caller):
            try:
                getattr(client, _method(MODEL.operation_model(operation)))(**arguments)
            except (ParamValidationError, TypeError):
                continue
    leaking = set(recorder.leaks())
    assert {"PutItem", "UpdateItem", "ExecuteStatement", "TransactWriteItems", "BatchWriteItem", "Query"} <= leaking
    assert len(leaking) >= 12


@pytest.mark.parametrize("name", [name for name in CALLERS if not CALLERS[name].fixed])
@pytest.mark.parametrize("method", ["get_item", "put_item"])
def test_nothing_is_presigned(name: str, method: str) -> None:
    recorder = Recorder()
    called = CALLERS[name].make(recorder)
    key = {"id": {"S": "1"}} if CALLERS[name].wire else {"id": "1"}
    parameter = "Key" if method == "get_item" else "Item"
    with pytest.raises(ddbcrypt.UnsupportedOperationError):
        called.generate_presigned_url(method, Params={"TableName": TABLE, parameter: key})
    assert set(recorder.operations()) <= {"DescribeTable"}
