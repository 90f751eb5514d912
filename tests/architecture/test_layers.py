# SPDX-License-Identifier: Apache-2.0
"""Who may include and call what in the C sources."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT, c_code, c_files, name

#: The only files that talk to libcrypto's algorithms and random generator.
CRYPTO_FILES = {
    f"csrc/core/{stem}.c"
    for stem in ("cipher", "digest", "ecdsa", "engine", "gcm", "kdf", "mac", "random", "rsa", "wrap")
}
#: Two helpers that are no algorithm, and the one file that calls each.
CRYPTO_HELPERS = {"OPENSSL_cleanse": "csrc/core/memory.c", "CRYPTO_memcmp": "csrc/core/memory.c"}
CRYPTO_CALL = re.compile(r"\b(?:AES|BN|CRYPTO|EC|ERR|EVP|HMAC|OPENSSL|OSSL|PKCS5|RAND|RSA|SHA\d*|SHA\d+)_\w+(?=\s*\()")


def _includes(text: str) -> set[str]:
    return set(re.findall(r'#\s*include\s+[<"]([^>"]+)[>"]', text))


def test_there_are_sources_to_judge() -> None:
    folders = {path.parent.name for path in c_files()}
    assert {"core", "legacy", "python", "include"} <= folders


def test_python_h_is_known_only_under_csrc_python() -> None:
    users = {name(path) for path in c_files() if "Python.h" in _includes(c_code(path))}
    assert users, "no file includes Python.h: the rule is tested against nothing"
    assert all(user.startswith("csrc/python/") for user in users), users
    mentions = {
        name(path) for path in c_files() if re.search(r"\bPy(?:_|[A-Z][a-z]+_|Object\b)", c_code(path)) is not None
    }
    assert all(mention.startswith("csrc/python/") for mention in mentions), mentions


def test_only_the_crypto_files_call_libcrypto() -> None:
    offenders: dict[str, set[str]] = {}
    callers: set[str] = set()
    for path in c_files():
        for call in CRYPTO_CALL.findall(c_code(path)):
            callers.add(name(path))
            if name(path) not in CRYPTO_FILES and CRYPTO_HELPERS.get(call) != name(path):
                offenders.setdefault(name(path), set()).add(call)
    assert offenders == {}
    assert callers >= CRYPTO_FILES, "a file of the list calls nothing any more: shorten the list"


def test_public_header_needs_no_other_header() -> None:
    header = ROOT / "csrc/include/ddbcrypt.h"
    assert _includes(c_code(header)) == {"stdbool.h", "stddef.h", "stdint.h"}


def test_the_extension_uses_no_internals_of_a_format() -> None:
    """The extension sees formats through the public header alone."""
    for path in c_files("csrc/python"):
        internal = {included for included in _includes(c_code(path)) if included.startswith(("legacy/", "../legacy/"))}
        assert internal == set(), name(path)


def test_core_does_not_know_the_formats() -> None:
    for path in c_files("csrc/core"):
        assert not any("legacy" in included or "structured" in included for included in _includes(c_code(path))), path


def test_every_function_of_the_header_is_defined_once() -> None:
    text = c_code(ROOT / "csrc/include/ddbcrypt.h")
    declared = set(re.findall(r"\b(ddbc_\w+)\s*\([^;{]*\)\s*;", text))
    assert len(declared) > 25
    bodies = "\n".join(c_code(path) for path in c_files() if path.suffix == ".c")
    for function in sorted(declared):
        assert len(re.findall(rf"^[a-z_][\w *]*\b{function}\([^;{{]*\)\s*\{{", bodies, re.MULTILINE)) == 1, function
