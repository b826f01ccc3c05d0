"""The report of a single run: its scorecard, its weeks, its channel and its working hours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.figures.gallery import Plate, draw_run
from analysis.numerals import plural, scale_of
from analysis.report.page import assumed, embed, render_page, seeds_text, write_page
from analysis.report.reconciliation import reconcile_run
from analysis.report.table_rows import meanings
from analysis.single_run import Run
from analysis.study import BOOKS, KPI_CLASSES


def write_run_report(run: Run, path: Path | str, plates: Sequence[Plate] | None = None) -> Path:
    """Write the run's report as one HTML file that opens offline; return its path."""
    drawn = draw_run(run) if plates is None else plates
    html = render_page(
        "run.html.j2",
        title=f"{run.policy.title}: {run.meta.title}",
        question=run.question,
        meta=run.meta,
        policy=run.policy,
        span=plural(run.meta.weeks, "week"),
        seeds=seeds_text(run.meta),
        groups=run_groups(run),
        books=reconcile_run(run),
        pictures=[embed(plate) for plate in drawn],
        assumed=assumed(run.assumptions),
        meanings=meanings(run.definitions[run.scorecard["value"].notna()]),
    )
    return write_page(html, path)


def run_groups(run: Run) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The scorecard by class: heading → (label, value with unit, formula); for terminal and page alike.

    KPIs without a value do not apply to this market and are omitted.
    """
    rows = run.scorecard[(run.scorecard["kpi_class"] != BOOKS) & run.scorecard["value"].notna()]
    present = list(dict.fromkeys(rows["kpi_class"]))
    order = [c for c in KPI_CLASSES if c in present] + [c for c in present if c not in KPI_CLASSES]
    return [
        (
            KPI_CLASSES.get(c, c.capitalize()),
            [
                (
                    str(r["label"]),
                    scale_of([r["value"]], str(r["unit"]), run.meta.currency).level(float(r["value"])),
                    str(r["formula"]),
                )
                for _, r in rows[rows["kpi_class"] == c].iterrows()
            ],
        )
        for c in order
    ]
