# SPDX-License-Identifier: Apache-2.0
"""The two calls of AWS KMS that an item costs, and what their failures become.

Throttling and time-outs have been retried by botocore, as its configuration says, when they come here as an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ddbcrypt.exceptions import UnwrappingError, WrappingError
from ddbcrypt.material_providers.kms.key_ids import parse_key_id
from ddbcrypt.metrics import count_here

#: Length of a data key. It is key material for HKDF, not a key of a cipher.
_DATA_KEY_BYTES: Final = 32
#: What KMS answers where the ciphertext is not of the key that was named, or the key is not to be had: another of the
#: accepted keys may be the one. All else would fail with every key.
_ANOTHER_KEY_MAY_FIT: Final = frozenset(
    (
        "AccessDeniedException",
        "DisabledException",
        "IncorrectKeyException",
        "InvalidCiphertextException",
        "KMSInvalidStateException",
        "NotFoundException",
    )
)
_HINTS: Final = {
    "IncorrectKeyException": "the item was encrypted under another key; an older key goes into accepted_key_ids",
    "InvalidCiphertextException": "the item was altered, or encrypted for another table or primary key",
}

#: Gives the KMS client for a key id. Making one can fail as a call can: no such profile, half a credential.
ClientOf = Callable[[str], Any]


def generate_data_key(client_of: ClientOf, key_id: str, parameters: dict[str, Any]) -> tuple[bytes, bytes]:
    """Have KMS make a data key: plaintext and ciphertext.

    :param parameters: encryption context, and grant tokens if there are any
    :raises WrappingError: KMS refused, was not reached, or answered with what was not asked for
    """
    try:
        client = client_of(key_id)
        count_here("kms_calls")
        answer = client.generate_data_key(KeyId=key_id, NumberOfBytes=_DATA_KEY_BYTES, **parameters)
    except (ClientError, BotoCoreError) as error:
        raise WrappingError(f"AWS KMS made no data key under {key_id}: {error}") from error
    plaintext, ciphertext = _data_key(answer), answer.get("CiphertextBlob")
    if plaintext is None or not isinstance(ciphertext, bytes) or not ciphertext:
        raise WrappingError(f"AWS KMS answered with no data key of {_DATA_KEY_BYTES} bytes under {key_id}")
    answered = answer.get("KeyId")
    if not parse_key_id(key_id).fits(answered, client.meta.region_name):
        raise WrappingError(f"AWS KMS was asked for a data key under {key_id} and made one under {answered}")
    return plaintext, ciphertext


def decrypt_with_one_of(
    client_of: ClientOf, key_ids: Iterable[str], ciphertext: bytes, parameters: dict[str, Any]
) -> bytes:
    """Have KMS decrypt a data key with the first of ``key_ids`` that it is of; each is named in a call of its own.

    :param key_ids: ids of keys, or of aliases, of which KMS then takes the key that they stand for at present
    :param parameters: as for :func:`generate_data_key`
    :raises UnwrappingError: it is of none of these keys, KMS was not reached, or it answered for another key
    """
    refusals: list[tuple[str, ClientError]] = []
    for key_id in key_ids:
        try:
            client = client_of(key_id)
            count_here("kms_calls")
            answer = client.decrypt(KeyId=key_id, CiphertextBlob=ciphertext, **parameters)
        except ClientError as error:
            if _code(error) not in _ANOTHER_KEY_MAY_FIT:
                raise _not_decrypted(key_id, error) from error
            refusals.append((key_id, error))
        except BotoCoreError as error:
            raise _not_decrypted(key_id, error) from error
        else:
            answered = answer.get("KeyId")
            if not parse_key_id(key_id).fits(answered, client.meta.region_name):
                raise UnwrappingError(f"AWS KMS was asked to decrypt with {key_id} and answered for {answered}")
            return _decrypted(key_id, answer)
    if len(refusals) == 1:
        raise _not_decrypted(*refusals[0]) from refusals[0][1]
    reasons = "; ".join(f"{key_id}: {_reason(error)}" for key_id, error in refusals)
    raise UnwrappingError(f"AWS KMS decrypted the item's data key with none of the accepted keys. {reasons}")


def decrypt_with_any(client_of: ClientOf, key_id: str, ciphertext: bytes, parameters: dict[str, Any]) -> bytes:
    """Have KMS decrypt a data key with whatever key it is of, as the reference client does.

    :param key_id: it is not sent, but says which region is called
    :param parameters: as for :func:`generate_data_key`
    :raises UnwrappingError: KMS refused or was not reached
    """
    try:
        client = client_of(key_id)
        count_here("kms_calls")
        answer = client.decrypt(CiphertextBlob=ciphertext, **parameters)
    except (ClientError, BotoCoreError) as error:
        raise UnwrappingError(
            f"AWS KMS did not decrypt the item's data key (by discovery, in the region of {key_id}): {_reason(error)}"
        ) from error
    return _decrypted("the key that it found", answer)


def _decrypted(key_id: str, answer: dict[str, Any]) -> bytes:
    plaintext = _data_key(answer)
    if plaintext is None:
        raise UnwrappingError(f"AWS KMS decrypted no data key of {_DATA_KEY_BYTES} bytes with {key_id}")
    return plaintext


def _data_key(answer: dict[str, Any]) -> bytes | None:
    """Take the plaintext out of the answer, so that it goes when its last user does."""
    plaintext = answer.pop("Plaintext", None)
    return plaintext if isinstance(plaintext, bytes) and len(plaintext) == _DATA_KEY_BYTES else None


def _not_decrypted(key_id: str, error: ClientError | BotoCoreError) -> UnwrappingError:
    return UnwrappingError(f"AWS KMS did not decrypt the item's data key with {key_id}: {_reason(error)}")


def _reason(error: ClientError | BotoCoreError) -> str:
    hint = _HINTS.get(_code(error)) if isinstance(error, ClientError) else None
    return f"{error}" if hint is None else f"{error} ({hint})"


def _code(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    # Some protocols put the namespace in front.
    return code.rpartition("#")[2]
