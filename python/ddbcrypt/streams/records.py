# SPDX-License-Identifier: Apache-2.0
"""One stream record, whichever way it came: its images are verified and decrypted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeGuard, cast

from ddbcrypt.dynamodb.crypto import decrypt_jobs
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.registry import TableConfiguration
from ddbcrypt.exceptions import DeserializationError, DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.metrics import NO_METRICS, Metrics
from ddbcrypt.streams.images import IMAGES, check_keys
from ddbcrypt.streams.notation import with_bytes, with_text
from ddbcrypt.streams.table import table_name_of_stream, table_of_keys

Binaries = Literal["as_given", "bytes"]
Configurations = TableConfiguration | Mapping[str, TableConfiguration]

#: Two items of 400 KB in base64, several times over: Kinesis itself carries no more than 10 MiB.
_LARGEST_DATA: Final = 16 * 1024 * 1024


class _Change(NamedTuple):
    """A change record, and whether it was read from JSON here."""

    record: Mapping[str, Any]
    from_json: bool


def decrypt_stream_record(
    record: Mapping[str, Any],
    config: Configurations,
    *,
    binaries: Binaries = "as_given",
    metrics: Metrics | None = None,
) -> dict[str, Any]:
    """Verify and decrypt the old and the new image of one record of a table's stream.

    It takes a record of

    - a Lambda event of DynamoDB Streams: a member of ``event["Records"]``
    - ``get_records`` of a ``dynamodbstreams`` client that nothing is attached to
    - Kinesis Data Streams for DynamoDB: a member of a Lambda event (``kinesis``), a record of the ``kinesis`` client's
      ``get_records`` (``Data``), or the JSON object that is in either. What comes back is that object

    The record says which table it is of; nothing else in it is trusted, and an image must be of the item that the
    record's ``Keys`` name. A record without images (``KEYS_ONLY``) comes back as it is. The record that is given stays
    as it was. Thread-safe where the materials provider is; makes the network calls that the provider makes.

    >>> def handler(event, context):
    ...     for record in event["Records"]:
    ...         change = decrypt_stream_record(record, config)
    ...         print(change["eventName"], change["dynamodb"].get("NewImage"))

    :param record: the record
    :param config: the table's configuration, as ``attach`` takes it; or a mapping of table names to configurations.
        Where it does not know the primary key, the names in the record's ``Keys`` serve if there is but one of them
    :param binaries: ``"as_given"``: binary values come back as they came, base64 text in Lambda and Kinesis records;
        ``"bytes"``: all as ``bytes``, which ``boto3.dynamodb.types.TypeDeserializer`` wants
    :param metrics: counts what is done
    :returns: a new record, without the reserved attributes in its images; one that was stored in plaintext, where the
        table's configuration lets it be read, is a ``PlaintextItem``
    :raises DynamodbEncryptionSdkError: an image does not verify or decrypt; no image comes back then
    :raises DeserializationError: it is no record of a table's stream
    :raises InvalidArgumentError: the table, or its primary key, is not known
    :raises TypeError: the record is no mapping
    """
    if binaries not in ("as_given", "bytes"):
        message = f'binaries is "as_given" or "bytes", not {binaries!r}'
        raise InvalidArgumentError(message)
    change = _change_of(record)
    body = change.record["dynamodb"]
    keys, keys_in_text = with_bytes(_image(body, "Keys"))
    table = _table(change.record, keys, config)
    images = {name: with_bytes(_image(body, name)) for name in IMAGES if name in body}
    in_text = change.from_json or keys_in_text or any(text for _, text in images.values())
    try:
        for image, _ in images.values():
            check_keys(table, keys, image)
        jobs = [(table, image) for image, _ in images.values()]
        plain = decrypt_jobs(jobs, collect=False, metrics=NO_METRICS if metrics is None else metrics) if jobs else []
    except DynamodbEncryptionSdkError as error:
        error.add_note(f"It is in the stream record {change.record.get('eventID', 'without an eventID')!r:.100}.")
        raise
    result = {**body, **dict(zip(images, plain, strict=True))}
    if "Keys" in body:
        result["Keys"] = keys
    if binaries == "as_given" and in_text:
        result.update({name: with_text(result[name]) for name in ("Keys", *IMAGES) if name in result})
    return {**change.record, "dynamodb": result}


def _change_of(record: Mapping[str, Any]) -> _Change:
    if not is_mapping(record):
        message = f"a stream record is a mapping, not {type(record).__name__}"
        raise TypeError(message)
    if is_mapping(record.get("dynamodb")):
        return _Change(record, from_json=False)
    data: Any = record.get("Data")
    kinesis = record.get("kinesis")
    if data is None and is_mapping(kinesis):
        data = kinesis.get("data")
    if isinstance(data, str | bytes | bytearray):
        change = _parsed(data)
        if is_mapping(change) and is_mapping(change.get("dynamodb")):
            return _Change(cast("Mapping[str, Any]", change), from_json=True)
    raise DeserializationError(
        'it is no record of a table\'s stream: one has "dynamodb", or JSON that has it in "kinesis" or "Data"'
    )


def _parsed(data: str | bytes | bytearray) -> object:
    if len(data) > _LARGEST_DATA:
        message = f"the data of the Kinesis record has more than {_LARGEST_DATA} bytes"
        raise DeserializationError(message)
    # a client gives bytes; in Lambda's JSON they are base64 text
    try:
        content = base64.b64decode(data, validate=True) if isinstance(data, str) else bytes(data)
        parsed: object = json.loads(content)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise DeserializationError("the data of the Kinesis record is not JSON") from _without_data(error)
    return parsed


def _without_data(error: Exception) -> Exception | None:
    # A JSONDecodeError holds the document.
    return None if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else error


def _image(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    image = body.get(name)
    if image is None and name == "Keys":
        return {}
    if not is_mapping(image):
        message = f'"{name}" of the stream record is {type(image).__name__} where an item was expected'
        raise DeserializationError(message)
    return cast("Mapping[str, Any]", image)


def _table(change: Mapping[str, Any], keys: Mapping[str, Any], config: Configurations) -> ProtectedTable:
    name = _table_name(change)
    if is_mapping(config):
        tables = cast("Mapping[str, TableConfiguration]", config)
        if name is None:
            raise InvalidArgumentError(
                'the record does not say which table it is of (it has neither "eventSourceARN" nor "tableName"): give '
                "the configuration of its table instead of a mapping"
            )
        if name not in tables:
            message = f'the record is of the table "{name}", which has no configuration here'
            raise InvalidArgumentError(message)
        return table_of_keys(tables[name], name, keys)
    if not _is_configuration(config):
        message = f"a table's configuration is expected, such as a LegacyTableConfig, not {type(config).__name__}"
        raise TypeError(message)
    return table_of_keys(config, name, keys)


def _is_configuration(config: object) -> TypeGuard[TableConfiguration]:
    return callable(getattr(config, "known_info", None)) and callable(getattr(config, "table", None))


def _table_name(change: Mapping[str, Any]) -> str | None:
    arn, name = change.get("eventSourceARN"), change.get("tableName")
    if isinstance(arn, str):
        return table_name_of_stream(arn)
    return name if isinstance(name, str) else None
