"""Forest plot: what a policy changes in each KPI, relative to the baseline's mean, with 95 % confidence intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.figures import style as look
from analysis.figures.style import Names
from analysis.numerals import percent
from analysis.phrases import row_scale
from analysis.study import BOOKS, KPI_CLASSES

ROW = 0.25
GAP = 0.14
FOOT = 0.82
#: Intervals that reach further than this multiple of the median one are cut with an arrow.
FAR = 4.0


class _Row(NamedTuple):
    y: float
    label: str
    fact: pd.Series | None


def forest(rows: pd.DataFrame, names: Names) -> Figure:
    """Draw the rows of one policy from :func:`analysis.paired.compare_policies` (without the books)."""
    with look.style():
        rows = rows[rows["kpi_class"] != BOOKS]
        lines = _lines(rows)
        facts = [line.fact for line in lines if line.fact is not None]
        differences = [_difference(f, names.currency) for f in facts]
        intervals = [_interval(f, names.currency) for f in facts]
        figure = look.new_figure(9.6, 1.0)
        limit = _limit(facts)
        title, note = _finding(rows, names), _note(rows, names, limit)
        top = look.head_height(figure, title, note) + 0.22
        figure.set_figheight(top + max(1.0, -lines[-1].y + 0.6) * ROW + FOOT)
        look.draw_head(figure, title, note)
        left = min(look.widest(figure, [line.label for line in lines], weight="bold") + look.MARGIN + 0.15, 3.5)
        wide = look.widest(figure, [*differences, "Difference"])
        right = wide + look.widest(figure, [*intervals, "95 % CI"]) + 0.3 + look.MARGIN
        axes = look.place_axes(figure, left, right, top, FOOT)
        _frame(axes, limit, lines[-1].y - 0.6)
        for column, text in ((0.12, "Difference"), (0.12 + wide + 0.18, f"95{chr(160)}% CI")):
            _write_right(axes, column, 0.55, text, look.SOFT, look.SMALL)
        for line in lines:
            label = look.shorten(figure, line.label, left - look.MARGIN - 0.1)
            _label(axes, left, line.y, label, heading=line.fact is None)
        for line, difference, interval in zip(
            [x for x in lines if x.fact is not None], differences, intervals, strict=True
        ):
            assert line.fact is not None
            _mark(axes, line.y, line.fact, limit)
            _write_right(axes, 0.12, line.y, difference, look.INK)
            _write_right(axes, 0.12 + wide + 0.18, line.y, interval, look.SOFT)
        _legend(figure, rows)
        return figure


def _lines(rows: pd.DataFrame) -> list[_Row]:
    present = list(dict.fromkeys(rows["kpi_class"]))
    order = [c for c in KPI_CLASSES if c in present] + [c for c in present if c not in KPI_CLASSES]
    lines: list[_Row] = []
    y = 0.0
    for kpi_class in order:
        if lines:
            y -= GAP / ROW
        y -= 1
        lines.append(_Row(y, KPI_CLASSES.get(kpi_class, kpi_class.capitalize()), None))
        for _, fact in rows[rows["kpi_class"] == kpi_class].iterrows():
            y -= 1
            lines.append(_Row(y, str(fact["label"]), fact))
    return lines


def _finding(rows: pd.DataFrame, names: Names) -> str:
    count = rows["verdict"].value_counts()
    if rows["verdict"].isin(["identical", "undefined"]).all():
        return f"{names.policy} and {names.baseline} are identical on every KPI"
    better, worse = int(count.get("better", 0)), int(count.get("worse", 0))
    judged = int((rows["direction"] != "none").sum())
    return f"{names.policy} is clearly better than {names.baseline} on {better or 'none'} and clearly worse on {worse or 'none'} of {judged} KPIs"


def _note(rows: pd.DataFrame, names: Names, limit: float) -> str:
    pairs = int(rows["pairs"].iloc[0])
    cut = bool((rows[["relative_low", "relative_high"]].abs() > limit).to_numpy().any())
    return (
        f"Mean paired difference with 95 % confidence interval, as a share of the mean of {names.baseline}; {pairs} pair{'s' if pairs > 1 else ''} "
        f"with the same customers and the same luck. The tinted side of a row is the better one."
        + (" Arrows point beyond the axis." if cut else "")
    )


def _difference(row: pd.Series, currency: str) -> str:
    return {"identical": "0", "undefined": "no value"}.get(row["verdict"]) or row_scale(row, currency).difference(
        row["difference"]
    )


def _interval(row: pd.Series, currency: str) -> str:
    if row["verdict"] == "undefined" or pd.isna(row["low"]):
        return "–"
    return "[0, 0]" if row["verdict"] == "identical" else row_scale(row, currency).bracket(row["low"], row["high"])


def _limit(facts: list[pd.Series]) -> float:
    reach = [
        np.nanmax(np.abs([f["relative_low"], f["relative_high"], f["relative"]]))
        for f in facts
        if pd.notna(f["relative"])
    ]
    reach = [r for r in reach if r > 0]
    if not reach:
        return 0.01
    far = FAR * float(np.median(reach))
    return 1.12 * float(max(r for r in reach if r <= far))


def _frame(axes: Axes, limit: float, bottom: float) -> None:
    axes.set_xlim(-limit, limit)
    axes.set_ylim(bottom, 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, symmetric=True))
    axes.xaxis.set_major_formatter(
        FuncFormatter(
            lambda x, _: "0" if abs(x) < 1e-12 else percent(x, signed=True, decimals=0 if limit > 0.06 else 1)
        )
    )
    axes.grid(axis="x", color=look.RULE, linewidth=0.5, zorder=0)
    axes.axvline(0.0, color=look.INK, linewidth=0.9, zorder=2)
    axes.set_xlabel("Difference relative to the baseline's mean")


def _mark(axes: Axes, y: float, row: pd.Series, limit: float) -> None:
    colour, marker, fill = look.VERDICT_LOOK[row["verdict"]]
    side = {"up": 1, "down": -1}.get(row["direction"], 0)
    if side:
        start = 0.0 if side > 0 else -limit
        axes.add_patch(Rectangle((start, y - 0.42), limit, 0.84, color=look.BETTER_TINT, linewidth=0, zorder=0.5))
    if pd.isna(row["relative"]):
        text = "no value in at least one run" if row["verdict"] == "undefined" else "baseline is 0: see difference"
        axes.annotate(
            text, (0, y), (6, 0), textcoords="offset points", va="center", size=look.SMALL - 0.5, color=look.SOFT
        )
        return
    if pd.notna(row["relative_low"]):
        low, high = (float(np.clip(row[c], -limit, limit)) for c in ("relative_low", "relative_high"))
        axes.plot([low, high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
        for end, beyond in ((low, row["relative_low"]), (high, row["relative_high"])):
            if beyond != end:
                axes.plot(
                    0.985 * end, y, marker="<" if end < 0 else ">", color=colour, markersize=6, clip_on=False, zorder=4
                )
    if abs(row["relative"]) <= limit:
        axes.plot(
            row["relative"], y, marker=marker, color=colour, markerfacecolor=fill, markersize=6, linestyle="", zorder=5
        )


def _write_right(axes: Axes, inches: float, y: float, text: str, colour: str, size: float = look.TEXT) -> None:
    axes.annotate(
        text,
        (1, y),
        (72 * inches, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        color=colour,
        size=size,
        annotation_clip=False,
        parse_math=False,
    )


def _label(axes: Axes, left: float, y: float, text: str, heading: bool) -> None:
    axes.annotate(
        text,
        (0, y),
        (-72 * (left - look.MARGIN), 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        weight="bold" if heading else "normal",
        color=look.INK,
        annotation_clip=False,
        parse_math=False,
    )


def _legend(figure: Figure, rows: pd.DataFrame) -> None:
    handles: list[Line2D | Patch] = []
    for verdict in ("better", "worse", "cannot tell", "identical", "higher", "lower"):
        if (rows["verdict"] == verdict).any():
            colour, marker, fill = look.VERDICT_LOOK[verdict]
            text = f"{verdict} (no better side)" if verdict in ("higher", "lower") else verdict
            handles.append(Line2D([], [], color=colour, marker=marker, markerfacecolor=fill, linewidth=2.2, label=text))
    handles.append(Patch(color=look.BETTER_TINT, label="better side"))
    look.draw_legend(figure, handles)
