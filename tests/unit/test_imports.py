# SPDX-License-Identifier: Apache-2.0
"""What an import brings with it, and that names which are loaded later are the same as if it had brought them.

Each program runs in a process of its own: in this one boto3 is imported already.
"""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ddbcrypt
import ddbcrypt.keyrings

#: What takes long to import, and what stands for it.
HEAVY = {
    *("boto3", "botocore", "s3transfer", "urllib3", "dateutil", "jmespath"),
    *("aiobotocore", "aioboto3", "aiohttp", "asyncio", "concurrent", "multiprocessing"),
    *("http", "email", "ssl", "socket", "xml", "urllib"),
    *("cryptography", "lark", "pynamodb", "rich", "argparse"),
    *("aws_cryptographic_material_providers", "_dafny", "smithy_dafny_standard_library"),
}
LIGHT = (
    "ddbcrypt",
    "ddbcrypt.attach",
    "ddbcrypt.encrypted.item",
    "ddbcrypt.exceptions",
    "ddbcrypt.keyrings",
    "ddbcrypt.keyrings.raw_aes",
    "ddbcrypt.keyrings.raw_rsa",
    "ddbcrypt.material_providers.most_recent",
    "ddbcrypt.material_providers.rotating",
    "ddbcrypt.material_providers.static",
    "ddbcrypt.material_providers.wrapped",
    "ddbcrypt.structured",
)
LAZY = (ddbcrypt, ddbcrypt.keyrings)
#: Keys of both formats, and an item function of each, for wire or Python values.
ENCRYPTORS = """
import sys
from ddbcrypt import AttributeActions, CryptoAction, CryptoConfig, EncryptionContext
from ddbcrypt import JceNameLocalDelegatedKey, StaticCryptographicMaterialsProvider
from ddbcrypt import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item, decrypt_python_item, encrypt_dynamodb_item, encrypt_python_item
)
from ddbcrypt.keyrings import RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbItemEncryptorConfig

cipher = JceNameLocalDelegatedKey.generate("AES", 256)
mac = JceNameLocalDelegatedKey.generate("HmacSHA256", 256)
legacy = CryptoConfig(
    StaticCryptographicMaterialsProvider(
        decryption_materials=RawDecryptionMaterials(decryption_key=cipher, verification_key=mac),
        encryption_materials=RawEncryptionMaterials(encryption_key=cipher, signing_key=mac),
    ),
    EncryptionContext(table_name="table", partition_key_name="id"),
    AttributeActions(attribute_actions={"id": CryptoAction.SIGN_ONLY}),
)
structured = DynamoDbItemEncryptor(
    DynamoDbItemEncryptorConfig(
        "table", "id", {"id": CryptoAction.SIGN_ONLY, "secret": CryptoAction.ENCRYPT_AND_SIGN},
        keyring=RawAesKeyring("ours", "key", bytes(32)),
    )
)

def way(item, wire):
    if wire:
        yield decrypt_dynamodb_item(encrypt_dynamodb_item(item, legacy), legacy)
        yield structured.decrypt_item(structured.encrypt_item(item).encrypted_item).plaintext_item
    else:
        yield decrypt_python_item(encrypt_python_item(item, legacy), legacy)
        yield structured.decrypt_python_item(structured.encrypt_python_item(item).encrypted_item).plaintext_item
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", LIGHT)
def test_an_import_leaves_boto3_and_its_like_alone(module: str) -> None:
    # some are there before any import where the environment has start-up files
    program = (
        f"import sys\nbefore = set(sys.modules)\nimport {module}\nimport json\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    found = set(json.loads(run(program)))
    assert "ddbcrypt" in found
    assert found & HEAVY == set()


def test_what_the_list_of_heavy_modules_holds_is_found_where_it_comes() -> None:
    found = run("import ddbcrypt.encrypted.client, sys; print(*sys.modules)").split()
    assert {"boto3", "botocore", "urllib3", "http", "email", "ssl"} <= set(found) & HEAVY


def test_items_without_binary_values_in_python_form_need_no_boto3() -> None:
    program = """
