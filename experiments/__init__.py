"""Applications on top of the model: comparing policies, running many markets, taking in users' tables, the command line.

Public names are loaded on first use, so that the command line starts without loading the model.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.batch.batch_answer import answer_batch
    from experiments.batch.launch import run_batch
    from experiments.batch.sealed_batch import Batch, open_batch
    from experiments.comparison.outcome import Outcome
    from experiments.comparison.paired_runs import compare
    from experiments.comparison.race import select_best
    from experiments.comparison.race_outcome import Selection
    from experiments.result_tables import Tables, open_tables
    from experiments.runs.result import RunsFailed

_HOME = {
    "answer_batch": "batch.batch_answer",
    "Batch": "batch.sealed_batch",
    "open_batch": "batch.sealed_batch",
    "run_batch": "batch.launch",
    "compare": "comparison.paired_runs",
    "RunsFailed": "runs.result",
    "Outcome": "comparison.outcome",
    "select_best": "comparison.race",
    "Selection": "comparison.race_outcome",
    "open_tables": "result_tables",
    "Tables": "result_tables",
}

__all__ = [
    "Batch",
    "Outcome",
    "RunsFailed",
    "Selection",
    "Tables",
    "answer_batch",
    "compare",
    "open_batch",
    "open_tables",
    "run_batch",
    "select_best",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(importlib.import_module(f"experiments.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
