"""The report of a batch: the question, its answer over futures, which policy is robust, where it fails, what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.conclusion_words import tell
from analysis.conclusions import Conclusions
from analysis.figures.gallery import Plate
from analysis.numerals import DASH, percent, probability, scale_of
from analysis.report.page import embed, render_page, seeds_text, write_page
from analysis.report.table_rows import meanings


@dataclass(frozen=True)
class Row:
    """One policy over all futures, as texts."""

    title: str
    cells: tuple[str, ...]
    best: bool


@dataclass(frozen=True)
class Picked:
    """What one rule of choice picks, and how the pick does on fresh futures."""

    rule: str
    policy: str
    fresh: str
    rank: str
    again: str


def write_ensemble_report(found: Conclusions, plates: Sequence[Plate], path: Path | str, title: str) -> Path:
    """Write the report as one HTML file that opens offline; return its path."""
    ensemble = found.ensemble
    roles = ensemble.futures["role"].value_counts()
    page = render_page(
        "ensemble.html.j2",
        title=title,
        meta=ensemble.meta,
        seeds=seeds_text(ensemble.meta),
        runs=f"{len(ensemble.runs):,}",
        futures=int(roles.get("study", 0)),
        fresh=int(roles.get("fresh", 0)),
        method=ensemble.method.replace("_", " "),
        sentences=tell(found),
        heads=_HEADS,
        rows=_rows(found),
        picks=_picks(found),
        plates=[embed(plate) for plate in plates],
        restrictions=_restrictions(found),
        skipped=found.skipped,
        factors=[(factor.name, _range(ensemble.futures[factor.name]), factor.unit) for factor in ensemble.factors],
        meanings=meanings(ensemble.definitions[ensemble.definitions["kpi"].isin(_shown(found))]),
    )
    return write_page(page, path)


_HEADS = (
    "Mean over futures",
    "Difference to the baseline",
    "95 % CI",
    "Largest regret",
    "Mean regret",
    "Worst tenth",
    "Meets all targets",
    "Best in",
    "P(best mean)",
)


def _rows(found: Conclusions) -> list[Row]:
    """Policies, the one with the least regret first."""
    if found.robust is None:
        return []
    table = found.robust.sort_values(["max_regret", "mean_regret"], kind="stable")
    money, unit = found.ensemble.meta.currency, str(table["unit"].iloc[0])
    levels = scale_of([*table["mean"], *table["worst_tenth"]], unit, money)
    gaps = scale_of([*table["difference"], *table["max_regret"], *table["mean_regret"]], unit, money)
    rows = []
    for number, row in enumerate(table.to_dict(orient="records")):
        base = row["policy"] == found.ensemble.baseline
        met = row["satisficing"]
        cells = (
            levels.level(row["mean"]),
            DASH if base else gaps.difference(row["difference"]),
            DASH if base else gaps.bracket(row["difference_low"], row["difference_high"]),
            gaps.difference(row["max_regret"]).lstrip("+"),
            gaps.difference(row["mean_regret"]).lstrip("+"),
            levels.level(row["worst_tenth"]),
            DASH
            if pd.isna(met)
            else f"{percent(met, decimals=0)} [{percent(row['satisficing_low'], decimals=0)}, {percent(row['satisficing_high'], decimals=0)}]",
            percent(row["share_best"], decimals=0),
            probability(row["probability_best"]),
        )
        rows.append(Row(found.ensemble.title(str(row["policy"])), cells, number == 0))
    return rows


def _picks(found: Conclusions) -> list[Picked]:
    if found.choices is None:
        return []
    ensemble = found.ensemble
    picks = []
    for row in found.choices.to_dict(orient="records"):
        fresh = bool(row["fresh_futures"])
        picks.append(
            Picked(
                str(row["words"]),
                ensemble.title(str(row["policy"])),
                ensemble.title(str(row["fresh_policy"])) if fresh else DASH,
                f"{int(row['fresh_rank'])} of {len(ensemble.policies)}" if fresh else DASH,
                ("yes" if row["again"] else "no") if fresh else DASH,
            )
        )
    return picks


def _restrictions(found: Conclusions) -> list[tuple[str, str]]:
    """Each search with its rule, and what fresh futures say."""
    rows = []
    for finding in found.findings:
        verdict = "" if finding.check is None else str(finding.check.iloc[-1]["verdict"])
        rows.append((finding.discovery.sentence, verdict or ("no fresh futures" if finding.discovery.found else DASH)))
    return rows


def _range(values: pd.Series) -> str:
    """The values a factor takes in these futures."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return f"{values.min():.4g} to {values.max():.4g}"
    return ", ".join(str(value) for value in values.unique())


def _shown(found: Conclusions) -> set[str]:
    return {found.kpi, *(target.kpi for target in found.targets)}