for item in ({"id": {"S": "a"}, "secret": {"B": b"x"}}, {"id": {"S": "a"}, "secret": {"BS": [b"x", b"y"]}}):
    for read in way(item, True):
        assert read == item, read
assert "boto3" not in sys.modules
assert "botocore" not in sys.modules
# anything that could be a Binary is asked for its class, which is not there
for wrong in (object(), {"secret"}.__iter__()):
    try:
        encrypt_python_item({"id": "a", "secret": wrong}, legacy)
    except Exception as error:
        assert type(error).__name__ == "UnsupportedTypeError", error
assert "boto3" not in sys.modules
"""
    run(ENCRYPTORS + program)


def test_what_comes_out_as_binary_is_boto3s() -> None:
    program = """
assert "boto3" not in sys.modules
for secret in (b"x", bytearray(b"x"), {b"x", b"y"}, [b"x"], {"inner": b"x"}):
    for read in way({"id": "a", "secret": secret}, False):
        from boto3.dynamodb.types import Binary

        def check(given, got):
            if isinstance(given, set):
                assert {type(member) for member in got} == {Binary} and got == {Binary(one) for one in given}
            elif isinstance(given, list):
                check(given[0], got[0])
            elif isinstance(given, dict):
                check(given["inner"], got["inner"])
            else:
                assert type(got) is Binary and got.value == bytes(given), got

        check(secret, read["secret"])
# and goes in, as does a subclass
class Own(Binary):
    pass

for secret in (Binary(b"x"), Own(b"x"), {Binary(b"x")}):
    for read in way({"id": "a", "secret": secret}, False):
        assert read["secret"] == ({Binary(b"x")} if isinstance(secret, set) else Binary(b"x"))
"""
    run(ENCRYPTORS + program)


def test_a_binary_that_is_made_before_the_first_call_is_known() -> None:
    program = """
from boto3.dynamodb.types import Binary
for secret in ({Binary(b"x")}, [Binary(b"x")], Binary(b"x")):
    for read in way({"id": "a", "secret": secret}, False):
        assert read["secret"] == secret
"""
    run(ENCRYPTORS + program)


def test_a_module_that_is_being_imported_has_no_class_yet() -> None:
    program = """
import sys, types, boto3.dynamodb
from ddbcrypt import ddb_to_dict, dict_to_ddb
half = sys.modules["boto3.dynamodb.types"] = types.ModuleType("boto3.dynamodb.types")
wire = {"secret": {"B": b"x"}}
assert dict_to_ddb({"secret": {1}}) == {"secret": {"NS": ["1"]}}
assert dict_to_ddb({"secret": b"x"}) == wire

def refused(call, argument, kind, message):
    try:
        call(argument)
    except kind as error:
        assert message in str(error), error
    else:
        raise AssertionError("a Binary came out of nowhere")

refused(ddb_to_dict, wire, ImportError, "no class Binary")
half.Binary = "no class"
refused(ddb_to_dict, wire, TypeError, "is no class")
refused(dict_to_ddb, {"secret": {1}}, TypeError, "is no class")
class Broken:
    def __init__(self, value):
        raise OSError("broken")
half.Binary = Broken
refused(ddb_to_dict, wire, OSError, "broken")
class Own:
    def __init__(self, value):
        self.value, self.size = value, len(value)
half.Binary = Own
assert dict_to_ddb({"secret": Own(b"x")}) == wire
read = ddb_to_dict(wire)["secret"]
assert type(read) is Own and read.size == 1
"""
    run(program)


def test_threads_that_need_the_class_first_at_once_get_the_same() -> None:
    program = """
import threading
kinds, barrier = [], threading.Barrier(8)
wire = {name: {kind: value} for name, kind, value in (("id", "S", "a"), ("secret", "B", b"x"))}
stored = encrypt_dynamodb_item(wire, legacy)
from ddbcrypt.transform import ddb_to_dict
assert "boto3" not in sys.modules

