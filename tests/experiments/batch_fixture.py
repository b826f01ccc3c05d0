"""Stand-ins for batches: a small design, and runs that are quick, slow, failing or deadly; importable in workers."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import pandas as pd

from experiments.batch.numbers import Numbers, Part
from experiments.batch.planning import BatchPlan, plan_batch
from experiments.batch.reading import read_design
from experiments.batch.run import Run

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
#: A folder in which stand-ins leave marks, for those that need one.
MARKS = "DEEPMARKET_TEST_MARKS"


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


def quick(run: Run) -> Numbers:
    """Key figures from seed, policy and future."""
    rows = [
        (kpi, kpi, "financial", "EUR", "up", "made up", _uniform(run.seed, kpi) + _uniform(run.policy, run.future, kpi))
        for kpi in ("contribution", "revenue", "satisfaction")
    ]
    heads = ["kpi", "label", "kpi_class", "unit", "direction", "formula", "value"]
    kpis = pd.DataFrame(rows, columns=heads)
    return Numbers((Part.of("kpis", kpis),), 0.01)


def _uniform(*parts: object) -> float:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6]) / 2**48


def a_little(run: Run) -> Numbers:
    """Takes thirty milliseconds and counts how often each run was started."""
    _mark(f"{run.identity}-{os.getpid()}-{time.monotonic_ns()}")
    time.sleep(0.03)
    return quick(run)


def _mark(name: str) -> None:
    (Path(os.environ[MARKS]) / name).touch()


def fail_in_future_two(run: Run) -> Numbers:
    """Future 2 raises under deep marketing."""
    if run.future == 2 and run.policy == "deep_marketing":
        raise ValueError("future 2 is bleak")
    return quick(run)


def die_in_future_two(run: Run) -> Numbers:
    """Future 2 kills its worker under deep marketing, every time."""
    if run.future == 2 and run.policy == "deep_marketing":
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(run)


def hang_in_future_two(run: Run) -> Numbers:
    """Future 2 never returns, and looks at no clock."""
    if run.future == 2 and run.policy == "deep_marketing" and run.replication == 0:
        while True:
            pass
    return quick(run)


def wait_for_ever(run: Run) -> Numbers:
    """Future 0 is quick, others never end."""
    _mark(f"started-{run.future}-{os.getpid()}")
    if run.future > 0:
        time.sleep(600)
    return quick(run)
