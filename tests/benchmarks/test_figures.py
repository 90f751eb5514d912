# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks make of samples: quartiles, verdicts, fitted lines, comparisons, regions of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import goals, markdown
from benchmarks.cells import RATE, TIME, Cell, Report
from benchmarks.compare import compare
from benchmarks.suites import SUITES, growth
from benchmarks.timing import Contestant, run_rounds


def report_with(**samples: list[float]) -> Report:
    report = Report(machine={"CPU": "one"})
    for name, values in samples.items():
        report.add(name, TIME, values)
    return report


def test_cell_has_median_quartiles_and_best() -> None:
    cell = Cell.of("x", TIME, [5.0, 1.0, 4.0, 2.0, 3.0])
    assert (cell.low, cell.median, cell.high, cell.best, cell.samples) == (1.5, 3.0, 4.5, 1.0, 5)
    assert cell.spread == pytest.approx(0.5)
    assert Cell.of("x", RATE, [5.0, 1.0]).best == 5.0


def test_report_comes_back_from_json(tmp_path: Path) -> None:
    report = report_with(a=[1.0, 2.0], b=[4.0, 4.0])
    report.notes["java legacy"] = "none here"
    report.write(tmp_path / "run.json", [])
    again = Report.read(tmp_path / "run.json")
    assert again == report
    ratio = again.ratio("b", "a")
    assert ratio is not None
    assert (ratio.medians, ratio.best) == (pytest.approx(8 / 3), 4.0)


def test_a_figure_is_not_measured_twice() -> None:
    report = report_with(a=[1.0])
    with pytest.raises(AssertionError, match="measured twice: a"):
        report.add("a", TIME, [1.0])


@pytest.mark.parametrize(("reference", "ours", "verdict"), [(500.0, 10.0, "met"), (499.0, 10.0, "NOT met")])
def test_verdict_at_the_limit(reference: float, ours: float, verdict: str) -> None:
    place = "legacy/small/encrypt/"
    report = report_with(**{f"{place}reference wire": [reference], f"{place}wire": [ours]})
    found = {goal.name: goal.verdict for goal in goals.all_goals(report)}
    assert found["legacy, small encrypt, times faster than the reference"] == verdict
    assert set(found.values()) == {verdict, "not measured"}


def test_most_and_least_are_told_apart() -> None:
    place = "legacy/small/encrypt/"
    report = report_with(**{f"{place}floor": [1.0], f"{place}wire": [2.1]})
    found = {goal.name: goal.verdict for goal in goals.all_goals(report)}
    assert found["legacy, small encrypt, times the libcrypto floor"] == "NOT met"


def test_a_limit_against_another_client_is_told_in_floors() -> None:
    place = "legacy/wide/encrypt/"
    cells = {"reference wire": 84.0, "wire": 4.0, "floor": 2.5, "marshal": 1.5}
    report = report_with(**{place + who: [figure] for who, figure in cells.items()})
    found = {goal.name: goal for goal in goals.all_goals(report)}
    assert found["legacy, wide encrypt, times faster than the reference"].allowed_floors == pytest.approx(0.8)
    assert found["legacy, wide encrypt, times the libcrypto floor"].allowed_floors is None
    assert found["legacy, wide encrypt, times faster than the reference"].allowed_both == pytest.approx(0.5)
    assert found["legacy, wide encrypt, times the libcrypto floor"].allowed_both == pytest.approx(1.3 * 2.5 / 4)
    assert goals.all_goals(Report())[0].allowed_both is None


def test_line_through_points_of_a_line() -> None:
    line = growth.fit({size: 500 + 3 * size for size in (1, 10, 100, 1000)})
    assert (line.start, line.slope) == (pytest.approx(500), pytest.approx(3))
    assert line.deviation == pytest.approx(0, abs=1e-9)


def test_exponent_tells_squares_from_lines() -> None:
    report = Report()
    for size in growth.AXES["attributes"][0]:
        report.add(f"growth/legacy/attributes/encrypt/{size}", TIME, [float(size)])
        report.add(f"growth/legacy/attributes/decrypt/{size}", TIME, [float(size) ** 2])
    assert growth.exponent(report, "legacy", "attributes", "encrypt") == (pytest.approx(1), pytest.approx(1))
    assert growth.exponent(report, "legacy", "attributes", "decrypt") == (pytest.approx(2), pytest.approx(2))


def test_comparison_marks_what_is_beyond_the_spread() -> None:
    old = report_with(slower=[10.0, 11.0], same=[10.0, 12.0], faster=[10.0, 11.0], gone=[1.0])
    new = report_with(slower=[20.0, 21.0], same=[11.0, 13.0], faster=[5.0, 6.0])
    new.machine["CPU"] = "another"
    text = compare(old, new)
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells]
        for line in text.splitlines()
        if (cells := line.split("|"))[1:]
    }
    assert [rows[name][2] for name in ("slower", "same", "faster")] == ["WORSE", "", "better"]
    assert "1 figures only in the old run: gone" in text
    assert "CPU was one, is another" in text


def test_rounds_alternate_and_each_contestant_runs_once_in_each() -> None:
    ran: list[str] = []

    def runner(name: str):
        def run(iterations: int) -> float:
            ran.append(name)
            return 1e6

        return run

    contestants = [Contestant(name, runner(name)) for name in "abc"]
    run_rounds(contestants, rounds=4, round_ns=1e6)
    turns = ["".join(ran[-12:][start : start + 3]) for start in (0, 3, 6, 9)]
    assert {"".join(sorted(turn)) for turn in turns} == {"abc"}
    assert len(set(turns)) > 1
    assert all(len(contestant.samples) == 4 for contestant in contestants)


def test_region_of_the_page_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    monkeypatch.setattr(markdown, "DOCUMENT", page)
    markdown.write_region("bench", "new \\1")
    assert page.read_text() == "before\n<!-- bench -->\nnew \\1\n<!-- /bench -->\nafter\n"
    with pytest.raises(SystemExit, match="must stand there once"):
        markdown.write_region("other", "text")


def test_page_has_a_region_for_every_suite() -> None:
    page = markdown.DOCUMENT.read_text(encoding="utf-8")
    for region in ("bench", "bench-goals", *(suite.region for suite in SUITES.values())):
        assert page.count(f"<!-- {region} -->") == 1, region
        assert page.count(f"<!-- /{region} -->") == 1, region


@pytest.mark.parametrize("name", sorted(SUITES))
def test_a_table_has_rows_for_what_was_measured_only(name: str) -> None:
    rows = [line for line in SUITES[name].render(Report()).splitlines() if line.startswith("|")]
    assert len(rows) % 2 == 0, "nothing but headers and their rules"
    assert all(set(rule) <= set("|-: ") for rule in rows[1::2])
