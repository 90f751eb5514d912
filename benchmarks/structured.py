# SPDX-License-Identifier: Apache-2.0
"""The structured format: ddbcrypt with a raw AES keyring, the libcrypto floor and AWS's Java client, in one run.

    python benchmarks/structured.py [--shape small] [--rounds 31] [--clock cpu|wall] [--no-java] [--markdown]

The installed ddbcrypt is measured. Before a shape is timed, each client must read what the other wrote. Java is
measured warm, with both compilers of its machine; its time is that of the thread that encrypts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import floor
import machine
import report
import shapes
from timing import CLOCKS, Contestant, Runner, python_runner, run_rounds

from ddbcrypt import _engine
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite, RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbItemEncryptorConfig

TABLE = "patients"
KEY = bytes(range(32))
DIRECTIONS = ("encrypt", "decrypt")
SUITES = {"HMAC": AlgorithmSuite.SYMMETRIC_SIGNATURE, "ECDSA": AlgorithmSuite.ECDSA_P384}
#: What the floor does for the ECDSA signature alone.
ECDSA_ALONE = {"encrypt": "pair", "decrypt": "verify"}
# Goals with the HMAC suite: times faster than Java, and at most this multiple of the floor.
JAVA_TARGETS = {("small", "encrypt"): 20.0, ("nested", "encrypt"): 20.0, ("nested", "decrypt"): 14.0}
FLOOR_TARGETS = {"small": 2.5, "wide": 1.3, "large": 1.1}
#: With the ECDSA suite: at most this multiple of key pair and signature, or of verification, alone.
ECDSA_TARGET = 1.2
HEADER = [
    "suite",
    "shape",
    "direction",
    "ddbcrypt µs",
    "spread",
    "of which engine µs",
    "floor µs",
    "times the floor",
    "(fastest rounds)",
    "Java µs",
    "times faster",
]


class Floor:
    """The floor as a running process."""

    def __init__(self, program: Path, clock: str) -> None:
        self._process = subprocess.Popen(
            [str(program), clock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=10)

    def ask(self, command: str) -> str:
        """One command and its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"floor: {command.split(' ', 1)[0]}: {answer or 'the process ended'}")
        return answer

    def runner(self, what: str) -> Runner:
        """Times ``what``, as ``floor_structured.c`` names it."""
        return lambda iterations: float(self.ask(f"run {what} {iterations}"))


def config_of(item: dict[str, Any], suite: AlgorithmSuite) -> DynamoDbItemEncryptorConfig:
    """Keys are signed, all else is encrypted."""
    return DynamoDbItemEncryptorConfig(
        logical_table_name=TABLE,
        partition_key_name=shapes.KEYS[0],
        sort_key_name=shapes.KEYS[1],
        attribute_actions_on_encrypt={
            name: CryptoAction.SIGN_ONLY if name in shapes.KEYS else CryptoAction.ENCRYPT_AND_SIGN for name in item
        },
        keyring=RawAesKeyring("ddbcrypt", "bench", KEY),
        algorithm_suite_id=suite,
    )


def definition(item: dict[str, Any], encryptor: DynamoDbItemEncryptor) -> str:
    """The item's sizes as ``floor_structured.c`` reads them."""
    written = encryptor.encrypt_item(item)
    assert written.parsed_header is not None
    header = len(written.encrypted_item["aws_dbe_head"]["B"])
    context = len(_engine.structured_serialize_context(written.parsed_header.encryption_context))
    record = header + 8 + context
    words: list[str] = []
    for name, value in item.items():
        path = len(TABLE) + 17 + len(name.encode())
        size = len(_engine.structured_serialize_value(value)[1])
        encrypted = name not in shapes.KEYS
        record += path + 19 + size + (16 if encrypted else 0)
        if encrypted:
            words.append(f"{path}:{size}")
    return " ".join((str(header), str(context), str(record), *words))


