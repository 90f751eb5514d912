# SPDX-License-Identifier: Apache-2.0
"""What AWS KMS and DynamoDB answered where AWS's package failed.

Its exceptions repeat an answer's message and not its code, so that nothing tells a throttled call from a disabled key.
The object inside each of its own, which it was compiled to from Dafny, still has the code: calls go through one that
listens there. Where a version of the package has no such object the answers are unknown and all else is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

__all__ = ("Listener", "listen")

_PACKAGE: Final = "aws_cryptographic_material_providers"
#: Members of an error that hold the error of what was asked below.
_BELOW: Final = ("ComAmazonawsKms", "ComAmazonawsDynamodb", "AwsCryptographyKeyStore")
_PREFIX: Final = "Error_"
_DEPTH: Final = 16


class Listener:
    """Stands before an inner object of the package for one call, and keeps the error that it gives."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._error: Any = None

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        method = getattr(self._inner, name)

        def call(given: Any) -> Any:
            output = method(given)
            if output.IsFailure():
                self._error = output.error
            return output

        return call

    def answers(self) -> tuple[Exception, ...]:
        """Give what the services answered, as botocore would have raised it; none where nothing is known."""
        return tuple(_answers(self._error, _DEPTH))


def listen(theirs: Any) -> tuple[Any, Listener]:
    """Give an object of the package that works as ``theirs`` does, for one call, and the listener in it.

    :param theirs: keyring or materials manager; one that an application wrote itself is given as it is
    """
    inner = getattr(theirs, "_impl", None)
    listener = Listener(inner)
    if inner is None or not type(theirs).__module__.startswith(_PACKAGE):
        return theirs, listener
    return type(theirs)(listener), listener


def _answers(error: Any, depth: int) -> Iterator[Exception]:
    if depth == 0 or error is None:
        return
    opaque = getattr(error, "obj", None)
    if isinstance(opaque, Exception):
        yield opaque
    for one in getattr(error, "list", None) or ():
        yield from _answers(one, depth - 1)
    for name in _BELOW:
        below = getattr(error, name, None)
        if below is None:
            continue
        if isinstance(getattr(below, "obj", None), Exception) or any(
            hasattr(below, name) for name in (*_BELOW, "list")
        ):
            yield from _answers(below, depth - 1)
        else:
            # An error that the service's model knows: its name is the code.
            from botocore.exceptions import ClientError  # there, since AWS's package asked through it

            code = type(below).__name__.removeprefix(_PREFIX)
            yield ClientError({"Error": {"Code": code, "Message": "as AWS's package says"}}, "(unknown)")
