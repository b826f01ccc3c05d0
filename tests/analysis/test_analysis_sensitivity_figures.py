"""Figures of sensitivity: titles say what the numbers say and no more, nothing overlaps, crowds stay legible."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.ensemble import Ensemble
from analysis.factor import Factor
from analysis.figures.labels import Box, place_labels
from analysis.figures.save import svg_bytes
from analysis.figures.sensitivity import indices_figure, screening_figure
from analysis.figures.style import new_figure
from analysis.futures.sensitivity import morris_screening, sobol_indices
from analysis.intervals import Floats
from tests.analysis.futures_fixture import ISHIGAMI, ensemble, ishigami
from tests.analysis.test_analysis_figures import layout_faults

FACTORS = (
    Factor("Price of the main competitor", 0.8, 1.2, times=True),
    Factor("Awareness decay", 0.01, 0.2, log=True, unit="per week"),
    Factor("New rival", levels=("none", "small", "large")),
    Factor("Demand growth", -0.02, 0.06),
    Factor("Minimum order", 1, 20, whole=True),
)
CROWD = tuple(Factor(f"Setting number {j} of the market") for j in range(24))


def linear(x: Floats) -> Floats:
    return np.asarray(1e7 + 9e6 * x[:, 0] + 5e5 * x[:, 1] - 2e6 * x[:, 2] * (x[:, 0] - 1))


def gained(x: Floats) -> Floats:
    return np.asarray(linear(x) + 1e6 - 2e6 * x[:, 1])


def crowded(x: Floats) -> Floats:
    return np.asarray(np.prod(1 + 0.1 * np.abs(4 * x - 2), axis=1) * 0.02 + x.sum(axis=1) * 0.01)


def made(method: str, size: int, luck: Floats | None = None) -> Ensemble:
    kpi = ("contribution", "Contribution", "EUR")
    return ensemble(method, FACTORS, size, {"Status quo": linear, "Deep marketing": gained}, kpi=kpi, luck=luck)


def title(figure: Figure) -> str:
    return str(figure.get_label())


@pytest.mark.parametrize("of", ["value", "difference"])
def test_indices_say_what_matters_most(of: str) -> None:
    luck = np.random.default_rng(2).normal(0.0, 9e5, (256 * 7, 4))
    given = made("saltelli", 256, luck)
    figure = indices_figure(sobol_indices(given, "contribution", of=of), given)
    expected = {
        "value": "Price of the main competitor matters most for contribution under Status quo: ",
        "difference": "Awareness decay matters most for what Deep marketing changes in contribution: 95\u00a0% of its variance. ",
    }
    assert title(figure).startswith(expected[of])
    assert ("is luck that differs between futures" in title(figure)) == (of == "value")
    assert layout_faults(figure) == []
    assert svg_bytes(figure) == svg_bytes(indices_figure(sobol_indices(given, "contribution", of=of), given))


@pytest.mark.parametrize("of", ["value", "difference"])
def test_screening_says_what_moves_most_and_names_what_does_not(of: str) -> None:
    given = made("morris", 16)
    figure = screening_figure(morris_screening(given, "contribution", of=of), given)
    expected = {
        "value": "Price of the main competitor moves contribution under Status quo most: by EUR\u00a0",
        "difference": "Awareness decay moves what Deep marketing changes in contribution most: by EUR\u00a02.00\u00a0m",
    }
    assert title(figure).startswith(expected[of])
    assert "Almost no effect" in title(figure) and "Minimum order" in title(figure)
    assert layout_faults(figure) == []


def test_a_design_that_cannot_tell_says_so() -> None:
    given = ensemble("saltelli", ISHIGAMI, 64, {"Status quo": ishigami})
    shown = title(indices_figure(sobol_indices(given, "profit"), given))
    assert "matter most" in shown and "64\u00a0blocks cannot tell" in shown
    for method, size in (("saltelli", 64), ("morris", 10)):
        crowd = ensemble(method, CROWD, size, {"Status quo": crowded}, kpi=("share", "Market share", "share"))
        draw = {
            "saltelli": lambda e: indices_figure(sobol_indices(e, "share"), e),
            "morris": lambda e: screening_figure(morris_screening(e, "share"), e),
        }[method]
        figure = draw(crowd)
        assert title(figure).startswith("No single factor stands out for market share under Status quo")
        assert {"saltelli": "4 factors with total", "morris": "Not labelled, by size"}[method] in title(figure)
        assert layout_faults(figure) == []


def test_what_moves_nothing_is_drawn_as_that() -> None:
    given = ensemble("morris", ISHIGAMI, 10, {"Status quo": lambda x: 0 * x[:, 0] + 3.0})
    figure = screening_figure(morris_screening(given, "profit"), given)
    assert title(figure).startswith("No factor moves profit under Status quo")
    assert layout_faults(figure) == []


@pytest.mark.parametrize("count", [3, 12])
def test_labels_of_points_on_one_spot_lie_apart(count: int) -> None:
    figure = new_figure(6.0, 4.0)
    points = [(f"factor {j}", 3.0 + 0.02 * j, 2.0) for j in range(count)]
    taken = [Box(0.0, 1.98, 6.0, 2.02)]
    boxes = [label.box for label in place_labels(figure, (6.0, 4.0), points, taken)]
    assert all(one.shared(two) == 0 for one, two in combinations(boxes, 2))
    assert all(box.left >= 0 and box.low >= 0 and box.right <= 6.0 and box.high <= 4.0 for box in boxes)
    assert count > 3 or all(box.shared(taken[0]) == 0 for box in boxes)


def test_a_line_to_a_label_crosses_no_other_label() -> None:
    figure = new_figure(6.0, 4.0)
    labels = place_labels(
        figure, (6.0, 4.0), [("Reps who leave", 1.6, 0.0), ("Distributors' margin", 0.7, 0.0), ("Term", 0.5, 0.0)], []
    )
    for one, two in permutations(labels, 2):
        path = np.linspace((one.x, one.y), ((one.box.left + one.box.right) / 2, one.box.low), 50)
        inside = (path[:, 0] > two.box.left) & (path[:, 0] < two.box.right) & (path[:, 1] > two.box.low)
        assert not (inside & (path[:, 1] < two.box.high)).any()


def test_spans_are_written_as_readers_read_them() -> None:
    assert [factor.span for factor in FACTORS] == [
        *("×0.8 to ×1.2", "0.01 to 0.2 per week, log scale", "none, small, large", "\u22120.02 to 0.06", "1 to 20"),
    ]
