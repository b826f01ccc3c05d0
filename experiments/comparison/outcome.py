"""The outcome of a comparison: the study, its answer, figures and report, and the runs that failed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.comparison.stopping_rule import DECIDING
from experiments.ownership import Asked, claim, settled
from experiments.result_tables import plain
from experiments.runs.result import Failed, failure_rows
from experiments.whole_files import write_file
from sim.text import write_csv

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.findings import Findings
    from analysis.study import Study

_PAGE = "report.html"


@dataclass(frozen=True)
class Outcome:
    """What a comparison found.

    ``failures`` are runs that did not end well, ``folder`` where results were saved (None: nowhere yet),
    ``reused`` how many runs had been done before, ``reached`` whether a wanted precision was met (None:
    none was asked for).
    """

    study: Study
    failures: tuple[Failed, ...] = ()
    folder: Path | None = None
    reused: int = 0
    reached: bool | None = None
    scenario_files: Mapping[str, str] | None = None
    asked: Asked | None = None

    @cached_property
    def findings(self) -> Findings:
        """Everything the study says, computed once."""
        from analysis.findings import analyse_study

        return analyse_study(self.study)

    @property
    def table(self) -> pd.DataFrame:
        """Paired differences, one row per policy and KPI; columns as in :func:`analysis.compare_policies`."""
        from analysis.upper_bounds import marked

        return marked(self.findings.table, self.study.policies)

    @cached_property
    def all_pairs(self) -> pd.DataFrame:
        """Every policy against every other one on contribution, as of :func:`analysis.compare_all_pairs`."""
        from analysis.all_pairs import compare_all_pairs

        return compare_all_pairs(self.study)

    @property
    def sentence(self) -> str:
        """The answer: which policy, by how much, how sure, and where it loses."""
        return self.findings.answer.sentence

    @property
    def variance_reduction(self) -> float:
        """How many times fewer replications pairing needs on contribution (smallest over policies); NaN when all are identical."""
        rows = self.table[(self.table["kpi"] == DECIDING) & (self.table["verdict"] != "identical")]
        return float(rows["vrf"].min()) if len(rows) else math.nan

    def plot(self, policy: str | None = None) -> Figure:
        """Forest plot of the paired differences of ``policy`` (default: the best challenger)."""
        from analysis.figures.forest import forest
        from analysis.figures.style import Names

        chosen = policy or self.findings.answer.policy
        names = Names(self.study.title(chosen), self.study.title(self.study.baseline), self.study.meta.currency)
        return forest(self.findings.of(chosen), names)

    def report(self, path: Path | str) -> Path:
        """Write the self-contained HTML report."""
        from analysis import write_report

        return write_report(self.findings, path)

    def save(self, folder: Path | str, *, replace: bool = False) -> Path:
        """Write tables (Parquet and CSV), figures (PNG), the resolved scenarios and report.html into ``folder``.

        Raises :class:`sim.errors.InputErrors` when the folder is another study's, unless ``replace`` says so.
        """
        folder, meta = Path(folder), self.study.meta
        asked = self.asked or Asked.of("compare", meta.scenario, self.study.policies, meta.seeds[0], meta.weeks, None)
        claim(folder, asked, replace=replace)
        with settled(folder, asked) as part:
            self._write(part)
        return folder

    def _write(self, folder: Path) -> None:
        from analysis.figures.gallery import draw_study, save_plates
        from analysis.findings import write_tables
        from analysis.report.study_page import write_report
        from analysis.study_folder import TABLES, write_study
        from analysis.upper_bounds import marked

        write_study(self.study, folder)
        for name in TABLES:
            table = getattr(self.study, name)
            table = marked(table, self.study.policies) if "policy" in table.columns else table
            write_csv(table, folder / f"{name}.csv")
        write_tables(self.findings, folder)
        for name, text in (self.scenario_files or {}).items():
            write_file(folder / name, text)
        plates = draw_study(self.findings)
        save_plates(plates, folder / "figures")
        write_report(self.findings, folder / _PAGE, plates)

    def _rows(self, table: pd.DataFrame) -> list[dict[Any, Any]]:
        from analysis.upper_bounds import marked

        return marked(table, self.study.policies).to_dict(orient="records")

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain values for JSON; a value that is not a number becomes null."""
        answer, meta = self.findings.answer, self.study.meta
        return {
            "scenario": meta.scenario,
            "weeks": meta.weeks,
            "seeds": list(meta.seeds),
            "replications": meta.replications,
            "baseline": self.study.baseline,
            "policies": list(self.study.policies),
            "upper_bounds": [name for name, label in self.study.policies.items() if label.upper_bound],
            "verdict": answer.verdict,
            "policy": answer.policy,
            "answer": self.sentence,
            "variance_reduction": plain(self.variance_reduction),
            "precision_reached": self.reached,
            "notes": list(meta.notes),
            "ranking": [
                {
                    "policy": row["policy"],
                    "mean": plain(row["mean"]),
                    "probability_best": plain(row["probability_best"]),
                    "price_of_being_wrong": plain(row["expected_loss"]),
                    "upper_bound": self.study.policies[row["policy"]].upper_bound,
                }
                for row in self.findings.ranks.to_dict(orient="records")
            ],
            "all_pairs": [{k: plain(v) for k, v in row.items()} for row in self._rows(self.all_pairs)],
            "comparison": [{k: plain(v) for k, v in row.items()} for row in self._rows(self.table)],
            "failures": failure_rows(self.failures),
            "reused_runs": self.reused,
            "folder": None if self.folder is None else str(self.folder),
            "versions": dict(meta.versions),
        }
