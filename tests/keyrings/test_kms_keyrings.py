# SPDX-License-Identifier: Apache-2.0
"""Keyrings of AWS KMS over moto: which key is called, what is refused, what an item costs."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from ddbcrypt.exceptions import InvalidArgumentError, UnknownRegionError
from ddbcrypt.keyrings import (
    AwsKmsDiscoveryKeyring,
    AwsKmsKeyring,
    AwsKmsMrkDiscoveryKeyring,
    AwsKmsMrkKeyring,
    DataKeyUnwrappingError,
    DataKeyWrappingError,
    DecryptionMaterials,
    DiscoveryFilter,
    EncryptedDataKey,
    EncryptionMaterials,
    MultiKeyring,
    RawAesKeyring,
    aws_kms_discovery_multi_keyring,
    aws_kms_mrk_discovery_multi_keyring,
    aws_kms_mrk_multi_keyring,
    aws_kms_multi_keyring,
)
from ddbcrypt.keyrings.kms_arns import match_for_decrypt
from ddbcrypt.metrics import Metrics
from tests.keyrings.cloud import ACCOUNT, OTHER_REGION, Cloud
from tests.keyrings.contexts import CONTEXT, SUITES, decrypt, encrypt, some_bytes
from tests.support.connect import REGION

ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
MRK = f"{ARN}mrk-0123456789abcdef0123456789abcdef"


def test_one_call_each_way(cloud: Cloud) -> None:
    keyring = AwsKmsKeyring(cloud.key, cloud.kms)
    cloud.calls.clear()
    written = encrypt(keyring)
    key = written.encrypted_data_keys[0]
    assert (key.provider_id, key.provider_info) == ("aws-kms", cloud.key.encode())
    assert decrypt(keyring, written).plaintext_data_key == written.plaintext_data_key
    assert cloud.calls == {"GenerateDataKey": 1, "Decrypt": 1}
    cloud.calls.clear()
    encrypt(MultiKeyring(RawAesKeyring("ns", "k", some_bytes(32)), [keyring]))
    assert cloud.calls == {"Encrypt": 1}
    assert keyring.makes_network_calls


def test_calls_are_counted(cloud: Cloud) -> None:
    keyring, metrics = AwsKmsKeyring(cloud.key, cloud.kms), Metrics()
    with metrics.counting():
        written = encrypt(keyring)
        decrypt(keyring, written)
        encrypt(MultiKeyring(RawAesKeyring("ns", "k", some_bytes(32)), [keyring]))
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(keyring, written, {**CONTEXT, "é": "other"})
    encrypt(keyring)
    assert metrics.snapshot() == {"kms_calls": 4}


def test_another_context_and_another_key(cloud: Cloud) -> None:
    keyring = AwsKmsKeyring(cloud.key, cloud.kms)
    written = encrypt(keyring)
    with pytest.raises(DataKeyUnwrappingError, match="InvalidCiphertext"):
        decrypt(keyring, written, {**CONTEXT, "é": "other"})
    cloud.calls.clear()
    with pytest.raises(DataKeyUnwrappingError, match="none is of a key that it may use") as caught:
        decrypt(AwsKmsKeyring(cloud.create_key(), cloud.kms), written)
    assert cloud.key in str(caught.value)
    assert cloud.calls["Decrypt"] == 0


def test_aliases_only_encrypt(cloud: Cloud) -> None:
    cloud.kms.create_alias(AliasName="alias/mine", TargetKeyId=cloud.key)
    for key_id in ("alias/mine", cloud.key.rpartition("/")[2]):
        keyring = AwsKmsKeyring(key_id, cloud.kms)
        written = encrypt(keyring)
        assert decrypt(AwsKmsKeyring(cloud.key, cloud.kms), written).plaintext_data_key
        with pytest.raises(DataKeyUnwrappingError, match="none is of a key"):
            decrypt(keyring, written)


def test_refusals_of_kms_name_the_key(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    keyring = AwsKmsKeyring(f"{ARN}mine", kms)
    encrypted = EncryptedDataKey("aws-kms", f"{ARN}mine".encode(), bytes(100))
    with Stubber(kms) as stubber:
        for operation in ("generate_data_key", "decrypt", "decrypt"):
            stubber.add_client_error(operation, "DisabledException", "the key is disabled")
        with pytest.raises(DataKeyWrappingError, match=f"{ARN}mine.*is disabled"):
            encrypt(keyring)
        with pytest.raises(DataKeyUnwrappingError, match=f"{ARN}mine.*is disabled") as caught:
            keyring.on_decrypt(DecryptionMaterials(SUITES[0], CONTEXT), [encrypted, encrypted])
        assert len(caught.value.errors) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"KeyId": f"{ARN}other", "Plaintext": bytes(32)}, "answered for"),
        ({"KeyId": f"{ARN}mine", "Plaintext": bytes(31)}, "32 bytes"),
        ({"KeyId": f"{ARN}mine"}, "32 bytes"),
        ({"Plaintext": bytes(32)}, "answered for None"),
    ],
)
def test_answers_to_decrypt_that_are_refused(cloud: Cloud, answer: dict[str, Any], reason: str) -> None:
    kms = cloud.client("kms")
    encrypted = EncryptedDataKey("aws-kms", f"{ARN}mine".encode(), bytes(100))
    with Stubber(kms) as stubber:
        stubber.add_response(
            "decrypt",
            answer,
            {"KeyId": f"{ARN}mine", "CiphertextBlob": ANY, "EncryptionContext": CONTEXT, "GrantTokens": ["token"]},
        )
        with pytest.raises(DataKeyUnwrappingError, match=reason):
            AwsKmsKeyring(f"{ARN}mine", kms, grant_tokens=["token"]).on_decrypt(
                DecryptionMaterials(SUITES[0], CONTEXT), [encrypted]
            )
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"KeyId": f"{ARN}other", "Plaintext": bytes(32), "CiphertextBlob": b"x"}, "answered for"),
        ({"KeyId": "mine", "Plaintext": bytes(32), "CiphertextBlob": b"x"}, "answered for"),
        ({"KeyId": f"{ARN}mine", "Plaintext": bytes(16), "CiphertextBlob": b"x"}, "no data key of 32"),
        ({"KeyId": f"{ARN}mine", "Plaintext": bytes(32)}, "no ciphertext"),
    ],
)
def test_answers_to_generate_that_are_refused(cloud: Cloud, answer: dict[str, Any], reason: str) -> None:
    kms = cloud.client("kms")
    with Stubber(kms) as stubber:
        stubber.add_response("generate_data_key", answer)
        with pytest.raises(DataKeyWrappingError, match=reason):
            encrypt(AwsKmsKeyring(f"{ARN}mine", kms))


def test_a_data_key_of_kms_without_a_key_arn(cloud: Cloud) -> None:
    written = encrypt(AwsKmsKeyring(cloud.key, cloud.kms))
    materials = DecryptionMaterials(SUITES[0], CONTEXT)
    for info in (b"alias/mine", b"\xff", b"", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/mine".encode()):
        broken = EncryptedDataKey("aws-kms", info, b"x" * 100)
        for keyring in (AwsKmsKeyring(cloud.key, cloud.kms), AwsKmsDiscoveryKeyring(cloud.kms)):
            with pytest.raises(DataKeyUnwrappingError, match="does not name its key"):
                keyring.on_decrypt(materials, [broken, *written.encrypted_data_keys])


def test_discovery(cloud: Cloud) -> None:
    written = encrypt(AwsKmsKeyring(cloud.key, cloud.kms))
    for allowed in (None, DiscoveryFilter([ACCOUNT]), DiscoveryFilter(["9" * 12, ACCOUNT], "aws")):
        assert decrypt(AwsKmsDiscoveryKeyring(cloud.kms, allowed), written).plaintext_data_key
        assert decrypt(AwsKmsMrkDiscoveryKeyring(cloud.kms, None, allowed), written).plaintext_data_key
    cloud.calls.clear()
    for refused in (DiscoveryFilter(["9" * 12]), DiscoveryFilter([ACCOUNT], "aws-cn")):
        for keyring in (
            AwsKmsDiscoveryKeyring(cloud.kms, refused),
            AwsKmsMrkDiscoveryKeyring(cloud.kms, REGION, refused),
        ):
            with pytest.raises(DataKeyUnwrappingError, match="none is of a key"):
                decrypt(keyring, written)
    elsewhere = AwsKmsMrkDiscoveryKeyring(cloud.client("kms", OTHER_REGION), OTHER_REGION)
    with pytest.raises(DataKeyUnwrappingError, match="none is of a key"):
        decrypt(elsewhere, written)
    assert cloud.calls == {}
    with pytest.raises(DataKeyWrappingError, match="only decrypts"):
        elsewhere.on_encrypt(EncryptionMaterials(SUITES[0], CONTEXT))


def test_multi_keyrings(cloud: Cloud) -> None:
    primary, replica = cloud.create_replicated_key()
    clients = {REGION: cloud.kms, OTHER_REGION: cloud.client("kms", OTHER_REGION)}

    def supply(region: str | None) -> Any:
        assert region is not None
        return clients[region]

    writer = aws_kms_mrk_multi_keyring(primary, [cloud.key], client_supplier=supply)
    written = encrypt(writer)
    assert len(written.encrypted_data_keys) == 2
    for reader in (
        writer,
        AwsKmsKeyring(cloud.key, cloud.kms),
        AwsKmsMrkKeyring(replica, clients[OTHER_REGION]),
        aws_kms_multi_keyring(key_ids=[cloud.key], client_supplier=supply),
        aws_kms_discovery_multi_keyring([OTHER_REGION, REGION], client_supplier=supply),
        aws_kms_mrk_discovery_multi_keyring([OTHER_REGION], DiscoveryFilter([ACCOUNT]), client_supplier=supply),
    ):
        assert decrypt(reader, written).plaintext_data_key == written.plaintext_data_key
    with pytest.raises(InvalidArgumentError, match=f"{primary}, {replica}"):
        aws_kms_mrk_multi_keyring(primary, [cloud.key, replica], client_supplier=supply)
    for regions in ([], [""]):
        with pytest.raises(InvalidArgumentError, match="region"):
            aws_kms_mrk_discovery_multi_keyring(regions, client_supplier=supply)
    with pytest.raises(InvalidArgumentError):
        aws_kms_multi_keyring(client_supplier=supply)


@pytest.mark.parametrize(
    ("configured", "found", "matches"),
    [
        (MRK, MRK, True),
        (MRK, MRK.replace(REGION, "us-east-1"), True),
        (MRK, MRK.replace(ACCOUNT, "9" * 12), False),
        (MRK, MRK.replace("arn:aws:", "arn:aws-cn:"), False),
        (MRK, MRK[:-1] + "0", False),
        (f"{ARN}single", f"{ARN}single", True),
        (f"{ARN}single", f"{ARN}single".replace(REGION, "us-east-1"), False),
        ("alias/mrk-x", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/mrk-x", False),
        (MRK.rpartition("/")[2], MRK, False),
    ],
)
def test_match_for_decrypt(configured: str, found: str, matches: bool) -> None:
    assert match_for_decrypt(configured, found) is matches


def test_clients_that_are_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a client, one is made for the key's region, when it is first used."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for keyring in (AwsKmsKeyring(cloud.key), aws_kms_multi_keyring(cloud.key)):
        written = encrypt(keyring)
        assert decrypt(keyring, written).plaintext_data_key
        assert decrypt(AwsKmsDiscoveryKeyring(), written).plaintext_data_key
        assert decrypt(AwsKmsMrkDiscoveryKeyring(region=REGION), written).plaintext_data_key
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(UnknownRegionError):
        encrypt(AwsKmsKeyring("alias/mine"))


def test_arguments_that_are_refused(cloud: Cloud) -> None:
    for key_id in ("", "arn:aws:kms:here", "arn:aws:s3:::bucket"):
        with pytest.raises(InvalidArgumentError):
            AwsKmsKeyring(key_id, cloud.kms)
    wrong: Any = "no client"
    for make in (
        lambda: AwsKmsKeyring(cloud.key, wrong),
        lambda: AwsKmsKeyring(cloud.key, cloud.kms, grant_tokens=wrong),
        lambda: AwsKmsDiscoveryKeyring(cloud.kms, wrong),
        lambda: DiscoveryFilter(wrong),
        lambda: aws_kms_multi_keyring(cloud.key, wrong),
        lambda: aws_kms_discovery_multi_keyring(wrong),
    ):
        with pytest.raises(TypeError):
            make()
    for refused in (
        lambda: AwsKmsMrkDiscoveryKeyring(),
        lambda: AwsKmsMrkDiscoveryKeyring(cloud.kms, OTHER_REGION),
        lambda: DiscoveryFilter([]),
        lambda: DiscoveryFilter([ACCOUNT], ""),
    ):
        with pytest.raises(InvalidArgumentError):
            refused()
