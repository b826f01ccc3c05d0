"""A discovered rule: its two most important factors with box and cases, its limits, density against coverage."""

from __future__ import annotations

from math import isinf, log
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.figures import style as look
from analysis.figures.discovery_panels import CHOSEN, GROWN, level_runs, limits_panel, trajectory_panel
from analysis.futures.discovery import Discovery
from analysis.futures.rule import Rule
from analysis.numerals import NO_BREAK, listed, percent, plural

_WIDTH, _SIDE, _GAP, _FOOT = 10.0, 4.1, 0.75, 0.92
#: Most inches that the name of a factor takes next to its bar.
_NAME = 1.5


def discovery_figure(discovery: Discovery, box: int = 1) -> Figure:
    """Draw the rule number ``box`` of :func:`analysis.futures.discovery.discover`.

    Raises :class:`StudyError` when there is no such rule: only rules that were found are drawn.
    """
    if not 1 <= box <= len(discovery.rules):
        raise StudyError(f"box {box}", f"{len(discovery.rules)} were found", discovery.reason or "Choose one of them.")
    rule = discovery.rules[box - 1]
    with look.style():
        figure = look.new_figure(_WIDTH, 1.0)
        title, note = f"{discovery.words} where {rule.words}", _note(discovery, rule)
        top = look.head_height(figure, title, note) + 0.35
        figure.set_figheight(top + _SIDE + _FOOT)
        look.draw_head(figure, title, note)
        label = 0.75 if len(rule.factors) > 1 and rule.factors[1].is_number else 1.1
        left = look.MARGIN + label
        _scatter(figure, look.place_axes(figure, left, _WIDTH - left - _SIDE, top, _FOOT), discovery, rule)
        start = left + _SIDE + _GAP
        names = [look.shorten(figure, f.name, _NAME, look.SMALL) for f in rule.factors]
        start_bars = start + look.widest(figure, names, look.SMALL) + 0.15
        bars = min(0.42 * len(rule.factors) + 0.2, 1.9)
        limits_panel(look.place_axes(figure, start_bars, look.MARGIN + 0.1, top, _FOOT + _SIDE - bars), rule, names)
        # The panel below starts where the limits end, with room for their axis and its own title.
        below = top + bars + 0.85
        trajectory_panel(look.place_axes(figure, start + 0.5, look.MARGIN + 0.1, below, _FOOT), rule)
        look.draw_legend(figure, _keys())
        return figure


def _scatter(figure: Figure, axes: Axes, discovery: Discovery, rule: Rule) -> None:
    across = rule.factors[0]
    up = rule.factors[1] if len(rule.factors) > 1 else None
    table = discovery.futures[discovery.futures["role"] == "study"]
    table = table[table.index.isin(discovery.cases.index)]
    for earlier in discovery.rules[: discovery.rules.index(rule)]:
        table = table[~earlier.inside(table)]
    labels = discovery.cases.loc[table.index].to_numpy(dtype=np.bool_)
    x = positions(across, table[across.name])
    y = positions(up, table[up.name]) if up else _walk(len(table))
    x, y = _spread(across, x, 0.37), _spread(up, y, 0.59) if up else y
    elsewhere = ~_within_others(rule, table)
    for chosen, look_of in ((~labels, _OTHER), (labels, _CASE)):
        for some, alpha in ((chosen & elsewhere, _FAINT), (chosen & ~elsewhere, 1.0)):
            axes.plot(x[some], y[some], linestyle="", clip_on=False, alpha=alpha, **look_of)
    _frame_axis(figure, axes, "x", across)
    if up:
        _frame_axis(figure, axes, "y", up)
    else:
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        axes.set_ylabel("futures side by side")
    _boxes(axes, rule, across, up)


