# SPDX-License-Identifier: Apache-2.0
"""Members of responses that nobody has decided on are taken out."""

from __future__ import annotations

from typing import Any

from ddbcrypt.operations.kinds import Operation


def filter_response(operation: Operation, parsed: dict[str, Any]) -> None:
    """Take the members out of a parsed response, in place, that the table does not know. No network call.

    The filter of an export repeats values of attributes that nobody has verified; it is taken out too.

    :param operation: the decision about it
    :param parsed: what botocore parsed, of an error as well
    """
    if not parsed.keys() <= operation.answered:
        for name in [name for name in parsed if name not in operation.answered]:
            del parsed[name]
    if operation.name == "DescribeExport" and "ExportDescription" in parsed:
        parsed["ExportDescription"].pop("FilterSpecification", None)
