"""Scorecard over weeks: small multiples of KPIs, baseline against policies, with paired bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.intervals import Floats, compare_pairs
from analysis.numerals import Scale, inside, scale_of
from analysis.paired import arrange

#: Shown when present and none are asked for: two or three of each class.
CHOSEN = (
    "contribution",
    "revenue",
    "new_customers",
    "market_share",
    "satisfaction",
    "unserved_share",
    "plan_compliance",
    "selling_time_share",
    "distributor_profit",
)
COLUMNS = 3
SMOOTH = 4


class _Path(NamedTuple):
    """One KPI: ``weeks`` [weeks] and ``values`` [policies, weeks, seeds], smoothed."""

    kpi: str
    weeks: Floats
    values: Floats


def weeks(
    runs_weekly: pd.DataFrame,
    definitions: pd.DataFrame,
    baseline: str,
    titles: Mapping[str, str],
    currency: str = "EUR",
    kpis: Sequence[str] | None = None,
    smooth: int = SMOOTH,
) -> Figure:
    """Draw KPIs over weeks from a study's ``runs_weekly``.

    ``titles`` maps the policies to draw (baseline included, at most five) to their titles; ``kpis``
    defaults to those of CHOSEN that are there. Lines are trailing means over ``smooth`` weeks; the
    band around a policy's line is the 95 % confidence interval of its paired difference to the baseline.
    """
    chosen = choose_kpis(runs_weekly, kpis)
    policies = (baseline, *(p for p in titles if p != baseline))
    if len(policies) > len(look.SERIES) + 1:
        raise StudyError(
            "weeks figure", f"{len(policies)} policies do not fit", f"Choose at most {len(look.SERIES) + 1}."
        )
    facts = definitions.set_index("kpi")
    with look.style():
        paths = _smooth(runs_weekly[runs_weekly["policy"].isin(policies)], policies, chosen, smooth)
        rows = -(-len(chosen) // COLUMNS)
        figure = look.new_figure(9.6, 1.0)
        title = _finding(paths, facts, titles, policies, currency)
        note = _note(titles[baseline], smooth, len(policies) > 1)
        handles = _handles(titles, policies)
        top = look.head_height(figure, title, note)
        head = top + 0.2 * look.legend_rows(figure, [str(h.get_label()) for h in handles]) + 0.06
        figure.set_figheight(head + rows * 1.95 + 0.25)
        look.draw_head(figure, title, note)
        for i, path in enumerate(paths):
            axes = _cell(figure, i, rows, head)
            scale = scale_of(path.values.mean(axis=2).ravel().tolist(), str(facts.loc[path.kpi, "unit"]), currency)
            _draw(axes, path)
            _dress(figure, axes, str(facts.loc[path.kpi, "label"]), scale, last=i + COLUMNS >= len(paths))
            look.week_ticks(axes, path.weeks[0] - smooth + 1, path.weeks[-1])
        if handles:
            look.draw_legend(figure, handles, from_top=top)
        return figure


def choose_kpis(table: pd.DataFrame, kpis: Sequence[str] | None) -> list[str]:
    """The KPIs to draw: those asked for (refused when absent), else those of CHOSEN that are there."""
    present = table.loc[table["value"].notna(), "kpi"].unique().tolist()
    if kpis is None:
        return [k for k in CHOSEN if k in present] or present[: len(CHOSEN)]
    missing = [k for k in kpis if k not in present]
    if missing:
        raise StudyError(
            "weeks figure", f"no weekly values of {', '.join(missing)}", f"Choose among {', '.join(present)}."
        )
    return list(kpis)


def _smooth(table: pd.DataFrame, policies: tuple[str, ...], kpis: list[str], smooth: int) -> list[_Path]:
    paths = []
    for kpi in kpis:
        cells = arrange(table[table["kpi"] == kpi], policies, ("week",), "runs_weekly")
        order = np.argsort(cells.keys["week"].to_numpy())
        values = cells.values[order]
        span = min(smooth, len(order))
        # A window that holds an undefined week is undefined itself; the others are not touched by it.
        mean = np.lib.stride_tricks.sliding_window_view(values, span, axis=0).mean(axis=-1)
        week = cells.keys["week"].to_numpy(dtype=np.float64)[order][span - 1 :]
        paths.append(_Path(kpi, week, np.moveaxis(mean, 0, 1)))
    return paths


def _draw(axes: Axes, path: _Path) -> None:
    mean = path.values.mean(axis=2)
    for i in range(1, len(path.values)):
        colour = look.SERIES[i - 1]
        paired = compare_pairs(path.values[0], path.values[i])
        half = (paired.high - paired.low) / 2
        if np.isfinite(half).any():
            low, high = band(mean[i], half, nonnegative=float(np.nanmin(path.values)) >= 0)
            axes.fill_between(path.weeks, low, high, color=colour, alpha=0.22, linewidth=0, zorder=2)
        axes.plot(path.weeks, mean[i], color=colour, linestyle=look.DASHES[i - 1], linewidth=1.5, zorder=4)
    axes.plot(path.weeks, mean[0], color=look.INK, linewidth=1.3, zorder=3)


def band(mean: Floats, half: Floats, nonnegative: bool) -> tuple[Floats, Floats]:
    """Ends of the band around ``mean``; a KPI that is never negative is not shown below 0."""
    low = mean - half
    return (np.maximum(low, 0.0) if nonnegative else low), mean + half


def _cell(figure: Figure, i: int, rows: int, top: float) -> Axes:
    column, row = i % COLUMNS, i // COLUMNS
    width = (figure.get_figwidth() - 0.2) / COLUMNS
    height = (figure.get_figheight() - top - 0.25) / rows
    left = 0.1 + column * width + 0.55
    bottom = figure.get_figheight() - top - (row + 1) * height + 0.32
    return look.place_axes(
        figure,
        left,
        figure.get_figwidth() - left - (width - 0.72),
        figure.get_figheight() - bottom - (height - 0.7),
        bottom,
    )


def _dress(figure: Figure, axes: Axes, label: str, scale: Scale, last: bool) -> None:
    unit = f"  ({scale.axis})" if scale.axis else ""
    room = axes.get_position().width * figure.get_figwidth() + 0.5
    size = look.fitting(figure, label + unit, room, weight="bold")
    text = look.shorten(figure, label, room - look.text_width(figure, unit, size, "bold"), size, "bold") + unit
    units = ("axes fraction", "offset points")
    axes.annotate(text, (0, 1), (-34, 10), *units, weight="bold", size=size, parse_math=False)
    look.even_ticks(axes.yaxis, scale.factor, 4)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=look.RULE, linewidth=0.5, zorder=0)
    if last:
        axes.set_xlabel("Week", labelpad=1)


def _handles(titles: Mapping[str, str], policies: tuple[str, ...]) -> list[Line2D | Patch]:
    if len(policies) == 1:
        return []
    handles: list[Line2D | Patch] = [Line2D([], [], color=look.INK, linewidth=1.3, label=titles[policies[0]])]
    for i, policy in enumerate(policies[1:]):
        handles.append(
            Line2D([], [], color=look.SERIES[i], linestyle=look.DASHES[i], linewidth=1.5, label=titles[policy])
        )
    handles.append(
        Patch(color=look.FAINT, alpha=0.35, linewidth=0, label="95 % confidence interval of the paired difference")
    )
    return handles


def _note(baseline: str, smooth: int, compared: bool) -> str:
    means = "weekly values" + (f", trailing averages of {smooth} weeks. " if smooth > 1 else ". ")
    if not compared:
        return f"One run: {means}"
    means = f"Means over replications of {means}"
    return f"{means}Where a band does not touch the line of {baseline}, the difference in these weeks is clear."


def _course(path: _Path, facts: pd.DataFrame, currency: str) -> str:
    """How the first KPI of one run developed: its mean over the first and over the last quarter of the weeks."""
    values = path.values[0].mean(axis=1)
    part = max(1, len(values) // 4)
    first, last = float(np.nanmean(values[:part])), float(np.nanmean(values[-part:]))
    scale = scale_of([first, last], str(facts.loc[path.kpi, "unit"]), currency)
    before, after = scale.level(first), scale.level(last)
    label = inside(str(facts.loc[path.kpi, "label"]))
    if before == after:
        return f"{label} stays at {after} a week"
    return f"{label} {'rises' if last > first else 'falls'} from {before} a week in the first quarter of the run to {after} in the last"


def _finding(
    paths: list[_Path], facts: pd.DataFrame, titles: Mapping[str, str], policies: tuple[str, ...], currency: str
) -> str:
    """From which week on the first policy is clearly ahead, or behind, on the first KPI."""
    path = paths[0]
    label = inside(str(facts.loc[path.kpi, "label"]))
    if len(policies) == 1:
        return f"{titles[policies[0]]}: {_course(path, facts, currency)}"
    paired = compare_pairs(path.values[0], path.values[1])
    if paired.identical.all():
        return f"{titles[policies[1]]} and {titles[policies[0]]} have the same {label} in every week"
    sign = -1 if facts.loc[path.kpi, "direction"] == "down" else 1
    ahead, behind = (paired.low > 0, paired.high < 0) if sign > 0 else (paired.high < 0, paired.low > 0)
    for side, word in ((ahead, "clearly ahead of"), (behind, "clearly behind")):
        clear = np.flatnonzero(~side)
        start = int(clear[-1]) + 1 if clear.size else 0
        if start < side.size:
            when = f"from week {path.weeks[start]:.0f} on" if start else "from the start"
            return f"{titles[policies[1]]} is {word} {titles[policies[0]]} on {label} {when}"
    return f"{titles[policies[1]]} takes no lasting lead over {titles[policies[0]]} on {label}"
