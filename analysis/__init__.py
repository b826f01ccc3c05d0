"""Paired comparison, answers in words, figures and reports, from records and tables; never touches the engine.

Everything public is named here and loaded on first use, so that importing the package costs
nothing and a command that draws nothing never loads matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.all_pairs import compare_all_pairs
    from analysis.answer import Answer, answer_question
    from analysis.comparison_table import scorecard_groups
    from analysis.elimination import Elimination
    from analysis.ensemble import Ensemble
    from analysis.errors import StudyError
    from analysis.factor import Factor
    from analysis.figures.gallery import Plate, draw_run, draw_study, save_plates
    from analysis.findings import Findings, analyse_study, write_tables
    from analysis.futures.blocks import missing_blocks
    from analysis.futures.cases import beaten, fails
    from analysis.futures.discovery import Discovery, discover
    from analysis.futures.future_pairs import compare_in_futures
    from analysis.futures.regret import regret_table
    from analysis.futures.robust import robust_table
    from analysis.futures.robust_choice import choose_robust
    from analysis.futures.sensitivity import Sensitivity, morris_screening, sobol_indices
    from analysis.horizon import compare_horizons
    from analysis.intervals import replications_needed
    from analysis.paired import compare_levels, compare_policies, precision_table
    from analysis.ranking import rank_policies
    from analysis.report.run_page import run_groups, write_run_report
    from analysis.report.study_page import write_report
    from analysis.single_run import Run
    from analysis.study import PolicyLabel, Provenance, Study
    from analysis.study_folder import read_study, write_study
    from analysis.targets import Target


_HOME = {
    "Answer": "answer",
    "answer_question": "answer",
    "missing_blocks": "futures.blocks",
    "beaten": "futures.cases",
    "fails": "futures.cases",
    "discover": "futures.discovery",
    "Discovery": "futures.discovery",
    "Ensemble": "ensemble",
    "compare_all_pairs": "all_pairs",
    "Elimination": "elimination",
    "StudyError": "errors",
    "Factor": "factor",
    "draw_run": "figures.gallery",
    "draw_study": "figures.gallery",
    "Plate": "figures.gallery",
    "save_plates": "figures.gallery",
    "analyse_study": "findings",
    "Findings": "findings",
    "write_tables": "findings",
    "compare_in_futures": "futures.future_pairs",
    "compare_horizons": "horizon",
    "replications_needed": "intervals",
    "compare_levels": "paired",
    "compare_policies": "paired",
    "precision_table": "paired",
    "regret_table": "futures.regret",
    "run_groups": "report.run_page",
    "write_run_report": "report.run_page",
    "write_report": "report.study_page",
    "robust_table": "futures.robust",
    "choose_robust": "futures.robust_choice",
    "Run": "single_run",
    "scorecard_groups": "comparison_table",
    "rank_policies": "ranking",
    "Sensitivity": "futures.sensitivity",
    "morris_screening": "futures.sensitivity",
    "sobol_indices": "futures.sensitivity",
    "PolicyLabel": "study",
    "Provenance": "study",
    "Study": "study",
    "read_study": "study_folder",
    "write_study": "study_folder",
    "Target": "targets",
}

__all__ = [
    "Answer",
    "Discovery",
    "Elimination",
    "Ensemble",
    "Factor",
    "Findings",
    "Plate",
    "PolicyLabel",
    "Provenance",
    "Run",
    "Sensitivity",
    "Study",
    "StudyError",
    "Target",
    "analyse_study",
    "answer_question",
    "beaten",
    "choose_robust",
    "compare_all_pairs",
    "compare_horizons",
    "compare_in_futures",
    "compare_levels",
    "compare_policies",
    "discover",
    "draw_run",
    "draw_study",
    "fails",
    "missing_blocks",
    "morris_screening",
    "precision_table",
    "rank_policies",
    "read_study",
    "regret_table",
    "replications_needed",
    "robust_table",
    "run_groups",
    "save_plates",
    "scorecard_groups",
    "sobol_indices",
    "write_report",
    "write_run_report",
    "write_study",
    "write_tables",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(importlib.import_module(f"analysis.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
