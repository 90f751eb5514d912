# SPDX-License-Identifier: Apache-2.0
"""Garbage is collected where a walk over an item ends with an exception, and its finalizer empties that item."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction
from tests.unit.support import AES, HMAC

SURROGATE = "\ud800"


def emptied_binary() -> Binary:
    binary = Binary(b"x")
    vars(binary).clear()
    return binary


class Trap:
    """Garbage that empties the item and all in it, once it is collected."""

    def __init__(self, item: dict[str, Any]) -> None:
        self.item = item
        self.itself = self

    def __del__(self) -> None:
        for value in self.item.values():
            value.clear()
        self.item.clear()


def lists(bad: Callable[[], Any]) -> dict[str, Any]:
    """Objects that nothing else refers to."""
    return {f"name {i}": ["".join(["text ", str(i)]), {"in": [str(i) * 9, bad()]}] for i in range(70)}


@pytest.mark.parametrize("action", [CryptoAction.ENCRYPT_AND_SIGN, CryptoAction.SIGN_ONLY])
@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize("bad", [lambda: SURROGATE + "x", emptied_binary])
def test_the_item_is_emptied_while_it_is_walked(bad: Callable[[], Any], wire: bool, action: CryptoAction) -> None:
    kind = "S" if isinstance(bad(), str) else "B"
    for _ in range(8):
        item = lists(bad)
        if wire:
            item = {
                name: {"L": [{"S": text}, {"M": {"in": {"L": [{"S": inner["in"][0]}, {kind: inner["in"][1]}]}}}]}
                for name, (text, inner) in item.items()
            }
        actions, aes, hmac = dict[str, CryptoAction](), AES.engine_key, HMAC.engine_key
        failed = False
        gc.collect()
        gc.disable()
        before = gc.get_threshold()
        Trap(item)
        try:
            gc.set_threshold(1)
            gc.enable()
            # No new container up to here.
            _engine.encrypt_item(item, wire, "t", action, actions, aes, hmac, None, 0)
        except (DynamodbEncryptionSdkError, AttributeError, RuntimeError):
            failed = True
        finally:
            gc.set_threshold(*before)
            gc.enable()
        gc.collect()
        assert failed or not wire  # of Python values the emptied lists are read anew
        assert item == {}