def _within_others(rule: Rule, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which futures are within the limits of the factors that are not drawn."""
    within = np.ones(len(table), dtype=np.bool_)
    for restriction in rule.restrictions:
        if restriction.factor in rule.factors[2:]:
            within &= restriction.inside(table[restriction.factor.name])
    return within


#: Opacity of a future that another limit excludes.
_FAINT = 0.28
_CASE: dict[str, Any] = {"marker": "s", "markersize": 4.4, "color": look.ORANGE, "markeredgewidth": 0, "zorder": 4}
_OTHER: dict[str, Any] = {
    "marker": "o",
    "markersize": 4.0,
    "color": look.FAINT,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
    "zorder": 3,
}


def _boxes(axes: Axes, rule: Rule, across: Factor, up: Factor | None) -> None:
    """The box: one rectangle, or one for each run of adjacent levels."""
    for left, right in spans(rule, across):
        for low, high in spans(rule, up) if up else [(0.0, 1.0)]:
            axes.add_patch(
                Rectangle((left, low), right - left, high - low, facecolor=look.BETTER_TINT, edgecolor="none", zorder=0)
            )
            axes.add_patch(
                Rectangle(
                    (left, low),
                    right - left,
                    high - low,
                    facecolor="none",
                    edgecolor=look.BLUE,
                    linewidth=1.8,
                    zorder=5,
                    clip_on=False,
                )
            )


def spans(rule: Rule, factor: Factor) -> list[tuple[float, float]]:
    """Stretches of the factor's axis that lie in the box."""
    low_end, high_end = ends(factor)
    levels = rule.levels(factor)
    if levels is not None:
        return [(start - 0.5, stop - 0.5) for start, stop in level_runs(rule, factor)]
    low, high = rule.limits(factor)
    half = 0.5 if factor.levels or factor.whole else 0.0
    start = low_end if isinf(low) else float(positions(factor, pd.Series([low]))[0]) - half
    stop = high_end if isinf(high) else float(positions(factor, pd.Series([high]))[0]) + half
    return [(start, stop)]


def positions(factor: Factor, values: pd.Series) -> npt.NDArray[np.float64]:
    """Where values are on the factor's axis: levels by their number, other numbers as they are."""
    if not factor.levels:
        return values.to_numpy(dtype=np.float64)
    if factor.is_number:
        given = np.array(factor.levels, dtype=np.float64)
        nearest = np.abs(values.to_numpy(dtype=np.float64)[:, None] - given).argmin(axis=1)
        return np.asarray(nearest, dtype=np.float64)
    place = {str(level): float(i) for i, level in enumerate(factor.levels)}
    return np.asarray(values.map(str).map(place), dtype=np.float64)


def ends(factor: Factor) -> tuple[float, float]:
    """Both ends of the factor's axis."""
    if factor.levels:
        return -0.5, len(factor.levels) - 0.5
    return (factor.low - 0.5, factor.high + 0.5) if factor.whole else (factor.low, factor.high)


def _frame_axis(figure: Figure, axes: Axes, which: str, factor: Factor) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xlim if which == "x" else axes.set_ylim)(*ends(factor))
    unit = "times the scenario's value" if factor.times else factor.unit
    if factor.levels:
        axis.set_ticks(range(len(factor.levels)), [str(level) for level in factor.levels], parse_math=False)
    elif factor.log and log(factor.high / factor.low) > log(5):
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())
    elif factor.whole:
        axis.set_major_locator(MaxNLocator(6, integer=True))
    else:
        look.even_ticks(axis, 100.0 if unit.startswith("share") else 1.0)
        unit = "%" + unit.removeprefix("share") if unit.startswith("share") else unit
    label = look.shorten(figure, f"{factor.name}{f', {unit}' if unit else ''}", _SIDE, look.SMALL)
    axis.set_label_text(label, parse_math=False)


def _walk(count: int) -> npt.NDArray[np.float64]:
    return np.asarray((0.5 + np.arange(count) * 0.6180339887) % 1.0)


def _spread(factor: Factor | None, places: npt.NDArray[np.float64], step: float) -> npt.NDArray[np.float64]:
    """Points of whole numbers and levels are spread around their place so that they do not hide each other."""
    if factor is None or not (factor.levels or factor.whole):
        return places
    return places + 0.7 * ((0.5 + np.arange(len(places)) * step) % 1.0 - 0.5)


def _note(discovery: Discovery, rule: Rule) -> str:
    number = discovery.rules.index(rule)
    left = f" {plural(discovery.excluded, 'incomplete future')} excluded." if discovery.excluded else ""
    left += " Futures in an earlier box are not shown." if number else ""
    return (
        f"{rule.evidence[0].upper() + rule.evidence[1:]}. Found by peeling (PRIM) among {plural(rule.of_futures, 'future')}; "
        f"random labels give a box that agrees as well with "
        f"p{NO_BREAK}={NO_BREAK}{rule.p_value:.3f}.{left} {_fresh(discovery, rule)}{_faint(rule)}"
    )


def _faint(rule: Rule) -> str:
    names = [factor.name for factor in rule.factors[2:]]
    return f" Faint marks are outside the limits of {listed(names)}." if names else ""


def _fresh(discovery: Discovery, rule: Rule) -> str:
    if not (discovery.futures["role"] == "fresh").any():
        return "Not checked on fresh futures."
    row = discovery.check().iloc[discovery.rules.index(rule)]
    if not row["futures"]:
        return "No fresh future is in the box, so the rule is not checked."
    return (
        f"On {plural(int(row['of_futures']), 'fresh future')} the rule {_VERDICTS[row['verdict']]}: density "
        f"{percent(float(row['density']), decimals=0)} (95 % CI {percent(float(row['density_low']), decimals=0)} to "
        f"{percent(float(row['density_high']), decimals=0)}), coverage {percent(float(row['coverage']), decimals=0)}."
    )


_VERDICTS = {
    "holds": "holds",
    "holds, but weaker": "holds, but is weaker",
    "cannot tell": "is neither confirmed nor refuted",
    "does not hold": "does not hold",
}


def _keys() -> list[Line2D | Rectangle]:
    return [
        Line2D([], [], linestyle="", label="case", **_CASE),
        Line2D([], [], linestyle="", label="other future", **_OTHER),
        Rectangle((0, 0), 1, 1, facecolor=look.BETTER_TINT, edgecolor=look.BLUE, linewidth=1.4, label="the rule"),
        Line2D([], [], linestyle="", label="box chosen while peeling", **CHOSEN),
        Line2D([], [], linestyle="", label="the rule, after pasting", **GROWN),
    ]
