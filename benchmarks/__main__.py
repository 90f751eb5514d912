# SPDX-License-Identifier: Apache-2.0
"""``make bench``: measures the chosen suites, prints and writes what they found.

The installed ddbcrypt is measured. The exit status is 1 where the memory soak grew over a limit; goals do not change
it.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import goals, machine, markdown
from benchmarks.cells import TIME, Report
from benchmarks.command import parse
from benchmarks.compare import compare
from benchmarks.options import Options
from benchmarks.session import Session
from benchmarks.suites import SUITES

#: From this spread of the median figure on, a run says that the machine was busy.
BUSY_SPREAD = 0.08


def measure(options: Options) -> Report:
    """Run the chosen suites."""
    report = Report(
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        options={"suites": options.suites, "shapes": options.shapes, "rounds": options.rounds, "quick": options.quick,
                 "round_ms": options.round_ns / 1e6, "clock": options.clock},
        machine=machine.facts(),
    )  # fmt: skip
    watch = machine.Watch()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(options, report, Path(folder))
        for name in options.suites:
            start = time.monotonic()
            SUITES[name].measure(session)
            session.say(f"{name} took {time.monotonic() - start:.0f} s")
    spreads = [cell.spread for cell in report.cells.values() if cell.unit == TIME and cell.samples > 3]
    report.conditions = watch.conditions()
    if spreads:
        report.conditions["median spread"] = f"±{statistics.median(spreads):.1%}"
        if statistics.median(spreads) > BUSY_SPREAD:
            report.notes["busy"] = "the machine was busy with other things: read the ratios as rough ones"
    return report


def head(report: Report) -> str:
    """Where and how it was measured, what was missing, and the goals."""
    clock = "thread CPU time" if report.options["clock"] == "cpu" else "wall time"
    conditions = "; ".join(f"{name} {value}" for name, value in report.conditions.items())
    parts = [
        (
            f"Measured on {report.date}: medians of {report.options['rounds']} alternating rounds of "
            f"{report.options['round_ms']:g} ms, {clock}; {conditions}."
        ),
    ]
    for name, text in report.notes.items():
        if name.startswith("java"):
            parts.append(f"**Without the {name.removeprefix('java ')} Java client: {text}.**")
        if name == "busy":
            parts.append(f"**{text[0].upper()}{text[1:]}.**")
    parts.append(markdown.table(["machine", ""], [list(fact) for fact in report.machine.items()], left=2))
    return "\n\n".join(parts)


def verdicts(report: Report) -> str:
    """The goals, those that are not met first."""
    found = sorted(goals.all_goals(report), key=lambda goal: (False, True, None).index(goal.met))
    met = sum(goal.met is True for goal in found)
    header = ["goal", "", "limit", "measured", "fastest rounds", "limit in floors", "in floors + marshal"]
    table = markdown.table(header, [goal.row() for goal in found], left=2)
    return f"{met} of {len(found)} goals are met.\n\n{table}"


def floors(report: Report, data_format: str) -> str:
    """The fastest ways to their primitives that the floors of a format found."""
    prefix = f"floor {data_format} "
    ways = [f"- {name.removeprefix(prefix)}: {way}" for name, way in report.notes.items() if name.startswith(prefix)]
    return "The floor's fastest ways:\n\n" + "\n".join(ways) if ways else ""


def main() -> int:
    options = parse()
    report = Report.read(options.load) if options.load else measure(options)
    sections = {"bench": head(report)}
    for name in report.options["suites"]:
        sections[SUITES[name].region] = SUITES[name].render(report)
    for data_format in ("legacy", "structured"):
        if data_format in report.options["suites"]:
            sections[f"bench-{data_format}"] += "\n\n" + floors(report, data_format)
    sections["bench-goals"] = verdicts(report)
    for name, text in sections.items():
        print(f"\n==== {name.removeprefix('bench-')} ====\n\n{text}")
    if options.json:
        report.write(options.json, [goal.as_json() for goal in goals.all_goals(report)])
    if options.compare:
        print(f"\n==== beside {options.compare.name} ====\n\n{compare(Report.read(options.compare), report)}")
    if options.markdown:
        write(report, sections)
    over = report.get("soak/over")
    return 1 if over is not None and over.median else 0


def write(report: Report, sections: dict[str, str]) -> None:
    """Fill the regions of docs/benchmarks.md; draw the picture where all of it was measured."""
    for name, text in sections.items():
        markdown.write_region(name, text)
    print(f"\nwritten to {markdown.DOCUMENT.name}")
    from benchmarks import picture

    if picture.complete(report):
        picture.draw(report, markdown.DOCS)
        print(f"drawn: {picture.NAME}.svg and {picture.NAME}.png")
    else:
        print("no picture: it needs the suites legacy and structured with all shapes", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
