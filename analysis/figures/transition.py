"""The transition: the difference in contribution to the baseline, added up over weeks, with its confidence interval."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style as look
from analysis.numerals import percent, scale_of
from analysis.paired import row_of
from analysis.transition import Cumulated


def transition(
    courses: Mapping[str, Cumulated], break_even: pd.DataFrame, titles: Mapping[str, str], unit: str, currency: str
) -> Figure:
    """Draw the summed difference of every policy of ``courses`` (at most four), with the week in which each breaks even.

    ``break_even`` is from :func:`analysis.transition.find_break_even`; ``titles`` holds the baseline's title under "".
    """
    facts = break_even.set_index("policy")
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        title = finding(row_of(facts, next(iter(courses))), titles[next(iter(courses))], titles[""])
        note = (
            f"Contribution of the policy less that of {titles['']}, added up from week 1: means over pairs and 95 % confidence "
            "intervals. Below zero the policy has cost more than it has earned so far; a dot marks the week in which it breaks even."
        )
        handles = _handles({policy: titles[policy] for policy in courses})
        top = look.head_height(figure, title, note)
        head = top + 0.2 * look.legend_rows(figure, [str(h.get_label()) for h in handles]) + 0.1
        figure.set_figheight(head + 2.9)
        look.draw_head(figure, title, note)
        values = [v for course in courses.values() for part in course[1:] for v in part[np.isfinite(part)]]
        scale = scale_of(values, unit, currency)
        axes = look.place_axes(figure, 0.85, look.MARGIN, head, 0.42)
        for k, (policy, course) in enumerate(courses.items()):
            _draw(axes, course, row_of(facts, policy), k)
        axes.axhline(0, color=look.INK, linewidth=0.9, zorder=1)
        axes.grid(axis="y", color=look.RULE, linewidth=0.5, zorder=0)
        axes.margins(x=0.01)
        look.even_ticks(axes.yaxis, scale.factor, signed=True)
        axes.set_ylabel(f"Sum since week 1 ({scale.axis_difference})")
        axes.set_xlabel("Week", labelpad=1)
        weeks = next(iter(courses.values())).weeks
        look.week_ticks(axes, weeks[0], weeks[-1])
        look.draw_legend(figure, handles, from_top=top)
        return figure


def finding(row: pd.Series, policy: str, baseline: str) -> str:
    """Whether and when the first policy pays for its transition."""
    if row["deepest"] == 0 == row["total"]:
        return f"{policy} and {baseline} earn the same in every week"
    if pd.isna(row["break_even"]):
        sure = "does not pay" if row["total_high"] < 0 else "is not known to pay"
        return f"{policy} {sure} for its transition within {row['weeks']:.0f} weeks"
    if row["break_even"] <= 1:
        return f"{policy} is ahead of {baseline} from the first week: the transition costs nothing on balance"
    weeks = f"week {row['break_even']:.0f}"
    sure = (
        " (95 % CI unknown)"
        if pd.isna(row["earliest"])
        else f" (95 % CI {row['earliest']:.0f} to {row['latest']:.0f})"
        if not pd.isna(row["latest"])
        else f" (95 % CI from {row['earliest']:.0f} to beyond the run)"
    )
    return f"{policy} has paid for its transition by {weeks}{sure}"


def _draw(axes: Axes, course: Cumulated, row: pd.Series, k: int) -> None:
    colour = look.SERIES[k]
    if np.isfinite(course.low).all():
        axes.fill_between(course.weeks, course.low, course.high, color=colour, alpha=0.2, linewidth=0, zorder=2)
    axes.plot(course.weeks, course.mean, color=colour, linestyle=look.DASHES[k], linewidth=1.6, zorder=4)
    if not pd.isna(row["break_even"]) and row["break_even"] > 1:
        place = int(np.searchsorted(course.weeks, row["break_even"]))
        axes.plot(row["break_even"], course.mean[place], marker="o", color=colour, markersize=5, zorder=5)


def _handles(titles: Mapping[str, str]) -> list[Line2D | Patch]:
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=look.SERIES[k], linestyle=look.DASHES[k], linewidth=1.6, label=title)
        for k, title in enumerate(titles.values())
    ]
    return [
        *lines,
        Patch(color=look.FAINT, alpha=0.35, linewidth=0, label=f"{percent(0.95, decimals=0)} confidence interval"),
    ]
