"""The report of a study: question, answer, evidence, assumptions and provenance on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.answer import MAIN
from analysis.comparison_table import Group, scorecard_groups
from analysis.figures.gallery import Plate, draw_study
from analysis.findings import Findings, analyse_study
from analysis.intervals import replications_needed
from analysis.narrative import study_in_words
from analysis.numerals import factor_text, percent, plural
from analysis.paired import existing_kpis
from analysis.report.page import Picture, assumed, pick, render_page, seeds_text, write_page
from analysis.report.reconciliation import Item, reconcile_policies, reconciliation_unit
from analysis.report.table_rows import (
    PeriodLine,
    Term,
    break_even_text,
    choices,
    meanings,
    period_lines,
    periods_text,
    terms,
    windows_text,
)
from analysis.study import BOOKS, Study

#: The methods box says how many pairs this precision would take (share of the baseline's mean).
WANTED = 0.01
_MARKS = {
    "better": "▲",
    "worse": "▼",
    "cannot tell": "?",
    "identical": "=",
    "higher": "↑",
    "lower": "↓",
    "undefined": "–",
}


@dataclass(frozen=True)
class Chapter:
    """One challenger against the baseline."""

    title: str
    description: str
    groups: list[Group]
    terms: list[Term]
    periods: list[PeriodLine]
    break_even: str
    forest: Picture | None
    waterfall: Picture | None
    books: list[Item]
    books_unit: str
    territory: Picture | None
    segment: Picture | None


def write_report(study: Study | Findings, path: Path | str, plates: Sequence[Plate] | None = None) -> Path:
    """Write the study's report as one HTML file that opens offline; return its path.

    ``study`` may be given with its findings, and figures already drawn as ``plates``, to save
    computing them again.
    """
    findings = study if isinstance(study, Findings) else analyse_study(study)
    return write_page(render_study(findings, draw_study(findings) if plates is None else plates), path)


def render_study(findings: Findings, plates: Sequence[Plate]) -> str:
    """The report as HTML text."""
    study = findings.study
    order = sorted(study.challengers, key=lambda p: p != findings.answer.policy)
    chapters = [
        Chapter(
            title=study.title(policy),
            description=study.policies[policy].description,
            groups=scorecard_groups(findings.table, policy, study.meta.currency),
            terms=terms(findings, policy),
            periods=period_lines(findings, policy),
            break_even=break_even_text(findings, policy),
            forest=pick(plates, "forest", policy),
            waterfall=pick(plates, "waterfall", policy),
            books=reconcile_policies(findings.of(policy), study.meta.currency),
            books_unit=reconciliation_unit(findings.of(policy), study.meta.currency),
            territory=pick(plates, "territory", policy),
            segment=pick(plates, "segment", policy),
        )
        for policy in order
    ]
    return render_page(
        "study.html.j2",
        title=study.question or study.meta.title,
        meta=study.meta,
        span=plural(study.meta.weeks, "week"),
        pairs=plural(study.meta.replications, "pair"),
        seeds_count=plural(study.meta.replications, "seed"),
        seeds=seeds_text(study.meta),
        baseline=study.title(study.baseline),
        baseline_description=study.policies[study.baseline].description,
        answer=findings.answer,
        story=study_in_words(findings),
        chapters=chapters,
        choices=choices(findings),
        weeks=pick(plates, "weeks"),
        windows=windows_text(findings),
        transition=pick(plates, "transition"),
        periods=periods_text(findings),
        methods=methods(findings),
        assumed=assumed(study.assumptions),
        meanings=meanings(study.definitions[study.definitions["kpi"].isin(existing_kpis(study))]),
        marks=_MARKS,
    )


def methods(findings: Findings) -> list[str]:
    """How sure the comparison is, for the methods box: pairing, width of intervals, pairs for ±1 %."""
    table, lines = findings.table, []
    for row in (r for _, r in table[table["kpi"] == MAIN].iterrows()):
        if pd.isna(row["low"]) or not row["baseline_mean"]:
            continue
        wanted = WANTED * abs(row["baseline_mean"])
        needed = replications_needed(float(row["spread"]), wanted)
        lines.append(
            f"{row['label']}, {findings.study.title(row['policy'])}: half-width {percent(row['half_width'] / abs(row['baseline_mean']))} of the baseline's mean "
            f"with {plural(int(row['pairs']), 'pair')}; ±{percent(WANTED, decimals=0)} takes {plural(needed, 'pair')}; "
            f"variance-reduction factor of pairing {factor_text(row['vrf'])}."
        )
    scores = table[table["kpi_class"] != BOOKS]
    factors = scores.loc[scores["vrf"].notna() & (scores["verdict"] != "identical"), "vrf"]
    if len(factors):
        lines.append(
            f"Median variance-reduction factor over all KPIs that differ: {factor_text(float(factors.median()))}."
        )
    return lines
