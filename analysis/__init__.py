"""Reads records and tables, never the engine: paired comparison, answers in words, figures, reports.

Everything public is named here and loaded on first use, so that importing the package costs
nothing and a command that draws nothing never loads matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.all_pairs import compare_all_pairs
    from analysis.answer import Answer, answer_question
    from analysis.elimination import Elimination
    from analysis.errors import StudyError
    from analysis.figures.gallery import Plate, draw_run, draw_study, save_plates
    from analysis.findings import Findings, analyse_study, write_tables
    from analysis.horizon import compare_horizons
    from analysis.intervals import replications_needed
    from analysis.paired import compare_levels, compare_policies, precision_table
    from analysis.report.run_page import run_groups, write_run_report
    from analysis.report.study_page import write_report
    from analysis.run import Run
    from analysis.scorecard import scorecard_groups
    from analysis.selection import rank_policies
    from analysis.study import PolicyLabel, Provenance, Study
    from analysis.study_folder import read_study, write_study

_HOME = {
    "Answer": "answer",
    "answer_question": "answer",
    "compare_all_pairs": "all_pairs",
    "Elimination": "elimination",
    "StudyError": "errors",
    "Plate": "figures.gallery",
    "draw_run": "figures.gallery",
    "draw_study": "figures.gallery",
    "save_plates": "figures.gallery",
    "Findings": "findings",
    "analyse_study": "findings",
    "write_tables": "findings",
    "compare_horizons": "horizon",
    "replications_needed": "intervals",
    "compare_levels": "paired",
    "compare_policies": "paired",
    "precision_table": "paired",
    "run_groups": "report.run_page",
    "write_run_report": "report.run_page",
    "write_report": "report.study_page",
    "Run": "run",
    "scorecard_groups": "scorecard",
    "rank_policies": "selection",
    "PolicyLabel": "study",
    "Provenance": "study",
    "Study": "study",
    "read_study": "study_folder",
    "write_study": "study_folder",
}

__all__ = [
    "Answer",
    "Elimination",
    "Findings",
    "Plate",
    "PolicyLabel",
    "Provenance",
    "Run",
    "Study",
    "StudyError",
    "analyse_study",
    "answer_question",
    "compare_all_pairs",
    "compare_horizons",
    "compare_levels",
    "compare_policies",
    "draw_run",
    "draw_study",
    "precision_table",
    "rank_policies",
    "read_study",
    "replications_needed",
    "run_groups",
    "save_plates",
    "scorecard_groups",
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
