# SPDX-License-Identifier: Apache-2.0
"""Configuration files: what they make, and errors that name file and entry and show no value."""

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.table_files import read_table_file
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import SignatureVerificationError
from ddbcrypt.structures import TableIndex, TableInfo
from tests.migration.files import LEGACY, STRUCTURED, key, write_legacy, write_structured

SECRET = "b3f1c0ffee"
ITEM: dict[str, Any] = {"id": {"S": "a"}, "note": {"S": "secret"}, "clinic": {"S": "north"}}
HEAD = 'format = "legacy"\n'
STORES = Path(__file__).parents[1] / "vectors" / "keystores"
ENCRYPTION = 'type = "static"\n[provider.encryption_key]\nfile = "new.aes"\nalgorithm = "AES"\n'
STORE = 'type = "key_store"\nfile = "store.p12"\npassword_file = "password"\n'
HIERARCHICAL = """\
type = "hierarchical"
store_table = "keys"
logical_store_name = "keys"
branch_key_id = "one"
kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/1234"
"""
SIGNING = '[provider.signing_key]\nfile = "new.hmac"\nalgorithm = "HmacSHA256"\n'


def table(path: Path, name: str = "visits") -> Any:
    """The table that a file configures."""
    config: Any = read_table_file(path).config
    return config.table(config.known_info() or TableInfo(name, TableIndex("id"), []))


def write(folder: Path, text: str) -> Path:
    """A file without names to fill in, beside the key files of the name "new"."""
    write_legacy(folder, "new")
    path = folder / "given.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(CommandError) as caught:
        read_table_file(path)
    assert caught.value.code == ExitCode.CONFIGURATION
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert SECRET not in message
    return message


@pytest.mark.parametrize(
    "provider",
    [
        ENCRYPTION + SIGNING,
        'type = "static"\n' + SIGNING,
        'type = "wrapped"\n[provider.wrapping_key]\nfile = "new.aes"\nalgorithm = "AESWrap"\n' + SIGNING,
        'type = "wrapped"\n[provider.wrapping_key]\nfile = "rsa.der"\nalgorithm = "RSA"\ntype = "private"\n'
        'encoding = "der"\n' + SIGNING,
        ENCRYPTION + '[provider.signing_key]\nfile = "rsa.pem"\nalgorithm = "SHA256withRSA"\ntype = "private"\n',
        STORE + 'encryption_alias = "aes"\nsigning_alias = "mac"\n',
    ],
    ids=["static", "static signs only", "wrapped", "wrapped with RSA", "static signs with RSA", "key store"],
)
def test_legacy_providers(tmp_path: Path, provider: str) -> None:
    rsa = JceNameLocalDelegatedKey.generate("RSA").key
    (tmp_path / "rsa.der").write_bytes(rsa)
    body = base64.encodebytes(rsa).decode()
    (tmp_path / "rsa.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n")
    shutil.copy(STORES / "java17.p12", tmp_path / "store.p12")
    (tmp_path / "password").write_text("changeit\n")
    default = "" if "_key]" in provider.replace("signing_key]", "") or "store" in provider else "SIGN_ONLY"
    head = HEAD + (f'default_action = "{default}"\n' if default else "")
    made = table(write(tmp_path, head + "[provider]\n" + provider))
    encrypted = made.encrypt([ITEM])
    assert ("S" in encrypted[0]["note"]) == bool(default)
    assert made.decrypt(encrypted) == [ITEM]


def test_the_options_of_the_legacy_format(tmp_path: Path) -> None:
    renamed = write_legacy(tmp_path, "renamed", 'table_name = "before"\ndialect = "java"\n' + LEGACY)
    shutil.copy(tmp_path / "renamed.aes", tmp_path / "same.aes")
    shutil.copy(tmp_path / "renamed.hmac", tmp_path / "same.hmac")
    plain = tmp_path / "plain.toml"
    plain.write_text(LEGACY.format(name="renamed"))
    encrypted = table(renamed, "after").encrypt([ITEM])
    assert table(plain, "before").decrypt(encrypted) == [ITEM]
    with pytest.raises(SignatureVerificationError):
        table(plain, "after").decrypt(encrypted)
    assert encrypted[0]["clinic"] == ITEM["clinic"]


def test_key_files_in_hex_and_base64(tmp_path: Path) -> None:
    encrypted = table(write_legacy(tmp_path, "new")).encrypt([ITEM])
    text = LEGACY.format(name="new").replace('"new.aes"', '"aes.hex"\nwritten = "hex"')
    text = text.replace('"new.hmac"', '"hmac.b64"\nwritten = "base64"')
    (tmp_path / "aes.hex").write_text(key("new aes").hex().upper() + "\n")
    (tmp_path / "hmac.b64").write_bytes(base64.encodebytes(key("new hmac")))
    assert table(write(tmp_path, text)).decrypt(encrypted) == [ITEM]


