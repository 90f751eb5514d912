# SPDX-License-Identifier: Apache-2.0
"""Make the seeds of the fuzz corpus: valid inputs of every shape and inputs one step from valid.

``make_corpus.py`` writes ``corpus/<target>/seed-*``; ``make_corpus.py --check`` fails unless exactly these are there.
Files that a fuzzer found lie beside them as ``found-*`` and are left alone. The output is the same in every run.
"""

import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from structured_corpus import footer_seeds, header_seeds, keyring_seeds, structured_item_seeds, value_seeds

CORPUS = Path(__file__).parent / "corpus"
Seeds = Iterator[tuple[str, bytes]]

DO_NOTHING, SIGN_ONLY, ENCRYPT_AND_SIGN = 0, 1, 2
AS_BINARY, ENCRYPTED = 4, 8
SIGNED, KNOWN_MODE, READ_28, NO_KEY, JAVA = 1, 2, 4, 8, 16


def length(count: int) -> bytes:
    return struct.pack(">I", count)


def prefixed(value: bytes) -> bytes:
    return length(len(value)) + value


def scalar(tag: bytes, value: bytes) -> bytes:
    return b"\0" + tag + prefixed(value)


def string(text: str) -> bytes:
    return scalar(b"s", text.encode())


def number(text: str) -> bytes:
    return scalar(b"n", text.encode())


def members(tag: bytes, *values: bytes) -> bytes:
    return b"\0" + tag + length(len(values)) + b"".join(prefixed(value) for value in values)


def listing(*values: bytes) -> bytes:
    return b"\0L" + length(len(values)) + b"".join(values)


def mapping(*pairs: tuple[str, bytes]) -> bytes:
    return b"\0M" + length(len(pairs)) + b"".join(string(name) + value for name, value in pairs)


NULL, FALSE, TRUE = b"\0\0", b"\0?\0", b"\0?\1"
LOW, HIGH = "\ufffd", "\U0001f600"  # the two clients order these differently
RECORD = mapping(
    ("address", mapping(("street", string("Nørregade 5")), ("zip", number("1165")))),
    ("allergies", members(b"S", b"nuts", b"pollen")),
    ("scores", members(b"N", b"-1", b"10", b"9")),
    ("scans", members(b"B", b"", b"\x01", b"\xff")),
    ("visits", listing(string("2024-05-01"), NULL, TRUE, scalar(b"b", b"\0\xff"))),
)


def nested(levels: int, inner: bytes, maps: bool = False) -> bytes:
    for _ in range(levels):
        inner = mapping(("k", inner)) if maps else listing(inner)
    return inner


def attributes() -> dict[str, bytes]:
    """Canonical bytes of valid attributes, by a name for each."""
    named = {
        "string-empty": string(""),
        "string-ascii": string("Grace Hopper"),
        "string-two-byte": string("Ærø"),
        "string-three-byte": string("日本語"),
        "string-beyond-bmp": string(HIGH + "\U0010ffff"),
        "string-nul": string("a\0b"),
        "string-long": string("x" * 300),
        "binary-empty": scalar(b"b", b""),
        "binary-all-bytes": scalar(b"b", bytes(range(256))),
        "false": FALSE,
        "true": TRUE,
        "null": NULL,
        "list-empty": listing(),
        "list-mixed": listing(string("a"), number("1"), NULL, TRUE, listing(), mapping()),
        "map-empty": mapping(),
        "map-unsorted": mapping(("b", NULL), ("a", TRUE)),
        "map-java-order": mapping((HIGH, NULL), (LOW, NULL)),
        "map-python-order": mapping((LOW, NULL), (HIGH, NULL)),
        "map-empty-key": mapping(("", NULL)),
        "string-set": members(b"S", b"", b"a", b"b"),
        "string-set-java-order": members(b"S", HIGH.encode(), LOW.encode()),
        "string-set-equal-members": members(b"S", b"a", b"a"),
        "string-set-empty": members(b"S"),
        "number-set": members(b"N", b"-1", b"10", b"9"),
        "number-set-equal-values": members(b"N", b"1", b"1.0"),
        "number-set-empty": members(b"N"),
        "binary-set": members(b"B", b"", b"\x01", b"\xff"),
        "binary-set-java-order": members(b"B", b"\xff", b"\x01"),
        "binary-set-empty": members(b"B"),
        "record": RECORD,
        "records": listing(RECORD, RECORD),
    }
    for text in ("0", "-0", "7", "-1.5", "15E-1", "0.001", "1E125", "1E-130", "9" * 38, "1." + "0" * 20, "+5", "007"):
        named[f"number-{text[:8]}"] = number(text)
    for levels in (1, 2, 16, 30, 31):
        named[f"nested-lists-{levels}"] = nested(levels, string("x"))
        named[f"nested-maps-{levels}"] = nested(levels, NULL, maps=True)
    return named


