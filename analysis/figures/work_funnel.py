"""Work funnel of one run: from hours attended to results, stage by stage, by team or rep."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.numerals import Scale, inside, listed, percent, scale_of

#: Stages in their order, measure → what the reader calls it. Stages that a run does not record by
#: group are omitted.
STAGES = MappingProxyType(
    {
        "hours_attended": "Hours attended",
        "hours_selling": "Hours selling",
        "hours_worked": "Selling hours × effort",
        "calls": "Calls",
        "orders": "Orders",
        "contribution": "Contribution",
    }
)
MOST = 24
ROW = 0.3


def work_funnel(
    weekly: pd.DataFrame, title: str, currency: str = "EUR", by: str = "team", stages: Mapping[str, str] = STAGES
) -> Figure:
    """Draw a run's ``weekly`` table; ``by`` is the column that names team or rep, ``title`` the policy's.

    Each stage shows its total over the weeks and, where both are hours, the share of the previous
    stage. Raises StudyError when fewer than two stages are cut by the group.
    """
    table, units = _totals(weekly, by, stages)
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        finding, note = _finding(table, by, title), _note(table, by, stages)
        top = look.head_height(figure, finding, note) + 0.42
        figure.set_figheight(top + ROW * len(table) + 0.3)
        look.draw_head(figure, finding, note)
        names = [str(x) for x in table.index]
        left = min(look.widest(figure, names) + look.MARGIN + 0.12, 2.2)
        width = (figure.get_figwidth() - left - look.MARGIN) / table.shape[1]
        for i, stage in enumerate(table.columns):
            axes = look.place_axes(
                figure, left + i * width, figure.get_figwidth() - left - (i + 0.94) * width, top, 0.25
            )
            before = table.iloc[:, i - 1] if i and units[i] == units[i - 1] else None
            scale = scale_of(table[stage].tolist(), units[i], currency)
            _stage(figure, axes, table[stage], before, scale, width)
            unit = f" ({scale.axis})" if scale.axis and units[i] not in ("hours", "calls", "orders") else ""
            for row, line in enumerate(
                reversed(look.fold(figure, stages[str(stage)] + unit, width * 0.98, look.SMALL, "bold"))
            ):
                axes.annotate(
                    line,
                    (0, 1),
                    (0, 4 + 11 * row),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    size=look.SMALL,
                    weight="bold",
                )
            axes.set_yticks(
                range(len(names)) if i == 0 else [],
                names if i == 0 else [],
                parse_math=False,
                color=look.INK,
                size=look.TEXT,
            )
        return figure


def _totals(weekly: pd.DataFrame, by: str, stages: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    rows = weekly[weekly["measure"].isin(list(stages)) & (weekly[by].astype(str) != "")]
    present = [m for m in stages if (rows["measure"] == m).any()]
    if len(present) < 2:
        raise StudyError("work funnel", f"two of {', '.join(stages)} by {by} are expected", f"Record them cut by {by}.")
    table = rows.pivot_table(index=by, columns="measure", values="value", aggfunc="sum", sort=False)[present]
    units = rows.groupby("measure")["unit"].first()
    if len(table) > MOST:
        table = table.sort_values(present[-1], ascending=False, kind="stable").iloc[:MOST]
    return table.iloc[::-1], [str(units[m]) for m in present]


def _stage(figure: Figure, axes: Axes, values: pd.Series, before: pd.Series | None, scale: Scale, width: float) -> None:
    top = float(values.abs().max()) or 1.0
    texts = [scale.bare(v) for v in values]
    if before is not None:
        shares = [percent(v / b, decimals=0) if b else "–" for v, b in zip(values, before, strict=True)]
        texts = [f"{t} · {s}" for t, s in zip(texts, shares, strict=True)]
    room = (width * 0.94 - look.widest(figure, texts, look.SMALL) - 0.1) / (width * 0.94)
    axes.barh(range(len(values)), values.clip(lower=0.0), height=0.6, color=look.BLUE, zorder=2)
    axes.set_xlim(0, top / max(room, 0.25))
    axes.set_ylim(-0.6, len(values) - 0.4)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)
    for i, (value, text) in enumerate(zip(values, texts, strict=True)):
        axes.annotate(
            text, (max(value, 0.0), i), (4, 0), textcoords="offset points", va="center", size=look.SMALL, color=look.INK
        )


def _note(table: pd.DataFrame, by: str, stages: Mapping[str, str]) -> str:
    shown = f"the {MOST} largest {by}s" if len(table) == MOST else f"all {by}s"
    absent = [inside(name) for stage, name in stages.items() if stage not in table.columns]
    missing = f" Not recorded by {by}: {listed(absent)}." if absent else ""
    return f"One run, totals over all weeks, {shown}; after the dot, the share of the previous stage.{missing}"


def _finding(table: pd.DataFrame, by: str, title: str) -> str:
    first, second = table.iloc[:, 0], table.iloc[:, 1]
    share = second.sum() / first.sum() if first.sum() else float("nan")
    each = (second / first.where(first > 0)).dropna()
    if not np.isfinite(share) or each.empty or list(table.columns[:2]) != ["hours_attended", "hours_selling"]:
        return f"{title}: where working time goes, by {by}"
    low, high = percent(float(each.min()), decimals=0), percent(float(each.max()), decimals=0)
    spread = f" (from {low} to {high} by {by})" if low != high else ""
    return f"{title}: of all hours attended, {percent(float(share), decimals=0)} are spent selling{spread}"
