"""The transition: a J-curve of known shape is shown by periods and added up, and its break-even week is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import analyse_study, write_report, write_tables
from analysis.figures.gallery import draw_study
from analysis.figures.transition import finding
from analysis.narrative import study_in_words, transition_in_words
from analysis.study import PolicyLabel, Provenance, Study
from analysis.transition import compare_periods, cumulate, find_break_even, periods

SEEDS = 12


def study(difference: np.ndarray, noise: float = 0.0, seeds: int = SEEDS, direction: str = "up") -> Study:
    """Two policies whose weekly contribution differs by ``difference`` [weeks]."""
    g = np.random.default_rng(1)
    weeks = np.arange(1, len(difference) + 1)
    parts = []
    for seed in range(1, seeds + 1):
        base = 1000 + g.normal(0, 50, len(weeks))
        for policy, values in (("old", base), ("new", base + difference + noise * g.normal(0, 1, len(weeks)))):
            parts.append(
                pd.DataFrame({"policy": policy, "seed": seed, "week": weeks, "kpi": "contribution", "value": values})
            )
    weekly = pd.concat(parts, ignore_index=True)
    whole = weekly.groupby(["policy", "seed", "kpi"], as_index=False)["value"].sum()
    definitions = pd.DataFrame(
        [("contribution", "Contribution", "financial", "EUR", direction, "Σ weeks contribution")],
        columns=["kpi", "label", "kpi_class", "unit", "direction", "formula"],
    )
    labels = {"old": PolicyLabel("Old ways"), "new": PolicyLabel("New ways")}
    meta = Provenance("m", len(weeks), tuple(range(1, seeds + 1)))
    return Study("?", "old", labels, whole, definitions, meta, runs_weekly=weekly)


J = np.where(np.arange(104) < 10, -10.0, 5.0)  # −100 after week 10, above zero from week 31 on


def test_periods_cover_every_week_once() -> None:
    assert list(periods(1, 104)) == ["1–13", "14–26", "27–52", "53–104"]
    assert list(periods(1, 20)) == ["1–13", "14–20"]
    assert list(periods(1, 13)) == ["1–13"]
    assert list(periods(1, 208)) == ["1–13", "14–26", "27–52", "53–104", "105–208"]


def test_a_j_curve_is_seen_by_periods_and_in_the_week_it_breaks_even() -> None:
    made = study(J)
    table = compare_periods(made).set_index("window")["difference"]
    assert table["1–13"] == pytest.approx((-100 + 15) / 13)
    assert table["14–26"] == pytest.approx(5) == table["53–104"]
    row = find_break_even(made).iloc[0]
    assert (row["break_even"], row["earliest"], row["latest"]) == (31, 31, 31)
    assert (row["deepest"], row["deepest_week"], row["dips"]) == (pytest.approx(-100), 10, True)
    assert row["total"] == pytest.approx(-100 + 5 * 94)


def test_the_interval_holds_the_week_and_widens_with_noise() -> None:
    row = find_break_even(study(J, noise=20)).iloc[0]
    assert row["earliest"] < row["latest"]
    assert row["earliest"] <= 31 <= row["latest"]


@pytest.mark.parametrize(
    ("difference", "week", "words"),
    [
        (np.full(104, -1.0), np.nan, "New ways does not pay for its transition within 104 weeks"),
        (np.full(104, 1.0), 1, "New ways is ahead of Old ways from the first week"),
        (np.zeros(104), np.nan, "New ways and Old ways earn the same in every week"),
        (np.r_[np.full(50, 1.0), np.full(54, -2.0)], np.nan, "New ways does not pay"),
        (J, 31, "New ways has paid for its transition by week 31 (95 % CI 31 to 31)"),
    ],
)
def test_curves_of_other_shapes(difference: np.ndarray, week: float, words: str) -> None:
    made = study(difference)
    row = find_break_even(made).iloc[0]
    assert row["break_even"] == week or (np.isnan(week) and np.isnan(row["break_even"]))
    assert finding(row, "New ways", "Old ways").startswith(words)
    assert "nan" not in transition_in_words(row, made, "New ways")


def test_what_is_lower_and_better_counts_as_a_gain() -> None:
    course = cumulate(study(-J, direction="down"), "new")
    assert course is not None
    assert course.mean[-1] == pytest.approx(-100 + 5 * 94)


def test_an_unclear_total_is_not_called_a_loss() -> None:
    row = find_break_even(study(np.full(104, -0.05), noise=30)).iloc[0]
    if np.isnan(row["break_even"]):
        assert row["total_low"] < 0 < row["total_high"]
        assert "is not known to pay" in finding(row, "New ways", "Old ways")


def test_one_pair_has_no_interval() -> None:
    row = find_break_even(study(J, seeds=1)).iloc[0]
    assert row["break_even"] == 31 and np.isnan(row["earliest"]) and np.isnan(row["latest"])
    assert not row["dips"]


def test_report_tables_and_figure_show_it(tmp_path: Path) -> None:
    findings = analyse_study(study(J, noise=5))
    plates = {plate.name: plate for plate in draw_study(findings)}
    assert "has paid for its transition by week" in plates["transition"].words
    files = {file.name for file in write_tables(findings, tmp_path)}
    assert {"transition.csv", "break_even.csv"} <= files
    page = write_report(findings, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The transition" in page and "Weeks 53–104" in page
    assert any("breaks even in week" in sentence for sentence in study_in_words(findings))


def test_without_weekly_values_there_is_nothing_to_show() -> None:
    made = study(J)
    bare = Study(made.question, "old", made.policies, made.runs, made.definitions, made.meta)
    findings = analyse_study(bare)
    assert findings.periods.empty and findings.break_even.empty
    assert "transition" not in {plate.name for plate in draw_study(findings)}
