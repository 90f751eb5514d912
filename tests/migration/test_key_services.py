# SPDX-License-Identifier: Apache-2.0
"""Keys of AWS KMS (moto) and of a MetaStore, and what happens when a key service is not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from ddbcrypt.cli.outcome import ExitCode
from ddbcrypt.cli.table_files import read_table_file
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.store.meta import MetaStore
from tests.migration.commands import Place, make_items
from tests.migration.files import LEGACY, STRUCTURED, write_legacy, write_structured
from tests.support.connect import connect_client, connect_service
from tests.support.moto_server import MotoServer

HEAD = LEGACY[: LEGACY.index("[provider]")]
ITEMS = make_items(12)
EXPECTED = {item["id"]["S"]: item for item in ITEMS}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


@pytest.fixture
def kms(moto: MotoServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A KMS client, and every client of KMS in this process is sent there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", moto.endpoint_url)
    return connect_service("kms", moto.endpoint_url)


def of_kms(place: Place, name: str, kms: Any) -> Path:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    return write_legacy(place.folder, name, HEAD + f'[provider]\ntype = "kms"\nkey_id = "{key}"\n')


def test_to_kms_and_on_to_another_key(place: Place, kms: Any) -> None:
    place.put(place.old, ITEMS)
    one, other = of_kms(place, "one", kms), of_kms(place, "other", kms)
    for source, target in ((place.old, one), (one, other)):
        ran = place.run(source=source, target=target)
        assert ran.code == ExitCode.OK, ran.err
        assert ran.figure("migrated") == len(ITEMS)
        assert place.read(target) == EXPECTED
    key = kms.create_key()["KeyMetadata"]["Arn"]
    text = STRUCTURED[: STRUCTURED.index("[keyring]")] + f'[keyring]\ntype = "kms"\nkey_id = "{key}"\n'
    target = write_structured(place.folder, "structured", text)
    ran = place.run(source=other, target=target)
    assert ran.code == ExitCode.OK, ran.err
    assert place.read(target) == EXPECTED


def test_a_key_service_that_is_gone_fails_no_item(place: Place, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(place.old, ITEMS)
    target = of_kms(place, "kms", kms)
    before = place.raw()
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    ran = place.run(target=target)
    assert ran.code == ExitCode.DATABASE
    assert "the migration stopped" in ran.err
    assert "failed: " not in ran.err
    assert place.raw() == before
    monkeypatch.undo()
    # Run anew where it is there again: nothing was passed over.
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", kms.meta.endpoint_url)
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "eu-central-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    ran = place.run(target=target)
    assert ran.code == ExitCode.OK, ran.err
    assert ran.figure("migrated") == len(ITEMS)


def test_items_under_an_older_version_of_a_material(place: Place) -> None:
    store_table = f"{place.table}-keys"
    MetaStore.create_table(connect_client(place.url), store_table, 5, 5)
    inner = LEGACY[LEGACY.index("[provider]") :].replace("[provider", "[provider.store_provider")
    text = HEAD + (
        f'[provider]\ntype = "most_recent"\nstore_table = "{store_table}"\nmaterial_name = "visits"\n'
        f'version_ttl = 60\nendpoint_url = "{place.url}"\nregion = "eu-central-1"\n' + inner
    )
    recent = write_legacy(place.folder, "recent", text)
    try:
        place.put(recent, ITEMS)
        provider = read_table_file(recent).config.materials_provider  # type: ignore[attr-defined]
        assert isinstance(provider, CachingMostRecentProvider)
        sdk: Any = boto3
        resource = sdk.resource("dynamodb", endpoint_url=place.url, region_name="eu-central-1")
        store = MetaStore(resource.Table(store_table), provider._provider_store._materials_provider)  # type: ignore[attr-defined]
        store.new_provider("visits")
        # Old versions are read, so that without the option there is nothing to do.
        assert place.run(source=recent, target=recent).figure("readable already") == len(ITEMS)
        ran = place.run("--rewrite-readable", source=recent, target=recent)
        assert ran.code == ExitCode.OK, ran.err
        assert ran.figure("migrated") == len(ITEMS)
        assert place.read(recent) == EXPECTED
        assert all(b"visits#1" in bytes(item["*amzn-ddb-map-desc*"]["B"]) for item in place.raw().values())
    finally:
        place.client.delete_table(TableName=store_table)


@pytest.mark.parametrize("shape", ["one", "multi"])
def test_a_key_service_that_is_gone_fails_no_structured_item(
    place: Place, kms: Any, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    head = "[keyring]" if shape == "one" else '[keyring]\ntype = "multi"\n[keyring.generator]'
    text = STRUCTURED[: STRUCTURED.index("[keyring]")] + f'{head}\ntype = "kms"\nkey_id = "{key}"\n'
    source = write_structured(place.folder, "kms", text)
    place.put(source, ITEMS)
    before = place.raw()
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    ran = place.run(source=source, target=place.new)
    assert ran.code == ExitCode.DATABASE
    assert "the migration stopped" in ran.err
    assert "failed: " not in ran.err
    assert place.raw() == before
