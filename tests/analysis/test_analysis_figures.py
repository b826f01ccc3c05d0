"""Figures: nothing overlaps, nothing is cut off, titles say the finding, nothing global is touched."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.errors import StudyError
from analysis.figures.channel import channel
from analysis.figures.forest import forest
from analysis.figures.gallery import draw_study
from analysis.figures.save import save_png, svg_bytes
from analysis.figures.style import TITLE, Names, balanced, chinese_fonts, fold, new_figure, style, text_width
from analysis.figures.territory_map import territory_map
from analysis.figures.waterfall import contribution_steps, waterfall
from analysis.figures.weeks import band, weeks
from analysis.figures.work_funnel import work_funnel
from analysis.findings import analyse_study
from analysis.paired import compare_policies
from analysis.study import Study

NAMES = Names("Deep marketing", "Status quo")
LONG = "Deep marketing with shared distributor data, one information gateway and segment call norms"


def layout_faults(figure: Figure, slack: float = 1.0) -> list[str]:
    """Texts that leave the figure or lie on each other, found on the renderer's bounding boxes."""
    drawn: list[Text] = []
    original = Text.draw

    def record(self: Text, renderer: object, *args: object, **kwargs: object) -> None:
        if self.get_visible() and self.get_text().strip():
            drawn.append(self)
        original(self, renderer, *args, **kwargs)  # type: ignore[arg-type]

    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    with pytest.MonkeyPatch.context() as patch, style():
        patch.setattr(Text, "draw", record)
        canvas.draw()
        boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in dict.fromkeys(drawn)]
    width, height = figure.bbox.width, figure.bbox.height
    faults = [
        f"cut off: {text!r}"
        for text, b in boxes
        if b.x0 < -slack or b.y0 < -slack or b.x1 > width + slack or b.y1 > height + slack
    ]
    for (one, a), (two, b) in combinations(boxes, 2):
        if min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack:
            faults.append(f"overlap: {one!r} and {two!r}")
    return faults


def _look() -> dict[str, object]:
    """matplotlib's settings, without the backend: reading that one sets it."""
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}


def _title(figure: Figure) -> str:
    return str(figure.get_label())


@pytest.fixture
def weekly() -> pd.DataFrame:
    """A run's weekly table with units along the channel and hours of three teams."""
    draws = np.random.Generator(np.random.PCG64(2)).standard_normal(60)
    rows: list[tuple[object, ...]] = []
    for week in range(60):
        for measure, swing in (
            ("demand_units", 20.0),
            ("ordered_units", 60.0),
            ("sell_in_units", 55.0),
            ("production_units", 70.0),
        ):
            rows.append((week, "", "", "", "", "d1", measure, 1000 + swing * draws[week], "units"))
        rows.append((week, "", "", "", "", "d1", "stock_units", 4000.0 + 10 * week, "units"))
        for team, hours in (("North team", 100.0), ("East team", 120.0), ("West team", 140.0)):
            for measure, value, unit in (
                ("hours_attended", 320.0, "hours"),
                ("hours_selling", hours, "hours"),
                ("calls", 2 * hours, "calls"),
            ):
                rows.append((week, "", "", "", team, "", measure, value, unit))
    return pd.DataFrame(
        rows, columns=["week", "territory", "segment", "offer", "team", "distributor", "measure", "value", "unit"]
    )


def test_the_check_sees_overlaps_and_cuts() -> None:
    figure = new_figure(4, 2)
    figure.text(0.5, 0.5, "first text")
    figure.text(0.52, 0.5, "second text")
    figure.text(0.95, 0.1, "cut off at the right")
    faults = layout_faults(figure)
    assert any(f.startswith("overlap") for f in faults) and any(f.startswith("cut off") for f in faults)