@dataclass(frozen=True)
class Result:
    suite: str
    shape: str
    direction: str
    ours: Contestant
    engine: Contestant
    floor: Contestant
    java: Contestant | None

    @property
    def times_floor(self) -> float:
        return self.ours.median_ns / self.floor.median_ns

    @property
    def times_faster(self) -> float | None:
        return None if self.java is None else self.java.median_ns / self.ours.median_ns

    def cells(self) -> list[str]:
        return [
            self.suite,
            self.shape,
            self.direction,
            report.microseconds(self.ours.median_ns),
            f"{self.ours.spread:.0%}",
            report.microseconds(self.engine.median_ns),
            report.microseconds(self.floor.median_ns),
            f"{self.times_floor:.2f}",
            f"{self.ours.fastest_ns / self.floor.fastest_ns:.2f}",
            "" if self.java is None else report.microseconds(self.java.median_ns),
            "" if self.times_faster is None else f"{self.times_faster:.1f}",
        ]

    def verdicts(self) -> list[str]:
        """Each goal with what was measured."""
        name = f"{self.suite} {self.shape} {self.direction}"
        lines: list[str] = []
        java_goal = JAVA_TARGETS.get((self.shape, self.direction)) if self.suite == "HMAC" else None
        if java_goal is not None and self.times_faster is not None:
            met = "met" if self.times_faster >= java_goal else "NOT met"
            lines.append(f"{name}: {self.times_faster:.1f} times faster than Java, goal {java_goal:g}: {met}")
        floor_goal = FLOOR_TARGETS.get(self.shape) if self.suite == "HMAC" else None
        if self.suite == "ECDSA" and self.shape == "small":
            floor_goal = ECDSA_TARGET
        if floor_goal is not None:
            met = "met" if self.times_floor <= floor_goal else "NOT met"
            lines.append(f"{name}: {self.times_floor:.2f} times the floor, goal {floor_goal:g}: {met}")
        return lines


class Java:
    """AWS's Java client, over its oracle process."""

    def __init__(self, oracle: Any, clock: str) -> None:
        self._oracle = oracle
        self._clock = clock

    def _request(self, op: str, item: dict[str, Any], config: DynamoDbItemEncryptorConfig) -> dict[str, Any]:
        from tests.interop.oracle import text, to_json

        return {
            "op": op,
            "config": {
                "table": config.logical_table_name,
                "partition": config.partition_key_name,
                "sort": config.sort_key_name,
                "actions": {name: action.name for name, action in config.attribute_actions_on_encrypt.items()},
                "allowed": [],
                "prefix": None,
                "suite": int(config.suite),
            },
            "keyrings": [{"type": "aes", "namespace": "ddbcrypt", "name": "bench", "key": text(KEY)}],
            "item": to_json(item),
        }

    def ask(self, op: str, item: dict[str, Any], config: DynamoDbItemEncryptorConfig) -> dict[str, Any]:
        """The item that Java makes of one."""
        from tests.interop.oracle import from_json

        made: dict[str, Any] = from_json(self._oracle.ask(self._request(op, item, config))["item"])
        return made

    def runner(self, direction: str, item: dict[str, Any], config: DynamoDbItemEncryptorConfig) -> Runner:
        """Times one direction in the oracle's process."""
        request = {**self._request(f"time_{direction}", item, config), "clock": self._clock}
        return lambda iterations: float(self._oracle.ask({**request, "iterations": iterations})["nanoseconds"])


@contextmanager
def java_client(wanted: bool, clock: str) -> Iterator[Java | None]:
    """Run Java's client where it is wanted, without the options that make its start quick and its work slow."""
    if not wanted:
        yield None
        return
    from tests.interop.oracle import Oracle
    from tests.interop.structured_java_oracle import MAIN_CLASS
    from tests.support import java

    absent = [name for name in ("java", "javac", "mvn") if java.find_tool(name) is None]
    if absent:
        print(f"without AWS's Java client, as {' and '.join(absent)} cannot be found")
        yield None
        return
    project = java.build("structured-client")
    command = [project.java, "-Xmx1g", "-cp", project.class_path, MAIN_CLASS, "600"]
    with Oracle(command) as oracle:
        yield Java(oracle, clock)


