# SPDX-License-Identifier: Apache-2.0
"""PynamoDB's own models and connections, attached: all that they do arrives encrypted and comes back as it was."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.exceptions import PutError
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from ddbcrypt.around import pynamodb as pynamodb_module
from ddbcrypt.attach import attach, detach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import InvalidArgumentError, SignatureVerificationError, UnsupportedOperationError
from ddbcrypt.metrics import Metrics
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import RESERVED
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import REGION
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture
def config(keys: Keys) -> LegacyTableConfig:
    actions = DDBCRYPT.actions("ENCRYPT_AND_SIGN", {"status": "SIGN_ONLY", "views": "DO_NOTHING"})
    return LegacyTableConfig(DDBCRYPT.provider(keys), actions)


def visit_model(database: Database, table: str) -> Any:
    """A model of its own for each test: PynamoDB keeps connections in the class."""

    class Visit(Model):
        class Meta:
            table_name = table
            host = database.endpoint_url
            region = REGION
            aws_access_key_id = "test"
            aws_secret_access_key = "test"

        patient = UnicodeAttribute(hash_key=True)
        visit = NumberAttribute(range_key=True)
        status = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        name = UnicodeAttribute(null=True)
        scan_image = BinaryAttribute(null=True, legacy_encoding=False)
        diagnoses = UnicodeSetAttribute(null=True)
        details = JSONAttribute(null=True)
        seen = NumberAttribute(null=True)

    return Visit


@pytest.fixture
def model(database: Database, table: str, config: LegacyTableConfig) -> Any:
    return attach(visit_model(database, table), {table: config})


def make(model: Any, number: int, **attributes: Any) -> Any:
    return model(
        "p-001",
        number,
        **{
            "status": "open",
            "name": f"protected name {number}",
            "scan_image": b"\x89protected\xff",
            "diagnoses": {"protected J45", "protected E11"},
            "details": {"protected": [1, 2]},
            "seen": 0,
            **attributes,
        },
    )


def assert_stored(database: Database, table: str, count: int) -> None:
    stored = database.raw_items(table)
    assert len(stored) == count
    for item in stored:
        assert RESERVED <= item.keys()
        assert all("B" in item[name] for name in ("name", "scan_image", "diagnoses", "details", "seen"))
        assert item["status"] == {"S": "open"}


def test_save_get_refresh_delete(database: Database, table: str, model: Any) -> None:
    visit = make(model, 1)
    visit.save()
    assert_stored(database, table, 1)
    got = model.get("p-001", 1)
    assert got.attribute_values == visit.attribute_values
    got.name = "changed"
    got.refresh()
    assert got.name == "protected name 1"
    got.delete()
    assert database.raw_items(table) == []


def test_query_scan_and_batches(database: Database, table: str, model: Any) -> None:
    with model.batch_write() as batch:
        for number in range(30):
            batch.save(make(model, number))
    assert_stored(database, table, 30)
    assert [visit.name for visit in model.query("p-001", page_size=7)] == [f"protected name {n}" for n in range(30)]
    assert [visit.visit for visit in model.query("p-001", model.visit > 25)] == [26, 27, 28, 29]
    assert sorted(visit.name for visit in model.scan()) == sorted(f"protected name {n}" for n in range(30))
    keys = [("p-001", number) for number in range(30)]
    assert sorted(visit.visit for visit in model.batch_get(keys)) == list(range(30))
    assert model.count("p-001") == 30


def test_conditions_and_filters(model: Any) -> None:
    make(model, 1).save(model.patient.does_not_exist())
    with pytest.raises(PutError):
        make(model, 1).save(model.patient.does_not_exist())
    assert [visit.visit for visit in model.scan(model.status == "open")] == [1]
    with pytest.raises(UnsupportedOperationError, match="name"):
        list(model.scan(model.name == "protected name 1"))


def test_update(database: Database, table: str, model: Any) -> None:
    visit = make(model, 1)
    visit.save()
    visit.update(actions=[model.seen.add(3), model.name.set("another protected name")])
    assert (visit.seen, visit.name) == (3, "another protected name")
    got = model.get("p-001", 1)
    assert (got.seen, got.name) == (3, "another protected name")
    assert_stored(database, table, 1)


def test_a_client_that_is_made_anew(database: Database, table: str, model: Any) -> None:
    make(model, 1).save()
    connection = model._get_connection().connection
    first = connection.client
    connection._client = None  # what PynamoDB does to a client without credentials
    make(model, 2).save()
    assert connection.client is not first
    model._connection = None  # and a connection that is made anew
    make(model, 3).save()
    assert model._get_connection().connection is not connection
    assert_stored(database, table, 3)


def test_threads_share_a_model(database: Database, table: str, model: Any) -> None:
    errors: list[BaseException] = []

    def save(number: int) -> None:
        try:
            make(model, number).save()
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            errors.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert_stored(database, table, 8)


def test_no_thread_gets_a_connection_that_is_half_attached(
    database: Database, table: str, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread stands still where it attaches the model's new connection; what another gets meanwhile encrypts."""
    attached_class = pynamodb_module._attached_class
    got: list[str] = []
    other = threading.Thread(target=lambda: got.append(type(model._get_connection().connection).__module__))

    def slowly(base: Any) -> type:
        other.start()
        other.join(0.2)  # it goes on by itself only where it takes the connection for attached
        return attached_class(base)

    monkeypatch.setattr(pynamodb_module, "_attached_class", slowly)
    model._get_connection()
    other.join(PATIENCE_SECONDS)
    assert got == [pynamodb_module.__name__]
    make(model, 1).save()
    assert_stored(database, table, 1)


