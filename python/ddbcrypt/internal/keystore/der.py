# SPDX-License-Identifier: Apache-2.0
"""Reads DER, bounded by the bytes that remain. It goes down one level at a call, so nothing nests without end."""

from __future__ import annotations

from typing import Final

from ddbcrypt.exceptions import KeyStoreFormatError

__all__ = ("BMP_STRING", "INTEGER", "OCTET_STRING", "OID", "SEQUENCE", "SET", "DerReader", "encode_oid")

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OID: Final = 0x06
BMP_STRING: Final = 0x1E
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONG_FORM: Final = 0x80
_LENGTH_BYTES: Final = 4
_NUMBER_BYTES: Final = 4


class DerReader:
    """Reads the elements of ``data`` one after the other."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def at_end(self) -> bool:
        """Tell whether no element is left."""
        return self._position == len(self._data)

    def peek(self) -> int | None:
        """Give the tag of the next element, or None at the end."""
        return None if self.at_end() else self._data[self._position]

    def read(self, tag: int) -> bytes:
        """Give the content of the next element.

        :raises KeyStoreFormatError: it is of another tag, truncated or not DER
        """
        start, end = self._next(tag)
        self._position = end
        return self._data[start:end]

    def read_whole(self, tag: int) -> bytes:
        """As :meth:`read`, with the element's tag and length."""
        begin = self._position
        _, self._position = self._next(tag)
        return self._data[begin : self._position]

    def read_number(self) -> int:
        """Give the next element, a non-negative INTEGER of up to 32 bits.

        :raises KeyStoreFormatError: it is not
        """
        content = self.read(INTEGER)
        value = int.from_bytes(content, "big", signed=True)
        if not content or len(content) > _NUMBER_BYTES or value < 0:
            raise KeyStoreFormatError("the key store is malformed: a number is out of its range")
        return value

    def _next(self, tag: int) -> tuple[int, int]:
        """Find begin and end of the next element's content."""
        data = self._data
        position = self._position
        if position + 2 > len(data):
            raise KeyStoreFormatError("the key store is truncated")
        if data[position] != tag:
            raise KeyStoreFormatError(
                f"the key store is malformed: there is an element of tag {data[position]:#04x} instead of {tag:#04x}"
            )
        length = data[position + 1]
        position += 2
        if length >= _LONG_FORM:
            size = length - _LONG_FORM
            if not 1 <= size <= _LENGTH_BYTES:
                raise KeyStoreFormatError("the key store is malformed: a length is not in the form that DER has")
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        if length > len(data) - position:
            raise KeyStoreFormatError("the key store is truncated")
        return position, position + length


def encode_oid(text: str) -> bytes:
    """Give the content bytes of an OBJECT IDENTIFIER, to compare with what :meth:`DerReader.read` gives."""
    first, second, *rest = map(int, text.split("."))
    encoded = bytearray()
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(digits))
    return bytes(encoded)
