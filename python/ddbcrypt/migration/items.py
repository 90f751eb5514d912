# SPDX-License-Identifier: Apache-2.0
"""What is done to the items of one page: verified, decrypted, encrypted anew, written back on condition."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.keys import canonical_key
from ddbcrypt.dynamodb.update.fate import is_conflict
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError, UpdateConflictError
from ddbcrypt.internal.reachability import is_unreachable
from ddbcrypt.migration.pair import TablePair
from ddbcrypt.migration.report import Outcome
from ddbcrypt.migration.settings import MigrationSettings

#: Answers of DynamoDB that are about the one item.
_OF_THE_ITEM: Final = ("ValidationException", "ItemCollectionSizeLimitExceededException")
_FIRST_WAIT: Final = 0.02
_LONGEST_WAIT: Final = 1.0

Item = Mapping[str, Any]
Result = tuple[Outcome, DynamodbEncryptionSdkError | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item that is to be written.

    :ivar stored: as it was read
    :ivar encrypted: as the target has it
    """

    stored: Item
    encrypted: Item


class ItemMigrator:
    """Migrates items. Thread-safe as far as the client and the pair are.

    :param client: a DynamoDB client without encryption
    :param pause: waits for so many seconds, less where the migration is stopped
    :param conflict: is called for each conflict
    """

    def __init__(
        self,
        client: Any,
        pair: TablePair,
        settings: MigrationSettings,
        pause: Callable[[float], Any],
        conflict: Callable[[], None],
    ) -> None:
        self._client = client
        self._pair = pair
        self._settings = settings
        self._pause = pause
        self._conflict = conflict

    def prepare(self, items: Sequence[Item]) -> list[Prepared | Result]:
        """Verify, decrypt and encrypt items, in order; no request to the table.

        :raises: what providers and keyrings raise where a key service cannot be reached
        """
        results: list[Prepared | Result | None] = [None] * len(items)
        plain: dict[int, Item] = {}
        of_target: dict[int, DynamodbEncryptionSdkError] = {}
        places = [place for place, item in enumerate(items) if self._pair.may_be_new(item)]
        for place, found in self._each(self._pair.target.decrypt, places, items):
            if isinstance(found, DynamodbEncryptionSdkError):
                of_target[place] = found
            elif self._settings.rewrite_readable or not self._pair.target.is_current(items[place]):
                plain[place] = found
            else:
                results[place] = (Outcome.READABLE, None)
        places = [place for place in range(len(items)) if results[place] is None and place not in plain]
        for place, found in self._each(self._pair.source.decrypt, places, items):
            if isinstance(found, DynamodbEncryptionSdkError):
                results[place] = (Outcome.FAILED, _both(found, of_target.get(place)))
            else:
                plain[place] = found
        for place, found in self._each(self._pair.target.encrypt, sorted(plain), plain):
            if isinstance(found, DynamodbEncryptionSdkError):
                results[place] = (Outcome.FAILED, found)
            else:
                results[place] = Prepared(items[place], found)
        return [result for result in results if result is not None]

    def finish(self, prepared: Prepared) -> Result:
        """Write a prepared item, as often as others are faster.

        :raises: what the client raises, but for what is about the item
        """
        for attempt in range(self._settings.attempts):
            try:
                request = self._pair.write(prepared.stored, prepared.encrypted)
            except DynamodbEncryptionSdkError as error:
                self._pair.target.name_item(error, prepared.stored)
                return Outcome.FAILED, error
            if self._settings.dry_run:
                return Outcome.MIGRATED, None
            try:
                self._client.update_item(**request)
            except ClientError as error:
                if not is_conflict(error):
                    return self._refused(prepared, error)
            else:
                return Outcome.MIGRATED, None
            self._conflict()
            self._pause(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10))))
            again = self._read_again(prepared)
            if not isinstance(again, Prepared):
                return again
            prepared = again
        refusal = UpdateConflictError(
            f"The item was changed by others at each of {self._settings.attempts} attempts to migrate it"
        )
        self._pair.source.name_item(refusal, prepared.stored)
        return Outcome.FAILED, refusal

    def _read_again(self, prepared: Prepared) -> Prepared | Result:
        key = self._pair.key_of(prepared.stored)
        response = self._client.get_item(TableName=self._pair.table_name, Key=key, ConsistentRead=True)
        stored = response.get("Item")
        if not stored:
            return Outcome.GONE, None
        if canonical_key(stored, key) != canonical_key(key, key):
            error = SignatureVerificationError("DynamoDB answered with an item whose primary key was not asked for")
            self._pair.source.name_item(error, key)
            return Outcome.FAILED, error
        return self.prepare((stored,))[0]

    def _refused(self, prepared: Prepared, error: ClientError) -> Result:
        code = error.response.get("Error", {}).get("Code")
        if code not in _OF_THE_ITEM:
            raise error
        failure = DynamodbEncryptionSdkError(f"DynamoDB did not take the item: {error}")
        failure.__cause__ = error
        self._pair.target.name_item(failure, prepared.stored)
        return Outcome.FAILED, failure

    def _each(
        self,
        run: Callable[[Sequence[Item]], list[dict[str, Any]]],
        places: Sequence[int],
        items: Sequence[Item] | Mapping[int, Item],
    ) -> list[tuple[int, dict[str, Any] | DynamodbEncryptionSdkError]]:
        """Run over all in one go, and over each by itself where that fails."""
        if not places:
            return []
        jobs = [items[place] for place in places]
        try:
            return list(zip(places, run(jobs), strict=True))
        except DynamodbEncryptionSdkError as error:
            if is_unreachable(error):
                raise
        return [(place, _result(run, job)) for place, job in zip(places, jobs, strict=True)]


def _result(
    run: Callable[[Sequence[Item]], list[dict[str, Any]]], item: Item
) -> dict[str, Any] | DynamodbEncryptionSdkError:
    try:
        return run((item,))[0]
    except DynamodbEncryptionSdkError as error:
        # An item is not at fault for a key service that cannot be reached: the run is to end, and go on later.
        if is_unreachable(error):
            raise
        return error


def _both(
    error: DynamodbEncryptionSdkError, of_target: DynamodbEncryptionSdkError | None
) -> DynamodbEncryptionSdkError:
    if of_target is not None and str(of_target) != str(error):
        error.args = (f"{error}; and as the target has it: {of_target}", *error.args[1:])
    return error
