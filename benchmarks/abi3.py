# SPDX-License-Identifier: Apache-2.0
"""What the limited API costs: the checkout built twice, with it and without it, measured in alternating rounds.

    python benchmarks/abi3.py [--markdown]

Both builds go to temporary folders; each is loaded by a process of its own, which runs rounds on command. Needs
scikit-build-core, cmake and ninja beside the interpreter, as ``make bench`` installs them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from timing import CLOCKS, Contestant, Runner, python_runner, run_rounds

ROOT = Path(__file__).resolve().parent.parent
BUILDS = {"limited API (cp311)": "cp311", "full API": ""}
DIRECTIONS = ("encrypt", "decrypt")


def build(folder: Path, py_api: str) -> Path:
    """Builds a wheel of the checkout and unpacks it; returns the folder to put on the module path."""
    wheels, site = folder / "wheels", folder / "site"
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    settings = [f"-Cwheel.py-api={py_api}", f"-Cbuild-dir={folder / 'build'}"]
    wheel = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(wheels), *settings, str(ROOT)]
    subprocess.run(wheel, check=True, env=os.environ | {"PATH": tools})
    (made,) = wheels.glob("*.whl")
    if ("abi3" in made.name) != bool(py_api):
        raise SystemExit(f"benchmarks: asked for the API '{py_api or 'full'}', got {made.name}")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(made)], check=True)
    return site


def serve(shape_name: str, clock: str) -> None:
    """The measured process: reads ``encrypt N`` or ``decrypt N``, answers with nanoseconds for one."""
    import libraries
    import shapes

    (shape,) = (found for found in shapes.all_shapes() if found.name == shape_name)
    library = libraries.ddbcrypt()
    encrypted = library.encrypt(shape.item, "python")
    runners = {
        "encrypt": python_runner(library.encrypt_call(shape.item, "python"), clock),
        "decrypt": python_runner(library.decrypt_call(encrypted, "python"), clock),
    }
    print(sys.modules["ddbcrypt._engine"].__file__, flush=True)
    for line in sys.stdin:
        direction, iterations = line.split()
        print(runners[direction](int(iterations)), flush=True)


class Served:
    def __init__(self, site: Path, shape: str, clock: str) -> None:
        command = [sys.executable, __file__, "--serve", shape, "--clock", clock]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(site)},
        )
        # An editable installation of the checkout would come first otherwise, and be measured twice.
        if not self._read().startswith(str(site)):
            raise SystemExit("benchmarks: the build under test is not the one that was loaded")

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("benchmarks: the measured process ended")
        return line

    def runner(self, direction: str) -> Runner:
        def run(iterations: int) -> float:
            assert self._process.stdin
            self._process.stdin.write(f"{direction} {iterations}\n")
            self._process.stdin.flush()
            return float(self._read())

        return run

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)


def compare(sites: dict[str, Path], shape: str, rounds: int, clock: str) -> list[list[str]]:
    served = {label: Served(site, shape, clock) for label, site in sites.items()}
    contestants = {
        (label, direction): Contestant(f"{label} {direction}", process.runner(direction))
        for label, process in served.items()
        for direction in DIRECTIONS
    }
    run_rounds(list(contestants.values()), rounds, 20e6)
    for process in served.values():
        process.close()
    rows = []
    limited, full = BUILDS
    for direction in DIRECTIONS:
        cheap, dear = contestants[full, direction], contestants[limited, direction]
        rows.append(
            [
                shape,
                direction,
                report.microseconds(dear.median_ns),
                report.microseconds(cheap.median_ns),
                f"{dear.median_ns / cheap.median_ns - 1:+.1%}",
                f"{min(dear.samples) / min(cheap.samples) - 1:+.1%}",
            ]
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the limited API costs.")
    parser.add_argument("--rounds", type=int, default=61)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.clock)
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        sites = {}
        for label, py_api in BUILDS.items():
            folder = Path(temporary) / (py_api or "full")
            folder.mkdir()
            sites[label] = build(folder, py_api)
        for shape in ("small", "nested", "wide"):
            rows += compare(sites, shape, arguments.rounds, arguments.clock)
    header = ["shape", "direction", "limited API µs", "full API µs", "cost, medians", "cost, fastest rounds"]
    text = (
        f"Measured on {report.today()}, {arguments.rounds} alternating rounds.\n\n{report.table(header, rows, left=2)}"
    )
    print(text)
    if arguments.markdown:
        report.write_region("abi3", text)


if __name__ == "__main__":
    main()
