# SPDX-License-Identifier: Apache-2.0
"""Stream records in the shapes in which AWS delivers them, around images that the tests encrypt.

The members and their forms are those of the sample events in AWS's manuals: Lambda's "Using AWS Lambda with Amazon
DynamoDB" and "with Amazon Kinesis", and DynamoDB's "Getting started with Kinesis Data Streams for DynamoDB".
"""

import base64
import json
from typing import Any

from tests.dynamodb.items import Item, key_of, to_wire

STREAM_ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/{}/stream/2026-11-24T08:00:00.000"
KINESIS_ARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/changes"


def in_json(value: Any) -> Any:
    """DynamoDB JSON as text carries it: bytes as base64."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [in_json(member) for member in value]
    if isinstance(value, dict):
        return {name: in_json(member) for name, member in value.items()}
    return value


def change(item: Item, **images: Item) -> Item:
    """The part of a record that all kinds have; images in DynamoDB JSON with bytes."""
    return {"ApproximateCreationDateTime": 1764000000, "Keys": to_wire(key_of(item)), **images, "SizeBytes": 700}


def lambda_record(table: str, body: Item) -> Item:
    """A member of ``Records`` of a Lambda event of DynamoDB Streams."""
    return {
        "eventID": "7de3041dd709b024af6f29e4fa13d34c",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": in_json(
            {**body, "SequenceNumber": "111100000000000000001", "StreamViewType": "NEW_AND_OLD_IMAGES"}
        ),
        "eventSourceARN": STREAM_ARN.format(table),
    }


def kinesis_change(table: str, body: Item) -> Item:
    """The JSON object that DynamoDB puts into a Kinesis data stream."""
    return {
        "awsRegion": "eu-central-1",
        "eventID": "3e7a9f2c-4f39-4f6b-9c7e-111111111111",
        "eventName": "MODIFY",
        "userIdentity": None,
        "recordFormat": "application/json",
        "tableName": table,
        "dynamodb": in_json({**body, "ApproximateCreationDateTime": 1764000000000}),
        "eventSource": "aws:dynamodb",
    }


def kinesis_lambda_record(table: str, body: Item) -> Item:
    """A member of ``Records`` of a Lambda event of Kinesis."""
    data = json.dumps(kinesis_change(table, body)).encode()
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": 1764000000.0,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "eu-central-1",
        "eventSourceARN": KINESIS_ARN,
    }


def kinesis_client_record(table: str, body: Item) -> Item:
    """A record of the kinesis client's ``get_records``."""
    data = json.dumps(kinesis_change(table, body)).encode()
    return {"SequenceNumber": "4959", "Data": data, "PartitionKey": "1"}
