# SPDX-License-Identifier: Apache-2.0
"""How far a migration has come, in a file from which a killed run goes on."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.guards import is_dict, is_list
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.migration.report import MigrationReport, Outcome

__all__ = ("Binding", "Checkpoint", "CheckpointError")

_FORMAT: Final = "ddbcrypt migration checkpoint"
_VERSION: Final = 1
#: A key has 3 KB at most, in base64 4 KB; 256 segments.
_FILE_BYTES: Final = 4 * 1024 * 1024
_SALT_BYTES: Final = 16
_KEY_ATTRIBUTES: Final = 2
_KEY_CHARACTERS: Final = 4096
_SEGMENTS: Final = 256
_COUNT_DIGITS: Final = 15

#: What a checkpoint belongs to, such as table and configurations, as digests made with the file's salt.
Binding = Callable[[bytes], Mapping[str, str]]


class CheckpointError(InvalidArgumentError):
    """A checkpoint file cannot be read or written, or belongs to another migration."""


class Checkpoint:
    """Positions of a scan's segments and the counts up to there. Thread-safe; reads and writes its file alone.

    Each change replaces the file as a whole, so that whenever a run is killed the file is the one before or after.

    :param binding: gives names and digests of what the migration is about, for a salt
    :param segments: of the scan
    :param path: the file; None to keep nothing
    :raises TypeError: an argument is of another type
    """

    def __init__(self, binding: Binding, segments: int, path: Path | None = None) -> None:
        require_instance("segments", segments, int)
        require_optional("path", path, Path)
        self._salt = secrets.token_bytes(_SALT_BYTES)
        self._bound = dict(binding(self._salt)) if path is not None else {}
        self._path = path
        self._lock = threading.Lock()
        #: The key to go on after; None where a segment is done.
        self._positions: dict[int, dict[str, Any] | None] = {}
        self._counts: Counter[Outcome] = Counter()
        self._conflicts = 0
        self.segments = segments

    @classmethod
    def read(cls, binding: Binding, path: Path) -> Checkpoint | None:
        """Read a file; None where there is none.

        :param binding: as of the constructor; its digests have to be those of the file
        :param path: the file
        :raises CheckpointError: it cannot be read, is not a checkpoint, or is of another table or configuration
        """
        try:
            with path.open("rb") as file:
                data = file.read(_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"{path}: the checkpoint cannot be read: {error.strerror or error}"
            raise CheckpointError(message) from error
        try:
            if len(data) > _FILE_BYTES:
                raise ValueError("it is too large")
            return cls._of_document(json.loads(data), binding, path)
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            message = f"{path}: it is not a whole checkpoint ({error}). Remove it to begin anew"
            raise CheckpointError(message) from error

    @property
    def report(self) -> MigrationReport:
        """The counts up to the positions."""
        with self._lock:
            return MigrationReport(Counter(self._counts), self._conflicts)

    @property
    def is_new(self) -> bool:
        """Whether nothing was done yet."""
        with self._lock:
            return not self._positions

    def is_done(self, segment: int) -> bool:
        """Whether a segment was scanned to its end.

        :param segment: number, from 0
        """
        with self._lock:
            return segment in self._positions and self._positions[segment] is None

    def position(self, segment: int) -> dict[str, Any] | None:
        """Give the key after which a segment's scan goes on; None for its beginning.

        :param segment: number, from 0, of one that is not done
        """
        with self._lock:
            return self._positions.get(segment)

    def advance(
        self, segment: int, key: Mapping[str, Any] | None, counts: Mapping[Outcome, int], conflicts: int
    ) -> None:
        """Take note that a page is done; writes the file.

        :param segment: number, from 0
        :param key: the page's ``LastEvaluatedKey``; None where it was the last page
        :param counts: of the page's items
        :param conflicts: of the page's items
        :raises CheckpointError: the file cannot be written
        """
        with self._lock:
            self._positions[segment] = None if key is None else dict(key)
            self._counts.update(counts)
            self._conflicts += conflicts
            if self._path is not None:
                self._write(self._path)

    def remove(self) -> None:
        """Remove the file.

        :raises CheckpointError: it cannot be removed
        """
        if self._path is not None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                message = f"{self._path}: the checkpoint cannot be removed: {error.strerror or error}"
                raise CheckpointError(message) from error

    def _write(self, path: Path) -> None:
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "salt": self._salt.hex(),
            "bound": self._bound,
            "segments": self.segments,
            "positions": {str(segment): _key_as_json(key) for segment, key in sorted(self._positions.items())},
            "counts": {outcome.value: number for outcome, number in self._counts.items()},
            "conflicts": self._conflicts,
        }
        try:
            _replace(path, json.dumps(document, indent=1).encode())
        except OSError as error:
            message = f"{path}: the checkpoint cannot be written: {error.strerror or error}"
            raise CheckpointError(message) from error

    @classmethod
    def _of_document(cls, document: object, binding: Binding, path: Path) -> Checkpoint:
        if not is_dict(document) or document.get("format") != _FORMAT:
            raise ValueError("it is another file")
        if document["version"] != _VERSION:
            raise ValueError("it is of another version of ddbcrypt")
        salt = bytes.fromhex(document["salt"])
        segments = _number(document["segments"], 1, _SEGMENTS)
        bound = dict(binding(salt))
        if not is_dict(document["bound"]) or document["bound"].keys() != bound.keys():
            raise ValueError("it does not say what it belongs to")
        for name, digest in bound.items():
            if document["bound"][name] != digest:
                message = (
                    f"{path}: the checkpoint is of a migration with another {name}. Remove it to begin anew, or name "
                    "another file"
                )
                raise CheckpointError(message)
        made = cls(lambda _: bound, segments, path)
        made._salt = salt
        if not is_dict(document["positions"]) or not is_dict(document["counts"]):
            raise ValueError("positions and counts are not objects")
        for segment, key in document["positions"].items():
            made._positions[_number(int(segment), 0, segments - 1)] = _key_of_json(key)
        for name, number in document["counts"].items():
            made._counts[Outcome(name)] = _number(number, 0, 10**_COUNT_DIGITS)
        made._conflicts = _number(document["conflicts"], 0, 10**_COUNT_DIGITS)
        return made


def _number(value: object, least: int, largest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= largest:
        raise ValueError("a number is out of its range")
    return value


def _key_as_json(key: Mapping[str, Any] | None) -> list[list[str]] | None:
    if key is None:
        return None
    parts: list[list[str]] = []
    for name, value in key.items():
        ((tag, content),) = value.items()
        parts.append([name, tag, base64.b64encode(bytes(content)).decode() if tag == "B" else content])
    return parts


def _key_of_json(parts: object) -> dict[str, Any] | None:
    if parts is None:
        return None
    if not is_list(parts) or not 1 <= len(parts) <= _KEY_ATTRIBUTES:
        raise ValueError("a key has one or two attributes")
    key: dict[str, Any] = {}
    for part in parts:
        if not is_list(part) or [type(text) for text in part] != [str, str, str]:
            raise ValueError("an attribute of a key is not name, type and value")
        name, tag, content = part
        if len(content) > _KEY_CHARACTERS:
            raise ValueError("an attribute of a key is too long")
        if tag not in ("S", "N", "B"):
            raise ValueError("an attribute of a key is of no type that keys have")
        try:
            key[name] = {tag: base64.b64decode(content, validate=True) if tag == "B" else content}
        except binascii.Error:
            raise ValueError("a binary key is not base64") from None
    return key


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - a name and a path
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
