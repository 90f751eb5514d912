# SPDX-License-Identifier: Apache-2.0
"""The provider as an object: its arguments, its clients, subclasses of it, copies, pickles and threads."""

from __future__ import annotations

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import boto3
import pytest
from botocore.config import Config

from ddbcrypt import EncryptionContext, InvalidAlgorithmError, InvalidKeyError, JceTransformationError, UnwrappingError
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import USER_AGENT_SUFFIX
from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from ddbcrypt.material_providers.kms.context import kms_encryption_context
from tests.support.patience import PATIENCE_SECONDS
from tests.unit.kms.fake import REGION, Region, connect, session
from tests.unit.kms.test_kms_items import ITEM, config_for
from tests.unit.support import static_provider

KEY = f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def served(region: Region, monkeypatch: pytest.MonkeyPatch) -> Region:
    """Clients that the provider makes for itself, in any region, reach the fake."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", region.endpoint.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return region


class Choosing(AwsKmsCryptographicMaterialsProvider):
    """Chooses the key by the table's name, as a subclass of the reference's provider would."""

    keys: ClassVar[dict[str | None, str]] = {}
    seen: ClassVar[list[str]] = []

    def _select_key_id(self, encryption_context: EncryptionContext) -> str:
        return self.keys[encryption_context.table_name]

    def _validate_key_id(self, key_id: str, encryption_context: EncryptionContext) -> None:
        self.seen.append(key_id)
        if "forbidden" in key_id:
            raise PermissionError(key_id)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"key_id": 5}, "key_id"),
        ({"key_id": None}, "key_id"),
        ({"botocore_session": "session"}, "botocore_session"),
        ({"botocore_session": boto3.Session(region_name=REGION)}, "botocore_session"),
        ({"grant_tokens": "token"}, "grant_tokens"),
        ({"grant_tokens": [5]}, "grant_tokens"),
        ({"grant_tokens": {"token"}}, "grant_tokens"),
        ({"material_description": []}, "material_description"),
        ({"material_description": {"amzn-ddb-env-alg": 256}}, "material_description"),
        ({"regional_clients": []}, "regional_clients"),
        ({"regional_clients": {REGION: "client"}}, "regional_clients"),
        ({"accepted_key_ids": KEY}, "accepted_key_ids"),
        ({"accepted_key_ids": None}, "accepted_key_ids"),
        ({"accepted_algorithms": "AES/128"}, "accepted_algorithms"),
        ({"discovery": 1}, "discovery"),
    ],
)
def test_arguments_of_another_type(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(TypeError, match=named):
        AwsKmsCryptographicMaterialsProvider(**{"key_id": KEY, **arguments})


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("amzn-ddb-env-alg", "DES/56", JceTransformationError),
        ("amzn-ddb-env-alg", "AES/100", InvalidKeyError),
        ("amzn-ddb-env-alg", "AES/many", ValueError),
        ("amzn-ddb-env-alg", "HmacSHA256/256", InvalidAlgorithmError),
        ("amzn-ddb-sig-alg", "AES/256", InvalidAlgorithmError),
        ("amzn-ddb-sig-alg", "HmacSHA256/", InvalidKeyError),
        ("amzn-ddb-sig-alg", "HmacSHA256/12", InvalidKeyError),
        ("amzn-ddb-sig-alg", "HmacSHA256/8200", InvalidKeyError),
        ("amzn-ddb-sig-alg", "", JceTransformationError),
    ],
)
def test_algorithms_that_are_none(name: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        AwsKmsCryptographicMaterialsProvider(KEY, material_description={name: text})


def test_an_accepted_algorithm_that_is_none() -> None:
    with pytest.raises(InvalidKeyError):
        AwsKmsCryptographicMaterialsProvider(KEY, accepted_algorithms=["AES/1"])


def test_the_references_order_of_arguments(region: Region, key: str) -> None:
    provider = AwsKmsCryptographicMaterialsProvider(
        key, session(), ("token",), {"amzn-ddb-env-alg": "AES/128"}, {REGION: region.client}
    )
    encrypt_dynamodb_item(ITEM, config_for(provider))
    (request,) = region.endpoint.sent("GenerateDataKey")
    assert request["GrantTokens"] == ["token"]
    assert request["EncryptionContext"]["*amzn-ddb-env-alg*"] == "AES/128"


def test_grant_tokens_are_sent_with_every_call(region: Region, key: str) -> None:
    config = config_for(region.provider(key, grant_tokens=["one", "two"]))
    decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config)
    assert region.endpoint.operations == ["GenerateDataKey", "Decrypt"]
    for request in region.endpoint.requests:
        assert request.parameters["GrantTokens"] == ["one", "two"]


def test_what_was_given_is_copied(region: Region, key: str) -> None:
    tokens, description, clients, accepted = ["token"], {"amzn-ddb-env-alg": "AES/128"}, {REGION: region.client}, [KEY]
    provider = AwsKmsCryptographicMaterialsProvider(
        key, session(), tokens, description, clients, accepted_key_ids=accepted
    )
    for given in (tokens, description, clients, accepted):
        given.clear()
    encrypt_dynamodb_item(ITEM, config_for(provider))
    (request,) = region.endpoint.sent("GenerateDataKey")
    assert request["GrantTokens"] == ["token"]
    assert request["EncryptionContext"]["*amzn-ddb-env-alg*"] == "AES/128"


def test_the_key_says_which_region_is_called(served: Region) -> None:
    served.kms.region = "us-west-2"
    key = served.kms.create_key()
    own = session(REGION)
    clients: dict[str, Any] = {}
    provider = AwsKmsCryptographicMaterialsProvider(key, own, regional_clients=clients)
    config = config_for(provider)
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config) == ITEM
    assert all("/us-west-2/kms/" in request.headers for request in served.endpoint.requests)
    assert own.get_config_variable("region") == REGION
    assert clients == {}


def test_without_a_region_in_the_key_the_sessions_is_called(served: Region) -> None:
    served.kms.aliases["alias/patients"] = served.kms.create_key()
    encrypt_dynamodb_item(ITEM, config_for(AwsKmsCryptographicMaterialsProvider("alias/patients", session())))
    assert all(f"/{REGION}/kms/" in request.headers for request in served.endpoint.requests)


@pytest.mark.parametrize("default", [None, Config(user_agent_extra="theirs", max_pool_connections=77, read_timeout=7)])
def test_clients_keep_the_sessions_settings(served: Region, default: Config | None) -> None:
    own = session()
    if default is not None:
        own.set_default_client_config(default)
    key = served.kms.create_key()
    provider = AwsKmsCryptographicMaterialsProvider(key, own)
    encrypt_dynamodb_item(ITEM, config_for(provider))
    (request,) = served.endpoint.requests
    assert USER_AGENT_SUFFIX in request.headers
    settings = provider._client(key).meta.config
    assert settings.max_pool_connections == (40 if default is None else 77)
    assert settings.read_timeout == (60 if default is None else 7)
    assert ("theirs" in request.headers) is (default is not None)


def test_threads_share_one_client(served: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    own = session()
    made: list[Any] = []
    create = own.create_client

    def slowly(*arguments: Any, **options: Any) -> Any:
        threading.Event().wait(0.05)
        made.append(create(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(own, "create_client", slowly)
    config = config_for(AwsKmsCryptographicMaterialsProvider(served.kms.create_key(), own))
    together = threading.Barrier(8)

    def there_and_back(number: int) -> Any:
        together.wait(PATIENCE_SECONDS)
        return [decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(there_and_back, range(8))) == [[ITEM] * 5] * 8
    assert len(made) == 1
    assert served.endpoint.operations.count("GenerateDataKey") == 40


def test_a_subclass_chooses_the_key(region: Region, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = region.kms.create_key()
    monkeypatch.setattr(Choosing, "keys", {"patients": key, "staff": other, "vault": KEY + "-forbidden"})
    monkeypatch.setattr(Choosing, "seen", [])
    provider = Choosing("", session(), regional_clients={REGION: region.client})
    for table, chosen in (("patients", key), ("staff", other)):
        config = config_for(provider, table=table)
        assert decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config) == ITEM
        assert region.endpoint.sent("GenerateDataKey")[-1]["KeyId"] == chosen
        assert region.endpoint.sent("Decrypt")[-1]["KeyId"] == chosen
    assert Choosing.seen == [key, key, other, other]
    region.endpoint.forget()
    with pytest.raises(PermissionError):
        encrypt_dynamodb_item(ITEM, config_for(provider, table="vault"))
    assert region.endpoint.operations == []


def test_a_subclass_validates_accepted_keys_too(region: Region, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = region.kms.create_key()
    monkeypatch.setattr(Choosing, "keys", {"patients": key})
    monkeypatch.setattr(Choosing, "seen", [])
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(writer)))
    accepted = [writer.replace("key/", "key/forbidden"), writer]
    provider = Choosing("", session(), regional_clients={REGION: region.client}, accepted_key_ids=accepted)
    with pytest.raises(PermissionError):
        decrypt_dynamodb_item(stored, config_for(provider))
    assert [request["KeyId"] for request in region.endpoint.sent("Decrypt")] == [key]


def test_a_subclass_makes_up_for_numbers_of_the_reference(region: Region, key: str) -> None:
    """The reference binds the data key to the text ``5.0``, DynamoDB stores 5, and the reference cannot read it."""

    class AsWritten(AwsKmsCryptographicMaterialsProvider):
        def _kms_encryption_context(
            self, encryption_context: EncryptionContext, encryption_description: str, signing_description: str
        ) -> dict[str, str]:
            built = super()._kms_encryption_context(encryption_context, encryption_description, signing_description)
            return {**built, "visit": "5.0"}

    item = {**ITEM, "visit": {"N": "5"}}
    forgiving = AsWritten(key, session(), regional_clients={REGION: region.client})
    as_the_reference_wrote_it = encrypt_dynamodb_item(item, config_for(forgiving, item))
    with pytest.raises(UnwrappingError):
        decrypt_dynamodb_item(as_the_reference_wrote_it, config_for(region.provider(key), item))
    assert decrypt_dynamodb_item(as_the_reference_wrote_it, config_for(forgiving, item)) == item


def test_the_context_is_built_by_one_function() -> None:
    context = EncryptionContext("patients", "id", None, {"id": {"S": "1"}, "other": {"S": "2"}})
    assert kms_encryption_context(context, "a", "b") == {
        "*amzn-ddb-env-alg*": "a",
        "*amzn-ddb-sig-alg*": "b",
        "*aws-kms-table*": "patients",
        "id": "1",
    }


OPTIONS: list[dict[str, Any]] = [
    {"grant_tokens": ["t"]},
    {"material_description": {"amzn-ddb-env-alg": "AES/128"}},
    {"accepted_key_ids": [KEY]},
    {"discovery": True},
    {"accepted_algorithms": ["AES/192"]},
]


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("options", [{}, *OPTIONS])
def test_pickle_and_back(served: Region, options: dict[str, Any], protocol: int) -> None:
    key = served.kms.create_key()
    provider = served.provider(key, **options)
    stored = encrypt_dynamodb_item(ITEM, config_for(provider))
    again = pickle.loads(pickle.dumps(provider, protocol))
    assert again == provider
    assert again is not provider
    assert repr(again) == repr(provider)
    assert decrypt_dynamodb_item(stored, config_for(again)) == ITEM
    (request,) = served.endpoint.sent("Decrypt")
    assert request.get("GrantTokens", []) == options.get("grant_tokens", [])
    assert request.get("KeyId") == (None if options.get("discovery") else key)


def test_a_pickle_holds_the_region_but_no_credentials(served: Region) -> None:
    served.kms.aliases["alias/patients"] = served.kms.create_key()
    own = session("ap-south-1")
    own.set_credentials("the-access-key", "the-secret-key")
    data = pickle.dumps(AwsKmsCryptographicMaterialsProvider("alias/patients", own))
    assert b"the-access-key" not in data
    assert b"the-secret-key" not in data
    served.kms.region = "ap-south-1"
    encrypt_dynamodb_item(ITEM, config_for(pickle.loads(data)))
    assert "/ap-south-1/kms/" in served.endpoint.requests[0].headers


def test_copies_are_the_object_itself() -> None:
    provider = AwsKmsCryptographicMaterialsProvider(KEY)
    assert copy.copy(provider) is provider
    assert copy.deepcopy(provider) is provider


@pytest.mark.parametrize("options", OPTIONS)
def test_equality(options: dict[str, Any]) -> None:
    plain = AwsKmsCryptographicMaterialsProvider(KEY)
    assert plain == AwsKmsCryptographicMaterialsProvider(KEY)
    assert plain != AwsKmsCryptographicMaterialsProvider(KEY + "0")
    assert plain != AwsKmsCryptographicMaterialsProvider(KEY, **options)
    assert AwsKmsCryptographicMaterialsProvider(KEY, **options) == AwsKmsCryptographicMaterialsProvider(KEY, **options)
    assert plain != Choosing(KEY)
    assert plain != KEY
    with pytest.raises(TypeError):
        hash(plain)


def test_repr_tells_the_settings() -> None:
    shown = repr(AwsKmsCryptographicMaterialsProvider(KEY, accepted_key_ids=["alias/old"], discovery=False))
    for part in ("AwsKmsCryptographicMaterialsProvider", KEY, "alias/old", "discovery=False"):
        assert part in shown


def test_who_makes_calls() -> None:
    assert AwsKmsCryptographicMaterialsProvider(KEY).makes_network_calls is True
    assert static_provider().makes_network_calls is False


def test_making_one_calls_nobody(region: Region) -> None:
    AwsKmsCryptographicMaterialsProvider(KEY, session(), regional_clients={REGION: connect(region.endpoint)}).refresh()
    assert region.endpoint.operations == []