def test_derived_models_are_attached_with_it(database: Database, table: str, model: Any) -> None:
    class Other(model):
        class Meta:
            table_name = "mistyped"
            host = database.endpoint_url
            region = REGION
            aws_access_key_id = "test"
            aws_secret_access_key = "test"

    with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
        make(Other, 1).save()


def test_tampered_item(database: Database, table: str, model: Any) -> None:
    make(model, 1).save()
    (stored,) = database.raw_items(table)
    database.client.put_item(TableName=table, Item={**stored, "status": {"S": "closed"}})
    with pytest.raises(SignatureVerificationError, match="patient='p-001', visit=1"):
        model.get("p-001", 1)


def test_transactions_through_an_attached_connection(
    database: Database, table: str, model: Any, config: LegacyTableConfig
) -> None:
    connection = Connection(
        region=REGION, host=database.endpoint_url, aws_access_key_id="test", aws_secret_access_key="test"
    )
    assert attach(connection, {table: config}) is connection
    with TransactWrite(connection=connection) as write:
        write.save(make(model, 1))
        write.save(make(model, 2))
    assert_stored(database, table, 2)
    with TransactGet(connection=connection) as get:
        future = get.get(model, "p-001", 2)
    assert future.get().name == "protected name 2"


def test_connection_of_a_table(database: Database, table: str, config: LegacyTableConfig) -> None:
    settings: Any = {"host": database.endpoint_url, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    connection = TableConnection(
        table, region=REGION, meta_table=visit_model(database, table)._get_connection().get_meta_table(), **settings
    )
    attach(connection, {table: config})
    attach(connection, {table: config})
    connection.put_item("p-001", "1", attributes={"name": {"S": "protected name"}})
    (stored,) = database.raw_items(table)
    assert "B" in stored["name"]
    assert connection.get_item("p-001", "1")["Item"]["name"] == {"S": "protected name"}
    detach(connection)
    assert "B" in connection.get_item("p-001", "1")["Item"]["name"]
    with pytest.raises(InvalidArgumentError, match="nothing is attached"):
        detach(connection)


def test_connection_that_is_detached_before_it_is_used(database: Database, config: LegacyTableConfig) -> None:
    settings: Any = {"host": database.endpoint_url, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    connection = Connection(region=REGION, **settings)
    connection.list_tables()
    kind = type(connection)
    attach(connection, {"visits": config})
    detach(connection)
    assert type(connection) is kind


def test_twice_and_detach(database: Database, table: str, model: Any, config: LegacyTableConfig) -> None:
    assert attach(model, {table: config}) is model
    with pytest.raises(InvalidArgumentError, match="another configuration"):
        attach(model, {"others": config})
    with pytest.raises(InvalidArgumentError, match="the model is attached already, and its counts go elsewhere"):
        attach(model, {table: config}, metrics=Metrics())
    make(model, 1).save()
    detach(model)
    assert RESERVED <= model._get_connection().get_item("p-001", "1")["Item"].keys()
    with pytest.raises(InvalidArgumentError, match="nothing is attached to the model Visit"):
        detach(model)


def test_version_5_is_refused(
    monkeypatch: pytest.MonkeyPatch, database: Database, table: str, config: LegacyTableConfig
) -> None:
    monkeypatch.setattr("pynamodb.__version__", "5.5.1")
    with pytest.raises(UnsupportedOperationError, match=r"PynamoDB 5\.5\.1 sends .* use PynamoDB 6 or newer"):
        attach(visit_model(database, table), {table: config})


def test_objects_that_emit_no_events_are_refused(config: LegacyTableConfig) -> None:
    with pytest.raises(UnsupportedOperationError, match="SimpleNamespace"):
        attach(SimpleNamespace(), {"visits": config})