def attribute_seeds() -> Seeds:
    yield from attributes().items()
    yield "bad-empty", b""
    yield "bad-reserved-byte", b"\x01s" + prefixed(b"a")
    yield "bad-tag", b"\0x" + prefixed(b"a")
    yield "bad-boolean", b"\0?\2"
    yield "bad-utf8-continuation", scalar(b"s", b"\x80")
    yield "bad-utf8-overlong", scalar(b"s", b"\xc0\x80")
    yield "bad-utf8-surrogate", scalar(b"s", b"\xed\xa0\x80")
    yield "bad-utf8-too-high", scalar(b"s", b"\xf4\x90\x80\x80")
    yield "bad-number-nan", number("NaN")
    yield "bad-number-39-digits", number("1" * 39)
    yield "bad-number-empty", number("")
    yield "bad-trailing-byte", NULL + b"\0"
    yield "bad-length-one-more", b"\0s" + length(4) + b"abc"
    yield "bad-length-one-less", b"\0s" + length(2) + b"abc"
    yield "bad-length-huge", b"\0b" + length(0xFFFFFFFF) + b"abc"
    yield "bad-count-huge-list", b"\0L" + length(0xFFFFFFFF) + NULL
    yield "bad-count-huge-map", b"\0M" + length(0x7FFFFFFF) + string("k") + NULL
    yield "bad-count-huge-set", b"\0S" + length(0x3FFFFFFF) + prefixed(b"a")
    yield "bad-key-number", b"\0M" + length(1) + number("1") + NULL
    yield "bad-key-twice", mapping(("a", NULL), ("a", TRUE))
    yield "bad-depth-33", nested(32, string("x"))
    yield "bad-depth-many", nested(200, NULL)
    for at in range(0, len(RECORD), 41):
        yield f"bad-cut-{at:03}", RECORD[:at]


def pair(name: str, value: str) -> bytes:
    return prefixed(name.encode()) + prefixed(value.encode())


VERSION = b"\0\0\0\0"
MODE = pair("amzn-ddb-map-sym-mode", "/CBC/PKCS5Padding")
SIGNING = pair("amzn-ddb-map-signingAlg", "HmacSHA256")
WRAPPED = (
    pair("amzn-ddb-env-key", "A" * 44) + pair("amzn-ddb-env-alg", "AES/256") + pair("amzn-ddb-wrap-alg", "AESWrap")
)


