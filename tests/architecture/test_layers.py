# SPDX-License-Identifier: Apache-2.0
"""Who may include and call what in the C sources."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT, c_code, c_files, name

#: The only files that talk to libcrypto's algorithms and random generator.
CRYPTO_FILES = {
    f"csrc/core/{stem}.c"
    for stem in (
        *("cipher", "digest", "ecdsa", "engine_new", "gcm", "hmac", "kdf", "libcrypto_error", "mac", "random", "rsa"),
        "wrap",
    )
}
#: Two helpers that are no algorithm, and the one file that calls each.
CRYPTO_HELPERS = {"OPENSSL_cleanse": "csrc/core/memory.c", "CRYPTO_memcmp": "csrc/core/memory.c"}
CRYPTO_CALL = re.compile(r"\b(?:AES|BN|CRYPTO|EC|ERR|EVP|HMAC|OPENSSL|OSSL|PKCS5|RAND|RSA|SHA\d*|SHA\d+)_\w+(?=\s*\()")


def _includes(text: str) -> set[str]:
    return set(re.findall(r'#\s*include\s+[<"]([^>"]+)[>"]', text))


def test_there_are_sources_to_judge() -> None:
    folders = {path.parent.name for path in c_files()}
    assert {"core", "legacy", "structured", "python", "include"} <= folders


def test_python_h_is_known_only_under_csrc_python() -> None:
    users = {name(path) for path in c_files() if "Python.h" in _includes(c_code(path))}
    assert users, "no file includes Python.h: the rule is tested against nothing"
    assert all(user.startswith("csrc/python/") for user in users), users
    mentions = {
        name(path) for path in c_files() if re.search(r"\bPy(?:_|[A-Z][a-z]+_|Object\b)", c_code(path)) is not None
    }
    assert all(mention.startswith("csrc/python/") for mention in mentions), mentions


def test_a_fork_waits_for_all_work_without_the_gil() -> None:
    """The macros that open and close the gate are the only ones that let go of the GIL."""
    releases = re.compile(r"\bPy_(?:BEGIN|END)_ALLOW_THREADS\b|\bPyEval_(?:Save|Restore)Thread\b")
    assert {name(path) for path in c_files() if releases.search(c_code(path))} == {"csrc/python/call.h"}
    uses = [name(path) for path in c_files("csrc/python") if "WITHOUT_GIL_BEGIN" in c_code(path)]
    assert len(uses) > 1


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


def test_public_headers_need_no_header_but_those_before_them() -> None:
    needed = {path.name: _includes(c_code(path)) for path in (ROOT / "csrc/include").glob("*.h")}
    assert needed == {
        "ddbcrypt.h": {"stdbool.h", "stddef.h", "stdint.h"},
        "ddbcrypt_primitives.h": {"ddbcrypt.h"},
        "ddbcrypt_structured.h": {"ddbcrypt_primitives.h"},
    }


def test_the_extension_uses_no_internals_of_a_format() -> None:
    """The extension sees formats through the public header alone."""
    for path in c_files("csrc/python"):
        internal = {
            included for included in _includes(c_code(path)) if re.match(r"(\.\./)?(legacy|structured)/", included)
        }
        assert internal == set(), name(path)


def test_the_formats_do_not_know_each_other() -> None:
    for format_name, other in (("legacy", "structured"), ("structured", "legacy")):
        for path in c_files(f"csrc/{format_name}"):
            assert not any(other in included for included in _includes(c_code(path))), path


def test_core_does_not_know_the_formats() -> None:
    for path in c_files("csrc/core"):
        assert not any("legacy" in included or "structured" in included for included in _includes(c_code(path))), path


@pytest.mark.parametrize(("header", "most"), [("ddbcrypt", 25), ("ddbcrypt_primitives", 6), ("ddbcrypt_structured", 7)])
def test_every_function_of_a_header_is_defined_once(header: str, most: int) -> None:
    text = c_code(ROOT / f"csrc/include/{header}.h")
    declared = set(re.findall(r"\b(ddbc_\w+)\s*\([^;{]*\)\s*;", text))
    assert len(declared) > most
    bodies = "\n".join(c_code(path) for path in c_files() if path.suffix == ".c")
    for function in sorted(declared):
        assert len(re.findall(rf"^[a-z_][\w *]*\b{function}\([^;{{]*\)\s*\{{", bodies, re.MULTILINE)) == 1, function
