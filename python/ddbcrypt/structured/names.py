# SPDX-License-Identifier: Apache-2.0
"""Names that the structured format reserves."""

from __future__ import annotations

from typing import Final

#: Attribute names that begin with it belong to the format.
RESERVED_PREFIX: Final = "aws_dbe_"
HEADER_ATTRIBUTE: Final = "aws_dbe_head"
FOOTER_ATTRIBUTE: Final = "aws_dbe_foot"

#: Prefix of all names in the encryption context that the format makes; of those, the attributes' prefix.
CONTEXT_PREFIX: Final = "aws-crypto-"
CONTEXT_ATTRIBUTE_PREFIX: Final = "aws-crypto-attr."
CONTEXT_TABLE: Final = "aws-crypto-table-name"
CONTEXT_PARTITION: Final = "aws-crypto-partition-name"
CONTEXT_SORT: Final = "aws-crypto-sort-name"
CONTEXT_LEGEND: Final = "aws-crypto-legend"
