# SPDX-License-Identifier: Apache-2.0
"""Names that the structured format reserves."""

from __future__ import annotations

from typing import Final

#: Attribute names that begin with it belong to the format.
RESERVED_PREFIX: Final = "aws_dbe_"
HEADER_ATTRIBUTE: Final = "aws_dbe_head"
FOOTER_ATTRIBUTE: Final = "aws_dbe_foot"
