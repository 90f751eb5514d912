# SPDX-License-Identifier: Apache-2.0
"""What the tests of the demo share besides fixtures."""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support.endpoint import Endpoint


class DemoRunner(Protocol):
    """The fixture ``demo``."""

    def __call__(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]: ...


@dataclass(frozen=True)
class Database:
    """An endpoint that can be made to lie, an honest client of the database behind it, and a table name."""

    endpoint: Endpoint
    client: Any
    table: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """The demo's options for it."""
        return ("--endpoint-url", self.endpoint.endpoint_url, "--table", self.table)

    def create(self, partition_key: str = "pk", sort_key: str | None = "sk") -> None:
        """Create the table, keys of type S."""
        names = [partition_key] + ([sort_key] if sort_key else [])
        self.client.create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"), strict=False)],
        )

    def exists(self) -> bool:
        return self.table in self.client.list_tables()["TableNames"]

    def items(self) -> list[dict[str, Any]]:
        """All items that the table holds, as stored."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.table)
        return [item for page in pages for item in page["Items"]]


def write_lines(path: Path, items: Iterable[Mapping[str, Any]], *, wrapped: bool = True) -> Path:
    """Write items as a DynamoDB export does, or without the wrapping."""
    lines = (json.dumps({"Item": item} if wrapped else item, ensure_ascii=False) + "\n" for item in items)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def figure(output: str, label: str) -> str:
    """The figure that the summary gives for a label."""
    found = re.search(rf"^ *{re.escape(label)} {{2,}}([\d,]+)(?: |$)", output, re.MULTILINE)
    assert found, f"no figure {label!r} in:\n{output}"
    return found[1]


def control_characters(output: str) -> list[str]:
    """What a file or pipe should not be given: every character below a blank but the line feed, DEL and C1."""
    return sorted({sign for sign in output if (sign < " " and sign != "\n") or "\x7f" <= sign <= "\x9f"})
