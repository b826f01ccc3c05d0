"""Rows of the tables of a study's report, as text: choice of policy, short against long term, definitions."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import pandas as pd

from analysis.answer import MAIN
from analysis.findings import Findings
from analysis.numerals import DASH, plural, probability, scale_of
from analysis.phrases import row_scale
from analysis.study import BOOKS, KPI_CLASSES


@dataclass(frozen=True)
class Choice:
    """One policy among all: its mean, its chance of being best, and the cost of choosing it wrongly."""

    title: str
    mean: str
    chance: str
    price: str
    baseline: bool
    best: bool


@dataclass(frozen=True)
class Term:
    """A KPI in the first and the last weeks."""

    label: str
    short: str
    short_interval: str
    short_verdict: str
    long: str
    long_interval: str
    long_verdict: str
    turns: bool


@dataclass(frozen=True)
class Meaning:
    """What a KPI is."""

    label: str
    kpi: str
    kpi_class: str
    unit: str
    better: str
    formula: str


def choices(findings: Findings) -> list[Choice]:
    """All policies, best mean first."""
    study, ranks = findings.study, findings.ranks
    unit = str(study.definitions.set_index("kpi").loc[MAIN, "unit"])
    means = scale_of(ranks["mean"].tolist(), unit, study.meta.currency, _gap(ranks["mean"]))
    return [
        Choice(
            title=study.title(str(row["policy"])),
            mean=means.level(row["mean"]),
            chance=probability(row["probability_best"]),
            price=scale_of([row["expected_loss"]], unit, study.meta.currency).level(row["expected_loss"])
            if isfinite(row["expected_loss"])
            else DASH,
            baseline=row["policy"] == study.baseline,
            best=bool(i == 0),
        )
        for i, (_, row) in enumerate(ranks.iterrows())
    ]


def _gap(means: pd.Series) -> float:
    gaps = means.sort_values().diff().abs()
    gaps = gaps[gaps > 0]
    return float(gaps.min()) if len(gaps) else float("nan")


def terms(findings: Findings, policy: str) -> list[Term]:
    """KPIs of ``policy`` in both windows, in the scorecard's order; empty without weekly values."""
    table = findings.horizons
    if table.empty or table["window"].nunique() < 2:
        return []
    table = table[(table["policy"] == policy) & (table["kpi_class"] != BOOKS)]
    rank = {c: i for i, c in enumerate(KPI_CLASSES)}
    table = table.assign(rank=table["kpi_class"].map(rank).fillna(len(rank))).sort_values("rank", kind="stable")
    early, late = (table[table["window"] == w].set_index("kpi") for w in ("short", "long"))
    money = findings.study.meta.currency
    return [
        Term(
            str(early.loc[k, "label"]),
            *_cells(early.loc[k], money),
            *_cells(late.loc[k], money),
            turns=bool(late.loc[k, "turns"]),
        )
        for k in early.index
    ]


def windows_text(findings: Findings) -> tuple[str, str]:
    """Heads of the two windows: ``First 26 weeks``, ``Last 26 weeks``."""
    table = findings.horizons
    if table.empty:
        return "", ""
    row = table.iloc[0]
    span = plural(int(row["last_week"] - row["first_week"] + 1), "week")
    return f"First {span}", f"Last {span}"


def _cells(row: pd.Series, currency: str) -> tuple[str, str, str]:
    if row["verdict"] == "identical":
        return "0", "[0, 0]", "identical"
    scale = row_scale(row, currency)
    interval = DASH if pd.isna(row["low"]) else scale.bracket(row["low"], row["high"])
    return scale.difference(row["difference"]), interval, str(row["verdict"])


def meanings(definitions: pd.DataFrame) -> list[Meaning]:
    """The definitions in the scorecard's order, the books last."""
    rank = {c: i for i, c in enumerate([*KPI_CLASSES, BOOKS])}
    table = definitions.assign(rank=definitions["kpi_class"].map(rank).fillna(len(rank))).sort_values(
        "rank", kind="stable"
    )
    words = {"up": "more", "down": "less", "none": DASH}
    return [
        Meaning(
            str(r["label"]),
            str(r["kpi"]),
            {**KPI_CLASSES, BOOKS: "Books"}.get(r["kpi_class"], str(r["kpi_class"])),
            str(r["unit"]),
            words[r["direction"]],
            str(r["formula"]),
        )
        for _, r in table.iterrows()
    ]
