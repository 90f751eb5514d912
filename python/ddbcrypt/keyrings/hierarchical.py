# SPDX-License-Identifier: Apache-2.0
"""A keyring under branch keys, which cost a call now and then (framework/aws-kms/aws-kms-hierarchical-keyring.md)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DecryptionError, DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.internal.validate import require_callable, require_instance, require_optional
from ddbcrypt.keyrings.branch_key_cache import DEFAULT_CAPACITY, BranchKeyCache, check_seconds
from ddbcrypt.keyrings.branch_key_store import BranchKeyStore
from ddbcrypt.keyrings.branch_keys import BranchKeyMaterials
from ddbcrypt.keyrings.context import serialize_context
from ddbcrypt.keyrings.errors import BranchKeyNotFoundError, DataKeyUnwrappingError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.key_supplier import BranchKeyIdSupplier
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.names import NOT_UTF8, is_utf8
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES
from ddbcrypt.keyrings.wrapping import split_ciphertext, unwrap_data_key, wrap_data_key

__all__ = ("AwsKmsHierarchicalKeyring", "BranchKeyIdSupplier")

#: Namespace of data keys under branch keys.
HIERARCHY_PROVIDER: Final = "aws-kms-hierarchy"
_LABEL: Final = HIERARCHY_PROVIDER.encode()
_SALT_BYTES: Final = 16
_IV_BYTES: Final = 12
_VERSION_BYTES: Final = 16
_CIPHERTEXT_BYTES: Final = _SALT_BYTES + _IV_BYTES + _VERSION_BYTES + DATA_KEY_BYTES + 16


class AwsKmsHierarchicalKeyring(Keyring):
    """Encrypts data keys under branch keys of a :class:`~ddbcrypt.keyrings.branch_key_store.BranchKeyStore`.

    A branch key costs a read of DynamoDB and a call of AWS KMS when it is first used, and again after ``ttl_seconds``;
    in between items cost none. Each data key is encrypted under a key of its own, which is derived of the branch key.
    New items get the version that was active when it was last asked for.

    Safe to share between threads where the supplier is.

    :param key_store: gives the branch keys
    :param branch_key_id: id of the one branch key of all items; or
    :param branch_key_id_supplier: a callable that gives the branch key id for an encryption context; what it raises is
        raised
    :param ttl_seconds: how long a branch key is used without being asked for again, over 0 and finite
    :param cache: a cache that is shared with other keyrings, whose time limit is ``ttl_seconds`` or shorter; None for
        one of 1,000 entries
    :param partition_id: keyrings with the same cache, logical store name and partition id share entries; None to share
        with none
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: both id and supplier or neither, an empty text, an id that UTF-8 cannot hold, a number
        out of its range, a cache with a longer time limit
    """

    makes_network_calls = True

    def __init__(
        self,
        key_store: BranchKeyStore,
        branch_key_id: str | None = None,
        branch_key_id_supplier: BranchKeyIdSupplier | None = None,
        *,
        ttl_seconds: float,
        cache: BranchKeyCache | None = None,
        partition_id: str | None = None,
    ) -> None:
        require_instance("key_store", key_store, BranchKeyStore)
        require_optional("branch_key_id", branch_key_id, str)
        require_callable("branch_key_id_supplier", branch_key_id_supplier)
        require_optional("cache", cache, BranchKeyCache)
        require_optional("partition_id", partition_id, str)
        if (branch_key_id is None) == (branch_key_id_supplier is None):
            raise InvalidArgumentError("give either branch_key_id or branch_key_id_supplier")
        if branch_key_id == "" or partition_id == "":
            raise InvalidArgumentError("branch_key_id and partition_id must not be empty")
        if branch_key_id is not None and not is_utf8(branch_key_id):
            raise InvalidArgumentError(f'"branch_key_id" {NOT_UTF8}')
        ttl = check_seconds("ttl_seconds", ttl_seconds)
        if cache is not None and cache.ttl_seconds > ttl:
            raise InvalidArgumentError(
                f"the cache keeps keys for {cache.ttl_seconds} seconds, and the keyring may use them for {ttl} at most"
            )
        self._store = key_store
        self._id = branch_key_id
        self._supplier = branch_key_id_supplier
        self._cache = BranchKeyCache(ttl, DEFAULT_CAPACITY) if cache is None else cache
        self._partition = (partition_id or uuid.uuid4(), key_store.logical_name)

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """Encrypt under the active version of the branch key; two network calls where it is not in the cache.

        :param materials: materials without or with a plaintext data key
        :raises BranchKeyNotFoundError: there is no such branch key, or the supplier gave no id or no possible one
        :raises KeyringError: the store failed, or the context cannot be serialised
        """
        context = serialize_context(materials.encryption_context)
        key_id = self._branch_key_id(materials.encryption_context)
        branch_key = self._cache.get((*self._partition, key_id), lambda: self._store.get_active_branch_key(key_id))
        version = uuid.UUID(branch_key.version).bytes

        def wrap(intermediate_key: bytes) -> tuple[bytes, bytes]:
            random = _engine.structured_random(_SALT_BYTES + _IV_BYTES)
            salt, iv = random[:_SALT_BYTES], random[_SALT_BYTES:]
            derived = _engine.kdf_ctr_sha256(branch_key.branch_key, _LABEL, salt, DATA_KEY_BYTES)
            sealed = _engine.gcm_seal(derived, iv, _bound(key_id, version, context), intermediate_key)
            return key_id.encode(), random + version + sealed

        return wrap_data_key(materials, HIERARCHY_PROVIDER, context, wrap)

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """Decrypt with the version that a data key names; two network calls where it is not in the cache.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: none is of this branch key, or none of those decrypts; the message holds what
            each came to
        :raises BranchKeyNotFoundError: the supplier gave no id or no possible one
        :raises KeyringError: the context cannot be serialised
        """
        refuse_data_key(materials)
        context = serialize_context(materials.encryption_context)
        key_id = self._branch_key_id(materials.encryption_context)
        info = key_id.encode()
        errors: list[Exception] = []
        for encrypted in encrypted_data_keys:
            if encrypted.provider_id != HIERARCHY_PROVIDER or encrypted.provider_info != info:
                continue
            try:
                sealed, wrapped = split_ciphertext(encrypted.ciphertext)
                key = self._unwrap(key_id, wrapped, context)
                return materials.with_data_key(*unwrap_data_key(key, sealed, context))
            except DynamodbEncryptionSdkError as error:
                errors.append(error)
        reason = "" if errors else f": none is of branch key {key_id!r}"
        raise DataKeyUnwrappingError.of(
            f"{self!r} decrypted none of {len(encrypted_data_keys)} data keys{reason}", errors
        )

    def _unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        if len(wrapped) != _CIPHERTEXT_BYTES:
            raise DataKeyUnwrappingError(
                f"a data key under a branch key has to be {_CIPHERTEXT_BYTES} bytes, not {len(wrapped)}"
            )
        salt, iv = wrapped[:_SALT_BYTES], wrapped[_SALT_BYTES : _SALT_BYTES + _IV_BYTES]
        version, sealed = wrapped[_SALT_BYTES + _IV_BYTES :][:_VERSION_BYTES], wrapped[-DATA_KEY_BYTES - 16 :]
        branch_key = self._version(key_id, str(uuid.UUID(bytes=version)))
        derived = _engine.kdf_ctr_sha256(branch_key.branch_key, _LABEL, salt, DATA_KEY_BYTES)
        try:
            return _engine.gcm_open(derived, iv, _bound(key_id, version, context), sealed)
        except DecryptionError as error:
            raise DataKeyUnwrappingError(
                f"a data key does not decrypt with version {branch_key.version} of branch key {key_id!r}: it was "
                "altered, or its encryption context is another"
            ) from error

    def _version(self, key_id: str, version: str) -> BranchKeyMaterials:
        return self._cache.get(
            (*self._partition, key_id, version), lambda: self._store.get_branch_key_version(key_id, version)
        )

    def _branch_key_id(self, context: Mapping[str, str]) -> str:
        if self._supplier is None:
            return self._id or ""
        key_id: object = self._supplier(context)
        if not isinstance(key_id, str) or not key_id:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise BranchKeyNotFoundError("the branch key id supplier gave no branch key id")
        if not is_utf8(key_id):
            raise BranchKeyNotFoundError(f"the branch key id that the supplier gave {NOT_UTF8}")
        return key_id

    def __repr__(self) -> str:
        which = "by supplier" if self._id is None else repr(self._id)
        return f"AwsKmsHierarchicalKeyring(branch_key_id={which}, key_store={self._store!r})"


def _bound(key_id: str, version: bytes, context: bytes) -> bytes:
    """Build what an intermediate key under a branch key is bound to."""
    return _LABEL + key_id.encode() + version + context