KEYRINGS = {
    "raw_aes": STRUCTURED[STRUCTURED.index("[keyring]") :].format(name="new"),
    "raw_rsa": '[keyring]\ntype = "raw_rsa"\nnamespace = "tests"\nname = "rsa"\npadding = "OAEP_SHA256_MGF1"\n'
    'public_key_file = "public.pem"\nprivate_key_file = "private.pem"\n',
}


@pytest.mark.parametrize("keyring", KEYRINGS)
def test_keyrings(tmp_path: Path, keyring: str) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    (tmp_path / "public.pem").write_bytes(
        private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "private.pem").write_bytes(
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made = table(write(tmp_path, STRUCTURED[: STRUCTURED.index("[keyring]")] + KEYRINGS[keyring]))
    encrypted = made.encrypt([ITEM])
    assert "aws_dbe_head" in encrypted[0]
    assert made.decrypt(encrypted) == [ITEM]


@pytest.mark.parametrize(
    "keyring",
    [
        'type = "kms"\nkey_id = "arn:aws:kms:eu-central-1:111122223333:key/1234"',
        'type = "kms"\nmulti_region = true\nkey_id = "arn:aws:kms:eu-central-1:111122223333:key/mrk-12"',
        'type = "kms_discovery"\naccount_ids = ["111122223333"]\nregion = "eu-central-1"',
        HIERARCHICAL + "ttl_seconds = 60",
        HIERARCHICAL + 'region = "eu-central-1"\nendpoint_url = "http://127.0.0.1:1"',
    ],
    ids=["kms", "kms of many regions", "kms discovery", "hierarchical", "hierarchical with an endpoint"],
)
def test_keyrings_of_key_services_are_made_without_a_call(tmp_path: Path, keyring: str) -> None:
    made = table(write(tmp_path, STRUCTURED[: STRUCTURED.index("[keyring]")] + f"[keyring]\n{keyring}\n"))
    assert made.may_block


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "format: it is missing"),
        ('format = "other"', "format: it has to be one of legacy, structured"),
        ("format = 7", "format: it has to be a string"),
        (f'format = "legacy"\nkey = "{SECRET}"\n', "provider: it is missing"),
        (f"format = {SECRET}", "it is not TOML, at line 1"),
        (f'format = "legacy"\n"{SECRET}', "it is not TOML"),
        (LEGACY + f'key = "{SECRET}"\n', "provider.signing_key.key: there is no such entry"),
        (LEGACY.replace('type = "static"', 'type = "static"\nmistyped = 1'), "provider.mistyped: there is no such"),
        ("mistyped = 1\n" + LEGACY, "mistyped: there is no such entry"),
        (LEGACY.replace("SIGN_ONLY", SECRET), "attribute_actions.clinic: it has to be one of DO_NOTHING"),
        (LEGACY.replace('"SIGN_ONLY"', "1"), "attribute_actions.clinic: it has to be a string"),
        (LEGACY.replace("[attribute_actions]", "[attribute_actions]\n'*amzn-ddb-map-sig*' = 'SIGN_ONLY'"), "reserved"),
        (LEGACY.replace('"static"', '"other"'), "provider.type: it has to be one of key_store, kms, most_recent"),
        (LEGACY.replace('"{name}.aes"', '"not-there"'), "provider.encryption_key.file: the file"),
        (LEGACY.replace('"{name}.aes"', '"empty"'), "provider.encryption_key.file: the file"),
        (LEGACY.replace('"{name}.aes"', '"large"'), "1 to 1,048,576 bytes"),
        (LEGACY.replace('"{name}.aes"', '"short"'), "provider.encryption_key: "),
        (LEGACY.replace('"{name}.aes"', '"binary"\nwritten = "hex"'), "is not hex"),
        (LEGACY.replace('"{name}.aes"', '"short"\nwritten = "base64"'), "is not base64"),
        (LEGACY.replace('"AES"', f'"{SECRET}"').replace(SECRET, "AES9"), "provider.encryption_key: "),
        (LEGACY.replace('"AES"', '"AES"\ntype = "private"'), "provider.encryption_key.type: it has to be one of"),
        (LEGACY.replace('"AES"', '"AESWrap"'), "provider: "),
        ("accept_28_digit_numbers = 1\n" + LEGACY, "accept_28_digit_numbers: it has to be true or false"),
        (
            LEGACY.replace("material_description = {{ key", "material_description = {{ 'k' = 1, key"),
            "a table of strings",
        ),
        (HEAD + "provider = 1", "provider: it has to be a table"),
        (HEAD + '[provider]\ntype = "kms"\nkey_id = "arn:nonsense"', "provider: "),
        (HEAD + '[provider]\ntype = "kms"\nkey_id = ""', "provider.key_id: it is empty"),
        (
            HEAD + '[provider]\ntype = "kms"\nkey_id = "a"\ngrant_tokens = "b"',
            "provider.grant_tokens: it has to be a list",
        ),
        (HEAD + '[provider]\ntype = "wrapped"\n' + SIGNING, "provider.wrapping_key: it is missing"),
        (HEAD + '[provider]\ntype = "key_store"\nfile = "short"', "provider.password_file: it is missing"),
        (
            HEAD + '[provider]\ntype = "key_store"\nfile = "short"\npassword_file = "binary"',
            "provider.password_file: the file",
        ),
        (
            HEAD + '[provider]\ntype = "key_store"\nfile = "short"\npassword_file = "short"\nencryption_alias = "a"\n'
            'signing_alias = "b"',
            "provider: ",
        ),
        (STRUCTURED.replace('"id"', '""'), "partition_key_name: it is empty"),
        (STRUCTURED.replace('"symmetric_signature"', '"other"'), "algorithm_suite: it has to be one of ecdsa_p384"),
        (STRUCTURED.replace('"ENCRYPT_AND_SIGN"', '"DO_NOTHING"'), "amount"),
        (STRUCTURED.replace('"raw_aes"', '"other"'), "keyring.type: it has to be one of hierarchical, kms"),
        (STRUCTURED.replace('"{name}.aes"', '"short"'), "keyring: "),
        (STRUCTURED + "more = 1\n", "keyring.more: there is no such entry"),
        (STRUCTURED.replace('"tests"', '"aws-kms"'), "keyring: "),
        (
            STRUCTURED[: STRUCTURED.index("[keyring]")] + '[keyring]\ntype = "multi"\n[keyring.generator]\n'
            'type = "multi"\n[keyring.generator.generator]\ntype = "multi"\n[keyring.generator.generator.generator]\n'
            'type = "multi"\n',
            "keyring.generator.generator.generator.type: keyrings can be 4 deep",
        ),
        (STRUCTURED[: STRUCTURED.index("[keyring]")] + '[keyring]\ntype = "multi"\n', "keyring: "),
        (
            STRUCTURED[: STRUCTURED.index("[keyring]")] + '[keyring]\ntype = "multi"\nchildren = 7\n',
            "keyring.children: it has to be a list of tables",
        ),
        (
            STRUCTURED[: STRUCTURED.index("[keyring]")] + '[keyring]\ntype = "kms_discovery"\n',
            "keyring.account_ids: it is missing",
        ),
    ],
    ids=range(43),
)
def test_refusals(tmp_path: Path, text: str, expected: str) -> None:
    for name, data in (("empty", b""), ("short", SECRET.encode()), ("binary", b"\xff\xfe" + SECRET.encode())):
        (tmp_path / name).write_bytes(data)
    if '"large"' in text:
        (tmp_path / "large").write_bytes(bytes(1024 * 1024 + 1))
    text = text.replace("{name}", "new").replace("{{", "{").replace("}}", "}")
    assert expected in refusal(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.toml")
    assert "directory" in refusal(tmp_path)
    (tmp_path / "large.toml").write_bytes(b"#" * (1024 * 1024 + 1))
    assert "more than 1,048,576 bytes" in refusal(tmp_path / "large.toml")
    (tmp_path / "latin.toml").write_bytes(b'format = "\xff"')
    assert "not UTF-8" in refusal(tmp_path / "latin.toml")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 5000)
    assert "not TOML" in refusal(tmp_path / "deep.toml")


def test_fingerprints_tell_configurations_apart(tmp_path: Path) -> None:
    salt = bytes(16)
    path = write_structured(tmp_path, "new")
    first = read_table_file(path).fingerprint(salt)
    assert read_table_file(path).fingerprint(salt) == first
    assert read_table_file(path).fingerprint(b"another salt of 1") != first
    path.write_text("# a comment\n" + path.read_text())
    assert read_table_file(path).fingerprint(salt) == first
    (tmp_path / "new.aes").write_bytes(bytes(32))
    assert read_table_file(path).fingerprint(salt) != first
    write_structured(tmp_path, "new")
    path.write_text(path.read_text().replace("SIGN_ONLY", "ENCRYPT_AND_SIGN"))
    assert read_table_file(path).fingerprint(salt) != first
    assert "aes" not in repr(read_table_file(path)).lower().replace(str(tmp_path).lower(), "").replace("rawaes", "")