def measure(shape: shapes.Shape, suite_name: str, bottom: Floor, java: Java | None, options: Options) -> list[Result]:
    """All contestants of one shape and suite."""
    item: dict[str, Any] = _engine.to_wire(shape.item)
    config = config_of(item, SUITES[suite_name])
    encryptor = DynamoDbItemEncryptor(config)
    stored = encryptor.encrypt_item(item).encrypted_item
    if java is not None:
        assert java.ask("decrypt", stored, config).keys() == item.keys()
        assert encryptor.decrypt_item(java.ask("encrypt", item, config)).plaintext_item.keys() == item.keys()
    bottom.ask("shape " + definition(item, encryptor))

    plan = encryptor.engine_plan
    calls: dict[str, dict[str, Callable[[], Any]]] = {
        "ours": {"encrypt": lambda: encryptor.encrypt_item(item), "decrypt": lambda: encryptor.decrypt_item(stored)},
        "engine": {
            "encrypt": lambda: _engine.structured_encrypt_items([(item, *plan)], True),
            "decrypt": lambda: _engine.structured_decrypt_items([(stored, *plan)], True),
        },
    }
    results = []
    contestants: list[Contestant] = []
    for direction in DIRECTIONS:
        made = {who: Contestant(who, python_runner(calls[who][direction], options.clock)) for who in calls}
        what = ECDSA_ALONE[direction] if suite_name == "ECDSA" else direction
        made["floor"] = Contestant("floor", bottom.runner(what))
        theirs = None
        if java is not None:
            theirs = Contestant("java", java.runner(direction, item if direction == "encrypt" else stored, config))
            warm(theirs, options)
        result = Result(suite_name, shape.name, direction, made["ours"], made["engine"], made["floor"], theirs)
        results.append(result)
        contestants += [*made.values(), *([] if theirs is None else [theirs])]
    run_rounds(contestants, options.rounds, options.round_ns)
    return results


def warm(java: Contestant, options: Options) -> None:
    """Let Java's compilers see some thousand items, or a few seconds of them."""
    spent = 0.0
    for _ in range(20):
        spent += java.run(200) * 200
        if spent > options.warm_ns:
            return


@dataclass(frozen=True)
class Options:
    rounds: int
    round_ns: float
    warm_ns: float
    clock: str
    names: list[str]
    suites: list[str]
    java: bool
    markdown: bool


def parse_arguments() -> Options:
    parser = argparse.ArgumentParser(description="Measure the structured format beside the libcrypto floor and Java.")
    known = [shape.name for shape in shapes.all_shapes()]
    parser.add_argument("--shape", action="append", choices=known, help="only this shape; may be repeated")
    parser.add_argument("--suite", action="append", choices=list(SUITES), help="only this suite; may be repeated")
    parser.add_argument("--rounds", type=int, default=31, help="rounds of each shape (default %(default)s)")
    parser.add_argument(
        "--round-ms", type=float, default=10.0, help="length of a contestant's turn (default %(default)s)"
    )
    parser.add_argument("--warm-s", type=float, default=4.0, help="longest warm-up of Java (default %(default)s)")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="thread CPU time, or wall time")
    parser.add_argument("--no-java", action="store_true", help="without the Java client")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.round_ms <= 0:
        parser.error("--rounds and --round-ms must be positive")
    return Options(
        rounds=arguments.rounds,
        round_ns=arguments.round_ms * 1e6,
        warm_ns=arguments.warm_s * 1e9,
        clock=arguments.clock,
        names=arguments.shape or known,
        suites=arguments.suite or list(SUITES),
        java=not arguments.no_java,
        markdown=arguments.markdown,
    )


def main() -> None:
    options = parse_arguments()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        program = floor.build(Path(folder) / "floor", "floor_structured.c")
        with Floor(program, options.clock) as bottom, java_client(options.java, options.clock) as java:
            facts = machine.facts(_engine.LIBCRYPTO_VERSION, bottom.ask("version"))
            for shape in shapes.all_shapes():
                for suite in options.suites:
                    # a signature costs the same whatever the shape
                    if shape.name in options.names and (suite == "HMAC" or shape.name == "small"):
                        print(f"measuring {shape.name} with the {suite} suite", flush=True)
                        results += measure(shape, suite, bottom, java, options)

    clock = "thread CPU time" if options.clock == "cpu" else "wall time"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    how = f"Measured on {report.today()}: median of {options.rounds} alternating rounds, {clock}; load {load}."
    parts = [
        f"{how} With ECDSA the floor is key pair and signature, or verification, alone.",
        report.table(["machine", ""], [list(fact) for fact in facts], left=2),
        report.table(HEADER, [result.cells() for result in results], left=3),
        "\n".join(f"- {line}" for result in results for line in result.verdicts()),
    ]
    text = "\n\n".join(part for part in parts if part)
    print("\n" + text)
    if options.markdown:
        report.write_region("bench-structured", text)
        print(f"\nwritten to {report.DOCUMENT.name}")


if __name__ == "__main__":
    main()
