# SPDX-License-Identifier: Apache-2.0
"""KMS that throttles, takes too long, is not there, or answers with what was not asked for."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from ddbcrypt import UnknownRegionError, UnwrappingError, WrappingError
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from tests.support.endpoint import Answer
from tests.support.patience import PATIENCE_SECONDS
from tests.unit.kms.fake import REGION, FakeKms, Region, connect, refused, session
from tests.unit.kms.test_kms_items import ITEM, config_for
from tests.unit.most_recent_support import wait_until

KEY_OF_ITEM = {"id": ITEM["id"], "visit": ITEM["visit"]}
THROTTLED = refused("ThrottlingException", "You have exceeded the rate at which you may call KMS.")


@pytest.fixture(autouse=True)
def _no_waiting_between_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    # botocore waits for up to some seconds before it tries again; that it does is its own affair.
    from botocore.retries.standard import ExponentialBackoff

    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0)


def answers(kms: FakeKms, operation: str, *given: Answer) -> None:
    """Give these answers to the first calls of ``operation``."""
    left: Iterator[Answer] = iter(given)
    kms.before = lambda asked, request: next(left, None) if asked == operation else None


def provider_of(region: Region, key: str, client: Any) -> AwsKmsCryptographicMaterialsProvider:
    return AwsKmsCryptographicMaterialsProvider(key, session(), regional_clients={REGION: client})


def test_throttling_is_retried_by_the_clients_rules(region: Region, key: str) -> None:
    provider = provider_of(region, key, connect(region.endpoint, attempts=3))
    answers(region.kms, "GenerateDataKey", THROTTLED, THROTTLED)
    stored = encrypt_dynamodb_item(ITEM, config_for(provider))
    assert region.endpoint.operations == ["GenerateDataKey"] * 3
    region.endpoint.forget()
    answers(region.kms, "Decrypt", THROTTLED, (500, {"__type": "KMSInternalException"}))
    assert decrypt_dynamodb_item(stored, config_for(provider)) == ITEM
    assert region.endpoint.operations == ["Decrypt"] * 3


def test_throttling_that_does_not_end(region: Region, key: str) -> None:
    other = region.kms.create_key()
    provider = AwsKmsCryptographicMaterialsProvider(
        key,
        session(),
        regional_clients={REGION: connect(region.endpoint, attempts=3)},
        accepted_key_ids=[other],
    )
    config = config_for(provider)
    stored = encrypt_dynamodb_item(ITEM, config)
    region.endpoint.forget()
    answers(region.kms, "GenerateDataKey", *[THROTTLED] * 5)
    with pytest.raises(WrappingError) as writing:
        encrypt_dynamodb_item(ITEM, config)
    answers(region.kms, "Decrypt", *[THROTTLED] * 5)
    with pytest.raises(UnwrappingError) as reading:
        decrypt_dynamodb_item(stored, config)
    # Three attempts each, and no other key after them: KMS has said nothing about the key.
    assert region.endpoint.operations == ["GenerateDataKey"] * 3 + ["Decrypt"] * 3
    assert {request["KeyId"] for request in region.endpoint.sent("Decrypt")} == {key}
    for error in (writing.value, reading.value):
        assert isinstance(error.__cause__, ClientError)
        assert error.item_key == KEY_OF_ITEM
        for part in (key, "ThrottlingException", "p-1"):
            assert part in str(error)


def test_time_outs_are_retried_and_then_reported(region: Region, key: str) -> None:
    client = connect(region.endpoint, attempts=2, read_timeout=0.5)
    config = config_for(provider_of(region, key, client))
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    region.endpoint.forget()
    over = threading.Event()

    def hang(operation: str, request: dict[str, Any]) -> None:
        over.wait(PATIENCE_SECONDS)

    region.kms.before = hang
    try:
        with pytest.raises(WrappingError) as writing:
            encrypt_dynamodb_item(ITEM, config)
        with pytest.raises(UnwrappingError) as reading:
            decrypt_dynamodb_item(stored, config)
        # On a busy machine a request may arrive when the client has given it up.
        wait_until(lambda: len(region.endpoint.operations) >= 4)
    finally:
        over.set()
    assert Counter(region.endpoint.operations) == {"GenerateDataKey": 2, "Decrypt": 2}
    for error in (writing.value, reading.value):
        assert isinstance(error.__cause__, BotoCoreError)
        assert error.item_key == KEY_OF_ITEM
        for part in (key, "timeout", "p-1"):
            assert part in str(error)


def test_nobody_listens(region: Region, key: str) -> None:
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        silent = type("Silent", (), {"endpoint_url": f"http://127.0.0.1:{unused.getsockname()[1]}"})
        config = config_for(provider_of(region, key, connect(silent)))  # type: ignore[arg-type]
        with pytest.raises(WrappingError, match=key):
            encrypt_dynamodb_item(ITEM, config)
        with pytest.raises(UnwrappingError, match=key):
            decrypt_dynamodb_item(stored, config)


@pytest.mark.parametrize("discovery", [False, True])
def test_no_permission(region: Region, key: str, discovery: bool) -> None:
    provider = region.provider(key, discovery=discovery)
    stored = encrypt_dynamodb_item(ITEM, config_for(provider))
    answers(region.kms, "Decrypt", refused("AccessDeniedException", "not authorized to perform: kms:Decrypt"))
    with pytest.raises(UnwrappingError, match="kms:Decrypt") as caught:
        decrypt_dynamodb_item(stored, config_for(provider))
    assert key in str(caught.value)


def test_a_key_that_does_not_exist(region: Region) -> None:
    missing = f"arn:aws:kms:{REGION}:111122223333:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(WrappingError, match="NotFoundException") as caught:
        encrypt_dynamodb_item(ITEM, config_for(region.provider(missing)))
    assert missing in str(caught.value)


@pytest.mark.parametrize("discovery", [False, True])
@pytest.mark.parametrize("plaintext", [None, "", "AAAA", "A" * 88])
def test_a_data_key_of_another_length(region: Region, key: str, plaintext: str | None, discovery: bool) -> None:
    config = config_for(region.provider(key, discovery=discovery))
    stored = encrypt_dynamodb_item(ITEM, config)
    region.kms.after = lambda operation, answer: answer.update(Plaintext=plaintext)
    with pytest.raises(WrappingError, match="32 bytes"):
        encrypt_dynamodb_item(ITEM, config)
    with pytest.raises(UnwrappingError, match="32 bytes"):
        decrypt_dynamodb_item(stored, config)


@pytest.mark.parametrize("ciphertext", [None, ""])
def test_a_data_key_without_its_ciphertext(region: Region, key: str, ciphertext: str | None) -> None:
    region.kms.after = lambda operation, answer: answer.update(CiphertextBlob=ciphertext)
    with pytest.raises(WrappingError, match=key):
        encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))


@pytest.mark.parametrize("key_id", ["alias/patients", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_no_region_to_call(key_id: str) -> None:
    provider = AwsKmsCryptographicMaterialsProvider(key_id, session(None))
    with pytest.raises(UnknownRegionError, match=key_id) as caught:
        encrypt_dynamodb_item(ITEM, config_for(provider))
    assert caught.value.item_key == KEY_OF_ITEM


@pytest.mark.parametrize("discovery", [False, True])
def test_a_session_of_which_no_client_can_be_made(region: Region, key: str, discovery: bool) -> None:
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    provider = AwsKmsCryptographicMaterialsProvider(key, Session(profile="nobody"), discovery=discovery)
    with pytest.raises(WrappingError, match="nobody") as writing:
        encrypt_dynamodb_item(ITEM, config_for(provider))
    with pytest.raises(UnwrappingError, match="nobody") as reading:
        decrypt_dynamodb_item(stored, config_for(provider))
    for error in (writing.value, reading.value):
        assert key in str(error)
        assert error.item_key == KEY_OF_ITEM


def test_no_plaintext_or_data_key_in_messages(region: Region, key: str) -> None:
    seen: list[str] = []
    region.kms.after = lambda operation, answer: (seen.append(answer["Plaintext"]), answer.update(KeyId="other"))
    with pytest.raises(WrappingError) as caught:
        encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    assert len(seen) == 1
    assert seen[0] not in str(caught.value)
    assert "secret" not in str(caught.value)
