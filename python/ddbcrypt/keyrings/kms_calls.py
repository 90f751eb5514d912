# SPDX-License-Identifier: Apache-2.0
"""Calls of AWS KMS that keyrings and branch key stores make, with their answers checked.

botocore has retried throttling and time-outs as it is configured when an error comes here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from ddbcrypt.exceptions import InvalidArgumentError, UnknownRegionError
from ddbcrypt.internal.guards import is_list
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.keyrings.errors import DataKeyUnwrappingError, DataKeyWrappingError
from ddbcrypt.keyrings.kms_arns import parse_key_arn
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES
from ddbcrypt.material_providers.kms.clients import RegionalClients
from ddbcrypt.material_providers.kms.key_ids import parse_key_id
from ddbcrypt.metrics import count_here

#: What failing calls raise.
CALL_ERRORS = (ClientError, BotoCoreError)


class KmsCaller:
    """A KMS client, made when it is first used where none is given, with the grant tokens of all calls. Thread-safe."""

    def __init__(
        self,
        client: BaseClient | None,
        session: Session | None,
        region: str | None,
        grant_tokens: Sequence[str],
    ) -> None:
        require_optional("kms_client", client, BaseClient)
        require_optional("botocore_session", session, Session)
        self._client: Any = client
        self._clients = RegionalClients(session or Session(), {}) if client is None else None
        self._region = region
        self._tokens = check_tokens(grant_tokens)

    @property
    def grant_tokens(self) -> tuple[str, ...]:
        """Grant tokens that each call is sent with."""
        return self._tokens

    @property
    def client(self) -> Any:
        """The client; making it reads files and may ask the instance's metadata for credentials."""
        if self._clients is None:
            return self._client
        if not self._region:
            self._region = self._clients.default_region()
        if not self._region:
            raise UnknownRegionError(
                "neither a key ARN nor the botocore session says which region of AWS KMS to call: give a client"
            )
        return self._clients.of_region(self._region)

    @property
    def region(self) -> str:
        """Region that is called."""
        region: str = self.client.meta.region_name
        return region

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> tuple[bytes, bytes, str]:
        """Have KMS make a key: plaintext, ciphertext, and the ARN of the KMS key."""
        answer = self._call("generate_data_key", key_id, NumberOfBytes=DATA_KEY_BYTES, EncryptionContext=dict(context))
        plaintext = answer.pop("Plaintext", None)
        if not isinstance(plaintext, bytes) or len(plaintext) != DATA_KEY_BYTES:
            raise DataKeyWrappingError(f"AWS KMS answered with no data key of {DATA_KEY_BYTES} bytes under {key_id}")
        return plaintext, _ciphertext(key_id, answer), self._answered(key_id, answer)

    def encrypt(self, key_id: str, plaintext: bytes, context: Mapping[str, str]) -> tuple[bytes, str]:
        """Have KMS encrypt a key: ciphertext and the ARN of the KMS key."""
        answer = self._call("encrypt", key_id, Plaintext=plaintext, EncryptionContext=dict(context))
        return _ciphertext(key_id, answer), self._answered(key_id, answer)

    def generate_without_plaintext(self, key_id: str, context: Mapping[str, str]) -> bytes:
        """Have KMS make a key that nobody sees: its ciphertext."""
        answer = self._call(
            "generate_data_key_without_plaintext",
            key_id,
            NumberOfBytes=DATA_KEY_BYTES,
            EncryptionContext=dict(context),
        )
        self._answered(key_id, answer)
        return _ciphertext(key_id, answer)

    def re_encrypt(
        self, key_id: str, ciphertext: bytes, source: Mapping[str, str], destination: Mapping[str, str]
    ) -> bytes:
        """Have KMS bind a ciphertext to another encryption context: the new ciphertext."""
        parameters = {
            "SourceKeyId": key_id,
            "DestinationKeyId": key_id,
            "CiphertextBlob": ciphertext,
            "SourceEncryptionContext": dict(source),
            "DestinationEncryptionContext": dict(destination),
        }
        try:
            answer = self._counted_client().re_encrypt(**parameters, **self._token_parameter())
        except CALL_ERRORS as error:
            raise DataKeyWrappingError(f"AWS KMS did not re-encrypt a branch key with {key_id}: {error}") from error
        self._answered(key_id, answer)
        return _ciphertext(key_id, answer)

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Have KMS decrypt a key with ``key_id``, which the answer has to name.

        :raises DataKeyUnwrappingError: KMS refused, was not reached, or answered for another key
        """
        try:
            answer = self._counted_client().decrypt(
                KeyId=key_id, CiphertextBlob=ciphertext, EncryptionContext=dict(context), **self._token_parameter()
            )
        except CALL_ERRORS as error:
            raise DataKeyUnwrappingError(f"AWS KMS did not decrypt with {key_id}: {error}") from error
        answered, plaintext = answer.get("KeyId"), answer.pop("Plaintext", None)
        if not parse_key_id(key_id).fits(answered, self.region):
            raise DataKeyUnwrappingError(f"AWS KMS was asked to decrypt with {key_id} and answered for {answered}")
        if not isinstance(plaintext, bytes) or len(plaintext) != DATA_KEY_BYTES:
            raise DataKeyUnwrappingError(f"AWS KMS decrypted no key of {DATA_KEY_BYTES} bytes with {key_id}")
        return plaintext

    def _call(self, operation: str, key_id: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._counted_client(), operation)(
                KeyId=key_id, **parameters, **self._token_parameter()
            )
        except CALL_ERRORS as error:
            raise DataKeyWrappingError(f"AWS KMS made or encrypted no key under {key_id}: {error}") from error
        return answer

    def _counted_client(self) -> Any:
        client = self.client  # making it may fail, and is no call
        count_here("kms_calls")
        return client

    def _answered(self, key_id: str, answer: dict[str, Any]) -> str:
        answered = answer.get("KeyId")
        if not isinstance(answered, str) or not parse_key_id(key_id).fits(answered, self.region):
            raise DataKeyWrappingError(f"AWS KMS was asked for key {key_id} and answered for {answered}")
        try:
            return parse_key_arn(answered).text
        except InvalidArgumentError as error:
            raise DataKeyWrappingError(f"AWS KMS answered with {answered!r}, which is no key ARN") from error

    def _token_parameter(self) -> dict[str, list[str]]:
        return {"GrantTokens": list(self._tokens)} if self._tokens else {}


def check_tokens(grant_tokens: object) -> tuple[str, ...]:
    """Copy a list or tuple of grant tokens; a single text is refused."""
    if not isinstance(grant_tokens, tuple) and not is_list(grant_tokens):
        raise TypeError(f'"grant_tokens" must be a list or tuple of str, not {type(grant_tokens).__name__}')
    tokens: tuple[Any, ...] = tuple(cast("Sequence[Any]", grant_tokens))
    for token in tokens:
        require_instance("grant_tokens", token, str)
    return tokens


def _ciphertext(key_id: str, answer: dict[str, Any]) -> bytes:
    ciphertext = answer.get("CiphertextBlob")
    if not isinstance(ciphertext, bytes) or not ciphertext:
        raise DataKeyWrappingError(f"AWS KMS answered with no ciphertext under {key_id}")
    return ciphertext