def description_seeds() -> Seeds:
    yield "empty", VERSION
    yield "mode", VERSION + MODE
    yield "python-client", VERSION + SIGNING + MODE
    yield "java-order", VERSION + MODE + SIGNING
    yield "wrapped-keys", VERSION + WRAPPED + SIGNING + MODE
    yield "kms", VERSION + pair("amzn-ddb-env-key", "B" * 200) + pair("amzn-ddb-env-alg", "AES") + MODE
    yield "meta-store", VERSION + pair("amzn-ddb-meta-id", "patients#7") + MODE
    yield "empty-name", VERSION + pair("", "value")
    yield "empty-value", VERSION + pair("name", "")
    yield "both-empty", VERSION + pair("", "")
    yield "user-pairs", VERSION + pair("zone", "north") + pair("owner", "Ærø") + MODE
    yield "beyond-bmp", VERSION + pair(HIGH, "1") + pair(LOW, "2")
    yield "python-order", VERSION + pair(LOW, "2") + pair(HIGH, "1")
    yield "other-mode", VERSION + pair("amzn-ddb-map-sym-mode", "/GCM/NoPadding")
    for count in (3, 12, 13, 40):
        yield f"pairs-{count}", VERSION + b"".join(pair(f"k{i * 7 % count:02}", f"v{i}") for i in range(count))
    yield "bad-nothing", b""
    yield "bad-short-version", b"\0\0\0"
    yield "bad-version-1", b"\0\0\0\1" + MODE
    yield "bad-version-high", b"\1\0\0\0" + MODE
    yield "bad-version-all", b"\xff" * 4
    yield "bad-name-only", VERSION + prefixed(b"name")
    yield "bad-trailing-byte", VERSION + MODE + b"\0"
    yield "bad-trailing-length", VERSION + MODE + length(0)
    yield "bad-name-twice", VERSION + pair("a", "1") + pair("b", "2") + pair("a", "3")
    yield "bad-pair-twice", VERSION + MODE + MODE
    yield "bad-length-huge", VERSION + length(0xFFFFFFFF) + b"a"
    yield "bad-length-sign", VERSION + length(0x80000000) + b"a"
    yield "bad-length-one-more", VERSION + prefixed(b"a") + length(2) + b"b"
    yield "bad-utf8-name", VERSION + prefixed(b"\xff") + prefixed(b"v")
    yield "bad-utf8-value", VERSION + prefixed(b"n") + prefixed(b"\xed\xa0\x80")
    whole = VERSION + SIGNING + MODE
    for at in range(0, len(whole), 9):
        yield f"bad-cut-{at:03}", whole[:at]


def number_seeds() -> Seeds:
    good = [
        "0",
        "-0",
        "+0",
        "1",
        "-1",
        "+1",
        "10",
        "1.0",
        "1.50",
        "-1.50",
        "15E-1",
        "15e-1",
        "0.15E1",
        "0.15E+1",
        "007",
        "1E3",
        "1E+003",
        "12300E-2",
        "100E-2",
        "0E125",
        "0E-130",
        "0E9999",
        "1E125",
        "1E-130",
        "-1E125",
        "-1E-130",
        "0.5",
        "123.456",
        "1.5",
        ".5",
        "5.",
        "1e0",
        "1E-0",
        "99999999999999999999999999995",
        "12345678901234567890123456785",
        "12345678901234567890123456775",
        "1234567890123456789012345678.5000000001",
    ]
    nines = "9" * 38
    good += [nines, "-" + nines, nines + "E88", "0." + nines, "1" + "0" * 125, "0" * 500 + "1", "1." + "0" * 400]
    good += ["12345678901234567890123456789012345678", "1.2345678901234567890123456789012345678E-130", nines + ".000"]
    bad = [
        "+",
        "-",
        ".",
        "e",
        "E5",
        "abc",
        "1_000",
        "--1",
        "+-1",
        "1-",
        "1e",
        "1E+",
        "1E-",
        "1E5.5",
        "1.2.3",
        "0x10",
        "1,5",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1E126",
        "1E-131",
    ]
    bad += ["", " 1", "1 ", "1\n", "1\0", "\u0661", "\uff11", nines + "9", nines + "E89", "1E400", "1E-400"]
    bad += ["1E2147483648", "1E9223372036854775808", "1E18446744073709551617", "1E-99999999999999999999", "0" * 513]
    for i, text in enumerate(good):
        yield f"good-{i:02}", text.encode()
    for i, text in enumerate(bad):
        yield f"bad-{i:02}", text.encode()
    yield "bad-bytes", b"\xff\xfe"


