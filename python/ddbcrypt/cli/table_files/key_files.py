# SPDX-License-Identifier: Apache-2.0
"""Keys and passwords that are in files of their own, named relative to the configuration file."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Final

from ddbcrypt.cli.table_files.section import REFUSALS, Section
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType

_FILE_BYTES: Final = 1024 * 1024
_WRITTEN: Final = ("binary", "hex", "base64")


def read_file(section: Section, name: str) -> tuple[Path, bytes]:
    """Read the file that an entry names."""
    path = section.files.path.parent / section.text(name)
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES + 1)
    except OSError as error:
        raise section.error(name, f"the file {path} cannot be read: {error.strerror or error}") from error
    if not 0 < len(data) <= _FILE_BYTES:
        raise section.error(name, f"the file {path} has to have 1 to {_FILE_BYTES:,} bytes")
    return path, data


def read_password(section: Section, name: str) -> str | None:
    """Read the password in the file that an entry names, without the line's end; None where there is no entry."""
    if not section.has(name):
        return None
    path, data = read_file(section, name)
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        # Not what it is made of: that would show a part of it.
        raise section.error(name, f"the file {path} is not UTF-8") from None


def read_key_bytes(section: Section, name: str) -> bytes:
    """Read the key file that an entry names, as the entry ``written`` beside it says: binary, hex or base64."""
    path, data = read_file(section, name)
    written = section.choice("written", _WRITTEN, "binary")
    section.files.contents[f"{section.name}.{name}"] = data
    if written == "binary":
        return data
    try:
        text = b"".join(data.split())
        return bytes.fromhex(text.decode("ascii")) if written == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise section.error(name, f"the file {path} is not {written}") from None


def read_key(section: Section) -> JceNameLocalDelegatedKey:
    """Make a delegated key of a table with ``file``, ``algorithm``, and for RSA ``type`` and ``encoding``."""
    data = read_key_bytes(section, "file")
    algorithm = section.text("algorithm")
    rsa = "RSA" in algorithm
    kinds = ("private", "public") if rsa else ("symmetric",)
    kind = EncryptionKeyType[section.choice("type", kinds, None if rsa else "symmetric").upper()]
    encodings = ("pem", "der") if rsa else ("raw",)
    encoding = KeyEncodingType[section.choice("encoding", encodings, encodings[0]).upper()]
    section.end()
    try:
        return JceNameLocalDelegatedKey(data, algorithm, kind, encoding)
    except REFUSALS as error:
        raise section.refusal(error) from error


def optional_key(section: Section, name: str) -> JceNameLocalDelegatedKey | None:
    """Make a delegated key of a table inside a table; None where it is not there."""
    inner = section.optional_section(name)
    return None if inner is None else read_key(inner)


def required_key(section: Section, name: str) -> JceNameLocalDelegatedKey:
    """Make a delegated key of a table inside a table that has to be there."""
    return read_key(section.section(name))
