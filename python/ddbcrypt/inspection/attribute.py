# SPDX-License-Identifier: Apache-2.0
"""Looks at one attribute of an item: its type and size, and whether it may be a ciphertext."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.inspection.ciphertext import looks_random, sizes_of
from ddbcrypt.inspection.report import AttributeReport, Finding, Severity
from ddbcrypt.internal.guards import is_list, is_mapping
from ddbcrypt.internal.identifiers import DIALECT_JAVA, DIALECT_PYTHON
from ddbcrypt.internal.items import binary_value

__all__ = ("canonical_findings", "inspect_attribute")


def inspect_attribute(name: str, attribute: object, meaning: str) -> tuple[AttributeReport, list[Finding]]:
    """Report on an attribute in DynamoDB JSON, however malformed.

    :param name: its name
    :param attribute: its value
    :param meaning: what it is where it is not a ciphertext
    """
    if not is_mapping(attribute) or len(attribute) != 1:
        return _malformed(name, 'not DynamoDB JSON, such as {"S": "text"}')
    ((tag, content),) = attribute.items()
    measure = _MEASURES.get(tag) if isinstance(tag, str) else None
    if measure is None:
        return _malformed(name, f"not a type of DynamoDB: {', '.join(_MEASURES)} are")
    measured = measure(content)
    if measured is None:
        expected = ": bytes are expected, in JSON base64" if tag in ("B", "BS") else ""
        return _malformed(name, f"the value is not one of type {tag}{expected}")
    size, members = measured
    data = binary_value(attribute, True)
    sizes = sizes_of(len(data)) if data is not None and looks_random(data) else None
    if sizes is None:
        return AttributeReport(name, tag, size, members, False, None, None, meaning), []
    return AttributeReport(name, tag, size, members, True, sizes.canonical, sizes.text, meaning), []


def canonical_findings(name: str, attribute: Any) -> list[Finding]:
    """Say why a value cannot be signed, or how the two clients would sign it differently.

    :param name: name of the attribute
    :param attribute: value that :func:`inspect_attribute` found to be well formed
    """
    try:
        orders = [_engine.serialize_attribute(attribute, dialect) for dialect in (DIALECT_PYTHON, DIALECT_JAVA)]
    except (DynamodbEncryptionSdkError, TypeError, ValueError, RecursionError) as error:
        # The engine's words: they say what is wrong and hold no value.
        return [Finding(Severity.ERROR, "value", f"no reader can bring the value into canonical form: {error}", name)]
    if orders[0] == orders[1]:
        return []
    message = "the Java and the Python client sign this value in different orders; ddbcrypt reads both"
    return [Finding(Severity.NOTE, "order", message, name)]


_Measured = tuple[int | None, int | None] | None


def _text(content: Any) -> _Measured:
    return (len(content.encode("utf-8", "surrogatepass")), None) if isinstance(content, str) else None


def _binary(content: Any) -> _Measured:
    data = binary_value({"B": content}, True)
    return None if data is None else (len(data), None)


def _set_of(measure: Callable[[Any], _Measured]) -> Callable[[Any], _Measured]:
    def of_set(content: Any) -> _Measured:
        # Python values have sets; the type is compared so that what is in one stays of type Any.
        if not is_list(content) and type(content) not in (set, frozenset, tuple):
            return None
        sizes = [measure(member) for member in content]
        total = 0
        for size in sizes:
            if size is None or size[0] is None:
                return None
            total += size[0]
        return total, len(sizes)

    return of_set


def _boolean(content: Any) -> _Measured:
    return (None, None) if isinstance(content, bool) else None


def _null(content: Any) -> _Measured:
    return (None, None) if content is True else None


def _list(content: Any) -> _Measured:
    return (None, len(content)) if is_list(content) else None


def _map(content: Any) -> _Measured:
    return (None, len(content)) if is_mapping(content) else None


_MEASURES: Final[dict[str, Callable[[Any], _Measured]]] = {
    "S": _text,
    "N": _text,
    "B": _binary,
    "SS": _set_of(_text),
    "NS": _set_of(_text),
    "BS": _set_of(_binary),
    "L": _list,
    "M": _map,
    "BOOL": _boolean,
    "NULL": _null,
}


def _malformed(name: str, message: str) -> tuple[AttributeReport, list[Finding]]:
    report = AttributeReport(name, None, None, None, False, None, None, "malformed")
    return report, [Finding(Severity.ERROR, "malformed", message, name)]
