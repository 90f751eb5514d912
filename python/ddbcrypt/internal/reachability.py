# SPDX-License-Identifier: Apache-2.0
"""Whether a failed call got an answer, or did not reach the service at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

__all__ = ("is_unreachable",)

#: Answers that say nothing but "not now".
_NOT_NOW: Final = frozenset(
    {
        "DependencyTimeoutException",
        "InternalServerError",
        "KMSInternalException",
        "KeyUnavailableException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_SERVER_ERRORS: Final = 500
_CHAIN: Final = 16


def is_unreachable(error: BaseException) -> bool:
    """Tell whether ``error``, or what it was raised from, is a lost connection, time-out, throttling or server error.

    Everything else is an answer: a record that is not there or does not verify, a disabled key, a denied access. Of
    several attempts (``errors``, as of an item's data keys) one that got no answer leaves it open.
    """
    return _got_no_answer(error, _CHAIN)


def _got_no_answer(error: BaseException, links: int) -> bool:
    import botocore.exceptions as botocore

    no_answer = (
        botocore.ConnectionError,
        botocore.HTTPClientError,
        botocore.IncompleteReadError,
        ConnectionError,
        TimeoutError,
    )
    current: BaseException | None = error
    for left in range(links, 0, -1):
        if current is None:
            return False
        if isinstance(current, no_answer):
            return True
        if isinstance(current, botocore.ClientError):
            return _says_not_now(current)
        attempts: object = getattr(current, "errors", ())
        if isinstance(attempts, tuple) and any(
            isinstance(one, BaseException) and _got_no_answer(one, left - 1)
            for one in cast("tuple[object, ...]", attempts)
        ):
            return True
        # Not its context: that may be an exception that the application was busy with when it called.
        current = current.__cause__
    return False


def _says_not_now(error: ClientError) -> bool:
    response: Any = error.response
    code = response.get("Error", {}).get("Code")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return code in _NOT_NOW or (isinstance(status, int) and status >= _SERVER_ERRORS)
