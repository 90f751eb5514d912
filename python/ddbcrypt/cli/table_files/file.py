# SPDX-License-Identifier: Apache-2.0
"""A configuration file as a whole."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.table_files.legacy import read_legacy
from ddbcrypt.cli.table_files.section import Files, Section
from ddbcrypt.dynamodb.registry import TableConfiguration

_FILE_BYTES: Final = 1024 * 1024
#: A key file of low entropy is not to be found out from a fingerprint.
_ITERATIONS: Final = 200_000


@dataclass(frozen=True, slots=True)
class TableFile:
    """A configuration and where it comes from.

    :ivar path: the file
    :ivar config: what ``attach`` takes for a table
    """

    path: Path
    config: TableConfiguration
    _identity: bytes = field(repr=False)

    def fingerprint(self, salt: bytes) -> str:
        """Give a digest that differs where the file's entries or the bytes of its key files do."""
        return hashlib.pbkdf2_hmac("sha256", self._identity, salt, _ITERATIONS).hex()


def read_table_file(path: Path) -> TableFile:
    """Read a configuration. No network call.

    Raises ``CommandError`` that names file and entry where it is missing, malformed, or not valid.
    """
    document = _parse(path)
    files = Files(path)
    section = Section(files, "", document)
    config: TableConfiguration
    if section.choice("format", ("legacy", "structured")) == "legacy":
        config = read_legacy(section)
    else:
        # Imported on use: the keyrings are not needed for the other.
        from ddbcrypt.cli.table_files.structured import read_structured

        config = read_structured(section)
    return TableFile(path, config, _identity(document, files))


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(ExitCode.CONFIGURATION, f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > _FILE_BYTES:
        raise CommandError(ExitCode.CONFIGURATION, f"{path}: it has more than {_FILE_BYTES:,} bytes")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise CommandError(ExitCode.CONFIGURATION, f"{path}: it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # A parser's message may show a piece of what it read; somebody's key may be there by mistake.
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "somewhere"
        raise CommandError(ExitCode.CONFIGURATION, f"{path}: it is not TOML, {place}") from None


def _identity(document: dict[str, Any], files: Files) -> bytes:
    contents = {name: hashlib.sha256(data).hexdigest() for name, data in files.contents.items()}
    return json.dumps([document, contents], sort_keys=True, default=str).encode()
