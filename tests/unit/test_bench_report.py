"""Results of the benchmarks are kept from run to run, part by part, and versions are compared turn by turn."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench import against, report, table
from bench.against_page import comparison_lines, is_comparison
from bench.same_market import Agreement
from bench.timing import Measurement
from bench.versions import checked_out


def _measured(section: str, name: str, *values: float) -> Measurement:
    return Measurement(section, name, "ms", 1000, 1, values=list(values), others=[0.1], cpu=list(values))


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = table.rows_of([_measured("a", "x", 1234.5, 2.0, 3.0), Measurement("b", "y", "s", values=[1.0])], "go", "day")
    table.write(tmp_path / "t.csv", rows)
    again = table.read(tmp_path / "t.csv")
    assert again[0] == rows[0]
    assert (again[1].customers, again[1].threads, again[1].median) == (None, None, 1.0)
    assert math.isnan(again[1].processor_time)  # was not taken


def test_what_is_not_measured_again_stays(tmp_path: Path) -> None:
    same = Agreement("whole step", 10, 2, 3, ["ours", "c"], {"stages 0": [0.1, 0.2]}, 1.0, "stages 0", 5.0)
    report.write("first", [_measured("alpha", "x", 1.0), _measured("beta", "y", 2.0)], [same], tmp_path)
    page = report.write("second", [_measured("beta", "y", 3.0), _measured("gamma", "z", 4.0)], [], tmp_path)
    assert page.index("## Alpha") < page.index("## Beta") < page.index("## Gamma") < page.index("## The same market")
    assert "| y | 1,000 | 1 | 3 |" in page
    assert "| stages 0 | 0.1000 | 0.2000 |" in page
    assert page.count("`first`") == 2
    assert [(row.name, row.command) for row in table.read(tmp_path / "results.csv")] == [
        ("x", "first"),
        ("y", "second"),
        ("z", "second"),
    ]


def test_versions_are_compared_turn_by_turn() -> None:
    before, after = _measured("s", "week: before", 4.0, 6.0, 9.0), _measured("s", "week: after", 2.0, 2.0, 3.0)
    ratio = against.ratio_of(before, after)
    assert (ratio.name, ratio.values) == ("week: before / after", [2.0, 3.0, 3.0])
    rows = table.rows_of([before, after, ratio], "go", "day")
    assert is_comparison(rows)
    assert not is_comparison(rows[:2])
    assert "| week | 1,000 | 6 | 2 | 3 | 2 | 3 | 3 | 0.1 |" in list(comparison_lines(rows, "{:g}".format))


def test_a_phase_that_one_version_lacks_is_shown() -> None:
    pairs = against.Pairs("against x")
    _, after = pairs.of("phases", "new", "ms", 500, 1)
    after.values += [1.0, 2.0]
    before, _, ratio = pairs.all()
    assert before.values == [0.0, 0.0]
    assert ratio.values == [0.0, 0.0]


def test_a_folder_stands_for_a_version_and_stays(tmp_path: Path) -> None:
    with checked_out(str(tmp_path)) as tree:
        assert tree == tmp_path.resolve()
    assert tmp_path.is_dir()


@pytest.mark.parametrize("entry", [*against.WEEKS, *against.STEPS], ids=lambda entry: entry.name)
def test_what_is_compared_has_a_name(entry: against.Entry) -> None:
    assert entry.scenario in entry.name
