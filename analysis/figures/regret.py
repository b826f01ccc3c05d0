"""Regret of every policy in every future: a strip of futures per policy, with mean, 90th percentile and worst marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.ensemble import Ensemble
from analysis.figures import style as look
from analysis.futures.regret import regret_table
from analysis.futures.robust import robust_table
from analysis.numerals import Scale, inside, percent, plural, scale_of

_ROW, _FOOT = 0.62, 0.98
#: Half the height of a strip, in rows; futures are spread over it so that equal ones are next to each other.
_SPREAD = 0.26


def regret_figure(ensemble: Ensemble, kpi: str = "contribution", role: str = "study") -> Figure:
    """Draw :func:`analysis.futures.regret.regret_table`, the policy with the least maximum regret on top.

    Raises :class:`analysis.errors.StudyError` as :func:`analysis.futures.robust.robust_table`.
    """
    table = robust_table(ensemble, kpi, role=role).sort_values(["max_regret", "mean_regret"], kind="stable")
    regret = regret_table(ensemble, kpi, role).dropna()
    currency = ensemble.meta.currency
    scale = scale_of(regret.to_numpy().ravel().tolist(), str(table["unit"].iloc[0]), currency)
    with look.style():
        figure = look.new_figure(9.6, 1.0)
        title, note = _finding(ensemble, table, scale), _note(table, scale)
        texts = [_text(row, scale) for _, row in table.iterrows()]
        titles = [ensemble.title(str(policy)) for policy in table["policy"]]
        top = look.head_height(figure, title, note) + 0.3
        figure.set_figheight(top + _ROW * len(table) + _FOOT)
        look.draw_head(figure, title, note)
        left = min(look.widest(figure, titles) + look.MARGIN + 0.15, 2.8)
        right = look.widest(figure, [*texts, _HEAD], look.SMALL) + 0.2 + look.MARGIN
        axes = look.place_axes(figure, left, right, top, _FOOT)
        for i, (_, row) in enumerate(table.iterrows()):
            _strip(axes, i, regret[row["policy"]].to_numpy(), row)
            _write_right(axes, i, texts[i], look.INK)
        _write_right(axes, -0.78, _HEAD, look.SOFT)
        shown = [look.shorten(figure, text, left - look.MARGIN - 0.1) for text in titles]
        _frame(axes, shown, scale, str(table["label"].iloc[0]), float(regret.to_numpy().max()))
        look.draw_legend(figure, _keys())
        return figure


_HEAD = "largest · mean · best in"


def _strip(axes: Axes, place: int, regret: np.ndarray, row: pd.Series) -> None:
    # A golden-ratio walk spreads the futures evenly over the strip, the same way every time.
    walk = (np.arange(regret.size) * 0.6180339887) % 1.0
    order = np.argsort(np.argsort(regret, kind="stable"))
    axes.plot(
        regret,
        place + _SPREAD * (2 * walk[order] - 1),
        linestyle="",
        marker="o",
        markersize=3.2,
        markeredgewidth=0,
        color=look.SKY,
        alpha=0.55,
        zorder=2,
        clip_on=False,
    )
    for column, marker, size, face in _MARKS:
        axes.plot(
            row[column],
            place,
            linestyle="",
            marker=marker,
            markersize=size,
            color=look.INK,
            markerfacecolor=face,
            markeredgewidth=1.6 if marker == "|" else 1.0,
            zorder=4,
            clip_on=False,
        )


_MARKS = (
    ("regret_90", "|", 15, look.INK),
    ("max_regret", "s", 7, look.ORANGE),
    ("mean_regret", "D", 7, "white"),
)


def _keys() -> list[Line2D]:
    words = {"regret_90": "90th percentile", "max_regret": "largest", "mean_regret": "mean"}
    marks = [
        Line2D(
            [], [], linestyle="", marker=m, markersize=min(s, 9), color=look.INK, markerfacecolor=face, label=words[c]
        )
        for c, m, s, face in _MARKS
    ]
    return [
        Line2D([], [], linestyle="", marker="o", markersize=4, color=look.SKY, label="one future"),
        *reversed(marks),
    ]


def _frame(axes: Axes, titles: list[str], scale: Scale, label: str, most: float) -> None:
    axes.set_xlim(-0.015 * most if most else -0.5, 1.03 * most if most else 1.0)
    axes.set_ylim(len(titles) - 0.5, -0.5)
    axes.set_yticks(range(len(titles)), titles, size=look.TEXT, color=look.INK, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=look.RULE, linewidth=0.5, zorder=0)
    axes.axvline(0.0, color=look.INK, linewidth=0.9, zorder=1)
    axes.spines["left"].set_visible(False)
    look.even_ticks(axes.xaxis, scale.factor)
    unit = f", {scale.axis_difference}" if scale.axis_difference else ""
    axes.set_xlabel(f"Regret in {inside(label)}{unit} (0: the best policy of that future; less is better)")


def _write_right(axes: Axes, place: float, text: str, colour: str) -> None:
    axes.annotate(
        text,
        (1, place),
        (10, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        size=look.SMALL,
        color=colour,
        annotation_clip=False,
    )


def _text(row: pd.Series, scale: Scale) -> str:
    numbers = (scale.difference(float(row[c])).lstrip("+") for c in ("max_regret", "mean_regret"))
    return f"{' · '.join(numbers)} · {percent(float(row['share_best']), decimals=0)}"


def _finding(ensemble: Ensemble, table: pd.DataFrame, scale: Scale) -> str:
    first, second = table.iloc[0], table.iloc[1]
    policy = ensemble.title(str(first["policy"]))
    most = scale.difference(float(first["max_regret"])).lstrip("+")
    if first["max_regret"] == 0:
        return f"{policy} is the best policy in all {plural(int(first['futures']), 'future')}"
    other = (
        f"{ensemble.title(str(second['policy']))} by up to {scale.difference(float(second['max_regret'])).lstrip('+')}"
    )
    if not first["max_regret"] < second["max_regret"]:
        return f"{policy} and {ensemble.title(str(second['policy']))} both miss the best policy by up to {most}"
    if not second["max_regret_low"] > first["max_regret"]:
        return f"{policy} seems to miss the best policy by at most {most}; {other}, a gap that may be noise"
    return f"{policy} misses the best policy by at most {most} in {plural(int(first['futures']), 'future')}; {other}"


def _note(table: pd.DataFrame, scale: Scale) -> str:
    first = table.iloc[0]
    left = int(first["left_out"])
    parts = [
        f"Regret: what a policy forgoes in a future against the policy that is best there; "
        f"{plural(int(first['futures']), 'future')}, means over replications."
    ]
    if pd.isna(first["max_regret_low"]):
        parts.append("With one replication a future, noise is part of regret.")
    else:
        low = scale.difference(max(float(first["max_regret_low"]), 0.0)).lstrip("+")
        high = scale.difference(float(first["max_regret"])).lstrip("+")
        parts.append(
            f"Noise raises regret: without it, the largest regret of the first policy is estimated between {low} and {high}."
            if low != high
            else "Noise has no visible effect on it."
        )
    if left:
        parts.append(f"{plural(left, 'incomplete future')} excluded.")
    return " ".join(parts)
