# SPDX-License-Identifier: Apache-2.0
"""``make bench ARGS=--quick``: every contestant runs and agrees, and every figure is there. No figure is judged."""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks import goals, picture
from benchmarks.cells import Report
from tests.support.require import missing

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 600
SHAPES = ("small", "nested", "wide", "large", "max", "mixed")
WAYS = ("encrypt", "decrypt")
OURS = ("wire", "python", "wire batch", "python batch")


def expected() -> Iterator[str]:
    """Names of all figures of a quick run but Java's."""

    def names(*parts: tuple[object, ...]) -> Iterator[str]:
        return ("/".join(map(str, chosen)) for chosen in product(*parts))

    clients = (*OURS, "reference wire", "reference python", "floor")
    yield from names(("legacy",), SHAPES, WAYS, clients)
    yield from names(("structured/HMAC",), SHAPES, WAYS, (*OURS, "floor"))
    yield from names(("structured/ECDSA/small",), WAYS, (*OURS, "floor", "signature alone"))
    kinds = ("legacy/wire", "legacy/python", "structured/wire")
    yield from names(("batches",), kinds, ("small",), WAYS, ("single", 1, 25, 100, 1000))
    yield from names(("threads",), SHAPES, WAYS, ("batch", "single", "own", "structured batch"), (1, 2))
    yield from names(("threads/machine/hash",), (1, 2))
    yield from names(("growth",), ("legacy", "structured"), ("bytes",), WAYS, (100, 1_000, 10_000, 100_000, 400_000))
    yield from names(("growth",), ("legacy", "structured"), ("attributes",), WAYS, (1, 10, 100, 1_000))
    yield from names(("memory/max",), ("legacy", "structured"), ("wire", "python"), WAYS, ("peak", "item"))
    yield from names(("imports",), ("ddbcrypt", "dynamodb_encryption_sdk", "boto3"), ("time", "modules"))
    yield from names(("imports/wheel",), ("packed", "unpacked", "engine"))
    places = ("loopback/wall", "loopback/cpu", "in the process/cpu")
    yield from names(("hooks",), places, ("client", "Table"), ("put_item", "get_item"), ("plain", "attached"))


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The JSON of one run."""
    path = tmp_path_factory.mktemp("bench") / "run.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "==== goals ====" in done.stdout
    return path


@pytest.fixture
def cells(quick_run: Path) -> dict[str, dict[str, Any]]:
    return {cell["name"]: cell for cell in json.loads(quick_run.read_text())["cells"]}


def test_every_figure_is_there(cells: dict[str, dict[str, Any]]) -> None:
    assert not [name for name in expected() if name not in cells]


def test_figures_are_plausible(cells: dict[str, dict[str, Any]]) -> None:
    for name, cell in cells.items():
        figures = [cell[key] for key in ("low", "median", "high", "best")]
        assert all(math.isfinite(figure) for figure in figures), name
        assert cell["samples"] >= 1, name
        assert cell["low"] <= cell["median"] <= cell["high"], name
        if "/brings " not in name:
            assert all(figure > 0 for figure in figures), name
        if cell["unit"] == "ns":
            assert 100 < cell["median"] < 60e9, name
    assert cells["imports/ddbcrypt/modules"]["median"] > 10


def test_java_clients_are_timed_where_java_is(quick_run: Path, cells: dict[str, dict[str, Any]]) -> None:
    notes = json.loads(quick_run.read_text())["notes"]
    absent = {name: text for name, text in notes.items() if name.startswith("java ")}
    if absent:
        missing("Java", "; ".join(absent.values()))
    for shape, way in product(SHAPES, WAYS):
        assert f"legacy/{shape}/{way}/java" in cells
        assert f"structured/HMAC/{shape}/{way}/java" in cells


def test_goals_have_their_figures(quick_run: Path) -> None:
    """What the goals are computed from has not been renamed away."""
    report = Report.read(quick_run)
    unknown = {goal.name for goal in goals.all_goals(report) if goal.met is None}
    without_java = any(name.startswith("java ") for name in report.notes)
    # a quick run has the peak memory of one shape
    assert {name for name in unknown if not (without_java and "Java" in name)} == {
        f"{data_format}, mixed {way}, {form}, peak memory as times the item"
        for data_format, form, way in product(("legacy", "structured"), ("DynamoDB JSON", "Python values"), WAYS)
    }


def test_picture_is_the_same_from_the_same_figures(quick_run: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        missing("matplotlib", "the extra bench is not installed")
    report = Report.read(quick_run)
    assert picture.complete(report)
    drawn = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        picture.draw(report, folder)
        drawn.append((folder / "benchmarks.svg").read_bytes())
        assert (folder / "benchmarks.png").read_bytes().startswith(b"\x89PNG")
    assert drawn[0] == drawn[1]
    assert b"<dc:date>" not in drawn[0]
