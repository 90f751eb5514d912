# SPDX-License-Identifier: Apache-2.0
"""Entries of a configuration file, with errors that name file and entry and never show a value."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.guards import is_dict, is_list

_TYPES: Final = {str: "a string", bool: "true or false", int: "an integer", float: "a number", dict: "a table"}


class Files:
    """The files that were read for one configuration, by entry. Their contents tell configurations apart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contents: dict[str, bytes] = {}


class Section:
    """A table of a TOML file whose entries are taken one by one; what is left over is an error.

    :param files: of the configuration
    :param name: of the table, dotted; empty for the whole file
    :param entries: of the table
    """

    def __init__(self, files: Files, name: str, entries: dict[str, object]) -> None:
        self.files = files
        self.name = name
        self._entries = dict(entries)

    def error(self, name: str, problem: str) -> CommandError:
        """Give the error about an entry, or about the table itself where the name is empty."""
        entry = ".".join(part for part in (self.name, name) if part)
        where = f"{self.files.path}: {entry}" if entry else str(self.files.path)
        return CommandError(ExitCode.CONFIGURATION, f"{where}: {problem}")

    def refusal(self, error: Exception) -> CommandError:
        """Give the error for what ddbcrypt says of the whole table."""
        return self.error("", str(error))

    def has(self, name: str) -> bool:
        """Whether there is such an entry."""
        return name in self._entries

    def text(self, name: str) -> str:
        """Take a string that has to be there and not empty."""
        text = self.optional_text(name)
        if text is None:
            raise self.error(name, "it is missing; it has to be a string")
        return text

    def optional_text(self, name: str) -> str | None:
        """Take a string that is not empty."""
        value = self._entries.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong_type(name, str)
        if not value:
            raise self.error(name, "it is empty")
        return value

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """Take one of some strings."""
        value = self.text(name) if default is None or self.has(name) else default
        if value not in choices:
            raise self.error(name, f"it has to be one of {', '.join(sorted(choices))}")
        return value

    def flag(self, name: str) -> bool:
        """Take true or false; false where it is not there."""
        value = self._entries.pop(name, False)
        if not isinstance(value, bool):
            raise self._wrong_type(name, bool)
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Take a number."""
        value = self._entries.pop(name, default)
        if value is None:
            raise self.error(name, "it is missing; it has to be a number")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong_type(name, float)
        return value

    def texts(self, name: str) -> list[str]:
        """Take a list of strings; an empty one where it is not there."""
        value = self._entries.pop(name, [])
        if not is_list(value) or not all(isinstance(text, str) and text for text in value):
            raise self.error(name, "it has to be a list of strings that are not empty")
        return [str(text) for text in value]

    def text_table(self, name: str) -> dict[str, str] | None:
        """Take a table of strings, None where it is not there."""
        value = self._entries.pop(name, None)
        if value is None:
            return None
        if not is_dict(value) or not all(isinstance(text, str) for text in value.values()):
            raise self.error(name, "it has to be a table of strings")
        return {str(key): str(text) for key, text in value.items()}

    def action(self, name: str, known: Collection[CryptoAction], default: CryptoAction) -> CryptoAction:
        """Take the name of an attribute action."""
        return CryptoAction[self.choice(name, [action.name for action in known], default.name)]

    def actions(self, name: str, known: Collection[CryptoAction]) -> dict[str, CryptoAction]:
        """Take a table of attribute names and actions; an empty one where it is not there."""
        section = self.optional_section(name)
        if section is None:
            return {}
        return {attribute: section.action(attribute, known, max(known, key=_value)) for attribute in section.names()}

    def section(self, name: str) -> Section:
        """Take a table that has to be there."""
        section = self.optional_section(name)
        if section is None:
            raise self.error(name, "it is missing; it has to be a table")
        return section

    def optional_section(self, name: str) -> Section | None:
        """Take a table."""
        value = self._entries.pop(name, None)
        if value is None:
            return None
        if not is_dict(value):
            raise self._wrong_type(name, dict)
        return Section(self.files, f"{self.name}.{name}" if self.name else name, value)

    def sections(self, name: str) -> list[Section]:
        """Take a list of tables; an empty one where it is not there."""
        value = self._entries.pop(name, [])
        if not is_list(value) or not all(is_dict(entries) for entries in value):
            raise self.error(name, "it has to be a list of tables")
        full = f"{self.name}.{name}" if self.name else name
        return [Section(self.files, f"{full}[{place}]", entries) for place, entries in enumerate(value)]

    def names(self) -> list[str]:
        """Give the names of the entries that were not taken."""
        return list(self._entries)

    def end(self) -> None:
        """Refuse what was not taken."""
        if self._entries:
            name = min(self._entries)
            raise self.error(
                name, "there is no such entry here; keys are not written into this file but into key files"
            )

    def _wrong_type(self, name: str, kind: type) -> CommandError:
        return self.error(name, f"it has to be {_TYPES[kind]}")


#: What the constructors that are called with entries raise for them.
REFUSALS: Final = (DynamodbEncryptionSdkError, ValueError, TypeError)


def _value(action: CryptoAction) -> int:
    return int(action.value)
