# SPDX-License-Identifier: Apache-2.0
"""Operations that are refused, why, and what to do instead."""

from __future__ import annotations

from typing import Final

from botocore import xform_name

from ddbcrypt.operations.kinds import Operation, Treatment

_STATEMENT: Final = (
    "a PartiQL statement names attributes and holds values in its text, which would be sent and stored in plaintext",
    "use put_item, get_item, update_item, query, scan and the transactions",
)


def _refused(name: str, reason: str, instead: str) -> Operation:
    return Operation(
        name=name, method=str(xform_name(name)), treatment=Treatment.REFUSE, reason=reason, instead=instead
    )


REFUSED: Final = (
    _refused("BatchExecuteStatement", *_STATEMENT),
    _refused("ExecuteStatement", *_STATEMENT),
    _refused("ExecuteTransaction", *_STATEMENT),
    _refused(
        "ExportTableToPointInTime",
        "the exported items stay encrypted and are not verified, and a filter's values would be sent in plaintext",
        "start the export with a client without encryption and decrypt its items with decrypt_dynamodb_item",
    ),
    _refused(
        "ImportTable",
        "DynamoDB would store the items of the import as they are",
        "encrypt the items with encrypt_dynamodb_item before they are put into the import",
    ),
    _refused(
        "SearchVectors",
        "a vector is compared with what is stored, which is ciphertext, and its items are not verified and decrypted",
        "use query or scan",
    ),
    _refused(
        "StartBulkPutItems",
        "DynamoDB would store the items as they are",
        "write them with batch_write_item or batch_writer",
    ),
)


def undecided(name: str) -> Operation:
    """Make the refusal of an operation that is not in the table."""
    return _refused(
        name,
        "it is not among the operations that are known to be safe",
        "where it carries no item data, call it on a client without encryption",
    )
