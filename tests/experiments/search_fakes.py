"""A search with a known answer, and stand-ins for the market that give it.

Binh and Korn (1997): minimise f1 = 4x² + 4y² and f2 = (x − 5)² + (y − 5)² for x in [0, 5], y in [0, 3], subject to
(x − 5)² + y² ≤ 25 and (x − 8)² + (y + 3)² ≥ 7.7. Its front is x = y in [0, 3], then y = 3, x in [3, 5].
Levers are two numbers of the firm's policy that any scenario has, moved by x/5 and y/3; contribution is −f1, revenue −f2.
"""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from experiments.batch.search_points import SearchPlan, search_plan
from experiments.runs.numbers import Layout, Numbers, Part
from experiments.runs.run import Run
from tests.experiments.batch_fixture import design_file

X, Y = "policy.pay.commission", "policy.pricing.discount"
#: KPIs whose names the market knows; satisfaction and turnover are the two limits' left sides.
KPIS = ("contribution", "revenue", "satisfaction", "turnover")
LAYOUT = Layout.of(
    {
        "kpi": KPIS,
        "label": KPIS,
        "kpi_class": ["financial"] * 4,
        "unit": ["1"] * 4,
        "direction": ["up"] * 4,
        "formula": ["made up"] * 4,
    }
)
DESIGN = """\
title = "A search with a known answer"
scenario = "tiny"
replications = 2
weeks = 4

[[policy]]
name = "as_written"

[futures]
method = "latin_hypercube"
size = 3
fresh = 2
[futures.factors."params.choice.loyalty"]
low = 1.0
high = 5.0

[levers]
[levers.factors.x]
path = "policy.pay.commission"
low = 0.0
high = 0.05
[levers.factors.y]
path = "policy.pricing.discount"
low = 0.0
high = 0.03

[[target]]
kpi = "turnover"
at_most = 25
[[target]]
kpi = "satisfaction"
at_least = 7.7

[optimise]
objectives = ["contribution", "revenue"]
population = 12
generations = 15
seed = 2
"""
#: Files in which stand-ins leave a line per run, and after so many of which they stop, by environment.
MARKS = "DEEPMARKET_TEST_MARKS"


def planned(folder: Path, *changes: tuple[str, str]) -> SearchPlan:
    """The plan of the search with changes to its design."""
    return search_plan(plan_batch(read_design(design_file(folder, DESIGN, *changes))))


def binh_korn(x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """KPIs [..., 4] at x and y."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    costs = -(4 * x**2 + 4 * y**2), -((x - 5) ** 2 + (y - 5) ** 2)
    return np.stack([*costs, (x - 8) ** 2 + (y + 3) ** 2, (x - 5) ** 2 + y**2], axis=-1)


def true_front(count: int = 2000) -> npt.NDArray[np.float64]:
    """Contribution and revenue on the front in closed form, [points, 2]."""
    same, along = np.linspace(0, 3, count), np.linspace(3, 5, count)
    return np.vstack([binh_korn(same, same), binh_korn(along, np.full(count, 3.0))])[:, :2]


def place(run: Run) -> tuple[float, float]:
    """x and y of a run; listed policies stand at (1, 2)."""
    settings = dict(run.base.settings)
    return (settings[X] * 100, settings[Y] * 100) if X in settings else (1.0, 2.0)


def known(run: Run) -> Numbers:
    """Binh and Korn's problem. Futures and seeds move all points alike, futures so that their mean moves none."""
    x, y = place(run)
    values = binh_korn(x, y)
    values[:2] += (run.future % 3 - 1) * (1 if run.future < 3 else 0)
    return Numbers((Part("kpis", LAYOUT, array("d", values.tolist()).tobytes()),), 0.01)


def counted(run: Run) -> Numbers:
    """As known; every run leaves a mark, and Ctrl-C comes when there are as many as asked for."""
    marks = Path(os.environ[MARKS])
    most = int(marks.with_suffix(".most").read_text())
    done = marks.read_text().split() if marks.exists() else []
    if len(done) >= most:
        raise KeyboardInterrupt
    marks.write_text("\n".join([*done, run.identity]))
    return known(run)


def lucky(run: Run) -> Numbers:
    """Beyond x = 2.5 the search's seeds are kinder than others, by 3 in contribution; the baseline's by 1."""
    x, _ = place(run)
    found = known(run)
    kindness = (3.0 if x > 2.5 else 0.0 if x != 1.0 else 1.0) if run.replication < 2 else 0.0
    values = np.frombuffer(found.parts[0].values).copy()
    values[0] += kindness
    return Numbers((Part("kpis", LAYOUT, values.tobytes()),), 0.01)


def fail_right(run: Run) -> Numbers:
    """Raises in future 1 where x is above 2."""
    if place(run)[0] > 2 and run.future == 1:
        raise ValueError("nobody answers the phone")
    return known(run)


def without_satisfaction(run: Run) -> Numbers:
    """Has no value of satisfaction where x is above 2."""
    found = known(run)
    if place(run)[0] <= 2:
        return found
    values = np.frombuffer(found.parts[0].values).copy()
    values[2] = np.nan
    return Numbers((Part("kpis", LAYOUT, values.tobytes()),), 0.01)
