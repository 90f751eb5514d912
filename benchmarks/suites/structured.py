# SPDX-License-Identifier: Apache-2.0
"""The structured format with a raw AES keyring, both suites: ddbcrypt, AWS's Java client and the libcrypto floor."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from benchmarks import markdown
from benchmarks.cells import Report
from benchmarks.contestants import encryptor, floor, java, libraries, marshalling
from benchmarks.shapes import Shape, all_shapes
from benchmarks.timing import DIRECTIONS, Contestant, python_runner

if TYPE_CHECKING:
    from benchmarks.session import Session

BATCH = {"small": 100, "nested": 100, "wide": 25, "large": 10, "max": 10, "mixed": 10}
#: A signature takes as long as a hundred small items.
SIGNED_BATCH = 10
FORMS = ("wire", "python")
FLOOR = {
    ("HMAC", "encrypt"): "encrypt",
    ("HMAC", "decrypt"): "decrypt",
    ("ECDSA", "encrypt"): "encrypt_signed",
    ("ECDSA", "decrypt"): "decrypt_verified",
}
#: What the floor does for the ECDSA signature alone.
SIGNATURE_ALONE = {"encrypt": "pair", "decrypt": "verify"}


def measure(session: Session) -> None:
    """Fill ``structured/<suite>/<shape>/<direction>/<who>``."""
    program = floor.build("structured", session.folder)
    with (
        floor.Floor(program, session.options.clock) as bottom,
        session.java("structured-client", "structured") as client,
    ):
        session.report.machine["libcrypto of the floor"] = bottom.version()
        for shape in session.shapes:
            for suite in encryptor.SUITES:
                # a signature costs the same whatever the shape
                if session.options.quick and suite == "ECDSA" and shape.name != "small":
                    continue
                session.say(f"structured: {shape.name}, {suite}")
                _measure_shape(session, suite, shape, bottom, client)


def _measure_shape(
    session: Session, suite: str, shape: Shape, bottom: floor.Floor, client: java.JavaClient | None
) -> None:
    wire: dict[str, Any] = libraries.ddbcrypt().to_wire(shape.item)
    ours = encryptor.encryptor_for(wire, suite)
    settings = java.structured_settings(ours.config, encryptor.KEY, encryptor.NAMESPACE, encryptor.NAME)
    stored = ours.encrypt_item(wire).encrypted_item
    if client is not None:
        expected = ours.decrypt_item(stored).plaintext_item
        assert ours.decrypt_item(client.ask("encrypt", wire, settings)).plaintext_item == expected
        again = ours.encrypt_item(client.ask("decrypt", stored, settings)).encrypted_item
        assert ours.decrypt_item(again).plaintext_item == expected
    ways = bottom.define(floor.structured_definition(wire, ours))
    session.report.notes[f"floor structured {suite} {shape.name}"] = ways
    clock = session.options.clock
    size = BATCH[shape.name] if suite == "HMAC" else SIGNED_BATCH
    contestants: list[Contestant] = []
    for direction in DIRECTIONS:
        place = f"structured/{suite}/{shape.name}/{direction}"
        for form in FORMS:
            item = wire if form == "wire" else shape.item
            call = encryptor.call(ours, item, form, direction)
            contestants.append(Contestant(f"{place}/{form}", python_runner(call, clock)))
            call = encryptor.batch_call(ours, [copy.deepcopy(item) for _ in range(size)], form, direction)
            contestants.append(Contestant(f"{place}/{form} batch", python_runner(call, clock, size), size))
        contestants.append(Contestant(f"{place}/floor", bottom.runner(FLOOR[suite, direction])))
        given, result = (wire, stored) if direction == "encrypt" else (stored, wire)
        contestants.append(Contestant(f"{place}/marshal", python_runner(marshalling.call(given, result), clock)))
        if suite == "ECDSA":
            alone = bottom.runner(SIGNATURE_ALONE[direction])
            contestants.append(Contestant(f"{place}/signature alone", alone))
        if client is not None:
            contestants.append(Contestant(f"{place}/java", client.runner(direction, given, settings)))
            contestants[-1].warm(session.options.warm_ns)
    session.time(contestants)


def render(report: Report) -> str:
    """Two tables: times, and their ratios."""
    times, ratios = [], []
    for suite in encryptor.SUITES:
        for shape in all_shapes():
            for direction in DIRECTIONS:
                place = f"structured/{suite}/{shape.name}/{direction}"
                if report.get(place, "wire") is None:
                    continue
                columns = (
                    "wire",
                    "python",
                    "wire batch",
                    "python batch",
                    "java",
                    "floor",
                    "marshal",
                    "signature alone",
                )
                cells = [markdown.time_cell(report.get(place, who)) for who in columns]
                times.append([suite, shape.name, direction, *cells])
                pairs = (
                    ("java", "wire"),
                    ("wire", "floor"),
                    ("wire", "signature alone"),
                    ("python", "wire"),
                )
                cells = [markdown.ratio_cell(report.ratio(f"{place}/{a}", f"{place}/{b}")) for a, b in pairs]
                both = report.ratio_to_sum(f"{place}/wire", f"{place}/floor", f"{place}/marshal")
                cells.append(markdown.ratio_cell(both))
                ratios.append([suite, shape.name, direction, *cells])
    header = ["suite", "shape", "direction", "DynamoDB JSON", "Python values", "JSON, batch", "Python, batch"]
    header += ["Java", "floor", "marshal", "signature alone"]
    text = "Microseconds of one item:\n\n" + markdown.table(header, times, left=3)
    header = ["suite", "shape", "direction", "Java / ours", "ours / floor", "ours / signature alone", "Python / JSON"]
    header += ["ours / (floor + marshal)"]
    return f"{text}\n\nRatios of the medians (and of the fastest rounds):\n\n{markdown.table(header, ratios, left=3)}"
