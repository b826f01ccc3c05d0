"""Bars of the paired difference of one KPI by territory, sorted, with 95 % confidence intervals."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.figures.style import Names
from analysis.numerals import Scale, inside, plural, scale_of

ROW, FOOT = 0.32, 0.85


def territory_bars(rows: pd.DataFrame, names: Names, kpi: str = "contribution") -> Figure:
    """Draw one KPI of one policy and one dimension from :func:`analysis.paired.compare_levels`."""
    rows = rows[(rows["kpi"] == kpi) & (rows["verdict"] != "undefined")].sort_values(
        "difference", ascending=True, kind="stable"
    )
    if rows.empty:
        raise StudyError(
            "territory figure", f"no values of '{kpi}' by this dimension", "Choose a KPI that is cut by it."
        )
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        scale = scale_of(
            rows[["difference", "low", "high"]].to_numpy().ravel().tolist(), rows["unit"].iloc[0], names.currency
        )
        title, note = _finding(rows, names), _note(rows, names)
        top = look.head_height(figure, title, note) + 0.05
        figure.set_figheight(top + ROW * len(rows) + FOOT)
        look.draw_head(figure, title, note)
        levels = rows["level"].astype(str).tolist()
        texts = [_text(row, scale) for _, row in rows.iterrows()]
        left = min(look.widest(figure, levels) + look.MARGIN + 0.15, 2.6)
        right = look.widest(figure, texts, look.SMALL) + 0.15 + look.MARGIN
        axes = look.place_axes(figure, left, right, top, FOOT)
        for i, (_, row) in enumerate(rows.iterrows()):
            _bar(axes, i, row)
            axes.annotate(
                texts[i],
                (1, i),
                (8, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                size=look.SMALL,
                color=look.SOFT,
                annotation_clip=False,
            )
        _frame(
            axes, [look.shorten(figure, x, left - look.MARGIN - 0.1) for x in levels], scale, str(rows["label"].iloc[0])
        )
        _legend(figure, rows)
        return figure


def _bar(axes: Axes, i: int, row: pd.Series) -> None:
    colour = look.VERDICT_LOOK[row["verdict"]][0]
    unclear = row["verdict"] in ("cannot tell", "identical")
    axes.barh(
        i,
        row["difference"],
        height=0.62,
        color="white" if unclear else colour,
        edgecolor=colour,
        hatch="////" if unclear else None,
        linewidth=0.8,
        zorder=2,
    )
    if pd.notna(row["low"]) and row["high"] > row["low"]:
        axes.plot([row["low"], row["high"]], [i, i], color=look.INK, linewidth=1.2, zorder=3)
        axes.plot([row["low"], row["high"]], [i, i], color=look.INK, linestyle="", marker="|", markersize=6, zorder=3)


def _text(row: pd.Series, scale: Scale) -> str:
    if row["verdict"] == "identical":
        return "0"
    return scale.difference(row["difference"]) + (
        f" {scale.bracket(row['low'], row['high'])}" if pd.notna(row["low"]) else ""
    )


def _frame(axes: Axes, levels: list[str], scale: Scale, label: str) -> None:
    axes.set_yticks(range(len(levels)), levels, size=look.TEXT, color=look.INK, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(levels) - 0.4)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=look.INK, linewidth=0.9, zorder=4)
    axes.grid(axis="x", color=look.RULE, linewidth=0.5, zorder=0)
    look.even_ticks(axes.xaxis, scale.factor, 6, signed=True)
    unit = f" ({scale.axis_difference})" if scale.axis_difference else ""
    axes.set_xlabel(f"Difference in {inside(label)}{unit}")


def _legend(figure: Figure, rows: pd.DataFrame) -> None:
    handles = []
    for verdict in ("better", "worse", "cannot tell", "identical", "higher", "lower"):
        if (rows["verdict"] == verdict).any():
            colour = look.VERDICT_LOOK[verdict][0]
            unclear = verdict in ("cannot tell", "identical")
            handles.append(
                Patch(
                    facecolor="white" if unclear else colour,
                    edgecolor=colour,
                    hatch="////" if unclear else None,
                    label=verdict,
                )
            )
    look.draw_legend(figure, handles)


def _note(rows: pd.DataFrame, names: Names) -> str:
    return f"Mean paired difference to {names.baseline} with 95 % confidence intervals, {plural(int(rows['pairs'].iloc[0]), 'pair')}."


def _finding(rows: pd.DataFrame, names: Names) -> str:
    label, dimension = inside(str(rows["label"].iloc[0])), str(rows["dimension"].iloc[0])
    count = rows["verdict"].value_counts()
    places = f"{len(rows)} {_many(dimension, len(rows))}"
    if (rows["verdict"] == "identical").all():
        return f"{names.policy} leaves {label} unchanged in all {places}"
    if (rows["direction"] == "none").all():
        return (
            f"{names.policy} moves {label} clearly in {int(count.get('higher', 0) + count.get('lower', 0))} of {places}"
        )
    if not rows["verdict"].isin(["better", "worse"]).any():
        return f"{names.policy} makes no clear difference on {label} in any of {places}"
    return (
        f"{names.policy} is clearly better on {label} in {int(count.get('better', 0))} of {places}, "
        f"clearly worse in {int(count.get('worse', 0)) or 'none'}"
    )


def _many(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
