# SPDX-License-Identifier: Apache-2.0
"""A service that throttles or is gone is told from one that refuses, through keyrings of AWS's library as through ours.

A migration stops at the first and counts an item as failed for the second.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.reachability import is_unreachable
from ddbcrypt.keyrings import (
    AwsKmsHierarchicalKeyring,
    AwsKmsKeyring,
    CryptographicMaterialsManager,
    DataKeyUnwrappingError,
    DataKeyWrappingError,
    EncryptionMaterials,
    Keyring,
    MultiKeyring,
    RawAesKeyring,
    adapt,
    as_cmm,
)
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import CONTEXT, SUITES, some_bytes
from tests.keyrings.library import Library

#: Code and HTTP status of an answer, and whether it says no more than "not now".
ANSWERS = {
    "ThrottlingException": (400, True),
    "KMSInternalException": (500, True),
    "DependencyTimeoutException": (503, True),
    "KeyUnavailableException": (500, True),
    "ServiceUnavailable": (503, True),
    "AccessDeniedException": (400, False),
    "DisabledException": (409, False),
    "NotFoundException": (400, False),
    "InvalidCiphertextException": (400, False),
    "IncorrectKeyException": (400, False),
}
OF_DYNAMODB = {
    "ProvisionedThroughputExceededException": (400, True),
    "RequestLimitExceeded": (400, True),
    "InternalServerError": (500, True),
    "ThrottlingException": (400, True),
    "ResourceNotFoundException": (400, False),
    "AccessDeniedException": (400, False),
}
LOST = (
    EndpointConnectionError(endpoint_url="https://kms.example"),
    ReadTimeoutError(endpoint_url="https://kms.example"),
)
Answer = tuple[str, int] | Exception


class Service:
    """A client of moto that gives another answer from the moment that there is one."""

    def __init__(self, cloud: Cloud, service: str) -> None:
        self.client = cloud.client(service)
        self.answer: Answer | None = None
        self.client.meta.events.register_first("before-call", self._before)

    def _before(self, **_: Any) -> Any:
        if self.answer is None:
            return None
        if isinstance(self.answer, Exception):
            raise self.answer
        code, status = self.answer
        return SimpleNamespace(status_code=status), {
            "Error": {"Code": code, "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0},
        }


class Setting:
    """Keyrings of ours and of the library's over the same clients."""

    def __init__(self, cloud: Cloud, library: Library) -> None:
        self.library = library
        self.key = cloud.key
        self.kms = Service(cloud, "kms")
        self.dynamodb = Service(cloud, "dynamodb")
        self.store = cloud.store(kms_client=self.kms.client, dynamodb_client=self.dynamodb.client)
        self.branch_key = self.store.create_key()
        self.their_store = library.store(
            self.store.info().table_name,
            "logical",
            library.store_models.KMSConfigurationKmsKeyArn(cloud.key),
            kms_client=self.kms.client,
            ddb_client=self.dynamodb.client,
        )

    def pair(self, kind: str) -> tuple[Any, Any]:
        """Ours and theirs; fresh, so that nothing is cached."""
        raw = some_bytes(32)
        ours: Keyring
        if kind == "hierarchical":
            ours = AwsKmsHierarchicalKeyring(self.store, self.branch_key, ttl_seconds=600)
            theirs = self.library.make(
                "aws_kms_hierarchical_keyring",
                key_store=self.their_store,
                branch_key_id=self.branch_key,
                ttl_seconds=600,
            )
            return ours, adapt(theirs)
        ours = AwsKmsKeyring(self.key, self.kms.client)
        theirs = self.library.make("aws_kms_keyring", kms_key_id=self.key, kms_client=self.kms.client)
        if kind == "multi":
            ours = MultiKeyring(ours, [RawAesKeyring("ns", "k", raw)])
            theirs = self.library.make(
                "multi_keyring", generator=theirs, child_keyrings=[self.library.raw_aes("ns", "k", raw)]
            )
        if kind == "manager":
            return as_cmm(ours), adapt(self.library.make("default_cryptographic_materials_manager", keyring=theirs))
        return ours, adapt(theirs)


