"""Stock and orders along the channel in one run: from customers' demand up to the plant, week by week."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.typing import LineStyleType

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.intervals import Floats

#: Flows up the chain (units a week), measure → what the reader calls it.
FLOWS = MappingProxyType(
    {
        "demand_units": "Customers' demand",
        "ordered_units": "Distributors' orders",
        "sell_in_units": "Shipments to distributors",
        "production_units": "Production started",
    }
)
#: Stocks at the end of the week (units).
STOCKS = MappingProxyType({"stock_units": "Distributors' stock", "plant_stock_units": "Plant stock"})
_LOOK: tuple[tuple[str, LineStyleType], ...] = (
    (look.INK, "-"),
    (look.BLUE, look.DASHES[0]),
    (look.ORANGE, look.DASHES[1]),
    (look.GREEN, look.DASHES[2]),
)


def channel(
    weekly: pd.DataFrame, title: str, flows: Mapping[str, str] = FLOWS, stocks: Mapping[str, str] = STOCKS
) -> Figure:
    """Draw a run's ``weekly`` table, summed over all cuts; ``title`` is the policy's.

    ``flows`` (from the customers upwards) and ``stocks`` map measures to labels; measures that the
    run did not record are omitted, but the first flow and one more are needed.
    """
    flow, stock = _series(weekly, flows), _series(weekly, stocks)
    if next(iter(flows)) not in flow or len(flow) < 2:
        raise StudyError(
            "channel figure", f"weekly measures {', '.join(flows)} are expected", "Record them, or name others."
        )
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        finding = _finding(flow, flows, title)
        note = (
            "One run, all distributors and offers together, units. Demand is what customers wanted, served or not. "
            "Variation is the standard deviation over weeks relative to the mean, after the first quarter of the run."
        )
        head = look.head_height(figure, finding, note)
        panels = [(flow, flows, "Units a week"), (stock, stocks, "Units at week's end")]
        panels = [p for p in panels if p[0]]
        figure.set_figheight(head + 2.75 + 2.1 * (len(panels) - 1))
        look.draw_head(figure, finding, note)
        top = head + 0.05
        for i, (series, labels, unit) in enumerate(panels):
            height = 2.65 if i == 0 else 2.1
            last = i == len(panels) - 1
            _panel(figure, series, labels, unit, (top, height), last)
            top += height
        return figure


def _series(weekly: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, pd.Series]:
    """Totals by week; weeks without a row are zero, since records omit zeros."""
    table = weekly[weekly["measure"].isin(list(labels))].groupby(["measure", "week"])["value"].sum()
    weeks = range(int(weekly["week"].min()), int(weekly["week"].max()) + 1)
    present = table.index.get_level_values("measure")
    return {m: table.loc[m].reindex(weeks, fill_value=0.0) for m in labels if m in present}


def _panel(
    figure: Figure,
    series: dict[str, pd.Series],
    labels: Mapping[str, str],
    unit: str,
    room: tuple[float, float],
    last: bool,
) -> None:
    top, height = room
    bottom = figure.get_figheight() - top - height + 0.45
    axes = look.place_axes(figure, 0.85, look.MARGIN, top + 0.3, bottom)
    handles = []
    for (measure, values), (colour, dash) in zip(series.items(), _LOOK, strict=False):
        axes.plot(values.index, values.to_numpy(), color=colour, linestyle=dash, linewidth=1.4)
        handles.append(Line2D([], [], color=colour, linestyle=dash, linewidth=1.4, label=labels[measure]))
    _dress(axes, unit, last)
    first = next(iter(series.values()))
    look.week_ticks(axes, float(first.index.min()), float(first.index.max()))
    look.draw_legend(figure, handles, from_top=top + 0.04)


def _dress(axes: Axes, unit: str, last: bool) -> None:
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=look.RULE, linewidth=0.5, zorder=0)
    look.even_ticks(axes.yaxis)
    if last:
        axes.set_xlabel("Week")


def _finding(flow: dict[str, pd.Series], labels: Mapping[str, str], title: str) -> str:
    """How much more the orders vary than the demand that causes them (the bullwhip effect)."""
    names = list(flow)
    demand, orders = flow[names[0]].to_numpy(dtype=np.float64), flow[names[1]].to_numpy(dtype=np.float64)
    start = len(demand) // 4  # the first weeks fill the pipeline
    spread, swing = _variation(demand[start:]), _variation(orders[start:])
    if not spread > 0:
        return f"{title}: stock and orders along the channel"
    first, second = labels[names[0]].lower(), labels[names[1]]
    if 0.9 <= swing / spread <= 1.1:
        return f"{title}: {second.lower()} vary as much as {first}"
    times = f"{swing / spread:.1f} times as much as" if swing > 0 else "not at all, unlike"
    return f"{title}: {second.lower()} vary {times} {first}"


def _variation(values: Floats) -> float:
    mean = float(values.mean()) if values.size else 0.0
    return float(values.std()) / mean if mean > 0 else 0.0
