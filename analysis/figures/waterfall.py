"""Waterfall: from the baseline's contribution, through each component of the books, to the policy's."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.figures.style import Names
from analysis.numerals import Scale, inside, percent, plural, scale_of
from analysis.phrases import size
from analysis.study import BOOKS

#: Components beyond this many largest ones are joined into one step.
MOST = 9
#: What the components leave unexplained is shown when it exceeds this share of the change.
REST = 0.005


class Step(NamedTuple):
    """One component: its effect on contribution and the half-width of its interval, in money."""

    label: str
    effect: float
    half_width: float
    explained: bool = True


def waterfall(rows: pd.DataFrame, names: Names, total: str = "contribution") -> Figure:
    """Draw the rows of one policy from :func:`analysis.paired.compare_policies`.

    Components are the KPIs of class books (``books.revenue``, ``books.cost_of_goods`` …): direction
    up adds to contribution, down takes from it.
    What they do not explain is shown as a separate step, never hidden.
    """
    if total not in set(rows["kpi"]) or not (rows["kpi_class"] == BOOKS).any():
        raise StudyError(
            "waterfall", f"'{total}' and components of class '{BOOKS}' are needed", "Define the components."
        )
    whole = rows[rows["kpi"] == total].iloc[0]
    steps = contribution_steps(rows, whole)
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        scale = scale_of([whole["baseline_mean"], whole["policy_mean"]], whole["unit"], names.currency)
        fine = scale_of([s.effect for s in steps], whole["unit"], names.currency)
        title, note = _finding(steps, whole, names, fine), _note(names, whole, _range(steps, whole)[0] > 0)
        top = look.head_height(figure, title, note) + 0.1
        slot = (figure.get_figwidth() - 1.0) / (len(steps) + 2)
        labels = [
            look.fold(figure, text, slot - 0.06, look.SMALL)
            for text in (names.baseline, *(s.label for s in steps), names.policy)
        ]
        foot = 0.16 * max(len(x) for x in labels) + 0.25
        figure.set_figheight(top + 3.4 + foot)
        look.draw_head(figure, title, note)
        axes = look.place_axes(figure, 0.8, look.MARGIN, top, foot)
        _draw(axes, steps, whole, scale, fine)
        axes.set_xticks(range(len(labels)), ["\n".join(x) for x in labels], parse_math=False)
        axes.tick_params(axis="x", length=0)
        axes.set_ylabel(f"{whole['label']} ({scale.axis})")
        look.even_ticks(axes.yaxis, scale.factor)
        return figure


def contribution_steps(rows: pd.DataFrame, whole: pd.Series) -> list[Step]:
    """Effects of the components on contribution in the order of the books, small ones joined, the unexplained rest last."""
    parts = rows[(rows["kpi_class"] == BOOKS) & (rows["verdict"] != "undefined")]
    sign = parts["direction"].map({"up": 1.0, "down": -1.0, "none": 0.0})
    steps = [
        Step(str(r["label"]), float(s * r["difference"]), float(r["half_width"]))
        for (_, r), s in zip(parts.iterrows(), sign, strict=True)
        if s and r["difference"] != 0
    ]
    rest = float(whole["difference"]) - sum(s.effect for s in steps)
    largest = max((abs(s.effect) for s in steps), default=0.0)
    if len(steps) > MOST:
        least = sorted((abs(s.effect) for s in steps), reverse=True)[MOST - 2]
        small = [s for s in steps if abs(s.effect) < least]
        joined = Step(f"{len(small)} smaller items", sum(s.effect for s in small), float("nan"))
        steps = [*(s for s in steps if abs(s.effect) >= least), joined]
    if abs(rest) > REST * max(largest, abs(float(whole["difference"]))):
        steps.append(Step("Not explained by the books", rest, float("nan"), explained=False))
    return steps


def _draw(axes: Axes, steps: list[Step], whole: pd.Series, scale: Scale, fine: Scale) -> None:
    levels = _levels(steps, whole)
    floor, roof = _range(steps, whole)
    axes.set_ylim(floor, roof)
    if floor < 0:
        axes.axhline(0, color=look.INK, linewidth=0.9, zorder=1)
    axes.set_xlim(-0.6, len(steps) + 1.6)
    for i, level in ((0, levels[0]), (len(steps) + 1, float(whole["policy_mean"]))):
        base = max(floor, min(0.0, level)) if floor <= 0 else floor
        axes.bar(i, level - base, bottom=base, width=0.62, color=look.SOFT, zorder=2)
        axes.annotate(
            scale.level(level),
            (i, max(level, base)),
            (0, 4),
            textcoords="offset points",
            ha="center",
            size=look.SMALL,
            weight="bold",
        )
    for i, step in enumerate(steps, 1):
        start, end = levels[i - 1], levels[i]
        colour = look.FAINT if not step.explained else look.BLUE if step.effect > 0 else look.ORANGE
        axes.bar(
            i,
            end - start,
            bottom=start,
            width=0.62,
            color=colour,
            zorder=2,
            hatch=None if step.effect > 0 else "///",
            edgecolor="white",
            linewidth=0,
        )
        axes.plot([i - 0.69 if i > 1 else -0.31, i + 0.31], [start, start], color=look.SOFT, linewidth=0.7, zorder=1)
        if _reach(step):
            axes.errorbar(i, end, yerr=_reach(step), color=look.INK, elinewidth=1.1, capsize=2.5, zorder=4)
        axes.annotate(
            fine.bare(step.effect, signed=True),
            (i, max(start, end + _reach(step))),
            (0, 4),
            textcoords="offset points",
            ha="center",
            size=look.SMALL,
        )
    axes.plot([len(steps) + 0.31, len(steps) + 1.31], [levels[-1]] * 2, color=look.SOFT, linewidth=0.7, zorder=1)


def _levels(steps: list[Step], whole: pd.Series) -> list[float]:
    """Contribution before the first step and after each."""
    levels = [float(whole["baseline_mean"])]
    for step in steps:
        levels.append(levels[-1] + step.effect)
    return levels


def _range(steps: list[Step], whole: pd.Series) -> tuple[float, float]:
    """Ends of the axis: from 0 where the steps stay visible, else from a little below the lowest level."""
    levels = _levels(steps, whole)
    ends = [(end - _reach(s), end + _reach(s)) for end, s in zip(levels[1:], steps, strict=True)]
    low, high = min(*levels, *(e[0] for e in ends)), max(*levels, *(e[1] for e in ends))
    span = (high - low) or abs(high) or 1.0
    floor = low - 0.35 * span if low > 0.6 * span else min(0.0, low - 0.1 * span)
    return floor, high + 0.12 * span


def _reach(step: Step) -> float:
    return step.half_width if step.half_width > 0 else 0.0


def _note(names: Names, whole: pd.Series, cut: bool) -> str:
    return (
        f"Effect of each component on contribution, with 95 % confidence interval of its paired difference ({plural(int(whole['pairs']), 'pair')}); "
        f"upward steps add, hatched downward steps reduce it." + (" The axis does not start at 0." if cut else "")
    )


def _finding(steps: list[Step], whole: pd.Series, names: Names, fine: Scale) -> str:
    if whole["verdict"] == "identical":
        return f"{names.policy} leaves contribution and every component of it unchanged"
    word = "more" if whole["difference"] > 0 else "less"
    change = f"{names.policy} makes {size(whole, names.currency)} {word} contribution than {names.baseline}"
    if not pd.isna(whole["relative"]):
        change += f" ({percent(whole['relative'], signed=True)})"
    known = [s for s in steps if s.explained]
    gain = max((s for s in known if s.effect > 0), key=lambda s: s.effect, default=None)
    cost = min((s for s in known if s.effect < 0), key=lambda s: s.effect, default=None)
    causes = [
        f"{word} most by {inside(s.label)} ({fine.difference(s.effect)})"
        for word, s in (("helped", gain), ("hurt", cost))
        if s
    ]
    return ", ".join([change, *causes])
