# SPDX-License-Identifier: Apache-2.0
"""Says what an encrypted item is, and what is wrong with it, without any key.

Whatever an item tells of itself is readable without a key: its format, its material description, the lengths of
signature and ciphertexts. Nothing of it is proof, since only the signature's key can tell whether an item was altered.
``python -m ddbcrypt inspect`` prints what :func:`inspect_item` returns.
"""

from __future__ import annotations

from ddbcrypt.inspection.item import inspect_item, unreadable_item
from ddbcrypt.inspection.report import (
    AttributeReport,
    DataKeyReport,
    DescriptionEntry,
    DescriptionReport,
    Finding,
    HeaderReport,
    ItemFormat,
    ItemReport,
    Severity,
    SignatureReport,
)

__all__ = (
    "AttributeReport",
    "DataKeyReport",
    "DescriptionEntry",
    "DescriptionReport",
    "Finding",
    "HeaderReport",
    "ItemFormat",
    "ItemReport",
    "Severity",
    "SignatureReport",
    "inspect_item",
    "unreadable_item",
)
