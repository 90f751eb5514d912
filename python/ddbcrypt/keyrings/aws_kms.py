# SPDX-License-Identifier: Apache-2.0
"""Keyrings of one AWS KMS key (framework/aws-kms/aws-kms-keyring.md, aws-kms-mrk-keyring.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from botocore.client import BaseClient
from botocore.session import Session

from ddbcrypt import _engine
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.keyrings.context import serialize_context
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError
from ddbcrypt.keyrings.interface import Keyring, refuse_data_key
from ddbcrypt.keyrings.kms_arns import match_for_decrypt, parse_key_arn
from ddbcrypt.keyrings.kms_calls import KmsCaller
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES
from ddbcrypt.keyrings.wrapping import add_wrapped, split_ciphertext, unwrap_data_key, wrap_data_key
from ddbcrypt.material_providers.kms.key_ids import KmsKeyId, parse_key_id

__all__ = ("AwsKmsKeyring", "AwsKmsMrkKeyring")

#: Namespace of data keys that AWS KMS encrypted.
KMS_PROVIDER: Final = "aws-kms"


class AwsKmsKeyring(Keyring):
    """Has one symmetric key of AWS KMS encrypt and decrypt data keys.

    Each item costs one call: ``GenerateDataKey`` on the way out, or ``Encrypt`` where another keyring made the data key
    already, and ``Decrypt`` on the way in. ``Decrypt`` names ``key_id``, and an answer for another key is refused. Only
    data keys whose key ARN is ``key_id`` are tried, so a keyring that is to decrypt needs a key ARN: with an alias or a
    bare key id it only encrypts. The encryption context is sent readably and stands in KMS's audit log.

    Safe to share between threads. botocore writes plaintext keys into its log at level ``DEBUG``.

    :param key_id: key ARN; or alias ARN, alias name or key id, to encrypt only
    :param kms_client: boto3 or botocore KMS client; None to make one for ``key_id``'s region, or the session's
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :param botocore_session: where a client that is not given comes from; None for a new session
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a key id that is empty or a malformed ARN
    """

    makes_network_calls = True

    def __init__(
        self,
        key_id: str,
        kms_client: BaseClient | None = None,
        *,
        grant_tokens: Sequence[str] = (),
        botocore_session: Session | None = None,
    ) -> None:
        require_instance("key_id", key_id, str)
        self._key_id = key_id
        self._kms = KmsCaller(kms_client, botocore_session, parse_key_id(key_id).region, grant_tokens)

    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """Have KMS make or encrypt the intermediate key: one network call.

        :param materials: materials without or with a plaintext data key
        :raises DataKeyWrappingError: KMS refused, was not reached, or answered for another key
        :raises UnknownRegionError: neither the key id nor the session says which region to call
        """
        context = serialize_context(materials.encryption_context)
        if materials.plaintext_data_key is None:
            intermediate_key, wrapped, arn = self._kms.generate_data_key(self._key_id, materials.encryption_context)
            data_key = _engine.structured_random(DATA_KEY_BYTES)
            return add_wrapped(materials, data_key, intermediate_key, KMS_PROVIDER, arn.encode(), wrapped, context)

        def wrap(intermediate_key: bytes) -> tuple[bytes, bytes]:
            wrapped, arn = self._kms.encrypt(self._key_id, intermediate_key, materials.encryption_context)
            return arn.encode(), wrapped

        return wrap_data_key(materials, KMS_PROVIDER, context, wrap)

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """Have KMS decrypt the first data key that is of this key: one network call for each that is tried.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: none is of this key, or KMS refused, was not reached or answered for another key
        """
        return decrypt_with_kms(self._kms, repr(self), materials, encrypted_data_keys, self._key_for)

    def _key_for(self, found: KmsKeyId) -> str | None:
        return self._key_id if found.text == self._key_id else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(key_id={self._key_id!r})"


class AwsKmsMrkKeyring(AwsKmsKeyring):
    """As :class:`AwsKmsKeyring`, and decrypts with one replica of a multi-Region key what any of them encrypted.

    Other keys are treated as :class:`AwsKmsKeyring` does. Safe to share between threads.
    """

    def _key_for(self, found: KmsKeyId) -> str | None:
        return self._key_id if match_for_decrypt(self._key_id, found.text) else None


def decrypt_with_kms(
    kms: KmsCaller,
    keyring: str,
    materials: DecryptionMaterials,
    encrypted_data_keys: Sequence[EncryptedDataKey],
    key_for: Callable[[KmsKeyId], str | None],
) -> DecryptionMaterials:
    """Try those data keys of KMS for whose key ARN ``key_for`` gives a key to call, in their order."""
    refuse_data_key(materials)
    context = serialize_context(materials.encryption_context)
    candidates = [
        (key_id, encrypted)
        for encrypted in encrypted_data_keys
        if encrypted.provider_id == KMS_PROVIDER and (key_id := key_for(_key_arn(encrypted))) is not None
    ]
    errors: list[Exception] = []
    for key_id, encrypted in candidates:
        try:
            sealed, wrapped = split_ciphertext(encrypted.ciphertext)
            key = kms.decrypt(key_id, wrapped, materials.encryption_context)
            return materials.with_data_key(*unwrap_data_key(key, sealed, context))
        except DataKeyUnwrappingError as error:
            errors.append(error)
    reason = "" if candidates else f": none is of a key that it may use ({_found(encrypted_data_keys)})"
    raise DataKeyUnwrappingError.of(f"{keyring} decrypted none of {len(encrypted_data_keys)} data keys{reason}", errors)


def _key_arn(encrypted: EncryptedDataKey) -> KmsKeyId:
    try:
        return parse_key_arn(encrypted.provider_info.decode())
    except (UnicodeDecodeError, InvalidArgumentError) as error:
        raise DataKeyUnwrappingError("a data key of AWS KMS does not name its key by a key ARN") from error


def _found(encrypted_data_keys: Sequence[EncryptedDataKey]) -> str:
    """Name the keys that the item has, a few of them: the list is whoever wrote the item's."""
    names = [f"{key.provider_id} {key.provider_info[:128]!r}" for key in encrypted_data_keys[:3]]
    return "the item has " + (", ".join(names) or "none")
