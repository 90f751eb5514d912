# SPDX-License-Identifier: Apache-2.0
"""From the legacy format to the structured one, back, and from one keyring to another."""

import pytest

from ddbcrypt.cli.outcome import ExitCode
from tests.dynamodb.library import REFERENCE, Keys
from tests.migration.commands import Place, make_items
from tests.migration.files import STRUCTURED, key, write_structured
from tests.support.connect import connect_resource

RESERVED = {"legacy": {"*amzn-ddb-map-sig*", "*amzn-ddb-map-desc*"}, "structured": {"aws_dbe_head", "aws_dbe_foot"}}
MULTI = STRUCTURED[: STRUCTURED.index("[keyring]")] + (
    """\
[keyring]
type = "multi"
[keyring.generator]
type = "raw_aes"
namespace = "tests"
name = "other"
key_file = "{name}.hmac"
[[keyring.children]]
type = "raw_aes"
namespace = "tests"
name = "{name}"
key_file = "{name}.aes"
"""
)


@pytest.mark.parametrize("suite", ["symmetric_signature", "ecdsa_p384"])
def test_there_and_back(place: Place, suite: str) -> None:
    items = [{**item, "tags": {"SS": ["a"]}} for item in make_items(25)]
    expected = {item["id"]["S"]: item for item in items}
    place.put(place.old, items)
    target = write_structured(place.folder, "structured", STRUCTURED.replace("symmetric_signature", suite))
    for _ in range(2):
        ran = place.run("--page-items", "10", target=target)
        assert ran.code == ExitCode.OK, ran.err
    assert ran.figure("readable already") == 25
    assert place.read(target) == expected
    assert all(
        RESERVED["structured"] <= item.keys() and not RESERVED["legacy"] & item.keys() for item in place.raw().values()
    )
    ran = place.run(source=target, target=place.new)
    assert ran.code == ExitCode.OK, ran.err
    assert place.read(place.new) == expected
    assert all(
        RESERVED["legacy"] <= item.keys() and not RESERVED["structured"] & item.keys() for item in place.raw().values()
    )


def test_items_of_the_reference_client(place: Place) -> None:
    actions = REFERENCE.actions("ENCRYPT_AND_SIGN", {"clinic": "SIGN_ONLY", "hits": "DO_NOTHING"})
    table = REFERENCE.encrypted_table(
        table=connect_resource(place.url).Table(place.table),
        materials_provider=REFERENCE.provider(Keys(key("old aes"), key("old hmac"))),
        attribute_actions=actions,
    )
    for number in range(5):
        table.put_item(Item={"id": f"item-{number}", "note": f"secret {number}", "clinic": "north", "hits": number})
    target = write_structured(place.folder, "structured")
    ran = place.run(target=target)
    assert ran.code == ExitCode.OK, ran.err
    assert place.read(target)["item-3"] == {
        "id": {"S": "item-3"},
        "note": {"S": "secret 3"},
        "clinic": {"S": "north"},
        "hits": {"N": "3"},
    }


def test_another_keyring(place: Place) -> None:
    items = make_items(10)
    one, other = write_structured(place.folder, "one"), write_structured(place.folder, "two", MULTI)
    place.put(one, items)
    ran = place.run(source=one, target=other)
    assert ran.code == ExitCode.OK, ran.err
    assert ran.figure("migrated") == 10
    assert place.read(other) == {item["id"]["S"]: item for item in items}


def test_what_the_target_does_not_know_is_named_and_left(place: Place) -> None:
    place.put(place.old, [*make_items(3), {"id": {"S": "more"}, "unknown": {"S": "a secret"}}])
    before = place.raw()["more"]
    ran = place.run(target=write_structured(place.folder, "structured"))
    assert ran.code == ExitCode.DIFFERENT
    assert "id='more'" in ran.err
    assert "unknown" in ran.err
    assert "a secret" not in ran.err
    assert place.raw()["more"] == before


def test_another_primary_key_is_refused(place: Place) -> None:
    text = STRUCTURED.replace('partition_key_name = "id"', 'partition_key_name = "id"\nsort_key_name = "when"')
    ran = place.run(target=write_structured(place.folder, "structured", text))
    assert ran.code == ExitCode.CONFIGURATION
    assert "id, when" in ran.err


@pytest.mark.parametrize(
    ("old", "new"),
    [('clinic = "SIGN_ONLY"', 'clinic = "ENCRYPT_AND_SIGN"'), ('"symmetric_signature"', '"ecdsa_p384"')],
    ids=["action", "suite"],
)
def test_what_the_target_reads_and_would_write_otherwise(place: Place, old: str, new: str) -> None:
    items = make_items(5)
    one = write_structured(place.folder, "one")
    other = write_structured(place.folder, "other", STRUCTURED.replace("{name}", "one").replace(old, new))
    place.put(one, items)
    ran = place.run(source=one, target=other)
    assert ran.code == ExitCode.OK, ran.err
    assert ran.figure("migrated") == 5
    assert place.read(other) == {item["id"]["S"]: item for item in items}
    for stored in place.raw().values():
        assert ("B" in stored["clinic"]) == ("clinic" in old)
        assert stored["aws_dbe_head"]["B"][1] == int("ecdsa" in new)
    assert place.run(source=one, target=other).figure("readable already") == 5
