# SPDX-License-Identifier: Apache-2.0
"""A store of branch keys in a DynamoDB table (framework/branch-key-store.md)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from botocore.client import BaseClient
from botocore.session import Session

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.keyrings.branch_key_records import (
    ACTIVE,
    BEACON,
    CIPHERTEXT,
    CUSTOM_PREFIX,
    ID,
    TYPE,
    VERSION_PREFIX,
    BranchKeyRecord,
    active_context,
    beacon_context,
    is_version,
    read_record,
    version_context,
)
from ddbcrypt.keyrings.branch_keys import BeaconKeyMaterials, BranchKeyMaterials
from ddbcrypt.keyrings.context import check_context
from ddbcrypt.keyrings.errors import (
    BranchKeyNotFoundError,
    BranchKeyStoreError,
    DataKeyUnwrappingError,
    DataKeyWrappingError,
)
from ddbcrypt.keyrings.key_store_configuration import (
    KmsConfiguration,
    check_configuration,
    key_for,
    own_key,
    region_of,
)
from ddbcrypt.keyrings.key_store_table import KeyStoreTable
from ddbcrypt.keyrings.kms_calls import KmsCaller
from ddbcrypt.keyrings.names import NOT_UTF8, is_utf8

__all__ = ("BranchKeyStore", "KeyStoreInfo")

_ABSENT: Final = "attribute_not_exists(#i)"
_UNCHANGED: Final = "attribute_exists(#i) AND #e = :old"


class KeyStoreInfo(NamedTuple):
    """How a branch key store is set up.

    :ivar identifier: its own id
    :ivar table_name: its DynamoDB table
    :ivar logical_name: name that its branch keys are bound to
    :ivar grant_tokens: what calls of AWS KMS are sent with
    :ivar kms_configuration: which AWS KMS keys it uses
    """

    identifier: str
    table_name: str
    logical_name: str
    grant_tokens: tuple[str, ...]
    kms_configuration: KmsConfiguration


class BranchKeyStore:
    """Makes, rotates and gives branch keys. AWS KMS encrypts them, a DynamoDB table holds them.

    A branch key has an id, versions of which one is active, and one beacon key. AWS KMS makes each key so that its
    plaintext is not seen until it is used, and binds it to all of its record and to the store's logical name: what was
    altered or copied to another store is refused.

    Safe to share between threads. Every operation makes network calls; nothing is cached here, but in
    :class:`~ddbcrypt.keyrings.hierarchical.AwsKmsHierarchicalKeyring`. Reads are strongly consistent.

    :param table_name: DynamoDB table, partition key ``branch-key-id`` and sort key ``type``, both text
    :param logical_name: name that keys are bound to; it stays the same when the table is restored under another name
    :param kms_configuration: which AWS KMS keys are used: ``KmsKeyArn``, ``KmsMultiRegionKeyArn``, ``KmsDiscovery`` or
        ``KmsMultiRegionDiscovery``
    :param dynamodb_client: boto3 or botocore DynamoDB client; None to make one
    :param kms_client: boto3 or botocore KMS client; None to make one
    :param grant_tokens: list or tuple of grant tokens that calls of AWS KMS are sent with
    :param identifier: an id of the store for :meth:`info`; a new UUID where it is None
    :param botocore_session: where clients that are not given come from; None for a new session
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: an empty name, an alias or a malformed ARN
    """

    def __init__(
        self,
        table_name: str,
        logical_name: str,
        kms_configuration: KmsConfiguration,
        *,
        dynamodb_client: BaseClient | None = None,
        kms_client: BaseClient | None = None,
        grant_tokens: Sequence[str] = (),
        identifier: str | None = None,
        botocore_session: Session | None = None,
    ) -> None:
        for name, text in (("table_name", table_name), ("logical_name", logical_name)):
            require_instance(name, text, str)
            if not text:
                raise InvalidArgumentError(f'"{name}" must not be empty')
        require_optional("identifier", identifier, str)
        self._configuration = check_configuration(kms_configuration)
        self._logical_name = logical_name
        self._identifier = identifier or str(uuid.uuid4())
        session = botocore_session
        if session is None and (kms_client is None or dynamodb_client is None):
            session = Session()
        region = region_of(self._configuration)
        self._kms = KmsCaller(kms_client, session, region, grant_tokens)
        self._table = KeyStoreTable(table_name, dynamodb_client, session, region)

    @property
    def logical_name(self) -> str:
        """Name that branch keys are bound to."""
        return self._logical_name

    def info(self) -> KeyStoreInfo:
        """Tell how the store is set up. No network call."""
        return KeyStoreInfo(
            self._identifier, self._table.name, self._logical_name, self._kms.grant_tokens, self._configuration
        )

    def create_key_store(self) -> str:
        """Make the table where it is not there, and give its ARN. Two network calls; a new table is not waited for.

        :raises BranchKeyStoreError: the table has another key schema, or DynamoDB refused or was not reached
        """
        return self._table.create()

    def create_key(self, branch_key_id: str | None = None, encryption_context: Mapping[str, str] | None = None) -> str:
        """Make a branch key with its first version and its beacon key, and give its id. Four network calls.

        :param branch_key_id: id of the new key; None for a new UUID. An id of one's own needs an encryption context
        :param encryption_context: names and values that the key is bound to for good; it is stored readably
        :raises InvalidArgumentError: an id and no context; an id, name or value that is empty or not for UTF-8
        :raises BranchKeyExistsError: a key of that id is there already
        :raises BranchKeyStoreError: the store only reads; AWS KMS or DynamoDB refused or was not reached. Nothing is
            written then
        """
        require_optional("branch_key_id", branch_key_id, str)
        context = check_context(encryption_context or {})
        if branch_key_id is not None and not context:
            raise InvalidArgumentError(
                "a branch key id of your own needs an encryption_context that tells what it is for"
            )
        if branch_key_id == "" or not all((*context.keys(), *context.values())):
            raise InvalidArgumentError("a branch key id and its encryption context must not hold empty text")
        if not all(map(is_utf8, (branch_key_id or "", *context.keys(), *context.values()))):
            raise InvalidArgumentError(f"a branch key id or its encryption context {NOT_UTF8}")
        key_id = str(uuid.uuid4()) if branch_key_id is None else branch_key_id
        kms_arn = own_key(self._configuration)
        custom = {CUSTOM_PREFIX + name: value for name, value in context.items()}
        version, active = self._new_version(kms_arn, key_id, kms_arn, custom)
        of_beacon = beacon_context(version.context)
        beacon = BranchKeyRecord(of_beacon, self._generate(kms_arn, of_beacon))
        names = {"#i": ID}
        self._table.write(
            [
                (record.item(), {"ConditionExpression": _ABSENT, "ExpressionAttributeNames": names})
                for record in (version, active, beacon)
            ],
            f"a branch key {key_id!r} is there already: to rotate it, call version_key",
        )
        return key_id

    def version_key(self, branch_key_id: str) -> None:
        """Make a new version of a branch key and make it the active one. Five network calls.

        Older versions stay and decrypt what was written with them. Keyrings go on with the version that they cached
        until its time limit.

        :param branch_key_id: id of the key
        :raises BranchKeyNotFoundError: there is no such key
        :raises BranchKeyExistsError: someone else made a new version meanwhile; nothing was written
        :raises BranchKeyStoreError: the store only reads or is configured for another KMS key; the record was altered;
            AWS KMS or DynamoDB refused or was not reached
        """
        own_key(self._configuration)
        old = self._record(branch_key_id, ACTIVE)
        kms_key = key_for(self._configuration, old.kms_arn)
        try:
            # KMS answers just where the record is as KMS bound it.
            self._kms.re_encrypt(kms_key, old.ciphertext, old.context, old.context)
        except DataKeyWrappingError as error:
            raise BranchKeyStoreError(
                f"the active version of branch key {branch_key_id!r} was altered, or AWS KMS refused: {error}"
            ) from error
        custom = {name: value for name, value in old.context.items() if name.startswith(CUSTOM_PREFIX)}
        version, active = self._new_version(kms_key, branch_key_id, old.kms_arn, custom)
        self._table.write(
            [
                (version.item(), {"ConditionExpression": _ABSENT, "ExpressionAttributeNames": {"#i": ID}}),
                (
                    active.item(),
                    {
                        "ConditionExpression": _UNCHANGED,
                        "ExpressionAttributeNames": {"#i": ID, "#e": CIPHERTEXT},
                        "ExpressionAttributeValues": {":old": {"B": old.ciphertext}},
                    },
                ),
            ],
            f"branch key {branch_key_id!r} got another version meanwhile: call version_key again if it is still needed",
        )

    def get_active_branch_key(self, branch_key_id: str) -> BranchKeyMaterials:
        """Give the version that encrypts. Two network calls.

        :param branch_key_id: id of the key
        :raises BranchKeyNotFoundError: there is no such key
        :raises BranchKeyStoreError: the record is malformed or of another KMS key; DynamoDB refused or was not reached
        :raises DataKeyUnwrappingError: the record was altered, or AWS KMS refused or was not reached
        """
        return self._branch_key(self._record(branch_key_id, ACTIVE))

    def get_branch_key_version(self, branch_key_id: str, version: str) -> BranchKeyMaterials:
        """Give a certain version. Two network calls.

        :param branch_key_id: id of the key
        :param version: id of the version, a UUID
        :raises InvalidArgumentError: the version is no UUID
        :raises BranchKeyNotFoundError: there is no such key or version
        :raises BranchKeyStoreError: the record is malformed or of another KMS key; DynamoDB refused or was not reached
        :raises DataKeyUnwrappingError: the record was altered, or AWS KMS refused or was not reached
        """
        require_instance("version", version, str)
        if not is_version(version):
            raise InvalidArgumentError(f"the version of a branch key is a UUID, not {version!r}")
        return self._branch_key(self._record(branch_key_id, VERSION_PREFIX + version))

    def get_beacon_key(self, branch_key_id: str) -> BeaconKeyMaterials:
        """Give the beacon key of a branch key. Two network calls.

        :param branch_key_id: id of the branch key
        :raises BranchKeyNotFoundError: there is no such key
        :raises BranchKeyStoreError: the record is malformed or of another KMS key; DynamoDB refused or was not reached
        :raises DataKeyUnwrappingError: the record was altered, or AWS KMS refused or was not reached
        """
        record = self._record(branch_key_id, BEACON)
        return BeaconKeyMaterials(branch_key_id, self._decrypt(record), record.custom_context())

    def _new_version(
        self, kms_key: str, branch_key_id: str, kms_arn: str, custom: Mapping[str, str]
    ) -> tuple[BranchKeyRecord, BranchKeyRecord]:
        """Have KMS make a version and its active copy; ``kms_key`` is called, ``kms_arn`` is written down."""
        created = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        of_version = version_context(branch_key_id, str(uuid.uuid4()), created, kms_arn, self._logical_name, custom)
        version = BranchKeyRecord(of_version, self._generate(kms_key, of_version))
        of_active = active_context(of_version)
        try:
            ciphertext = self._kms.re_encrypt(kms_key, version.ciphertext, of_version, of_active)
        except DataKeyWrappingError as error:
            raise BranchKeyStoreError(f"branch key {branch_key_id!r} was not made: {error}") from error
        return version, BranchKeyRecord(of_active, ciphertext)

    def _generate(self, kms_key: str, context: Mapping[str, str]) -> bytes:
        try:
            return self._kms.generate_without_plaintext(kms_key, context)
        except DataKeyWrappingError as error:
            raise BranchKeyStoreError(f"the record {context[TYPE]!r} was not made: {error}") from error

    def _record(self, branch_key_id: str, kind: str) -> BranchKeyRecord:
        require_instance("branch_key_id", branch_key_id, str)
        if not branch_key_id:
            raise InvalidArgumentError('"branch_key_id" must not be empty')
        if not is_utf8(branch_key_id):
            raise InvalidArgumentError(f'"branch_key_id" {NOT_UTF8}')
        item = self._table.read(branch_key_id, kind)
        if item is None:
            raise BranchKeyNotFoundError(
                f"branch key store {self._table.name!r} has no record {kind!r} of branch key {branch_key_id!r}"
            )
        return read_record(item, branch_key_id, kind, self._logical_name)

    def _decrypt(self, record: BranchKeyRecord) -> bytes:
        key_id = key_for(self._configuration, record.kms_arn)
        try:
            return self._kms.decrypt(key_id, record.ciphertext, record.context)
        except DataKeyUnwrappingError as error:
            raise DataKeyUnwrappingError(
                f"the record {record.context[TYPE]!r} of branch key {record.context[ID]!r} does not decrypt: it was "
                f"altered, is of another logical store than {self._logical_name!r}, or AWS KMS refused: {error}"
            ) from error

    def _branch_key(self, record: BranchKeyRecord) -> BranchKeyMaterials:
        key = self._decrypt(record)
        return BranchKeyMaterials(record.context[ID], record.version, key, record.custom_context())

    def __repr__(self) -> str:
        return (
            f"BranchKeyStore(table_name={self._table.name!r}, logical_name={self._logical_name!r}, "
            f"kms_configuration={self._configuration!r})"
        )
