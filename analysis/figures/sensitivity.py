"""Which uncertainties matter: Sobol indices in rows with intervals, Morris effects as size against variability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.ensemble import Ensemble
from analysis.figures import style as look
from analysis.figures.labels import Box, draw_labels, place_labels
from analysis.futures.sensitivity import Sensitivity
from analysis.numerals import NO_BREAK, Scale, inside, listed, percent, plural, scale_of

_INDICES = {
    "total": (look.ORANGE, "s", "total: with all interactions"),
    "first": (look.BLUE, "o", "first order: alone"),
}
_DIRECTIONS = {
    "up": (look.BLUE, "o", "mostly raises it"),
    "down": (look.ORANGE, "s", "mostly lowers it"),
    "both": (look.FAINT, "D", "raises or lowers it, or has no order"),
}
_ROW, _FOOT = 0.46, 0.86
#: Most factors that are shown, and most that a title names as equals.
_MOST, _EQUALS = 20, 3
#: Most factors that are labelled in the plane, where labels of more hide what they name.
_LABELLED = 12
#: Factors whose effect is surely below this share of the largest are not labelled one by one.
_NEAR_ZERO = 0.03


def indices_figure(found: Sensitivity, ensemble: Ensemble) -> Figure:
    """Draw the result of :func:`analysis.futures.sensitivity.sobol_indices` on ``ensemble``, the largest total on top."""
    with look.style():
        rows = found.table.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)
        shown = rows.head(_MOST)
        spans = {factor.name: factor.span for factor in ensemble.factors}
        figure = look.new_figure(9.6, 1.0)
        title, note = _indices_finding(rows, found, ensemble), _indices_note(rows, found, ensemble)
        top = look.head_height(figure, title, note) + 0.34
        figure.set_figheight(top + len(shown) * _ROW + _FOOT)
        look.draw_head(figure, title, note)
        left = min(max(look.widest(figure, [*shown["factor"], *(spans[f] for f in shown["factor"])]), 0.9), 3.2)
        axes = look.place_axes(figure, left + look.MARGIN + 0.15, 1.55, top, _FOOT)
        _indices_frame(axes, shown, found)
        for y, row in enumerate(shown.to_dict("records")):
            _factor_label(figure, axes, -y, str(row["factor"]), spans[str(row["factor"])], left)
            for place, (name, (colour, marker, _)) in enumerate(_INDICES.items()):
                at = -y + 0.13 - 0.26 * place
                axes.plot(
                    [row[f"{name}_low"], row[f"{name}_high"]],
                    [at, at],
                    color=colour,
                    linewidth=2.0,
                    solid_capstyle="butt",
                    zorder=3,
                )
                axes.plot(row[name], at, marker=marker, color=colour, markersize=5.5, linestyle="", zorder=4)
                _write_right(axes, 0.75 + 0.65 * (name == "total"), -y, _share(row[name]), colour)
        for inches, text, name in ((0.75, "Alone", "first"), (1.4, "Total", "total")):
            _write_right(axes, inches, 0.72, text, _INDICES[name][0])
        look.draw_legend(figure, _handles(_INDICES))
        return figure


def screening_figure(found: Sensitivity, ensemble: Ensemble) -> Figure:
    """Draw the result of :func:`analysis.futures.sensitivity.morris_screening` on ``ensemble``: sigma against mu*."""
    with look.style():
        rows = found.table.sort_values("mu_star", ascending=False, kind="stable").reset_index(drop=True)
        scale = scale_of([*rows["mu_star"], *rows["sigma"]], found.unit, ensemble.meta.currency)
        faint = rows["mu_star_high"] < _NEAR_ZERO * rows["mu_star"].max()
        faint |= rows["mu_star"] == 0
        figure = look.new_figure(9.6, 1.0)
        title = _screening_finding(rows, found, ensemble, scale)
        named = rows[~faint].head(_LABELLED)
        unnamed = rows.loc[~faint, "factor"].tolist()[_LABELLED:]
        note = _screening_note(found, ensemble, unnamed, rows.loc[faint, "factor"].tolist())
        top = look.head_height(figure, title, note) + 0.1
        left, height = 0.85, 4.2
        figure.set_figheight(top + height + 0.98)
        look.draw_head(figure, title, note)
        size = (figure.get_figwidth() - left - 0.35, height)
        axes = look.place_axes(figure, left, 0.35, top, 0.98)
        plane = _screening_frame(axes, size, rows, found, scale)
        x, y = plane.inches(0.0, 0.0)
        zeros = [Box(0.0, y - 0.01, size[0], y + 0.01), Box(x - 0.01, 0.0, x + 0.01, size[1])]
        taken = [*zeros, *_equal_line(axes, plane), *_marks(axes, plane, rows)]
        texts = [look.shorten(figure, str(name), 2.6, look.SMALL) for name in named["factor"]]
        places = zip(texts, named["mu_star"], named["sigma"], strict=True)
        points = [(text, *plane.inches(float(x), float(y))) for text, x, y in places]
        draw_labels(axes, size, place_labels(figure, size, points, taken))
        look.draw_legend(figure, _handles(_DIRECTIONS))
        return figure


# --- words -------------------------------------------------------------------------------------------------------


def _subject(found: Sensitivity, ensemble: Ensemble) -> str:
    if found.against:
        return f"what {ensemble.title(found.policy)} changes in {inside(found.label)}"
    return f"{inside(found.label)} under {ensemble.title(found.policy)}"


def _leaders(rows: pd.DataFrame, name: str) -> list[str]:
    """The first factor of sorted ``rows``, and those whose interval of ``name`` meets its own."""
    return [str(factor) for factor in rows.loc[rows[f"{name}_high"] >= rows[f"{name}_low"].iloc[0], "factor"]]


def _as_head(names: str) -> str:
    """Names at the head of a title: words get a capital, paths stay as they are written."""
    first = names.split(" ")[0]
    return names if "." in first or "_" in first or len(first) < 3 else names[0].upper() + names[1:]


def _many(leaders: Sequence[str], rows: pd.DataFrame) -> str:
    return f"any of the {len(rows)}" if len(leaders) == len(rows) else f"{len(leaders)} of {len(rows)}"


def _indices_finding(rows: pd.DataFrame, found: Sensitivity, ensemble: Ensemble) -> str:
    leaders, subject = _leaders(rows, "total"), _subject(found, ensemble)
    if len(rows) > 1 and len(leaders) > _EQUALS:
        return f"No single factor stands out for {subject}: {_many(leaders, rows)} may matter most"
    if len(leaders) > 1:
        return f"{_as_head(listed(leaders))} matter most for {subject}; which of them most, {plural(found.blocks, 'block')} cannot tell"
    first, total = (max(float(rows[name].iloc[0]), 0.0) for name in ("first", "total"))
    alone = f"{_share(first)} of its variance alone, {_share(total)} with interactions"
    explained = f"{_share(total)} of its variance" if total - first < 0.03 else alone
    return f"{_as_head(leaders[0])} matters most for {subject}: {explained}"


def _indices_note(rows: pd.DataFrame, found: Sensitivity, ensemble: Ensemble) -> str:
    scale = scale_of([found.mean, found.spread], found.unit, ensemble.meta.currency)
    level = scale.difference(found.mean) if found.against else scale.level(found.mean)
    parts = [
        f"Sobol indices with 95{NO_BREAK}% confidence intervals. Over futures the mean is {level}, the standard deviation "
        f"{scale.difference(found.spread).lstrip('+')}. {_source(found, ensemble)}"
    ]
    if found.noise_share >= 0.005:
        parts.append(
            f"Grey: {_share(found.noise_share)} of the variance is luck that differs between futures; it raises totals."
        )
    if len(rows) > _MOST:
        parts.append(
            f"{len(rows) - _MOST} factors with total indices below {_share(rows['total'].iloc[_MOST - 1])} are not shown."
        )
    return " ".join(parts)


def _screening_finding(rows: pd.DataFrame, found: Sensitivity, ensemble: Ensemble, scale: Scale) -> str:
    leaders, subject = _leaders(rows, "mu_star"), _subject(found, ensemble)
    most = float(rows["mu_star"].iloc[0])
    if most == 0:
        return f"No factor moves {subject}"
    if len(leaders) > _EQUALS:
        return f"No single factor stands out for {subject}: {_many(leaders, rows)} may move it most"
    if len(leaders) > 1:
        count = plural(found.blocks, "trajectory").replace("ys", "ies")
        return f"{_as_head(listed(leaders))} move {subject} most; which of them most, {count} cannot tell"
    return f"{_as_head(leaders[0])} moves {subject} most: by {scale.difference(most).lstrip('+')} over its full range"


def _screening_note(found: Sensitivity, ensemble: Ensemble, unnamed: Sequence[str], faint: Sequence[str]) -> str:
    parts = [
        f"To the right: a factor moves it more (95{NO_BREAK}% confidence intervals). Above the dashed line (σ = μ*) its effect varies by more "
        f"than its size: it depends on the other factors or on where in its range it is. {_source(found, ensemble)}"
    ]
    if unnamed:
        parts.append(f"Not labelled, by size: {listed(list(unnamed))}.")
    if faint:
        parts.append(f"Almost no effect, at the lower left: {listed(list(faint))}.")
    return " ".join(parts)


def _source(found: Sensitivity, ensemble: Ensemble) -> str:
    blocks = plural(found.blocks, "block") if found.method == "saltelli" else f"{found.blocks:,}{NO_BREAK}trajectories"
    paired = (
        f"Differences to {ensemble.title(found.against)} in the same future with the same luck. "
        if found.against
        else ""
    )
    lost = f" ({len(found.excluded)} excluded, with runs missing)" if len(found.excluded) else ""
    return f"{paired}{blocks}{lost}, {plural(found.replications, 'replication')} in each future."


def _share(share: float) -> str:
    if 5e-5 <= share < 0.005:  # below that it is 0 up to rounding
        return f"<{NO_BREAK}1{NO_BREAK}%"
    return percent(share if share >= 5e-5 else 0.0, decimals=0)


# --- frames ------------------------------------------------------------------------------------------------------


def _indices_frame(axes: Axes, rows: pd.DataFrame, found: Sensitivity) -> None:
    low = min(float(rows[["first_low", "total_low"]].min().min()), 0.0)
    high = max(float(rows[["first_high", "total_high"]].max().max()), 0.1)
    axes.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    axes.set_ylim(-len(rows) + 0.5, 0.5)
    axes.set_yticks([])
    if found.noise_share >= 0.005:
        axes.axvspan(0.0, found.noise_share, color=look.RULE, alpha=0.45, linewidth=0, zorder=0)
    axes.axvline(0.0, color=look.INK, linewidth=0.9, zorder=2)
    axes.grid(axis="x", color=look.RULE, linewidth=0.5, zorder=0)
    axes.hlines(
        [-y - 0.5 for y in range(len(rows) - 1)], 0, 1, transform=axes.get_yaxis_transform(), color=look.RULE,
        linewidth=0.4, zorder=0,
    )  # fmt: skip
    axes.spines["left"].set_visible(False)
    look.even_ticks(axes.xaxis, 100.0, count=6)
    what = f"the difference in {inside(found.label)}" if found.against else inside(found.label)
    axes.set_xlabel(f"Share of the variance of {what} over futures, %", size=look.SMALL)


class _Plane(NamedTuple):
    """Where numbers lie on axes of ``size`` inches that run from ``low`` to ``high``, across and up."""

    size: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]

    def inches(self, x: float, y: float) -> tuple[float, float]:
        """The point (x, y) in inches from the lower left corner."""
        across = (x - self.low[0]) / (self.high[0] - self.low[0])
        up = (y - self.low[1]) / (self.high[1] - self.low[1])
        return across * self.size[0], up * self.size[1]


def _screening_frame(
    axes: Axes, size: tuple[float, float], rows: pd.DataFrame, found: Sensitivity, scale: Scale
) -> _Plane:
    # If no factor has an effect, axes of length 1 show that better than rounding does.
    right, spread = float(rows["mu_star_high"].max()) or 1.0, float(rows["sigma"].max())
    up = max(spread, 0.25 * right)
    # Below and left of 0 there is room for marks at 0 and their labels: effects that never vary are all there.
    plane = _Plane(size, (-0.03 * right, -0.09 * up), (1.06 * right, 1.12 * up))
    axes.set_xlim(plane.low[0], plane.high[0])
    axes.set_ylim(plane.low[1], plane.high[1])
    axes.grid(color=look.RULE, linewidth=0.5, zorder=0)
    axes.axhline(0.0, color=look.SOFT, linewidth=0.8, zorder=1)
    axes.axvline(0.0, color=look.SOFT, linewidth=0.8, zorder=1)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    look.even_ticks(axes.xaxis, scale.factor, count=6)
    look.even_ticks(axes.yaxis, scale.factor, count=5)
    unit = f", {scale.axis_difference}" if scale.axis_difference else ""
    axes.set_xlabel(f"Mean size of the effect over the full range (μ*){unit}", size=look.SMALL)
    axes.set_ylabel(f"Standard deviation of the effect (σ){unit}", size=look.SMALL)
    return plane


def _equal_line(axes: Axes, plane: _Plane) -> list[Box]:
    """Draw the line on which sigma is mu*; returns boxes along it, which labels should keep clear of."""
    end = min(plane.high)
    axes.plot([0.0, end], [0.0, end], color=look.FAINT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    along = [plane.inches(value, value) for value in np.linspace(0.0, end, 60)]
    return [Box(x - 0.03, y - 0.03, x + 0.03, y + 0.03) for x, y in along]


def _marks(axes: Axes, plane: _Plane, rows: pd.DataFrame) -> list[Box]:
    """Draw a mark and an interval per factor; returns boxes of the intervals."""
    boxes = []
    for row in rows.to_dict("records"):
        colour, marker, _ = _DIRECTIONS[_direction(row["mu"], row["mu_star"])]
        ends, sigma = (row["mu_star_low"], row["mu_star_high"]), row["sigma"]
        axes.plot(ends, (sigma, sigma), color=colour, linewidth=1.6, zorder=3)
        axes.plot(row["mu_star"], sigma, marker=marker, color=colour, markersize=6.5, linestyle="", zorder=4)
        (left, y), (right, _) = plane.inches(ends[0], sigma), plane.inches(ends[1], sigma)
        boxes.append(Box(left, y - 0.02, right, y + 0.02))
    return boxes


def _direction(mu: float, mu_star: float) -> str:
    if np.isnan(mu) or abs(mu) < 0.5 * mu_star or mu_star == 0:
        return "both"
    return "up" if mu > 0 else "down"


def _factor_label(figure: Figure, axes: Axes, y: float, name: str, span: str, width: float) -> None:
    for text, up, size, colour in ((name, 7, look.TEXT, look.INK), (span, -6, look.SMALL - 0.5, look.SOFT)):
        axes.annotate(
            look.shorten(figure, text, width, size), (0.0, y), xycoords=axes.get_yaxis_transform(), xytext=(-8, up),
            textcoords="offset points", ha="right", va="center", size=size, color=colour, parse_math=False,
        )  # fmt: skip


def _write_right(axes: Axes, inches: float, y: float, text: str, colour: str) -> None:
    axes.annotate(
        text, (1.0, y), xycoords=axes.get_yaxis_transform(), xytext=(72 * inches, 0), textcoords="offset points",
        ha="right", va="center", size=look.TEXT, color=colour, annotation_clip=False,
    )  # fmt: skip


def _handles(looks: dict[str, tuple[str, str, str]]) -> list[Line2D]:
    return [
        Line2D([], [], color=colour, marker=marker, linewidth=2.0, markersize=5.5, label=words)
        for colour, marker, words in looks.values()
    ]
