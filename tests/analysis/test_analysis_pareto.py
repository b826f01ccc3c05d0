"""Fronts, hypervolumes and limits: known answers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.errors import StudyError
from analysis.figures.pareto import pareto_figure
from analysis.figures.style import style
from analysis.limits import binding_limits, explain_infeasibility, relaxations
from analysis.pareto import (
    box_volume,
    dominating,
    hypervolume,
    hypervolume_by_evaluation,
    non_dominated,
    reference_point,
)
from analysis.search import Limit, Objective, Search
from analysis.search_words import beaten_in_words, found_in_words, limits_in_words, progress_in_words
from tests.analysis.test_analysis_figures import layout_faults

UP, DOWN = [1.0, 1.0], [-1.0, -1.0]


def test_a_front_keeps_what_no_other_point_beats() -> None:
    values = [[1, 4], [2, 3], [2, 2], [3, 1], [1, 4], [math.nan, 9]]
    assert non_dominated(values, UP).tolist() == [True, True, False, True, True, False]
    assert non_dominated(values, DOWN).tolist() == [True, False, True, True, True, False]
    assert non_dominated(values, [1, -1]).tolist() == [False, False, False, True, False, False]
    assert dominating([2, 2], values, UP).tolist() == [False, True, False, False, False, False]


def test_hypervolumes_worked_out_by_hand() -> None:
    """Two objectives: 4·1 + 3·1 + 1·1 of stairs. Three: two boxes less what they share."""
    stairs = np.array([[1.0, 4.0], [2.0, 3.0], [3.0, 1.0]])
    assert hypervolume(stairs, [0, 0], UP) == pytest.approx(4 + 3 + 1)
    assert hypervolume(-stairs, [0, 0], DOWN) == pytest.approx(8)
    assert hypervolume(stairs * [1, -1], [0, 0], [1, -1]) == pytest.approx(8)
    boxes = [[3.0, 2.0, 1.0], [1.0, 2.0, 4.0]]
    assert hypervolume(boxes, [0, 0, 0], [1, 1, 1]) == pytest.approx(6 + 8 - 1 * 2 * 1)
    assert hypervolume([[3.0], [5.0]], [1.0], [1]) == pytest.approx(4)
    assert hypervolume([[3.0], [5.0]], [6.0], [-1]) == pytest.approx(3)
    assert hypervolume([[0.0, 5.0], [math.nan, 9.0]], [0, 0], UP) == 0.0


def test_hypervolume_by_evaluation_counts_feasible_points_alone_and_never_falls() -> None:
    values = [[9, 9], [1, 4], [1, 3], [3, 1], [math.nan, 1], [2, 3]]
    feasible = [False, True, True, True, True, True]
    assert hypervolume_by_evaluation(values, feasible, [0, 0], UP).tolist() == [0, 4, 4, 6, 6, 8]
    every = hypervolume_by_evaluation(values, [True] * 6, [0, 0], UP)
    assert every.tolist() == [81] * 6, "control: with the infeasible point the curve is another one"


def test_the_reference_lies_a_tenth_of_the_front_beyond_its_worst() -> None:
    values = [[1, 4], [3, 1], [0, 0]]
    reference = reference_point(values, UP)
    assert reference.tolist() == pytest.approx([1 - 0.2, 1 - 0.3])
    assert box_volume(values, reference, UP) == pytest.approx(2.2 * 3.3)
    assert reference_point([[5, 5], [1, 4]], UP).tolist() == pytest.approx([5 - 0.4, 5 - 0.1]), "range of all points"
    assert reference_point([[5, 0]], DOWN).tolist() == pytest.approx([5.5, 0.1]), "no range at all"
    with pytest.raises(ValueError, match="at least one point"):
        reference_point([[math.nan, 1]], UP)


PROFIT = Objective("contribution", "Contribution", "EUR", 1.0)
TURNOVER = Objective("turnover", "Staff turnover", "share", -1.0)
CONTENT = Limit("satisfaction", "Customer satisfaction", "share", 0.62, True)
HOURS = Limit("hours", "Hours of work", "hours", 40.0, False)


def made(rows: list[tuple[Any, ...]], limits: tuple[Limit, ...] = (CONTENT, HOURS)) -> Search:
    """A search from (point, contribution, turnover, satisfaction, hours); a text in the place of numbers is an error."""
    table = []
    for point, *numbers in rows:
        failed = isinstance(numbers[0], str)
        given = [math.nan] * 4 if failed else numbers
        row = dict(zip(("contribution", "turnover", "satisfaction", "hours"), given, strict=True))
        kept = not failed and all(float(limit.shortfall(row[limit.kpi])) == 0 for limit in limits)
        error = numbers[0] if failed else ""
        role = "listed" if point == "status_quo" else "searched"
        table.append(
            {"point": point, "title": point, "role": role, "generation": 1, **row, "feasible": kept, "error": error}
        )
    return Search(pd.DataFrame(table), (PROFIT, TURNOVER), limits, (), "status_quo")


HAND = [
    ("status_quo", 8.0e6, 0.30, 0.66, 20.0),
    ("a", 10.0e6, 0.20, 0.62, 25.0),
    ("b", 9.0e6, 0.10, 0.65, 30.0),
    ("c", 11.2e6, 0.20, 0.60, 22.0),  # only satisfaction broken: 1.2 m more for .02
    ("d", 10.5e6, 0.25, 0.61, 22.0),  # a first step: .5 m for .01
    ("e", 12.0e6, 0.20, 0.50, 50.0),  # both broken: says nothing about either
    ("f", 8.5e6, 0.15, 0.63, 45.0),  # only hours broken, and no better in anything
    ("g", "raised"),
]


def test_a_limit_that_binds_is_named_with_what_relaxing_it_buys() -> None:
    search = made(HAND)
    assert search.evaluations["point"][search.on_front].tolist() == ["a", "b"]
    steps = relaxations(search)
    assert set(steps["limit"]) == {"satisfaction at least 0.62"}
    assert steps[["point", "bound"]].to_numpy().tolist() == [["d", 0.61], ["c", 0.60]]
    assert steps["gain"].tolist() == pytest.approx([0.5e6, 1.2e6])
    assert steps["relaxed_by"].tolist() == pytest.approx([0.01, 0.02])
    rows = binding_limits(search).set_index("limit")
    assert rows["binds"].tolist() == [True, False], "control: the limit on hours holds nothing back"
    assert rows.loc["satisfaction at least 0.62", "at_limit"] == 1
    assert rows["only_this"].tolist() == [2, 1]
    words = " ".join(limits_in_words(search)).replace("\u00a0", " ")
    assert "customer satisfaction at least 62.0 % binds (1 of 2 points of the front are at it)" in words
    assert "relaxed to customer satisfaction at least 60.0 % it gains +EUR 1.20 m in contribution" in words
    assert "a first step to 61.0 % +EUR 0.50 m" in words
    assert "hours of work" not in words
    assert "This is a minimum" in words


def test_without_the_points_beyond_no_limit_binds() -> None:
    lines = limits_in_words(made([row for row in HAND if row[0] not in "cd"]))
    assert "may bind" in lines[0], "the front touches the limit, and nothing beyond it was evaluated"
    assert limits_in_words(made(HAND[:1] + HAND[2:3])) == [
        "No limit binds: no evaluated point beyond a single limit is better in any objective."
    ]
    assert limits_in_words(made(HAND, limits=())) == []


def test_a_better_middle_of_the_front_counts_too() -> None:
    """A point beyond the limit that is best in nothing and yet widens the front."""
    search = made([("a", 10e6, 0.30, 0.7, 1), ("b", 2e6, 0.10, 0.7, 1), ("m", 9e6, 0.12, 0.6, 1)])
    assert relaxations(search).empty
    assert binding_limits(search)["binds"].tolist() == [True, False]
    assert "relaxing it improves the trade-offs" in limits_in_words(search)[0]


def test_limits_never_met_are_distinguished_from_limits_never_met_together() -> None:
    never = explain_infeasibility(made([("a", 1.0, 0.1, 0.5, 30.0), ("b", 2.0, 0.1, 0.6, 60.0)]))
    assert never is not None
    assert [(limit.kpi, best) for limit, best in never.never] == [("satisfaction", 0.6)]
    assert (never.apart, never.lifting) == ((), (CONTENT,))
    apart = explain_infeasibility(made([("a", 1.0, 0.1, 0.60, 30.0), ("b", 2.0, 0.1, 0.7, 60.0), ("g", "raised")]))
    assert apart is not None
    assert (apart.never, apart.apart) == ((), ((CONTENT, HOURS),))
    assert set(apart.lifting) == {CONTENT, HOURS}
    assert apart.nearest == "a", "a fifth of the range short, b two thirds"
    assert [(limit.kpi, missing) for limit, missing in apart.missing] == [("satisfaction", pytest.approx(0.02))]
    assert explain_infeasibility(made(HAND)) is None, "control: one point is feasible"
    failed = made([("g", "raised")])
    assert limits_in_words(failed) == ["All points failed, so there are no numbers."]
    assert progress_in_words(failed) == ""
    assert (failed.reference, failed.hypervolumes.tolist()) == (None, [0.0])


def test_no_feasible_point_in_words() -> None:
    lines = found_in_words(made([("a", 1.0, 0.1, 0.60, 30.0), ("b", 2.0, 0.1, 0.7, 60.0)]))
    assert lines[0].replace("\u00a0", " ").startswith("2 points searched; 0 of 2 evaluated")
    words = " ".join(lines).replace("\u00a0", " ")
    assert "Each met, but never both: customer satisfaction at least 62.0 %, and hours of work at most" in words
    assert "The nearest point is a: customer satisfaction 2.00 pp below the limit." in words


def test_the_search_says_which_policies_it_beats() -> None:
    search = made(HAND)
    assert search.beaten() == {"status_quo": 2}
    assert "2 points of the search are at least as good in every objective" in beaten_in_words(search).replace(
        "\u00a0", " "
    )
    better = made([("status_quo", 20e6, 0.05, 0.7, 1.0), *HAND[1:]])
    assert better.beaten() == {"status_quo": 0}
    assert "no point of the search beats it" in beaten_in_words(better)


def test_the_table_has_the_curve_and_the_front() -> None:
    table = made(HAND).table()
    assert table["evaluation"].tolist() == list(range(1, 9))
    assert table["on_front"].sum() == 2
    assert table["hypervolume"].is_monotonic_increasing
    assert 0 < table["hypervolume"].iloc[-1] <= 1
    assert table.loc[table["point"] == "g", "error"].item() == "raised"


def test_a_search_without_its_columns_is_refused() -> None:
    with pytest.raises(StudyError, match="hours"):
        Search(made(HAND).evaluations.drop(columns="hours"), (PROFIT,), (HOURS,), ())
    with pytest.raises(StudyError, match="at least one"):
        Search(made(HAND).evaluations, (), (), ())


def _boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Words on the main panel without the thin lines that lead from them."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    with style():
        canvas.draw()
    texts = figure.axes[0].texts
    return [(text.get_text(), Text.get_window_extent(text, canvas.get_renderer())) for text in texts]


def test_the_figure_of_two_objectives_keeps_its_labels_apart() -> None:
    crowd = [(f"point_{k}", 9e6 + 2e4 * k, 0.2 + 0.002 * k + 0.0004 * (k % 3), 0.64, 20.0) for k in range(40)]
    limit = Limit("turnover", "Staff turnover", "share", 0.29, False)
    far = ("status_quo", 1e6, 0.01, 0.64, 20.0)  # it squeezes the others into a corner
    search = made([far, *crowd, ("broken", 8.5e6, 0.35, 0.5, 20.0), ("g", "raised")], (CONTENT, limit))
    figure = pareto_figure(search)
    boxes = _boxes(figure)
    labels = [text for text, _ in boxes]
    assert {"status_quo", "39"} <= set(labels), "the baseline and the best of the front"
    assert len(labels) > 5
    assert "limit: at most 29.0\u00a0%" in labels
    labels = [box for text, box in boxes if not text.startswith("limit")]
    assert not any(one.overlaps(other) for one, other in combinations(labels, 2))
    crowded = _boxes(pareto_figure(made([HAND[0], *((n, v, t, 0.64, 20.0) for n, v, t, *_ in crowd[:2])])))
    assert len(crowded) == 3
    assert str(figure.get_label()).startswith("41")
    assert "1\u00a0point failed and is not shown" in str(figure.get_label())


def test_figures_of_other_numbers_of_objectives_have_no_faults() -> None:
    search = made(HAND)
    third = Objective("satisfaction", "Customer satisfaction", "share", 1.0)
    for objectives in ((PROFIT,), (PROFIT, TURNOVER, third)):
        other = replace(search, objectives=objectives)
        assert layout_faults(pareto_figure(other)) == []
    nothing = pareto_figure(made([("a", 1.0, 0.1, 0.60, 30.0), ("b", 2.0, 0.1, 0.7, 60.0)]))
    assert layout_faults(nothing) == []
    assert str(nothing.get_label()).startswith("No point meets all limits")
