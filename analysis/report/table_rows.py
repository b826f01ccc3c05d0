"""Rows of the tables of a study's report, as text: choice of policy, short against long term, definitions."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import pandas as pd

from analysis.answer import MAIN
from analysis.findings import Findings
from analysis.narrative import transition_in_words
from analysis.numerals import DASH, plural, probability, scale_of
from analysis.phrases import row_scale
from analysis.study import BOOKS, KPI_CLASSES

#: KPIs that show what a transition does, in this order.
PERIOD_KPIS = (
    MAIN,
    "revenue",
    "cost_to_sell",
    "market_share",
    "new_customers",
    "satisfaction",
    "plan_compliance",
    "turnover",
)


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
class PeriodLine:
    """A KPI in every period: difference, interval and verdict of each."""

    label: str
    cells: list[tuple[str, str, str]]


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


def period_lines(findings: Findings, policy: str) -> list[PeriodLine]:
    """The main KPIs of ``policy`` by period; empty without weekly values."""
    table = findings.periods
    if table.empty:
        return []
    table = table[(table["policy"] == policy) & table["kpi"].isin(PERIOD_KPIS)]
    rank = {kpi: k for k, kpi in enumerate(PERIOD_KPIS)}
    table = (
        table[table["verdict"] != "undefined"].assign(rank=table["kpi"].map(rank)).sort_values("rank", kind="stable")
    )
    money = findings.study.meta.currency
    return [
        PeriodLine(str(rows["label"].iloc[0]), [_cells(row, money) for _, row in rows.iterrows()])
        for _, rows in table.groupby("kpi", sort=False)
        if len(rows) == findings.periods["window"].nunique()
    ]


def periods_text(findings: Findings) -> list[str]:
    """Heads of the periods: ``Weeks 1–13``."""
    return [] if findings.periods.empty else [f"Weeks {name}" for name in dict.fromkeys(findings.periods["window"])]


def break_even_text(findings: Findings, policy: str) -> str:
    """When ``policy`` has paid for its transition, how deep it went before, and the total; empty without weekly values."""
    table = findings.break_even
    if table.empty or policy not in set(table["policy"]):
        return ""
    return transition_in_words(table[table["policy"] == policy].iloc[0], findings.study, findings.study.title(policy))


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
