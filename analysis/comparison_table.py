"""The paired comparison as a printable table: the four KPI classes, then distributors."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.numerals import DASH, factor_text, p_text, percent, probability
from analysis.phrases import level_scale, row_scale
from analysis.study import BOOKS, KPI_CLASSES


@dataclass(frozen=True)
class Line:
    """One KPI, ready to print. ``kpi`` and ``verdict`` are for the printer's choice of colour."""

    kpi: str
    label: str
    baseline: str
    policy: str
    difference: str
    interval: str
    relative: str
    probability: str
    p_holm: str
    pairing: str
    verdict: str


@dataclass(frozen=True)
class Group:
    """The lines of one KPI class under its heading."""

    kpi_class: str
    title: str
    lines: tuple[Line, ...]


def scorecard_groups(table: pd.DataFrame, policy: str, currency: str = "EUR") -> list[Group]:
    """Lines of ``policy`` from a table of :func:`analysis.paired.compare_policies`, grouped by class.

    Classes come in the order of KPI_CLASSES, other classes after them; components of the books
    appear in the waterfall only.
    """
    rows = table[(table["policy"] == policy) & (table["kpi_class"] != BOOKS)]
    present = list(dict.fromkeys(rows["kpi_class"]))
    order = [c for c in KPI_CLASSES if c in present] + [c for c in present if c not in KPI_CLASSES]
    return [
        Group(
            kpi_class,
            KPI_CLASSES.get(kpi_class, kpi_class.capitalize()),
            tuple(_line(row, currency) for _, row in rows[rows["kpi_class"] == kpi_class].iterrows()),
        )
        for kpi_class in order
    ]


def _line(row: pd.Series, currency: str) -> Line:
    levels, scale = level_scale(row, currency), row_scale(row, currency)
    identical, undefined = row["verdict"] == "identical", row["verdict"] == "undefined"
    return Line(
        kpi=str(row["kpi"]),
        label=str(row["label"]),
        baseline=levels.amount(row["baseline_mean"]),
        policy=levels.amount(row["policy_mean"]),
        difference="0" if identical else scale.difference(row["difference"]),
        interval=DASH
        if undefined or pd.isna(row["low"])
        else "[0, 0]"
        if identical
        else scale.bracket(row["low"], row["high"]),
        relative="0" if identical else percent(row["relative"], signed=True),
        probability=DASH if identical else probability(row["prob_better"]),
        p_holm=p_text(row["p_holm"]),
        pairing=factor_text(row["vrf"]),
        verdict=str(row["verdict"]),
    )
