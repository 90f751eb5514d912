# SPDX-License-Identifier: Apache-2.0
"""The legacy format: ddbcrypt, the reference Python client, AWS's Java client and the libcrypto floor."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from benchmarks import markdown
from benchmarks.cells import Report
from benchmarks.contestants import floor, java, libraries, marshalling
from benchmarks.shapes import Shape, all_shapes
from benchmarks.timing import DIRECTIONS, Contestant, python_runner

if TYPE_CHECKING:
    from benchmarks.session import Session

#: Items of a batch; 25 is what one BatchWriteItem takes.
BATCH = {"small": 100, "nested": 100, "wide": 25, "large": 10, "max": 10, "mixed": 10}
FORMS = ("wire", "python")


def measure(session: Session) -> None:
    """Fill ``legacy/<shape>/<direction>/<who>``."""
    ours, theirs = libraries.ddbcrypt(), libraries.reference()
    program = floor.build("legacy", session.folder)
    with floor.Floor(program, session.options.clock) as bottom, session.java("legacy-client", "legacy") as client:
        session.report.machine["libcrypto of the floor"] = bottom.version()
        for shape in session.shapes:
            session.say(f"legacy: {shape.name}")
            _measure_shape(session, shape, ours, theirs, bottom, client)


def _measure_shape(
    session: Session,
    shape: Shape,
    ours: libraries.Library,
    theirs: libraries.Library,
    bottom: floor.Floor,
    client: java.JavaClient | None,
) -> None:
    libraries.check_agreement(ours, theirs, shape.item)
    bottom.define(floor.legacy_definition(shape.item))
    session.report.notes[f"floor legacy {shape.name}"] = bottom.calibrate()
    clock = session.options.clock
    wire = ours.to_wire(shape.item)
    stored = ours.encrypt(wire, "wire")
    settings = java.legacy_settings()
    if client is not None:
        _check_java(client, ours, wire)
    contestants: list[Contestant] = []
    for direction in DIRECTIONS:
        place = f"legacy/{shape.name}/{direction}"
        size = BATCH[shape.name]
        for form in FORMS:
            item = wire if form == "wire" else shape.item
            call = ours.call(item, form, direction)
            contestants.append(Contestant(f"{place}/{form}", python_runner(call, clock)))
            call = ours.batch_call([copy.deepcopy(item) for _ in range(size)], form, direction)
            contestants.append(Contestant(f"{place}/{form} batch", python_runner(call, clock, size), size))
            call = theirs.call(item, form, direction)
            contestants.append(Contestant(f"{place}/reference {form}", python_runner(call, clock)))
        contestants.append(Contestant(f"{place}/floor", bottom.runner(direction)))
        given, result = (wire, stored) if direction == "encrypt" else (stored, wire)
        contestants.append(Contestant(f"{place}/marshal", python_runner(marshalling.call(given, result), clock)))
        if client is not None:
            contestants.append(Contestant(f"{place}/java", client.runner(direction, given, settings)))
            contestants[-1].warm(session.options.warm_ns)
    session.time(contestants)


def _check_java(client: java.JavaClient, ours: libraries.Library, wire: dict[str, object]) -> None:
    """Each reads what the other wrote."""
    settings = java.legacy_settings()
    expected = ours.decrypt(ours.encrypt(wire, "wire"), "wire")
    assert ours.decrypt(client.ask("encrypt", wire, settings), "wire") == expected
    read = client.ask("decrypt", ours.encrypt(wire, "wire"), settings)
    assert ours.decrypt(ours.encrypt(read, "wire"), "wire") == expected


def render(report: Report) -> str:
    """Two tables: times, and their ratios."""
    times, ratios = [], []
    for shape in all_shapes():
        for direction in DIRECTIONS:
            place = f"legacy/{shape.name}/{direction}"
            if report.get(place, "wire") is None:
                continue
            columns = (
                "wire",
                "python",
                "wire batch",
                "python batch",
                "reference wire",
                "reference python",
                "java",
                "floor",
                "marshal",
            )
            cells = [markdown.time_cell(report.get(place, who)) for who in columns]
            times.append([shape.name, direction, *cells])
            pairs = (
                ("reference wire", "wire"),
                ("reference python", "python"),
                ("java", "wire"),
                ("wire", "floor"),
                ("python", "wire"),
            )
            cells = [markdown.ratio_cell(report.ratio(f"{place}/{a}", f"{place}/{b}")) for a, b in pairs]
            cells.append(
                markdown.ratio_cell(report.ratio_to_sum(f"{place}/wire", f"{place}/floor", f"{place}/marshal"))
            )
            ratios.append([shape.name, direction, *cells])
    header = ["shape", "direction", "DynamoDB JSON", "Python values", "JSON, batch", "Python, batch"]
    header += ["reference, JSON", "reference, Python", "Java", "floor", "marshal"]
    text = "Microseconds of one item:\n\n" + markdown.table(header, times, left=2)
    header = ["shape", "direction", "reference / ours, JSON", "the same, Python", "Java / ours", "ours / floor"]
    header += ["Python / JSON", "ours / (floor + marshal)"]
    return f"{text}\n\nRatios of the medians (and of the fastest rounds):\n\n{markdown.table(header, ratios, left=2)}"
