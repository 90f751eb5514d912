# SPDX-License-Identifier: Apache-2.0
"""The command as a user gives it, here and in a process of its own, and what clients of either configuration see."""

import contextlib
import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ddbcrypt.attach import attach
from ddbcrypt.cli import main
from ddbcrypt.cli.table_files import read_table_file
from tests.migration.files import write_legacy
from tests.support.connect import connect_client
from tests.support.interruptible import interruptible


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended."""

    code: int
    out: str
    err: str

    def figure(self, label: str) -> int:
        """The number that the report gives for a label."""
        found = re.search(rf"^  {re.escape(label)} +([\d,]+)$", self.out, re.MULTILINE)
        assert found, f"no figure {label!r} in:\n{self.out}{self.err}"
        return int(found[1].replace(",", ""))


class Place:
    """A table and a folder with configurations."""

    def __init__(self, url: str, client: Any, table: str, folder: Path) -> None:
        self.url = url
        self.client = client
        self.table = table
        self.folder = folder
        self.old = write_legacy(folder, "old")
        self.new = write_legacy(folder, "new")
        self.checkpoint = folder / "checkpoint.json"

    def words(self, *more: object, source: Path | None = None, target: Path | None = None, url: str = "") -> list[str]:
        """The command line."""
        options = ("--from", source or self.old, "--to", target or self.new, "--checkpoint", self.checkpoint)
        return ["migrate", self.table, *map(str, options), "--endpoint-url", url or self.url, *map(str, more)]

    def run(self, *more: object, source: Path | None = None, target: Path | None = None, url: str = "") -> Ran:
        """Run the command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(self.words(*more, source=source, target=target, url=url))
        return Ran(code, out.getvalue(), err.getvalue())

    def start(self, *more: object) -> subprocess.Popen[str]:
        """Start the command in a process of its own."""
        return subprocess.Popen(
            interruptible(self.words(*more)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def attached(self, path: Path) -> Any:
        """A client with the configuration of a file."""
        return attach(connect_client(self.url, attempts=3), {self.table: read_table_file(path).config})

    def put(self, path: Path, items: list[dict[str, Any]]) -> None:
        """Store items, encrypted."""
        client = self.attached(path)
        for start in range(0, len(items), 25):
            requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            assert not client.batch_write_item(RequestItems={self.table: requests})["UnprocessedItems"]

    def raw(self) -> dict[str, dict[str, Any]]:
        """All items as they are stored, by id."""
        return _by_id(self.client, self.table)

    def read(self, path: Path) -> dict[str, dict[str, Any]]:
        """All items, verified and decrypted with the configuration of a file, by id."""
        return _by_id(self.attached(path), self.table)


def _by_id(client: Any, table: str) -> dict[str, dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {item["id"]["S"]: item for page in pages for item in page["Items"]}


def make_items(count: int) -> list[dict[str, Any]]:
    """Small items of all kinds of actions."""
    return [
        {
            "id": {"S": f"item-{number}"},
            "amount": {"N": str(number)},
            "note": {"S": f"secret {number}"},
            "clinic": {"S": f"clinic {number % 5}"},
            "hits": {"N": "0"},
        }
        for number in range(count)
    ]