@pytest.mark.parametrize("recipe", [{}, {"noise": 1.5}, {"seeds": 1}, {"effects": {"deep_marketing": {}}}])
def test_no_figure_of_a_study_has_layout_faults(make_study: Callable[..., Study], recipe: dict[str, object]) -> None:
    plates = draw_study(analyse_study(make_study(**{"weeks": 60, "seeds": 6, **recipe})))
    assert {p.kind for p in plates} >= {"weeks", "forest", "territory", "segment"}
    for plate in plates:
        assert layout_faults(plate.figure) == [], plate.name
        assert plate.words.startswith(("Deep marketing", "Status quo"))


def test_long_titles_stay_inside(make_study: Callable[..., Study]) -> None:
    titles = {
        "deep_marketing": LONG,
        "status_quo": "An ordinary sales force",
        "b": "Same budget spent on reps and advertising",
        "c": "C",
        "d": "D",
    }
    study = make_study(
        effects={p: {"contribution": 0.02} for p in ("deep_marketing", "b", "c", "d")}, titles=titles, seeds=4, weeks=40
    )
    for plate in draw_study(analyse_study(study)):
        assert layout_faults(plate.figure) == [], plate.name


@pytest.mark.parametrize("fonts", [chinese_fonts(), []], ids=["fonts of this machine", "no Chinese font"])
def test_chinese_titles_are_drawn_whatever_the_fonts(
    winning: Study, fonts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.figures.style.chinese_fonts", lambda: fonts)
    chinese = forest(compare_policies(winning), Names("深度营销与统一的信息归口", "现状"))
    assert layout_faults(chinese) == [] and svg_bytes(chinese)


def test_forest_counts_better_and_worse_and_marks_the_better_side(winning: Study) -> None:
    rows = compare_policies(winning)
    figure = forest(rows, NAMES)
    assert _title(figure).startswith(
        "Deep marketing is clearly better than Status quo on 11 and clearly worse on 3 of 14 KPIs"
    )
    sides = {round(p.get_y() + 0.42, 3): p.get_x() for p in figure.axes[0].patches}
    assert sum(x == 0.0 for x in sides.values()) == (rows[rows["kpi_class"] != "books"]["direction"] == "up").sum()


def test_weeks_says_from_when_a_lead_lasts(winning: Study) -> None:
    titles = {p: winning.title(p) for p in winning.policies}
    figure = weeks(winning.runs_weekly, winning.definitions, "status_quo", titles)
    assert "clearly ahead of Status quo on contribution from week 1" in _title(figure)
    falling = winning.runs_weekly.copy()
    falling.loc[(falling["policy"] == "deep_marketing") & (falling["week"] > 60), "value"] *= 0.8
    assert "clearly behind Status quo" in _title(weeks(falling, winning.definitions, "status_quo", titles))
    with pytest.raises(StudyError, match="no weekly values of happiness"):
        weeks(winning.runs_weekly, winning.definitions, "status_quo", titles, kpis=["happiness"])


def test_weeks_of_one_run_say_what_became_of_the_first_kpi(winning: Study) -> None:
    alone = {"status_quo": winning.title("status_quo")}
    title = _title(weeks(winning.runs_weekly, winning.definitions, "status_quo", alone))
    assert re.search(r"Status quo: contribution (rises|falls) from .+ a week in the first quarter of the run to", title)


def test_no_word_of_a_title_is_left_alone() -> None:
    figure = new_figure(9.6, 3.0)
    text = "Deep marketing is clearly ahead of Status quo on manufacturer's contribution from week 16 on"
    width = text_width(figure, text, TITLE, "bold") * 0.98
    lines = balanced(figure, text, width, TITLE, "bold")
    assert [" ".join(lines), len(lines)] == [text, len(fold(figure, text, width, TITLE, "bold"))]
    assert len(lines[-1]) > 0.5 * len(lines[0])


def test_waterfall_hides_nothing(winning: Study) -> None:
    rows = compare_policies(winning)
    whole = rows.set_index("kpi").loc["contribution"]
    steps = contribution_steps(rows, whole)
    assert sum(s.effect for s in steps) == pytest.approx(whole["difference"])
    assert steps[0].label == "Sales" and steps[1].effect < 0 and not steps[-1].explained
    with pytest.raises(StudyError, match="books"):
        waterfall(rows[rows["kpi_class"] != "books"], NAMES)


def test_run_figures_say_what_they_found(weekly: pd.DataFrame) -> None:
    chain = channel(weekly, "Status quo")
    assert "distributors' orders vary 3.0 times as much as customers' demand" in _title(chain)
    funnel = work_funnel(weekly, "Status quo")
    assert "38\u00a0% are spent selling (from 31\u00a0% to 44\u00a0% by team)" in _title(funnel)
    assert layout_faults(chain) == [] and layout_faults(funnel) == []
    part = work_funnel(weekly[~weekly["measure"].isin(["orders", "contribution"])], "Status quo")
    assert "Not recorded by team" in part.get_label() and "orders and contribution." in part.get_label()
    with pytest.raises(StudyError, match="by distributor"):
        work_funnel(weekly, "Status quo", by="distributor")
    with pytest.raises(StudyError, match="demand_units"):
        channel(weekly[weekly["measure"] == "stock_units"], "Status quo")


def test_bands_of_what_is_never_negative_do_not_go_below_nothing() -> None:
    mean, half = np.array([1.0, 5.0]), np.array([2.0, 2.0])
    assert band(mean, half, nonnegative=True)[0].tolist() == [0.0, 3.0]
    assert band(mean, half, nonnegative=False)[0].tolist() == [-1.0, 3.0]


def test_what_is_clear_in_the_first_average_is_clear_from_the_start(make_study: Callable[..., Study]) -> None:
    study = make_study(seeds=6, weeks=20)
    late = study.runs_weekly["policy"] == "deep_marketing"
    study.runs_weekly.loc[late, "value"] += study.runs_weekly.loc[late, "value"].abs()
    titles = {"status_quo": "Status quo", "deep_marketing": "Deep marketing"}
    assert "from the start" in _title(weeks(study.runs_weekly, study.definitions, "status_quo", titles))


def test_map_names_territories_and_refuses_what_cannot_be_read() -> None:
    graph: nx.Graph[object] = nx.cycle_graph(["North", "East", "South", "West"])
    figure = territory_map(
        graph, "South loses", {"North": 2e5, "East": 1e5, "South": -1e5, "West": 3e5}, "Difference", "EUR"
    )
    assert layout_faults(figure) == []
    with pytest.raises(StudyError, match="no value for node 'South'"):
        territory_map(graph, "x", {"North": 1.0, "East": 1.0, "West": 1.0})
    with pytest.raises(StudyError, match="401 nodes"):
        territory_map(nx.path_graph(401), "x")


def test_figures_touch_nothing_global_and_save_the_same_bytes(winning: Study, tmp_path: object) -> None:
    before = _look()
    assert before["svg.hashsalt"] != "deepmarket"  # no figure drawn earlier left its look behind
    rows = compare_policies(winning)
    assert svg_bytes(forest(rows, NAMES)) == svg_bytes(forest(rows, NAMES))
    path = save_png(forest(rows, NAMES), f"{tmp_path}/deep/forest.png")
    assert path.read_bytes()[:4] == b"\x89PNG" and _look() == before


def test_importing_analysis_loads_neither_pandas_nor_matplotlib() -> None:
    code = (
        "import sys, analysis; assert not {'pandas', 'matplotlib', 'scipy', 'jinja2'} & set(sys.modules);"
        "from analysis import compare_policies, answer_question; assert 'matplotlib' not in sys.modules;"
        "import analysis.report.study_page, analysis.report.run_page;"
        "assert not {'experiments', 'numba', 'mesa', 'matplotlib.pyplot'} & set(sys.modules);"
        # what every medium does to users' text, and nothing of the engine
        "engine = {name for name in sys.modules if name.startswith('sim.')} - {'sim.text', 'sim.cache_place'};"
        "assert not engine, engine"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_of_analysis_loads() -> None:
    import analysis

    assert sorted(analysis.__all__) == sorted(analysis._HOME) == dir(analysis)
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(analysis, "nothing")  # noqa: B009
