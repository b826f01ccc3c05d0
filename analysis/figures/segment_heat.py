"""Heat map of paired differences: levels of a cut (segments) by KPI, coloured by which side is better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.figures.style import Names
from analysis.narrative import main_kpi
from analysis.numerals import inside, listed, percent, plural
from analysis.paired import signs
from analysis.study import BOOKS

NARROWEST, WIDEST, CELL_HEIGHT = 1.0, 1.7, 0.42
FOOT = 0.62
_SCALE = LinearSegmentedColormap.from_list("worse_better", [look.ORANGE, "#f4b183", "#ffffff", "#9ecae1", look.BLUE])


def segment_heat(rows: pd.DataFrame, names: Names, kpis: Sequence[str] | None = None) -> Figure:
    """Draw the rows of one policy and one dimension from :func:`analysis.paired.compare_levels`.

    ``kpis`` chooses and orders the columns (all but the books without it). Cells whose interval
    contains zero are hatched.
    """
    rows = rows[rows["kpi_class"] != BOOKS]
    if kpis is not None:
        rows = rows[rows["kpi"].isin(kpis)]
    if rows.empty:
        raise StudyError("segment figure", "no rows to draw", "Give rows of one dimension with KPIs it is cut by.")
    order = list(kpis) if kpis is not None else list(dict.fromkeys(rows["kpi"]))
    columns = [k for k in order if k in set(rows["kpi"])]
    levels = list(dict.fromkeys(rows["level"].astype(str)))
    dimension = str(rows["dimension"].iloc[0])
    with look.style():
        probe = look.new_figure(9.6, 1.0)
        left = min(look.widest(probe, levels) + look.MARGIN + 0.15, 2.6)
        room = (probe.get_figwidth() - left - look.MARGIN) / len(columns)
        cell = min(max(room, NARROWEST), WIDEST)
        heads = [
            look.fold(probe, str(rows.loc[rows["kpi"] == k, "label"].iloc[0]), cell - 0.08, look.SMALL) for k in columns
        ]
        width = max(left + cell * len(columns) + look.MARGIN, probe.get_figwidth())
        figure = look.new_figure(width, 1.0)
        title, note = _finding(rows, names, dimension), _note(rows, names)
        top = look.head_height(figure, title, note) + 0.16 * max(len(h) for h in heads) + 0.12
        figure.set_figheight(top + CELL_HEIGHT * len(levels) + FOOT)
        look.draw_head(figure, title, note)
        axes = look.place_axes(figure, left, width - left - cell * len(columns), top, FOOT)
        _frame(axes, columns, heads, [look.shorten(figure, x, left - look.MARGIN - 0.1) for x in levels])
        limit = _limit(rows)
        for (_, row), sign in zip(rows.iterrows(), signs(rows["direction"]), strict=True):
            _cell(axes, columns.index(row["kpi"]), levels.index(str(row["level"])), row, float(sign), limit)
        _key(figure, rows)
        return figure


def _limit(rows: pd.DataFrame) -> float:
    """The relative difference shown in full colour: larger ones look the same."""
    sizes = rows.loc[rows["direction"] != "none", "relative"].abs()
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    return float(sizes.quantile(0.85)) if len(sizes) else 0.01


def _frame(axes: Axes, columns: list[str], heads: list[list[str]], levels: list[str]) -> None:
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(levels), 0)
    axes.set_yticks([i + 0.5 for i in range(len(levels))], levels, size=look.TEXT, color=look.INK, parse_math=False)
    axes.set_xticks([i + 0.5 for i in range(len(columns))], ["\n".join(h) for h in heads], parse_math=False)
    axes.tick_params(length=0, labeltop=True, labelbottom=False, top=False, bottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _cell(axes: Axes, column: int, line: int, row: pd.Series, sign: float, limit: float) -> None:
    relative = float(row["relative"])
    clear = row["verdict"] in ("better", "worse")
    shade = 0.5 + 0.5 * float(np.clip(sign * relative / limit, -1, 1)) if clear and np.isfinite(relative) else 0.5
    if clear and not np.isfinite(relative):
        shade = 1.0 if row["verdict"] == "better" else 0.0
    colour = to_rgb(_SCALE(shade))
    unclear = row["verdict"] == "cannot tell"
    axes.add_patch(
        Rectangle(
            (column + 0.02, line + 0.04),
            0.96,
            0.92,
            facecolor=colour if sign else "#f6f8fa",
            edgecolor=look.RULE,
            hatch="////" if unclear else None,
            linewidth=0.6,
        )
    )
    text = {"identical": "0", "undefined": "–"}.get(row["verdict"]) or (
        percent(relative, signed=True) if np.isfinite(relative) else ("> 0" if row["difference"] > 0 else "< 0")
    )
    dark = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < 0.55 and bool(sign)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if unclear else None
    axes.text(
        column + 0.5,
        line + 0.5,
        text,
        ha="center",
        va="center",
        color="white" if dark else look.SOFT if unclear else look.INK,
        weight="bold" if clear else "normal",
        bbox=box,
    )


def _key(figure: Figure, rows: pd.DataFrame) -> None:
    looks = {
        "better": Rectangle((0, 0), 1, 1, facecolor=look.BLUE, label="clearly better"),
        "worse": Rectangle((0, 0), 1, 1, facecolor=look.ORANGE, label="clearly worse"),
        "cannot tell": Rectangle(
            (0, 0), 1, 1, facecolor="white", edgecolor=look.RULE, hatch="////", label="cannot tell"
        ),
    }
    handles = [h for verdict, h in looks.items() if (rows["verdict"] == verdict).any()]
    if rows["verdict"].isin(["higher", "lower"]).any():
        handles.append(Rectangle((0, 0), 1, 1, facecolor="#f6f8fa", edgecolor=look.RULE, label="no better side"))
    if handles:
        look.draw_legend(figure, handles)


def _note(rows: pd.DataFrame, names: Names) -> str:
    pairs = plural(int(rows["pairs"].iloc[0]), "pair")
    return (
        f"Mean paired difference as a share of the mean of {names.baseline} in the same {rows['dimension'].iloc[0]}; "
        f"{pairs}, 95 % confidence intervals; the deeper the colour, the larger the difference. A dash: no value there."
    )


def _finding(rows: pd.DataFrame, names: Names, dimension: str) -> str:
    main = rows[rows["kpi"] == (main_kpi(rows) or rows["kpi"].iloc[0])]
    label = inside(str(main["label"].iloc[0]))
    lost = main.loc[main["verdict"] == "worse", "level"].astype(str).tolist()
    won = main.loc[main["verdict"] == "better", "level"].astype(str).tolist()
    if main["verdict"].isin(["identical", "undefined"]).all():
        return f"{names.policy} leaves {label} unchanged in every {dimension}"
    if not won and not lost:
        return f"{names.policy} makes no clear difference on {label} in any of {len(main)} {dimension}s"
    better = f"is clearly better on {label} in {len(won)} of {len(main)} {dimension}s"
    where = listed(lost) if 0 < len(lost) <= 3 else f"{len(lost) or 'none'}"
    return f"{names.policy} {better}, clearly worse in {where}"
