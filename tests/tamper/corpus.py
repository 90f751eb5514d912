# SPDX-License-Identifier: Apache-2.0
"""The items that the tamper tests alter: all types, several actions, key sizes and tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.interop.ours import case_of
from tests.strategies import Case

#: Stands in every text that is encrypted; no error may show it.
MARKER = "m4rk3r"

ALL_TYPES: dict[str, Any] = {
    "id": {"S": "patient-1"},
    "visit": {"N": "20240131"},
    "text": {"S": MARKER + " Zo\u00eb \U0001f600 \uff61"},
    "empty": {"S": ""},
    "number": {"N": "-12.50"},
    "long": {"N": "1234567890123456789012345678901234567.8"},
    "binary": {"B": bytes(range(0, 256, 11)) + MARKER.encode()},
    "no bytes": {"B": b""},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "strings": {"SS": [MARKER, "b", "\uff61", "\U0001f600"]},
    "numbers": {"NS": ["1", "-2.5", "1E+10", "0"]},
    "binaries": {"BS": [b"\x00", b"\xff\x01", b"\x7f"]},
    "list": {"L": [{"S": MARKER}, {"N": "1"}, {"L": []}, {"NULL": True}, {"S": "x"}]},
    "map": {
        "M": {"a": {"S": MARKER}, "b": {"M": {"c": {"BOOL": True}, "d": {"NS": ["3", "4"]}}}, "\u00e9": {"B": b"1"}}
    },
}
KEYS = {"id": "SIGN_ONLY", "visit": "SIGN_ONLY"}
MIXED = {
    **KEYS,
    "text": "SIGN_ONLY",
    "number": "DO_NOTHING",
    "yes": "DO_NOTHING",
    "strings": "SIGN_ONLY",
    "binaries": "DO_NOTHING",
    "list": "SIGN_ONLY",
    "binary": "SIGN_ONLY",
    "map": "SIGN_ONLY",
}
SMALL = {"id": {"S": "small"}, "secret": {"S": MARKER}, "count": {"N": "7"}}

CASES: dict[str, Case] = {
    "all types encrypted": case_of(ALL_TYPES, KEYS),
    "all types signed": case_of(ALL_TYPES, default="SIGN_ONLY", encryption_key=None, signing_algorithm="HmacSHA384"),
    "mixed actions": case_of(ALL_TYPES, MIXED, encryption_key=bytes(range(100, 116))),
    "little protected": case_of(
        ALL_TYPES, {**KEYS, "text": "ENCRYPT_AND_SIGN", "map": "SIGN_ONLY"}, default="DO_NOTHING", table="a.b-c_d"
    ),
    "small": case_of(SMALL, {"id": "SIGN_ONLY"}, signing_algorithm="HmacSHA512", encryption_key=bytes(range(24))),
    "no table": case_of(SMALL, {"id": "SIGN_ONLY"}, table=None, signing_algorithm="HmacSHA224", signing_key=b"k" * 200),
}


def sibling(case: Case) -> Case:
    """The same configuration with an item of another key and other values of the same types."""
    item = {
        **case.item,
        "id": {"S": "patient-2"},
        **({"visit": {"N": "20240201"}, "map": {"M": {"a": {"S": MARKER}}}} if "visit" in case.item else {}),
        **({"count": {"N": "8"}} if "count" in case.item else {}),
    }
    return replace(case, item=item)
