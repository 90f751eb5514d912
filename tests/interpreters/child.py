# SPDX-License-Identifier: Apache-2.0
"""Runs in a newer CPython, which test_own_gil.py starts: items through the engine where each interpreter has its GIL.

Prints one JSON object. Needs the standard library, ddbcrypt and boto3 alone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

# What each interpreter does. `rounds` and `write_fd` come before it; the result goes through a pipe, as no object
# crosses between interpreters.
WORK = """
import json, os

def work():
    from decimal import Decimal
    from ddbcrypt import _engine
    from ddbcrypt.exceptions import InvalidKeyError, SignatureVerificationError
    from ddbcrypt.identifiers import CryptoAction

    cipher, mac = _engine.Key("AES", bytes(range(32))), _engine.Key("HmacSHA256", bytes(range(64)))
    actions = {"id": CryptoAction.SIGN_ONLY}
    item = {"id": "a", "number": Decimal("1.50"), "list": ["x", Decimal(7), None, True], "set": {"p", "q"}}
    wire = {"id": {"S": "a"}, "number": {"N": "1.5"}, "big": {"B": bytes(20000)}}
    done = 0
    ciphertexts = set()
    for _ in range(rounds):
        for plain, is_wire in ((item, False), (wire, True)):
            rest = (is_wire, "table", CryptoAction.ENCRYPT_AND_SIGN, actions, cipher, mac)
            stored = _engine.encrypt_item(plain, *rest, {"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}, 0)
            description = {"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}
            read = _engine.decrypt_item(stored, *rest, description, 0)
            assert read == plain, read
            value = stored["number"]
            ciphertexts.add(bytes(value["B"] if is_wire else value.value))
            done += 1
    try:
        _engine.Key("AES", b"short")
    except InvalidKeyError as error:
        refusal = type(error).__name__
    stored["number"] = {"B": b"altered"}
    try:
        _engine.decrypt_item(stored, *rest, description, 0)
    except SignatureVerificationError as error:
        refusal += " " + type(error).__name__
    return {"done": done, "distinct": len(ciphertexts), "refusals": refusal}

try:
    result = work()
except BaseException as error:
    import traceback
    result = {"error": traceback.format_exc()}
os.write(write_fd, json.dumps(result).encode())
os.close(write_fd)
"""


class Interpreter:
    """One interpreter with its own GIL, through whichever of the three interfaces this version has."""

    def __init__(self) -> None:
        self.gil = "own"
        if sys.version_info >= (3, 14):
            from concurrent import interpreters

            self._interpreter = interpreters.create()
            self._run, self._close = self._interpreter.exec, self._interpreter.close
            return
        if sys.version_info >= (3, 13):
            import _interpreters as low
        else:
            import _xxsubinterpreters as low
        self._low: Any = low
        # "isolated" is the configuration with a GIL of its own, which admits only modules that say they are fit for it.
        self._id = low.create("isolated") if sys.version_info >= (3, 13) else low.create(isolated=True)
        if sys.version_info >= (3, 13):
            self.gil = low.get_config(self._id).gil
        self._run, self._close = self._execute, lambda: low.destroy(self._id)

    def _execute(self, code: str) -> None:
        run = self._low.exec if sys.version_info >= (3, 13) else self._low.run_string
        failure = run(self._id, code)
        if failure is not None:
            raise RuntimeError(str(failure))

    def work(self, rounds: int) -> dict[str, Any]:
        """Run WORK; the result, or what went wrong, as a dict."""
        read_fd, write_fd = os.pipe()
        self._run(f"rounds, write_fd = {rounds}, {write_fd}\n{WORK}")
        with os.fdopen(read_fd, "rb") as pipe:
            return {**json.loads(pipe.read()), "gil": self.gil}

    def close(self) -> None:
        self._close()


def at_once(count: int, rounds: int) -> list[dict[str, Any]]:
    """The results of interpreters that work in threads of their own at the same time.

    They are made and ended one after the other, while none works: CPython 3.12.1 itself corrupts its heap where two are
    made at once, with no extension module about.
    """
    results: list[dict[str, Any]] = []
    alone = threading.Lock()
    start, end = threading.Barrier(count), threading.Barrier(count)

    def run() -> None:
        with alone:
            interpreter = Interpreter()
        start.wait(60)
        try:
            results.append(interpreter.work(rounds))
        except Exception as error:  # noqa: BLE001 - reported to the parent, which fails the test
            results.append({"error": repr(error)})
        end.wait(60)
        with alone:
            interpreter.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main() -> None:
    """Main interpreter first, so that its module is loaded; then one, then two at once, twice over; then main again."""
    before: dict[str, Any] = {}
    namespace: dict[str, Any] = {"rounds": 20}
    for key in ("main", "main_again"):
        if key == "main_again":
            before["one"] = at_once(1, 50)
            before["two"] = at_once(2, 500) + at_once(2, 500)
        read_fd, namespace["write_fd"] = os.pipe()
        exec(WORK, namespace)  # noqa: S102 - the same text as the interpreters run
        with os.fdopen(read_fd, "rb") as pipe:
            before[key] = json.loads(pipe.read())
    json.dump({"version": sys.version.split()[0], **before}, sys.stdout)


if __name__ == "__main__":
    main()
