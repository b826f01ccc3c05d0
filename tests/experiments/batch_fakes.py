"""Stand-ins for runs of a batch: quick, slow, failing or deadly; light to import, because every worker does."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from array import array
from pathlib import Path

from experiments.runs.numbers import Layout, Numbers, Part
from experiments.runs.run import Run

#: A folder in which stand-ins leave marks, for those that need one.
MARKS = "DEEPMARKET_TEST_MARKS"
KPIS = ("contribution", "revenue", "satisfaction")
LAYOUT = Layout.of(
    {
        "kpi": KPIS,
        "label": KPIS,
        "kpi_class": ["financial"] * 3,
        "unit": ["EUR"] * 3,
        "direction": ["up"] * 3,
        "formula": ["made up"] * 3,
    }
)


def quick(run: Run) -> Numbers:
    """KPIs from seed, policy and future."""
    values = array("d", [_uniform(run.seed, kpi) + _uniform(run.policy, run.future, kpi) for kpi in KPIS])
    return Numbers((Part("kpis", LAYOUT, values.tobytes()),), 0.01)


def _uniform(*parts: object) -> float:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6]) / 2**48


def a_little(run: Run) -> Numbers:
    """Takes sixty milliseconds and counts how often each run was started."""
    _mark(f"{run.identity}-{os.getpid()}-{time.monotonic_ns()}")
    time.sleep(0.06)
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
