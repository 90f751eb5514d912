# SPDX-License-Identifier: Apache-2.0
"""Items of all ten attribute types as Python values, and the table that they belong to."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

PARTITION_KEY = "patient"
SORT_KEY = "visit"
KEY_NAMES = (PARTITION_KEY, SORT_KEY)
KEY_SCHEMA = [
    {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
    {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
]
KEY_TYPES = [
    {"AttributeName": PARTITION_KEY, "AttributeType": "S"},
    {"AttributeName": SORT_KEY, "AttributeType": "N"},
]
DEFAULT_ACTION = "ENCRYPT_AND_SIGN"
ACTIONS = {"status": "SIGN_ONLY", "limits": "SIGN_ONLY", "views": "DO_NOTHING"}
RESERVED = {"*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"}

Item = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_wire(item: Item) -> Item:
    """Python values to DynamoDB JSON, by boto3's own serializer."""
    return {name: _serializer.serialize(value) for name, value in item.items()}


def from_wire(item: Item) -> Item:
    """DynamoDB JSON to Python values, by boto3's own deserializer."""
    return {name: _deserializer.deserialize(value) for name, value in item.items()}


def visit(number: int, patient: str = "p-001") -> Item:
    """A visit of a patient: all ten types, with values that are easy to find where they should not be."""
    return {
        PARTITION_KEY: patient,
        SORT_KEY: Decimal(number),
        "status": f"status {number}",
        "limits": {Decimal("1.50"), Decimal(7), Decimal("-12E3")},
        "views": Decimal(number),
        "name": f"Łucja Protected 😀 {number}",
        "insurance": Decimal(f"31415926535897932384{number:04d}.25"),
        "scan": Binary(b"\x89protected scan\xff" + number.to_bytes(4)),
        "insured": number % 2 == 0,
        "allergies": None,
        "diagnoses": {"protected diagnosis J45", "protected diagnosis E11", "\U00010000 beyond, protected"},
        "readings": {Decimal("271828182845904"), Decimal("-0.00161803398875")},
        "samples": {Binary(b"protected sample\x00"), Binary(b"\xffprotected sample"), Binary(b"\x01protected sample")},
        "history": ["protected history", Decimal("14142135623731"), ["protected inner", {"protected key": True}]],
        "details": {"protected place": "protected street", "empty": "", "list": [], "map": {}, "binary": Binary(b"")},
        "remark": "",
    }


def key_of(item: Item) -> Item:
    """The primary key of an item, or of an item in DynamoDB JSON."""
    return {name: item[name] for name in KEY_NAMES}


def by_key(items: list[Item]) -> list[Item]:
    """Items in the order of their keys, to compare what came in any order."""
    return sorted(items, key=lambda item: (item[PARTITION_KEY], item[SORT_KEY]))


def is_protected(name: str) -> bool:
    """Whether the attribute's value must not be seen by DynamoDB."""
    return name not in ACTIONS and name not in KEY_NAMES
