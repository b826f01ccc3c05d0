"""Applications on top of the model: comparing policies, running many markets, taking in users' tables, the command line.

Public names are loaded on first use, so that the command line starts without loading the model.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.batch.answering import answer_batch
    from experiments.batch.results import Batch, open_batch
    from experiments.batch.running import run_batch
    from experiments.comparison import RunsFailed, compare
    from experiments.outcome import Outcome
    from experiments.select import select_best
    from experiments.selection import Selection
    from experiments.tables import Tables, open_tables

_HOME = {
    "answer_batch": "batch.answering",
    "Batch": "batch.results",
    "open_batch": "batch.results",
    "run_batch": "batch.running",
    "compare": "comparison",
    "RunsFailed": "comparison",
    "Outcome": "outcome",
    "select_best": "select",
    "Selection": "selection",
    "open_tables": "tables",
    "Tables": "tables",
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