def work():
    barrier.wait()
    kinds.append(type(ddb_to_dict(stored)["secret"]))

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
from boto3.dynamodb.types import Binary
assert kinds == [Binary] * 8, kinds
"""
    run(ENCRYPTORS + program)


@pytest.mark.parametrize("package", LAZY, ids=lambda package: package.__name__)
def test_every_name_is_the_one_of_its_home(package: Any) -> None:
    """What type checkers are told a name is, in the imports that only they see, is what it is."""
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert len(told) > 10
    assert set(told) <= set(package.__all__)
    program = f"import {package.__name__} as p, json\nprint(json.dumps([n for n in p.__all__ if n in vars(p)]))"
    loaded = set(json.loads(run(program)))
    assert loaded | set(told) == set(package.__all__), "a name is loaded neither at once nor later"
    for name, home in told.items():
        assert getattr(package, name) is getattr(importlib.import_module(str(home)), name)
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", LAZY, ids=lambda package: package.__name__)
def test_a_name_that_is_not_there(package: Any) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'NoSuchName'") as caught:
        _ = package.NoSuchName
    assert (caught.value.name, caught.value.obj) == ("NoSuchName", package)
    with pytest.raises(ImportError, match="cannot import name 'NoSuchName'"):
        exec(f"from {package.__name__} import NoSuchName")  # noqa: S102


@pytest.mark.parametrize(
    "path",
    [
        "encrypted.client.EncryptedClient",
        "encrypted.item.encrypt_python_item",
        "encrypted.paginator.EncryptedPaginator",
        "encrypted.resource.EncryptedResource",
        "encrypted.table.EncryptedTable",
        "exceptions.DecryptionError",
        "keyrings.RawAesKeyring",
        "keyrings.raw_aes.RawAesKeyring",
        "keyrings.branch_key_store.BranchKeyStore",
        "material_providers.asymmetric.AsymmetricStaticProvider",
        "material_providers.aws_kms.AwsKmsCryptographicMaterialsProvider",
        "material_providers.keystore.KeyStoreMaterialsProvider",
        "material_providers.most_recent.CachingMostRecentProvider",
        "material_providers.rotating.RotatingMaterialsProvider",
        "material_providers.store.meta.MetaStore",
        "structured.DynamoDbItemEncryptor",
        "structured.config.DynamoDbTableEncryptionConfig",
    ],
)
def test_modules_are_attributes_of_the_package_from_the_beginning(path: str) -> None:
    program = f"import ddbcrypt\nprint(ddbcrypt.{path}.__qualname__)"
    assert run(program).strip() == path.rpartition(".")[2]


def test_attach_is_the_function_whatever_is_imported() -> None:
    program = """
import ddbcrypt.attach, ddbcrypt.streams
import ddbcrypt
from ddbcrypt import attach
from ddbcrypt.attach import attach as same
assert attach is same is ddbcrypt.attach
assert callable(attach)
"""
    run(program)


def test_a_star_import_gives_all_names() -> None:
    run("from ddbcrypt import *\nimport ddbcrypt\nassert set(ddbcrypt.__all__) <= set(globals())")


def test_threads_that_ask_for_a_name_at_once_get_the_same() -> None:
    program = """
import threading
import ddbcrypt
found, barrier = [], threading.Barrier(8)

def work(name):
    barrier.wait()
    found.append(getattr(ddbcrypt, name))

threads = [threading.Thread(target=work, args=(name,)) for name in ("EncryptedClient", "MetaStore") * 4]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(found) == 8
assert set(found) == {ddbcrypt.EncryptedClient, ddbcrypt.MetaStore}
"""
    run(program)


def test_a_pickle_finds_a_class_that_is_not_loaded_yet() -> None:
    program = """
import ddbcrypt, pickle
print(pickle.dumps([ddbcrypt.EncryptedClient, ddbcrypt.keyrings.RawAesKeyring, ddbcrypt.attach]).hex())
"""
    pickled = run(program).strip()
    program = f"""
import pickle
client, keyring, attach = pickle.loads(bytes.fromhex({pickled!r}))
import ddbcrypt
assert (client, keyring, attach) == (ddbcrypt.EncryptedClient, ddbcrypt.keyrings.RawAesKeyring, ddbcrypt.attach)
"""
    run(program)
