# SPDX-License-Identifier: Apache-2.0
"""Says what must become of an altered item, and sees to it that it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.interop.ours import config_for
from tests.strategies import Case, meaning
from tests.tamper.corpus import MARKER

#: What may be raised about an item that was altered, or read with keys, table or actions that are not its own.
REFUSALS = (
    exceptions.SignatureVerificationError,
    exceptions.DecryptionError,
    exceptions.DeserializationError,
    exceptions.SerializationError,
)
Item = dict[str, Any]


class Judge:
    """One stored item and the verdicts over its alterations."""

    def __init__(self, case: Case, reader: Callable[[Item, CryptoConfig], Item] = decrypt_dynamodb_item) -> None:
        self.case = case
        self.config = config_for(case)
        self.stored = encrypt_dynamodb_item(case.item, self.config)
        self.count: Counter[str] = Counter()
        self._read = reader
        self._signed = self.signed_view(case, self.stored)
        assert self.opened(self.stored) == self.meaning(case.item)

    @staticmethod
    def meaning(item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: meaning(attribute) for name, attribute in item.items()}

    @staticmethod
    def signed_view(case: Case, stored: Mapping[str, Any]) -> dict[str, Any]:
        """All that the signature covers: two items of one view mean the same to it."""
        view: dict[str, Any] = {"": case.table}
        for name, attribute in stored.items():
            if name not in (SIGNATURE, DESCRIPTION) and case.action(name) != "DO_NOTHING":
                view[name] = case.action(name), meaning(attribute)
        return view

    def opened(self, stored: Item, config: CryptoConfig | None = None) -> dict[str, Any]:
        return self.meaning(self._read(stored, config or self.config))

    def refuse(self, stored: Item, label: object, config: CryptoConfig | None = None) -> None:
        """The item must be refused, by one of our errors, which shows nothing of what is encrypted."""
        try:
            result = self._read(stored, config or self.config)
        except REFUSALS as error:
            self._note(error)
        else:
            pytest.fail(f"{label}: accepted, and read as {result!r}")

    def refuse_or_same(self, stored: Item, label: object) -> None:
        """For what is not signed: refused, or the plaintext is the same as ever."""
        try:
            result = self._read(stored, self.config)
        except REFUSALS as error:
            self._note(error)
        else:
            assert self.meaning(result) == self.meaning(self.case.item), f"{label}: another plaintext"
            self.count["accepted with the same plaintext"] += 1

    def decide(self, stored: Item, label: object, case: Case | None = None) -> None:
        """Accepted exactly where all that the signature covers means what it meant."""
        config = None if case is None else config_for(case)
        if self.signed_view(case or self.case, stored) != self._signed:
            self.refuse(stored, label, config)
            return
        opened = self.opened(stored, config)
        for name in self.stored.keys() - {SIGNATURE, DESCRIPTION}:
            if self.case.action(name) != "DO_NOTHING":
                assert opened[name] == meaning(self.case.item[name]), f"{label}: another plaintext of {name}"
        self.count["accepted with the same plaintext"] += 1

    def _note(self, error: Exception) -> None:
        self.count["refused"] += 1
        self.count[type(error).__name__] += 1
        assert MARKER not in str(error), "an error shows plaintext"
        assert error.__cause__ is None or MARKER not in str(error.__cause__)


def report(count: Counter[str], record: Callable[[str, object], None]) -> None:
    """Hands the counts to the terminal summary."""
    record("count: tamper: alterations refused", count["refused"])
    record(
        "count: tamper: alterations that change nothing signed, read as before",
        count["accepted with the same plaintext"],
    )
