# SPDX-License-Identifier: Apache-2.0
"""A provider store in a DynamoDB table, whose records are themselves encrypted and signed items."""

from __future__ import annotations

import abc
import copy
import logging
import re
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple, NoReturn

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from boto3.resources.base import ServiceResource
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.encrypted.table import EncryptedTable
from ddbcrypt.exceptions import (
    InvalidArgumentError,
    InvalidVersionError,
    NoKnownVersionError,
    ProviderStoreError,
    VersionAlreadyExistsError,
)
from ddbcrypt.identifiers import LOGGER_NAME, CryptoAction, Dialect, EncryptionKeyType, KeyEncodingType
from ddbcrypt.internal.binary import binary_content
from ddbcrypt.internal.identifiers import META_ID
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.store import ProviderStore
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.structures import AttributeActions, EncryptionContext, TableIndex, TableInfo

__all__ = ("ExtraDataSupplier", "MetaStore")

_LOGGER = logging.getLogger(LOGGER_NAME)


class MetaStoreAttributeNames(Enum):
    """Names of the attributes of a record."""

    PARTITION = "N"
    SORT = "V"
    INTEGRITY_ALGORITHM = "intAlg"
    INTEGRITY_KEY = "int"
    ENCRYPTION_ALGORITHM = "encAlg"
    ENCRYPTION_KEY = "enc"
    MATERIAL_TYPE_VERSION = "t"


class MetaStoreValues(Enum):
    """What a record of the one type that there is holds."""

    INTEGRITY_ALGORITHM = "HmacSHA256"
    ENCRYPTION_ALGORITHM = "AES"
    MATERIAL_TYPE_VERSION = "0"
    KEY_BITS = 256


_NAME: Final = MetaStoreAttributeNames.PARTITION.value
_VERSION: Final = MetaStoreAttributeNames.SORT.value
_TYPE: Final = MetaStoreAttributeNames.MATERIAL_TYPE_VERSION.value
_RECORD_NAMES: Final = frozenset(name.value for name in MetaStoreAttributeNames)

# The Java client's versions are 64-bit integers; longer digits would be a number that DynamoDB does not store.
_LARGEST_VERSION: Final = 2**63 - 1
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)


class ExtraDataSupplier(abc.ABC):
    """What an application wants stored with each record of a :class:`MetaStore`. Called from any thread."""

    @abc.abstractmethod
    def attributes(self, material_name: str, version: int) -> Mapping[str, Any]:
        """Give the attributes to add to the record of a new version, as Python values (the boto3 resource's form).

        :param material_name: name of the material
        :param version: version that is about to be made
        """

    def signed_only_field_names(self) -> Collection[str]:
        """Name the attributes that are signed and left readable; the others are encrypted.

        Asked for when a store is made. Records verify only in stores with the same names, whatever client they are of.
        """
        return ()


class _Keys(NamedTuple):
    """The two keys of a record."""

    encryption: JceNameLocalDelegatedKey
    signing: JceNameLocalDelegatedKey


