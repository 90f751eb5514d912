# SPDX-License-Identifier: Apache-2.0
"""What an item encryptor returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite, EncryptedDataKey

__all__ = ("DecryptItemOutput", "EncryptItemOutput", "ParsedHeader")

_new: Final = object.__new__


@dataclass(frozen=True, slots=True)
class ParsedHeader:
    """What the header of an encrypted item says, once it was verified (spec: decrypt-item, Parsed Header).

    :ivar attribute_actions_on_encrypt: the attribute action of every signed attribute, as the item was written
    :ivar algorithm_suite_id: the algorithm suite
    :ivar encrypted_data_keys: the data key, encrypted for each recipient
    :ivar stored_encryption_context: the part of the encryption context that the header holds
    :ivar encryption_context: the whole encryption context
    :ivar selector_context: the attributes in the encryption context as DynamoDB JSON, as a branch key id supplier
        gets them
    """

    attribute_actions_on_encrypt: Mapping[str, CryptoAction]
    algorithm_suite_id: AlgorithmSuite
    encrypted_data_keys: tuple[EncryptedDataKey, ...]
    stored_encryption_context: Mapping[str, str]
    encryption_context: Mapping[str, str]
    selector_context: Mapping[str, Any]


#: A function and its arguments, which gives a header when that is first asked for: cheaper to make than a partial.
LateHeader = tuple[Callable[..., ParsedHeader], tuple[Any, ...]]
Header = ParsedHeader | LateHeader | None


class _Output:
    """An item with its header. Immutable; safe to share between threads. Equal where both are."""

    __slots__ = ("_header", "_item")

    def __init__(self, item: dict[str, Any], parsed_header: Header) -> None:
        self._item = item
        self._header = parsed_header

    @property
    def parsed_header(self) -> ParsedHeader | None:
        """The header; None where the item is of the legacy format or plaintext."""
        header = self._header
        if isinstance(header, tuple):
            make, arguments = header
            header = self._header = make(*arguments)
        return header

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.__reduce__() == other.__reduce__()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._item, self.parsed_header)


def encrypted_output(item: dict[str, Any], header: Header) -> EncryptItemOutput:
    """As ``EncryptItemOutput(item, header)``, in a third of the time: a class with ``__init__`` is slow to call."""
    output = _new(EncryptItemOutput)
    output._item = item  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    output._header = header  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return output


def decrypted_output(item: dict[str, Any], header: Header) -> DecryptItemOutput:
    """As ``DecryptItemOutput(item, header)``."""
    output = _new(DecryptItemOutput)
    output._item = item  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    output._header = header  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    output._was_plaintext = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return output


class EncryptItemOutput(_Output):
    """An encrypted item.

    :param encrypted_item: a new item
    :param parsed_header: its header, or what gives it
    """

    __slots__ = ()

    @property
    def encrypted_item(self) -> dict[str, Any]:
        """The new item."""
        return self._item

    def __repr__(self) -> str:
        return f"EncryptItemOutput(encrypted_item={self._item!r}, parsed_header={self.parsed_header!r})"


class DecryptItemOutput(_Output):
    """A verified and decrypted item.

    :param plaintext_item: a new item
    :param parsed_header: its header, or what gives it
    :param was_plaintext: true where the item was stored in plaintext and nothing of it was verified
    """

    __slots__ = ("_was_plaintext",)

    def __init__(self, plaintext_item: dict[str, Any], parsed_header: Header, was_plaintext: bool = False) -> None:
        super().__init__(plaintext_item, parsed_header)
        self._was_plaintext = was_plaintext

    @property
    def plaintext_item(self) -> dict[str, Any]:
        """The new item."""
        return self._item

    @property
    def was_plaintext(self) -> bool:
        """Whether the item was stored in plaintext, so that nothing of it was verified."""
        return self._was_plaintext

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._item, self.parsed_header, self._was_plaintext)

    def __repr__(self) -> str:
        return (
            f"DecryptItemOutput(plaintext_item={self._item!r}, parsed_header={self.parsed_header!r}, "
            f"was_plaintext={self._was_plaintext!r})"
        )