def piece(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def entry(choices: int, name: str, value: bytes) -> bytes:
    return bytes([choices]) + piece(name.encode()) + piece(value)


def item(*entries: bytes) -> bytes:
    return bytes([len(entries)]) + b"".join(entries)


def plaintext_items() -> dict[str, bytes]:
    """Items as the targets read them, values in canonical bytes."""
    named = {
        "empty": item(),
        "key-only": item(entry(SIGN_ONLY, "id", string("p-1"))),
        "key-and-record": item(entry(SIGN_ONLY, "id", string("p-1")), entry(ENCRYPT_AND_SIGN, "record", RECORD)),
        "every-action": item(
            entry(SIGN_ONLY, "id", string("p-1")),
            entry(DO_NOTHING, "cache", string("anything")),
            entry(ENCRYPT_AND_SIGN, "name", string("Grace Hopper")),
        ),
        "long-number": item(entry(SIGN_ONLY, "n", number("12345678901234567890123456789012345678"))),
        "names-in-two-orders": item(entry(SIGN_ONLY, HIGH, string("1")), entry(ENCRYPT_AND_SIGN, LOW, string("2"))),
        "reserved-name": item(entry(SIGN_ONLY, "*amzn-ddb-map-sig*", string("x"))),
        "equal-members": item(entry(ENCRYPT_AND_SIGN, "set", members(b"N", b"1", b"1.0"))),
        "one-name-twice": item(entry(SIGN_ONLY, "a", NULL), entry(SIGN_ONLY, "a", TRUE)),
        "many": item(*(entry(i % 3, f"attribute-{i:02}", string(str(i))) for i in range(24))),
    }
    values = list(attributes().items())
    for i in range(0, len(values), 6):
        entries = (
            entry(ENCRYPT_AND_SIGN - (i + j) % 2, name, value) for j, (name, value) in enumerate(values[i : i + 6])
        )
        named[f"types-{i // 6}"] = item(*entries)
    return named


def item_seeds() -> Seeds:
    head = piece(VERSION + MODE) + piece(b"s" * 32) + piece(b"patients")
    for name, body in plaintext_items().items():
        yield f"unsigned-{name}", bytes([KNOWN_MODE]) + head + body
        yield f"signed-{name}", bytes([SIGNED | KNOWN_MODE]) + head + body
    for name, value in attributes().items():
        # Canonical bytes under encryption, as an encrypted item has them.
        stored = item(
            entry(SIGN_ONLY, "id", string("p-1")), entry(ENCRYPT_AND_SIGN | AS_BINARY | ENCRYPTED, "value", value)
        )
        yield f"encrypted-{name}", bytes([SIGNED]) + head + stored
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 48, 64):
        stored = item(entry(ENCRYPT_AND_SIGN | AS_BINARY, "value", bytes(range(size))))
        yield f"ciphertext-{size:02}", bytes([SIGNED | KNOWN_MODE]) + head + stored
    body = plaintext_items()["every-action"]
    java = item(entry(SIGN_ONLY, "bs", members(b"B", b"\xff", b"\x01")), entry(SIGN_ONLY, HIGH, NULL))
    yield "java", bytes([SIGNED | KNOWN_MODE | JAVA]) + head + java
    yield "no-cipher-key", bytes([SIGNED | KNOWN_MODE | NO_KEY]) + head + body
    yield "28-digits", bytes([KNOWN_MODE | READ_28]) + head + plaintext_items()["long-number"]
    yield "no-description", bytes([SIGNED]) + piece(b"") + piece(b"") + piece(b"") + body
    other = VERSION + pair("amzn-ddb-map-sym-mode", "/GCM/NoPadding")
    yield "other-mode", bytes([SIGNED]) + piece(other) + piece(b"") + piece(b"t") + body
    yield "nothing", b""


