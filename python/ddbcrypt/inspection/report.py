# SPDX-License-Identifier: Apache-2.0
"""What an inspection finds, as immutable objects that threads may share. They hold no attribute values."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = (
    "AttributeReport",
    "DataKeyReport",
    "DescriptionEntry",
    "DescriptionReport",
    "Finding",
    "HeaderReport",
    "ItemFormat",
    "ItemReport",
    "Severity",
    "SignatureReport",
)


class ItemFormat(StrEnum):
    """Whose format an item is in."""

    #: The DynamoDB Encryption Client's.
    LEGACY = "legacy"
    #: The AWS Database Encryption SDK's.
    STRUCTURED = "structured"
    #: That of another encryption client, which :attr:`ItemReport.writer` names.
    FOREIGN = "foreign"
    #: None: the item is neither encrypted nor signed.
    PLAINTEXT = "plaintext"
    #: Not an item at all.
    UNREADABLE = "unreadable"


class Severity(StrEnum):
    """How bad a finding is."""

    #: No reader accepts the item as it is.
    ERROR = "error"
    #: Some reader, or every reader with some configuration, refuses the item.
    WARNING = "warning"
    #: Good to know.
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with an item, or good to know of it.

    :ivar severity: how bad it is
    :ivar code: short name that stays the same in later versions
    :ivar message: one sentence; it holds no attribute value
    :ivar attribute: name of the attribute that it is about, or None for the item
    """

    severity: Severity
    code: str
    message: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """The signature attribute.

    :ivar size: length in bytes
    :ivar algorithms: names of the algorithms whose signatures have that length; none where no algorithm's has
    """

    size: int
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DescriptionEntry:
    """One pair of the material description.

    :ivar name: its name
    :ivar value: its value; None for a wrapped data key, of which ``meaning`` has the length
    :ivar meaning: what it says, in words
    """

    name: str
    value: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class DescriptionReport:
    """The material description attribute.

    :ivar size: length in bytes
    :ivar entries: its pairs in the order in which they are stored, as far as they can be read
    :ivar is_sorted: whether the pairs stand in order of name, as ddbcrypt and the Python client write them
    :ivar is_whole: whether it could be read to its end and is well formed
    """

    size: int
    entries: tuple[DescriptionEntry, ...]
    is_sorted: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class DataKeyReport:
    """The data key of an item of the structured format, encrypted for one recipient.

    :ivar provider_id: namespace of the keyring that encrypted it
    :ivar meaning: what its provider information says, in words: whose key it takes to decrypt it
    :ivar size: length of the encrypted data key in bytes
    """

    provider_id: str
    meaning: str
    size: int


@dataclass(frozen=True, slots=True)
class HeaderReport:
    """The header of an item of the structured format. Nothing of it is proof.

    :ivar size: length in bytes
    :ivar version: version of the format, 1 or 2
    :ivar suite: the algorithms of its suite
    :ivar message_id: the message id in hexadecimal digits
    :ivar legend: a letter for each signed attribute: ``e`` encrypted, ``s`` signed, ``c`` in the encryption context too
    :ivar encryption_context: the part of the encryption context that is stored
    :ivar data_keys: the data key, encrypted for each recipient
    """

    size: int
    version: int
    suite: str
    message_id: str
    legend: str
    encryption_context: dict[str, str]
    data_keys: tuple[DataKeyReport, ...]


@dataclass(frozen=True, slots=True)
class AttributeReport:
    """One attribute, the reserved ones included.

    :ivar name: its name
    :ivar type: DynamoDB's letters for its type (``S``, ``BS``); None where it is malformed
    :ivar size: length of its text in UTF-8, of its digits or bytes, or of all members of a set, in bytes; None for
        other types
    :ivar members: number of members of a set, list or map; None for other types
    :ivar is_ciphertext_like: whether it may be a ciphertext of the item's format; a binary value of the same length
        that was never encrypted may be taken for one
    :ivar plaintext_sizes: smallest and largest length in bytes of the canonical value in such a ciphertext, or None
    :ivar text_sizes: the same for the value itself, if it is a text, a number or binary
    :ivar meaning: what it is, in words
    """

    name: str
    type: str | None
    size: int | None
    members: int | None
    is_ciphertext_like: bool
    plaintext_sizes: tuple[int, int] | None
    text_sizes: tuple[int, int] | None
    meaning: str


@dataclass(frozen=True, slots=True)
class ItemReport:
    """All that was found out about an item.

    :ivar format: whose format it is in
    :ivar writer: the other encryption client that wrote it, or None
    :ivar materials: where its keys come from, as far as its material description says, or None
    :ivar signature: its signature, or None
    :ivar description: its material description, or None
    :ivar header: its header, where it is of the structured format and the header can be read, or None
    :ivar attributes: its attributes in the order in which they were given
    :ivar findings: what is wrong with it, the worst first
    """

    format: ItemFormat
    writer: str | None = None
    materials: str | None = None
    signature: SignatureReport | None = None
    description: DescriptionReport | None = None
    attributes: tuple[AttributeReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    header: HeaderReport | None = None

    @property
    def has_errors(self) -> bool:
        """Whether no reader accepts the item as it is."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as dicts, lists, texts, numbers and None, for JSON. The names are those of the fields."""
        return dataclasses.asdict(self)
