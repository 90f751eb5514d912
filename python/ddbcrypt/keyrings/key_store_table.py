# SPDX-License-Identifier: Apache-2.0
"""The DynamoDB table under a branch key store: make it, read one item, write several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from ddbcrypt.identifiers import USER_AGENT_SUFFIX
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.internal.validate import require_optional
from ddbcrypt.keyrings.branch_key_records import ID, TYPE
from ddbcrypt.keyrings.errors import BranchKeyExistsError, BranchKeyStoreError

_KEY_SCHEMA: Final = ((ID, "HASH"), (TYPE, "RANGE"))
_CALL_ERRORS: Final = (ClientError, BotoCoreError)


class KeyStoreTable(HasLock):
    """Calls of DynamoDB for one table. Thread-safe; every method but the constructor makes a network call."""

    def __init__(self, name: str, client: BaseClient | None, session: Session | None, region: str | None) -> None:
        super().__init__()
        require_optional("dynamodb_client", client, BaseClient)
        self.name = name
        self._given: Any = client
        self._made: Any = None
        self._session = session
        self._region = region

    def create(self) -> str:
        """Make the table where there is none, on demand capacity; give its ARN."""
        try:
            description: dict[str, Any] = self._client().describe_table(TableName=self.name)["Table"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
                raise self._error("describe", error) from error
        except BotoCoreError as error:
            raise self._error("describe", error) from error
        else:
            return self._checked(description)
        try:
            made: dict[str, Any] = self._client().create_table(
                TableName=self.name,
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in _KEY_SCHEMA],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in _KEY_SCHEMA],
                BillingMode="PAY_PER_REQUEST",
            )["TableDescription"]
        except _CALL_ERRORS as error:
            raise self._error("make", error) from error
        return str(made["TableArn"])

    def read(self, branch_key_id: str, kind: str) -> object:
        """Give one item, or None."""
        try:
            answer = self._client().get_item(
                TableName=self.name, Key={ID: {"S": branch_key_id}, TYPE: {"S": kind}}, ConsistentRead=True
            )
        except _CALL_ERRORS as error:
            raise self._error("read", error) from error
        item: object = answer.get("Item")
        return item

    def write(self, puts: Sequence[tuple[dict[str, Any], dict[str, Any]]], conflict: str) -> None:
        """Write items with their conditions, all or none.

        :raises BranchKeyExistsError: a condition does not hold; ``conflict`` is its message
        """
        items = [{"Put": {"TableName": self.name, "Item": item, **condition}} for item, condition in puts]
        try:
            self._client().transact_write_items(TransactItems=items)
        except ClientError as error:
            if _is_conflict(error):
                raise BranchKeyExistsError(conflict) from error
            raise self._error("write to", error) from error
        except BotoCoreError as error:
            raise self._error("write to", error) from error

    def _checked(self, description: dict[str, Any]) -> str:
        schema = tuple((part["AttributeName"], part["KeyType"]) for part in description["KeySchema"])
        types = {part["AttributeName"]: part["AttributeType"] for part in description["AttributeDefinitions"]}
        if sorted(schema) != sorted(_KEY_SCHEMA) or types.get(ID) != "S" or types.get(TYPE) != "S":
            raise BranchKeyStoreError(
                f"table {self.name!r} is no branch key store: its partition key has to be {ID!r} and its sort key "
                f"{TYPE!r}, both of type S"
            )
        return str(description["TableArn"])

    def _client(self) -> Any:
        client = self._given or self._made
        if client is None:
            # Making a client reads and writes the session, which is not safe between threads.
            with self._lock:
                client = self._made
                if client is None:
                    client = self._made = self._make_client()
        return client

    def _renew_after_fork(self) -> None:
        # A connection that two processes write to gives one the answers of the other.
        self._made = None
        super()._renew_after_fork()

    def _make_client(self) -> Any:
        session = self._session or Session()
        default: Any = session.get_default_client_config()
        agent = getattr(default, "user_agent_extra", None)
        config = Config(user_agent_extra=f"{agent} {USER_AGENT_SUFFIX}" if agent else USER_AGENT_SUFFIX)
        return session.create_client("dynamodb", region_name=self._region, config=config)

    def _error(self, verb: str, error: Exception) -> BranchKeyStoreError:
        return BranchKeyStoreError(f"cannot {verb} branch key store table {self.name!r}: {error}")


def _is_conflict(error: ClientError) -> bool:
    response: dict[str, Any] = dict(error.response)
    if response.get("Error", {}).get("Code") != "TransactionCanceledException":
        return False
    reasons = response.get("CancellationReasons") or ()
    return any(reason.get("Code") in {"ConditionalCheckFailed", "TransactionConflict"} for reason in reasons)