def round_trip_seeds() -> Seeds:
    chance = random.Random(20240501)
    for name, body in plaintext_items().items():
        yield f"unchanged-{name}", b"\0" + piece(b"") + body
        yield f"java-{name}", b"\1" + piece(b"") + body
    bodies = list(plaintext_items().values())
    kinds = [
        "flip-value",
        "cut-value",
        "swap-values",
        "rename",
        "remove",
        "flip-signature",
        "cut-signature",
        "table",
        "number",
        "type",
        "action",
    ]
    for kind, name in enumerate(kinds):
        for i in range(4):
            step = bytes([kind, chance.randrange(24), chance.randrange(256), chance.randrange(1, 256)])
            yield f"{name}-{i}", bytes([i % 4]) + piece(step) + bodies[(kind + 3 * i + 1) % len(bodies)]
    for i in range(12):
        steps = bytes(chance.randrange(256) for _ in range(4 * (i + 1)))
        yield f"many-changes-{i:02}", bytes([i % 4]) + piece(steps) + bodies[i % len(bodies)]
    yield "28-digits-rounded-away", b"\2" + piece(bytes([8, 0, 37, 1])) + plaintext_items()["long-number"]
    yield "nothing", b""


LEGACY, MAP, LIST = b"\0", b"\1", b"\2"


def nested_seeds() -> Seeds:
    for name, value in attributes().items():
        if name.partition("-")[0] in ("list", "map", "record", "records", "null", "true"):
            yield f"legacy-{name}", LEGACY + value
    for levels in (31, 32):
        yield f"legacy-lists-{levels}", LEGACY + nested(levels, string("x"))
        yield f"legacy-maps-{levels}", LEGACY + nested(levels, NULL, maps=True)
    for name, data in attribute_seeds():
        if name.startswith(("bad-count", "bad-key", "bad-trailing")):
            yield f"legacy-{name}", LEGACY + data
    yield "legacy-nulls", LEGACY + listing(NULL, NULL)
    yield "structured-bad-boolean", LIST + length(1) + b"\0\4" + prefixed(b"\2")
    yield "structured-bad-empty-name", MAP + length(1) + b"\0\1" + prefixed(b"") + b"\0\1" + prefixed(b"value")
    yield "legacy-numbers", LEGACY + listing(*map(number, ("-1.5", "0", "-0", "1.50", "1E3", "12345.678", "9" * 38)))
    for name, data in value_seeds():
        if data[:2] in (b"\2\0", b"\3\0") and "cut" not in name:
            yield f"structured-{name}", (MAP if data[0] == 2 else LIST) + data[2:]


TARGETS = {
    "attribute": attribute_seeds,
    "description": description_seeds,
    "item": item_seeds,
    "nested": nested_seeds,
    "number": number_seeds,
    "round_trip": round_trip_seeds,
    "structured_footer": footer_seeds,
    "structured_header": header_seeds,
    "structured_item": lambda: structured_item_seeds(plaintext_items()),
    "structured_keyring": lambda: keyring_seeds(plaintext_items()),
    "structured_value": value_seeds,
}


def main(check: bool) -> int:
    """Write the seeds, or compare them with what is there; 0 when all is well."""
    wrong = 0
    for target, make in TARGETS.items():
        folder = CORPUS / target
        seeds = {f"seed-{name}": data for name, data in make()}
        there = {path.name: path.read_bytes() for path in folder.glob("seed-*")}
        if check:
            wrong += seeds != there
            print(f"{target}: {len(seeds)} seeds, {'as made' if seeds == there else 'NOT as made'}")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        for name in there.keys() - seeds.keys():
            (folder / name).unlink()
        for name, data in seeds.items():
            (folder / name).write_bytes(data)
        print(f"{target}: {len(seeds)} seeds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
