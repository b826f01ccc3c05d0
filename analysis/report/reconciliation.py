"""Contribution line by line: the lines of the books, so that a reader can add them up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.answer import MAIN
from analysis.numerals import DASH, Scale, scale_of
from analysis.single_run import Run
from analysis.study import BOOKS


@dataclass(frozen=True)
class Item:
    """One line of the books; deductions are negative. ``total`` marks contribution itself."""

    label: str
    baseline: str
    policy: str
    effect: str
    interval: str
    total: bool


def reconcile_policies(rows: pd.DataFrame, currency: str) -> list[Item]:
    """Lines of contribution of one policy's ``rows`` of a comparison, contribution last; empty without books."""
    lines = _lines(rows)
    if lines.empty:
        return []
    unit = str(lines["unit"].iloc[0])
    # One scale for all lines, so that readers can add them up.
    scale = scale_of(lines["difference"].tolist(), unit, currency)
    scale = replace(scale, decimals=scale.decimals + 1)
    return [
        Item(
            str(row["label"]),
            scale.bare(_sign(row) * row["baseline_mean"]),
            scale.bare(_sign(row) * row["policy_mean"]),
            scale.bare(_sign(row) * row["difference"], signed=True),
            _interval(row, scale),
            row["kpi"] == MAIN,
        )
        for _, row in lines.iterrows()
    ]


def reconcile_run(run: Run) -> list[tuple[str, str, bool]]:
    """Lines of contribution of a run (label, amount, whether it is contribution itself), contribution last."""
    lines = _lines(run.scorecard)
    if lines.empty:
        return []
    scale = scale_of(lines["value"].tolist(), str(lines["unit"].iloc[0]), run.meta.currency)
    return [
        (str(row["label"]), scale.level(_sign(row) * row["value"]), row["kpi"] == MAIN) for _, row in lines.iterrows()
    ]


def reconciliation_unit(rows: pd.DataFrame, currency: str) -> str:
    """The unit in which :func:`reconcile_policies` writes its amounts: ``EUR k``."""
    lines = _lines(rows)
    return "" if lines.empty else scale_of(lines["difference"].tolist(), str(lines["unit"].iloc[0]), currency).axis


def _lines(rows: pd.DataFrame) -> pd.DataFrame:
    books = rows[rows["kpi_class"] == BOOKS]
    return books if books.empty else pd.concat([books, rows[rows["kpi"] == MAIN]])


def _sign(row: pd.Series) -> float:
    return -1.0 if row["direction"] == "down" else 1.0


def _interval(row: pd.Series, scale: Scale) -> str:
    if pd.isna(row["low"]):
        return DASH
    low, high = (row["low"], row["high"]) if _sign(row) > 0 else (-row["high"], -row["low"])
    return "[0, 0]" if row["verdict"] == "identical" else scale.bracket(low, high)
