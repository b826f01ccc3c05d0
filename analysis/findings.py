"""All findings of a study, computed once: for the terminal, the tables, the figures and the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.all_pairs import compare_all_pairs
from analysis.answer import MAIN, Answer, answer_question
from analysis.digests import note_digests
from analysis.horizon import compare_horizons
from analysis.paired import compare_levels, compare_policies
from analysis.ranking import rank_policies
from analysis.study import Study
from analysis.transition import compare_periods, find_break_even
from analysis.upper_bounds import marked
from sim.text import write_csv


@dataclass(frozen=True)
class Findings:
    """A study with its comparisons.

    ``table`` from :func:`analysis.paired.compare_policies`, ``levels`` from ``compare_levels``,
    ``horizons`` from ``compare_horizons``, ``ranks`` from ``rank_policies`` on contribution, ``periods`` and ``break_even``
    from :mod:`analysis.transition`.
    """

    study: Study
    table: pd.DataFrame
    levels: pd.DataFrame
    horizons: pd.DataFrame
    ranks: pd.DataFrame
    answer: Answer
    periods: pd.DataFrame
    break_even: pd.DataFrame

    def of(self, policy: str) -> pd.DataFrame:
        """The rows of ``policy`` in ``table``."""
        return self.table[self.table["policy"] == policy]

    def cut(self, policy: str, dimension: str) -> pd.DataFrame:
        """The rows of ``policy`` in ``levels`` for one dimension; empty when not cut by it."""
        if self.levels.empty:
            return self.levels
        return self.levels[(self.levels["policy"] == policy) & (self.levels["dimension"] == dimension)]


def analyse_study(study: Study) -> Findings:
    """Compare, rank and answer. Raises StudyError for results that cannot be compared."""
    table = compare_policies(study)
    return Findings(
        study=study,
        table=table,
        levels=compare_levels(study),
        horizons=compare_horizons(study),
        ranks=rank_policies(study, MAIN),
        answer=answer_question(study, table),
        periods=compare_periods(study),
        break_even=find_break_even(study),
    )


def write_tables(findings: Findings, folder: Path | str) -> list[Path]:
    """Write comparison, levels, horizons and ranking as CSV and Parquet; return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in (
        ("comparison", findings.table),
        ("by_level", findings.levels),
        ("short_and_long_term", findings.horizons),
        ("transition", findings.periods),
        ("break_even", findings.break_even),
        ("ranking", findings.ranks),
        ("all_pairs", compare_all_pairs(findings.study, MAIN)),
    ):
        if table.empty:
            continue
        table = marked(table, findings.study.policies)
        write_csv(table, folder / f"{name}.csv")
        table.to_parquet(folder / f"{name}.parquet", index=False)
        written += [folder / f"{name}.csv", folder / f"{name}.parquet"]
    note_digests(folder, [file.name for file in written])
    return written
