"""The two small panels next to a discovered box: its limits over each factor's range, and how it was peeled."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf, log
from typing import Any

from matplotlib.axes import Axes

from analysis.factor import Factor
from analysis.figures import style as look
from analysis.futures.rule import Rule, value_text

#: Marks of the trajectory: the box that was chosen on it, and the rule that grew from it.
CHOSEN: dict[str, Any] = {"marker": "o", "markersize": 9, "color": look.INK, "markerfacecolor": "none", "zorder": 5}
GROWN: dict[str, Any] = {"marker": "*", "markersize": 12, "color": look.BLUE, "markeredgewidth": 0, "zorder": 4}


def limits_panel(axes: Axes, rule: Rule, names: Sequence[str]) -> None:
    """A bar per restricted factor: the part of its range that lies in the box, its limits written under it; ``names`` label the bars."""
    for place, factor in enumerate(rule.factors):
        axes.barh(place, 1.0, height=0.34, color="#eef1f4", edgecolor=look.RULE, linewidth=0.6, zorder=1)
        for left, right in share_spans(rule, factor):
            axes.barh(place, right - left, left=left, height=0.34, color=look.BLUE, zorder=2)
        axes.text(
            0.5,
            place + 0.36,
            _limits_text(rule, factor),
            size=look.SMALL - 0.5,
            ha="center",
            va="center",
            parse_math=False,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rule.factors) - 0.4, -0.4)
    axes.set_yticks(range(len(rule.factors)), names, color=look.INK, parse_math=False)
    axes.set_xticks([0, 0.5, 1], ["0", "50", "100"])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title("Limits by importance", loc="left")
    axes.set_xlabel("% of the factor's range", labelpad=1)


def share_spans(rule: Rule, factor: Factor) -> list[tuple[float, float]]:
    """The parts of the factor's range in the box, as shares; levels and whole numbers have equal shares."""
    if rule.levels(factor) is not None:
        count = len(factor.levels)
        return [(start / count, stop / count) for start, stop in level_runs(rule, factor)]
    low, high = rule.limits(factor)
    return [(0.0 if isinf(low) else _share(factor, low, 0), 1.0 if isinf(high) else _share(factor, high, 1))]


def level_runs(rule: Rule, factor: Factor) -> list[tuple[int, int]]:
    """Runs of adjacent levels in the box: number of the first, number after the last."""
    kept = rule.levels(factor) or ()
    runs: list[tuple[int, int]] = []
    for number, level in enumerate(factor.levels):
        if str(level) not in kept:
            continue
        joined = bool(runs) and runs[-1][1] == number
        runs = [*runs[:-1], (runs[-1][0], number + 1)] if joined else [*runs, (number, number + 1)]
    return runs


def _share(factor: Factor, value: float, side: int) -> float:
    if factor.levels:
        place = min(range(len(factor.levels)), key=lambda i: abs(float(factor.levels[i]) - value))
        return (place + side) / len(factor.levels)
    if factor.whole:
        return (value + side - factor.low) / (factor.high - factor.low + 1)
    if factor.log:
        return log(value / factor.low) / log(factor.high / factor.low)
    return (value - factor.low) / (factor.high - factor.low)


def _limits_text(rule: Rule, factor: Factor) -> str:
    levels = rule.levels(factor)
    if levels is not None:
        return " or ".join(levels)
    low, high = rule.limits(factor)
    if isinf(low) or isinf(high):
        return f"≤ {value_text(factor, high)}" if isinf(low) else f"≥ {value_text(factor, low)}"
    return f"{value_text(factor, low)} to {value_text(factor, high)}"


def trajectory_panel(axes: Axes, rule: Rule) -> None:
    """Density against coverage of every peeled box; the chosen one, and the rule that grew from it."""
    table = rule.trajectory
    axes.plot(
        100 * table["coverage"], 100 * table["density"], color=look.SOFT, linewidth=1.0, marker="o", markersize=2.6
    )
    chosen = table[table["chosen"]].iloc[0]
    axes.plot(100 * chosen["coverage"], 100 * chosen["density"], linestyle="", **CHOSEN)
    axes.plot(100 * rule.coverage, 100 * rule.density, linestyle="", **GROWN)
    axes.axhline(100 * rule.rest_rate, color=look.FAINT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate(
        "base rate",
        (0, 100 * rule.rest_rate),
        (3, 3),
        textcoords="offset points",
        size=look.SMALL - 0.5,
        color=look.SOFT,
    )
    axes.set_xlim(0, 103)
    axes.set_ylim(0, 106)
    look.even_ticks(axes.xaxis)
    look.even_ticks(axes.yaxis)
    axes.set_title("Peeled from all futures to few", loc="left")
    axes.set_xlabel("Coverage, % of all cases")
    axes.set_ylabel("Density, % cases")