@pytest.fixture(scope="module")
def setting(cloud: Cloud) -> Setting:
    return Setting(cloud, Library())


def calls(one: Keyring | CryptographicMaterialsManager, written: EncryptionMaterials) -> list[Callable[[], object]]:
    """To encrypt, and to decrypt what was written under AWS KMS alone."""
    manager = as_cmm(one)
    return [
        lambda: manager.get_encryption_materials(CONTEXT, SUITES[0]),
        lambda: manager.decrypt_materials(SUITES[0], written.encrypted_data_keys[:1], CONTEXT),
    ]


def check(setting: Setting, kind: str, service: Service, answer: Answer, not_now: bool) -> None:
    written = as_cmm(setting.pair(kind)[0]).get_encryption_materials(CONTEXT, SUITES[0])
    for one in setting.pair(kind):
        for call in calls(one, written):
            service.answer = answer
            try:
                with pytest.raises(DynamodbEncryptionSdkError) as caught:
                    call()
            finally:
                service.answer = None
            assert is_unreachable(caught.value) == not_now, caught.value


@pytest.mark.parametrize("code", ANSWERS)
@pytest.mark.parametrize("kind", ["one", "multi", "manager", "hierarchical"])
def test_answers_of_kms(setting: Setting, kind: str, code: str) -> None:
    status, not_now = ANSWERS[code]
    check(setting, kind, setting.kms, (code, status), not_now)


@pytest.mark.parametrize("code", OF_DYNAMODB)
def test_answers_of_dynamodb(setting: Setting, code: str) -> None:
    status, not_now = OF_DYNAMODB[code]
    check(setting, "hierarchical", setting.dynamodb, (code, status), not_now)


@pytest.mark.parametrize("lost", LOST, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("kind", ["one", "multi", "manager", "hierarchical"])
def test_lost_connections(setting: Setting, kind: str, lost: Exception) -> None:
    check(setting, kind, setting.kms, lost, True)


def test_what_was_answered_is_in_the_error(setting: Setting) -> None:
    ours, theirs = setting.pair("one")
    written = as_cmm(ours).get_encryption_materials(CONTEXT, SUITES[0])
    encrypt, decrypt = calls(theirs, written)
    setting.kms.answer = ("KMSInternalException", 500)
    try:
        with pytest.raises(DataKeyWrappingError, match="encrypted no data key: no") as wrapping:
            encrypt()
        with pytest.raises(DataKeyUnwrappingError, match="decrypted no data key: .*no") as unwrapping:
            decrypt()
    finally:
        setting.kms.answer = None
    for error in (wrapping.value, unwrapping.value):
        (answer,) = error.errors
        assert answer.response["Error"]["Code"] == "KMSInternalException"  # type: ignore[attr-defined]
        assert error.__cause__ is not None
    assert as_cmm(theirs).get_encryption_materials(CONTEXT, SUITES[0]).plaintext_data_key


def test_an_object_without_an_inner_one_is_called_as_it_is(setting: Setting) -> None:
    """As an application's own keyring, and as a version of the library may be."""
    library = setting.library

    class Own(library.references.IKeyring):  # type: ignore[misc,name-defined]
        def on_encrypt(self, param: Any) -> Any:
            raise ConnectionError("lost")

        def on_decrypt(self, param: Any) -> Any:
            raise ValueError("refused")

    written = as_cmm(setting.pair("one")[0]).get_encryption_materials(CONTEXT, SUITES[0])
    keyring: Any = adapt(Own())
    found: list[bool] = []
    for call in calls(keyring, written):
        with pytest.raises(DynamodbEncryptionSdkError) as caught:
            call()
        found.append(is_unreachable(caught.value))
    assert found == [True, False]