class MetaStore(ProviderStore):
    """Keeps the keys of wrapped materials providers in a DynamoDB table, encrypted and signed by another provider.

    Each version is an item: an AES-256 key that wraps the data keys of items, and an HmacSHA256 key that signs them.
    The keys are made here, at random, and leave this process only encrypted. Items encrypted with a version carry its
    name and number (``amzn-ddb-meta-id``, ``name#3``) in their material description. The format is that of AWS's
    Python and Java clients, which can share the table.

    Thread-safe, as its table's client is; reads are strongly consistent. It caches nothing: put a
    :class:`~ddbcrypt.material_providers.most_recent.CachingMostRecentProvider` in front. It pickles, where its provider
    does, without the table: what is unpickled makes a new boto3 Table of the same name, region and endpoint, with the
    default session's credentials and configuration.

    :param table: boto3 DynamoDB Table, with the keys that :meth:`create_table` gives it. No call is made for it here
    :param CryptographicMaterialsProvider materials_provider: protects the records: AWS KMS for example
    :param ExtraDataSupplier extra_data_supplier: adds attributes to each new record, or None
    :param encryption_context_override: as of :class:`~ddbcrypt.encrypted.CryptoConfig`, for records of a table that was
        restored or renamed
    :param Dialect dialect: as of :class:`~ddbcrypt.encrypted.CryptoConfig`, which matters for extra data only
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: ``extra_data_supplier`` names an attribute of the record's own
    """

    def __init__(
        self,
        table: ServiceResource,
        materials_provider: CryptographicMaterialsProvider,
        *,
        extra_data_supplier: ExtraDataSupplier | None = None,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
    ) -> None:
        require_instance("table", table, ServiceResource)
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_optional("extra_data_supplier", extra_data_supplier, ExtraDataSupplier)
        boto3_table: Any = table
        self._table = boto3_table
        self._materials_provider = materials_provider
        self._extra_data_supplier = extra_data_supplier
        self._encryption_context_override = encryption_context_override
        self._dialect = dialect
        signed_only = _signed_only_names(extra_data_supplier)
        self._encrypted_table = EncryptedTable(
            table=table,
            materials_provider=materials_provider,
            table_info=TableInfo(
                name=plain_name(boto3_table.name), primary_index=TableIndex(_NAME, _VERSION), secondary_indexes=[]
            ),
            attribute_actions=AttributeActions(attribute_actions=dict.fromkeys(signed_only, CryptoAction.SIGN_ONLY)),
            encryption_context_override=encryption_context_override,
            dialect=dialect,
        )

    @classmethod
    def create_table(cls, client: BaseClient, table_name: str, read_units: int, write_units: int) -> None:
        """Create a table for a MetaStore: one ``CreateTable`` call. It does not wait until the table is active.

        :param client: boto3 DynamoDB client
        :param table_name: name of the table
        :param read_units: provisioned read capacity units
        :param write_units: provisioned write capacity units
        :raises ProviderStoreError: DynamoDB refused
        """
        _LOGGER.debug('creating MetaStore table "%s"', table_name)
        dynamodb: Any = client
        try:
            dynamodb.create_table(
                TableName=table_name,
                AttributeDefinitions=[
                    {"AttributeName": _NAME, "AttributeType": "S"},
                    {"AttributeName": _VERSION, "AttributeType": "N"},
                ],
                KeySchema=[
                    {"AttributeName": _NAME, "KeyType": "HASH"},
                    {"AttributeName": _VERSION, "KeyType": "RANGE"},
                ],
                ProvisionedThroughput={"ReadCapacityUnits": read_units, "WriteCapacityUnits": write_units},
            )
        except ClientError as error:
            raise ProviderStoreError(f'the MetaStore table "{table_name}" could not be created: {error}') from error

    def get_or_create_provider(self, material_name: str, version: int) -> WrappedCryptographicMaterialsProvider:
        """Give the provider of one version; where it is not there, make it.

        A ``PutItem`` call, which changes nothing that is there, and where it is there a ``GetItem`` call; and the calls
        of the materials provider.

        :param material_name: name of the material; a new one has no ``#``, as the other clients could not read it
        :param version: version of the material, 0 or more
        :raises InvalidArgumentError: a name or a version that cannot be stored
        :raises InvalidVersionError: the version is there and of an unknown type
        :raises ProviderStoreError: the record is not of the right form
        """
        _check_new(material_name, version)
        keys = _Keys(
            *(
                JceNameLocalDelegatedKey.generate(algorithm.value, MetaStoreValues.KEY_BITS.value)
                for algorithm in (MetaStoreValues.ENCRYPTION_ALGORITHM, MetaStoreValues.INTEGRITY_ALGORITHM)
            )
        )
        extra = self._extra_data(material_name, version)
        try:
            self._save(_record(material_name, version, keys, extra))
        except VersionAlreadyExistsError:
            keys = self._load(material_name, version)
        return _provider(material_name, version, keys)

    def provider(self, material_name: str, version: int | None = None) -> CryptographicMaterialsProvider:
        """Give the provider of one version, by a ``GetItem`` call and those of the materials provider.

        :param material_name: name of the material
        :param version: version of the material; None for the most recent one, or for a new version 0 where there is
            none
        :raises InvalidVersionError: the version is not there, or of an unknown type
        :raises ProviderStoreError: the record is not of the right form
        """
        if version is None:
            try:
                version = self.max_version(material_name)
            except NoKnownVersionError:
                return self.get_or_create_provider(material_name, 0)
        return _provider(material_name, version, self._load(material_name, version))

    def version_from_material_description(self, material_description: dict[str, str]) -> int:
        """Tell which version an item was encrypted with. No network call.

        :param material_description: the item's own
        :raises InvalidVersionError: it has no meta id, or a malformed one
        """
        info = material_description.get(META_ID)
        if info is None:
            raise InvalidVersionError(f"the material description has no {META_ID}: no MetaStore gave the item's keys")
        name, separator, digits = info.rpartition("#")
        if not separator or not name or _DIGITS.fullmatch(digits) is None or int(digits) > _LARGEST_VERSION:
            raise InvalidVersionError(f"the material description has a malformed {META_ID}: expected name#version")
        return int(digits)

    def max_version(self, material_name: str) -> int:
        """Tell the most recent version, whose record is verified: a ``Query`` call, and those of the provider.

        :param material_name: name of the material
        :raises NoKnownVersionError: there is none
        """
        response = self._encrypted_table.query(
            KeyConditionExpression=Key(_NAME).eq(material_name), ScanIndexForward=False, Limit=1, ConsistentRead=True
        )
        if not response["Items"]:
            raise NoKnownVersionError(
                f'the material "{material_name}" has no version in the table "{self._table.name}"'
            )
        return int(response["Items"][0][_VERSION])

    def extra_data(self, material_name: str, version: int) -> dict[str, Any]:
        """Read the attributes that an :class:`ExtraDataSupplier` added to a record, verified, as Python values.

        :param material_name: name of the material
        :param version: version of the material
        :raises InvalidVersionError: the version is not there
        """
        record = self._read(material_name, version)
        return {name: value for name, value in record.items() if name not in _RECORD_NAMES}

    def replicate(self, material_name: str, version: int, target: MetaStore) -> bool:
        """Copy one version with its extra data into another store, another Region's for example.

        The record is verified and decrypted here, and encrypted and signed anew by the target's provider.

        :param material_name: name of the material
        :param version: version of the material
        :param target: where it is to be
        :returns: true where it was copied, false where the target had it already
        :raises InvalidVersionError: this store does not have the version
        :raises VersionAlreadyExistsError: the target has other keys under that name and version
        """
        require_instance("target", target, MetaStore)
        record = self._read(material_name, version)
        keys = _keys_of(record)
        try:
            target._save(record)
        except VersionAlreadyExistsError:
            if target._load(material_name, version) != keys:
                raise
            return False
        return True

    def _extra_data(self, material_name: str, version: int) -> dict[str, Any]:
        if self._extra_data_supplier is None:
            return {}
        extra = dict(self._extra_data_supplier.attributes(material_name, version))
        _refuse_own_names(extra)
        return extra

    def _save(self, record: dict[str, Any]) -> None:
        """Write a record where there is none yet."""
        name, version = record[_NAME], record[_VERSION]
        _LOGGER.debug('saving material "%s" version %d to the MetaStore table', name, version)
        try:
            self._encrypted_table.put_item(
                Item=record, ConditionExpression=Attr(_NAME).not_exists() & Attr(_VERSION).not_exists()
            )
        except ClientError as error:
            # Anything else goes on: keys that were not stored must never be used.
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            message = f'version {version} of the material "{name}" is in the table "{self._table.name}" already'
            raise VersionAlreadyExistsError(message) from None

    def _load(self, material_name: str, version: int) -> _Keys:
        _LOGGER.debug('loading material "%s" version %d from the MetaStore table', material_name, version)
        return _keys_of(self._read(material_name, version))

    def _read(self, material_name: str, version: int) -> dict[str, Any]:
        response = self._encrypted_table.get_item(Key={_NAME: material_name, _VERSION: version}, ConsistentRead=True)
        if "Item" not in response:
            raise InvalidVersionError(
                f'the material "{material_name}" has no version {version} in the table "{self._table.name}"'
            )
        record: dict[str, Any] = response["Item"]
        return record

    def __reduce__(self) -> tuple[Any, ...]:
        client = self._table.meta.client
        options = {
            "extra_data_supplier": self._extra_data_supplier,
            "encryption_context_override": self._encryption_context_override,
            "dialect": self._dialect,
        }
        place = (self._table.name, client.meta.region_name, client.meta.endpoint_url)
        return _unpickle, (type(self), place, self._materials_provider, options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(table={self._table.name!r}, materials_provider={self._materials_provider!r})"


def _unpickle(
    make: Callable[..., MetaStore],
    place: tuple[str, str, str],
    materials_provider: CryptographicMaterialsProvider,
    options: dict[str, Any],
) -> MetaStore:
    name, region, endpoint = place
    sdk: Any = boto3
    table = sdk.resource("dynamodb", region_name=region, endpoint_url=endpoint).Table(name)
    return make(table, materials_provider, **options)


def _signed_only_names(supplier: ExtraDataSupplier | None) -> tuple[str, ...]:
    names = () if supplier is None else tuple(supplier.signed_only_field_names())
    _refuse_own_names(names)
    return names


def _refuse_own_names(names: Collection[str]) -> None:
    for name in names:
        if name in _RECORD_NAMES:
            raise InvalidArgumentError(f'extra data cannot have an attribute "{name}", the record has one of that name')


def _check_new(material_name: str, version: object) -> None:
    require_instance("material_name", material_name, str)
    if not material_name or "#" in material_name:
        raise InvalidArgumentError(f"a material's name is not empty and has no #: {material_name!r}")
    if isinstance(version, bool) or not isinstance(version, int):
        raise TypeError(f'"version" must be int, not {type(version).__name__}')
    if not 0 <= version <= _LARGEST_VERSION:
        raise InvalidArgumentError(f"a version is a number from 0 to {_LARGEST_VERSION}, not {version}")


def _record(material_name: str, version: int, keys: _Keys, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **extra,
        _NAME: material_name,
        _VERSION: version,
        _TYPE: MetaStoreValues.MATERIAL_TYPE_VERSION.value,
        MetaStoreAttributeNames.ENCRYPTION_ALGORITHM.value: keys.encryption.algorithm,
        MetaStoreAttributeNames.ENCRYPTION_KEY.value: Binary(keys.encryption.key),
        MetaStoreAttributeNames.INTEGRITY_ALGORITHM.value: keys.signing.algorithm,
        MetaStoreAttributeNames.INTEGRITY_KEY.value: Binary(keys.signing.key),
    }


def _keys_of(record: Mapping[str, Any]) -> _Keys:
    kind = record.get(_TYPE)
    if kind is None:
        _malformed(_TYPE)
    if kind != MetaStoreValues.MATERIAL_TYPE_VERSION.value:
        raise InvalidVersionError(
            f'the MetaStore record is of an unknown type: expected "{MetaStoreValues.MATERIAL_TYPE_VERSION.value}"'
        )
    return _Keys(
        _key_of(record, MetaStoreAttributeNames.ENCRYPTION_KEY, MetaStoreAttributeNames.ENCRYPTION_ALGORITHM),
        _key_of(record, MetaStoreAttributeNames.INTEGRITY_KEY, MetaStoreAttributeNames.INTEGRITY_ALGORITHM),
    )


def _key_of(
    record: Mapping[str, Any], key: MetaStoreAttributeNames, algorithm: MetaStoreAttributeNames
) -> JceNameLocalDelegatedKey:
    material: Any = record.get(key.value)
    if isinstance(material, Binary):
        material = binary_content(material)
    if not isinstance(material, bytes):
        _malformed(key.value)
    name = record.get(algorithm.value)
    if not isinstance(name, str):
        _malformed(algorithm.value)
    return JceNameLocalDelegatedKey(material, name, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


def _malformed(attribute: str) -> NoReturn:
    raise ProviderStoreError(f'the MetaStore record has no attribute "{attribute}" of the right type')


class _VersionProvider(WrappedCryptographicMaterialsProvider):
    """The provider of one version, which every item that it encrypts names, whatever the caller's context says."""

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        if META_ID in encryption_context.material_description:
            encryption_context = copy.copy(encryption_context)
            del encryption_context.material_description[META_ID]
        return super().encryption_materials(encryption_context)


def _provider(material_name: str, version: int, keys: _Keys) -> WrappedCryptographicMaterialsProvider:
    return _VersionProvider(
        signing_key=keys.signing,
        wrapping_key=keys.encryption,
        unwrapping_key=keys.encryption,
        material_description={META_ID: f"{material_name}#{version}"},
    )
