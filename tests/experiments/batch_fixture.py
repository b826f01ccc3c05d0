"""A small design for tests of batches."""

from __future__ import annotations

from pathlib import Path

from experiments.batch.batch_plan import BatchPlan, plan_batch
from experiments.batch.design_file import read_design

DESIGN = """\
title = "A small study"
scenario = "tiny"
replications = 2
weeks = 4

[[policy]]
name = "as_written"

[[policy]]
name = "deep_marketing"

[futures]
method = "latin_hypercube"
size = 5
seed = 3

[futures.factors."params.choice.loyalty"]
low = 1.0
high = 5.0

[futures.factors.prices]
path = "offer.*.list_price"
times = true
low = 0.9
high = 1.1
"""


def design_file(folder: Path, text: str = DESIGN, *changes: tuple[str, str]) -> Path:
    """A design in ``folder``; ``changes`` replace pieces of ``text`` that must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file = folder / "design.toml"
    file.write_text(text, encoding="utf-8")
    return file


def small_plan(folder: Path, *changes: tuple[str, str]) -> BatchPlan:
    """The plan of the small design."""
    return plan_batch(read_design(design_file(folder, DESIGN, *changes)))
