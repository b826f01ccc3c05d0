"""Effects of the parts of a policy: one panel per KPI, three marks per part, each with its 95 % confidence interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import style as look
from analysis.numerals import Scale, plural, scale_of
from analysis.paired import row_of
from analysis.phrases import row_scale
from analysis.study import Study

_MARKS = {
    "alone": (look.BLUE, "o", "alone, added to the base"),
    "last": (look.ORANGE, "s", "added last, to all others"),
    "share": (look.INK, "D", "mean over all orders (these add up)"),
}
#: Most panels side by side.
_COLUMNS = 2
_ROW, _HEAD, _FOOT, _GAP = 0.42, 0.36, 0.42, 0.24


def effects_figure(effects: pd.DataFrame, kpis: Sequence[str], study: Study) -> Figure:
    """Draw the table of :func:`analysis.factorial.factorial_effects` for ``kpis``."""
    with look.style():
        parts = list(dict.fromkeys(effects.loc[effects["kind"] == "alone", "part"]))
        figure = look.new_figure(10.0, 1.0)
        currency = study.meta.currency
        first = effects[effects["kpi"] == kpis[0]]
        title, note = _finding(first, currency), _note(first)
        top = look.head_height(figure, title, note) + 0.3
        panel = len(parts) * _ROW + _HEAD + _FOOT
        columns = min(_COLUMNS, len(kpis))
        rows = -(-len(kpis) // columns)
        figure.set_figheight(top + rows * (panel + _GAP) + 0.4)
        look.draw_head(figure, title, note)
        wide, high = figure.get_size_inches()
        label = look.widest(figure, parts) + 0.22
        for k, kpi in enumerate(kpis):
            row, column = divmod(k, columns)
            width = (wide - 2 * look.MARGIN - 0.3 * (columns - 1)) / columns
            left = look.MARGIN + column * (width + 0.3) + label
            bottom = high - top - row * (panel + _GAP) - _HEAD - len(parts) * _ROW
            box = (left / wide, bottom / high, (width - label) / wide, len(parts) * _ROW / high)
            axes = figure.add_axes(box)
            of_kpi = effects[effects["kpi"] == kpi]
            _panel(axes, of_kpi, parts, currency)
            _title(axes, of_kpi[of_kpi["kind"] == "whole"].iloc[0], currency, width, label)
        handles = [
            Line2D([], [], color=colour, marker=marker, linewidth=2.0, markersize=5, label=words)
            for colour, marker, words in _MARKS.values()
        ]
        look.draw_legend(figure, handles)
        return figure


def _panel(axes: Axes, rows: pd.DataFrame, parts: Sequence[str], currency: str) -> None:
    whole = rows[rows["kind"] == "whole"].iloc[0]
    shown = rows[rows["kind"].isin(_MARKS)]
    scale = scale_of(
        shown["difference"].tolist(), str(whole["unit"]), currency, float(np.nanmax(shown["half_width"].fillna(0.0)))
    )
    for step, (kind, (colour, marker, _)) in enumerate(_MARKS.items()):
        of_kind = rows[rows["kind"] == kind].set_index("part")
        for place, part in enumerate(parts):
            if part not in of_kind.index:
                continue
            y, fact = -place + 0.24 - 0.24 * step, row_of(of_kind, part)
            if pd.isna(fact["difference"]):
                continue
            if pd.notna(fact["low"]):
                axes.plot(
                    [fact["low"], fact["high"]], [y, y], color=colour, linewidth=2.0, solid_capstyle="butt", zorder=3
                )
            axes.plot(fact["difference"], y, marker=marker, color=colour, markersize=5, linestyle="", zorder=4)
    _frame(axes, whole, parts, scale, currency)


def _frame(axes: Axes, whole: pd.Series, parts: Sequence[str], scale: Scale, currency: str) -> None:
    low, high = axes.get_xlim()
    low, high = min(low, 0.0), max(high, 0.0)
    axes.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    axes.set_ylim(-len(parts) + 0.5, 0.5)
    axes.set_yticks([-k for k in range(len(parts))], parts)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0.0, color=look.INK, linewidth=0.9, zorder=2)
    axes.grid(axis="x", color=look.RULE, linewidth=0.5, zorder=0)
    axes.spines["left"].set_visible(False)
    look.even_ticks(axes.xaxis, scale.factor, count=4, signed=True)
    side = {"up": "more is better", "down": "less is better"}.get(str(whole["direction"]), "no better side")
    unit = f", {scale.axis_difference}" if scale.axis_difference else ""
    axes.set_xlabel(f"Difference{unit} ({side})", size=look.SMALL)


def _title(axes: Axes, whole: pd.Series, currency: str, width: float, side: float) -> None:
    """The KPI and the whole effect, over a panel of ``width`` inches of which ``side`` are left of the axes."""
    whole_effect = (
        "no value" if pd.isna(whole["difference"]) else row_scale(whole, currency).difference(whole["difference"])
    )
    text, figure = f"{whole['label']}: {whole_effect} together", axes.figure.get_figure(root=True)
    size = look.fitting(figure, text, width, look.TEXT + 0.5, "bold")
    text = look.shorten(figure, text, width, size, "bold")
    axes.set_title(text, loc="left", x=-side / (width - side), size=size, weight="bold")


def _finding(rows: pd.DataFrame, currency: str) -> str:
    """The part that carries most of the first KPI, and how much of the whole."""
    label = str(rows.iloc[0]["label"])
    whole = rows[rows["kind"] == "whole"].iloc[0]
    share = rows[rows["kind"] == "share"]
    if not len(share) or pd.isna(whole["difference"]) or whole["verdict"] == "cannot tell":
        return f"{label}: what the parts do"
    most = share.loc[(share["difference"] * np.sign(whole["difference"])).idxmax()]
    largest = row_scale(most, currency).difference(most["difference"])
    together = row_scale(whole, currency).difference(whole["difference"])
    if most["verdict"] == "cannot tell":
        return f"{label}: {together} together; {most['part']} seems to carry most ({largest}), but {_pairs(rows)} cannot tell"
    return f"Of {together} in {label[0].lower() + label[1:]}, {most['part']} carries most: {largest} on average over all orders"


def _pairs(rows: pd.DataFrame) -> str:
    return plural(int(rows["pairs"].iloc[0]), "pair")


def _note(rows: pd.DataFrame) -> str:
    return (
        f"Paired differences with 95 % confidence intervals, {_pairs(rows)} with the same customers and the same luck. "
        "Where the marks of a part differ, its effect depends on which other parts are present."
    )
