# SPDX-License-Identifier: Apache-2.0
"""Multi-keyrings of several AWS KMS keys or regions (framework/aws-kms/aws-kms-multi-keyrings.md, ...-mrk-...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from botocore.client import BaseClient
from botocore.session import Session

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_callable, require_instance, require_optional
from ddbcrypt.keyrings.aws_kms import AwsKmsKeyring, AwsKmsMrkKeyring
from ddbcrypt.keyrings.aws_kms_discovery import AwsKmsDiscoveryKeyring, AwsKmsMrkDiscoveryKeyring, DiscoveryFilter
from ddbcrypt.keyrings.kms_arns import require_unique
from ddbcrypt.keyrings.multi import MultiKeyring
from ddbcrypt.material_providers.kms.clients import RegionalClients
from ddbcrypt.material_providers.kms.key_ids import parse_key_id

__all__ = (
    "ClientSupplier",
    "aws_kms_discovery_multi_keyring",
    "aws_kms_mrk_discovery_multi_keyring",
    "aws_kms_mrk_multi_keyring",
    "aws_kms_multi_keyring",
)

#: Gives the KMS client for a region, or for None that of the region that is configured.
ClientSupplier = Callable[[str | None], BaseClient]


def aws_kms_multi_keyring(
    generator: str | None = None,
    key_ids: Iterable[str] = (),
    *,
    client_supplier: ClientSupplier | None = None,
    grant_tokens: Sequence[str] = (),
) -> MultiKeyring:
    """Make a multi-keyring of one :class:`AwsKmsKeyring` for each key. Clients are made, no call yet.

    :param generator: id of the key that data keys are made under, or None to decrypt only
    :param key_ids: ids of more keys that data keys are encrypted under
    :param client_supplier: gives the KMS client for a key's region; None makes them of a new session
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no key, or a malformed key id
    """
    return _of_keys(AwsKmsKeyring, generator, tuple(_texts("key_ids", key_ids)), client_supplier, grant_tokens)


def aws_kms_mrk_multi_keyring(
    generator: str | None = None,
    key_ids: Iterable[str] = (),
    *,
    client_supplier: ClientSupplier | None = None,
    grant_tokens: Sequence[str] = (),
) -> MultiKeyring:
    """Make a multi-keyring of one :class:`AwsKmsMrkKeyring` for each key. Clients are made, no call yet.

    :param generator: id of the key that data keys are made under, or None to decrypt only
    :param key_ids: ids of more keys that data keys are encrypted under
    :param client_supplier: gives the KMS client for a key's region; None makes them of a new session
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no key, a malformed key id, or two replicas of one multi-Region key
    """
    children = tuple(_texts("key_ids", key_ids))
    require_unique([*([generator] if generator is not None else []), *children])
    return _of_keys(AwsKmsMrkKeyring, generator, children, client_supplier, grant_tokens)


def aws_kms_discovery_multi_keyring(
    regions: Iterable[str],
    discovery_filter: DiscoveryFilter | None = None,
    *,
    client_supplier: ClientSupplier | None = None,
    grant_tokens: Sequence[str] = (),
) -> MultiKeyring:
    """Make a multi-keyring of one :class:`AwsKmsDiscoveryKeyring` for each region. Clients are made, no call yet.

    :param regions: regions to ask, at least one
    :param discovery_filter: accounts and partition whose keys may be used; None for all
    :param client_supplier: gives the KMS client for a region; None makes them of a new session
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no region, or an empty one
    """
    supply = _supplier(client_supplier)
    return MultiKeyring(
        children=[
            AwsKmsDiscoveryKeyring(supply(region), discovery_filter, grant_tokens=grant_tokens)
            for region in _regions(regions)
        ]
    )


def aws_kms_mrk_discovery_multi_keyring(
    regions: Iterable[str],
    discovery_filter: DiscoveryFilter | None = None,
    *,
    client_supplier: ClientSupplier | None = None,
    grant_tokens: Sequence[str] = (),
) -> MultiKeyring:
    """Make a multi-keyring of one :class:`AwsKmsMrkDiscoveryKeyring` for each region. Clients are made, no call yet.

    :param regions: regions to ask, at least one
    :param discovery_filter: accounts and partition whose keys may be used; None for all
    :param client_supplier: gives the KMS client for a region; None makes them of a new session
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no region, an empty one, or a client of another region
    """
    supply = _supplier(client_supplier)
    return MultiKeyring(
        children=[
            AwsKmsMrkDiscoveryKeyring(supply(region), region, discovery_filter, grant_tokens=grant_tokens)
            for region in _regions(regions)
        ]
    )


def _of_keys(
    kind: type[AwsKmsKeyring],
    generator: str | None,
    children: Sequence[str],
    client_supplier: ClientSupplier | None,
    grant_tokens: Sequence[str],
) -> MultiKeyring:
    require_optional("generator", generator, str)
    supply = _supplier(client_supplier)

    def make(key_id: str) -> AwsKmsKeyring:
        return kind(key_id, supply(parse_key_id(key_id).region), grant_tokens=grant_tokens)

    return MultiKeyring(None if generator is None else make(generator), [make(key_id) for key_id in children])


def _supplier(given: ClientSupplier | None) -> ClientSupplier:
    require_callable("client_supplier", given)
    if given is not None:
        return given
    clients = RegionalClients(Session(), {})

    def supply(region: str | None) -> BaseClient:
        chosen = region or clients.default_region()
        if not chosen:
            raise InvalidArgumentError("neither the key id nor the session names a region: give a key ARN")
        client: Any = clients.of_region(chosen)
        return client  # type: ignore[no-any-return]

    return supply


def _regions(regions: Iterable[str]) -> list[str]:
    texts = list(dict.fromkeys(_texts("regions", regions)))
    if not texts or not all(texts):
        raise InvalidArgumentError("discovery needs at least one region, and no empty one")
    return texts


def _texts(name: str, values: Iterable[str]) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f'"{name}" must be a list or another collection of str, not str')
    texts = list(values)
    for text in texts:
        require_instance(name, text, str)
    return texts
