"""Doing what a plan asks: its comparisons, one after another on the one engine, and the runs that show the baseline's face."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.comparison.drift import Drift, measure_scenario_drift
from experiments.comparison.paired_runs import compare
from experiments.plausibility.faces import face_of
from experiments.plausibility.plan import Control, Plan
from experiments.runs.progress import Progress
from experiments.runs.worker import load

if TYPE_CHECKING:
    from analysis.study import Study

KPI = "contribution"


@dataclass(frozen=True)
class Gain:
    """What a policy earns beyond its baseline up to a week, currency: mean and 95 % interval over pairs."""

    weeks: int
    baseline: float
    difference: float
    low: float
    high: float
    pairs: int

    def relative(self, value: float) -> float:
        """A difference as a share of what the baseline earns; NaN where that is not positive."""
        return value / self.baseline if self.baseline > 0 else float("nan")


@dataclass(frozen=True)
class Measured:
    """A control with what came out of it, the longest horizon last."""

    control: Control
    scenario: str
    baseline: str
    policy: str
    gains: tuple[Gain, ...]


def measure_controls(
    plan: Plan,
    *,
    out: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Measured]:
    """All controls of ``plan``; with ``out`` runs are kept there, in a folder for each, and not repeated.

    Raises :class:`sim.errors.InputErrors` for settings that the market refuses, before anything runs.
    """
    for control in plan.control:
        for policy in (control.baseline or plan.baseline, control.policy or plan.policy):
            load(plan.scenario, policy, control.set, control.weeks or plan.weeks)
    found = []
    for number, control in enumerate(plan.control, start=1):
        say(f"{number} of {len(plan.control)}: {control.group} – {control.name}")
        baseline, policy = control.baseline or plan.baseline, control.policy or plan.policy
        outcome = compare(
            plan.scenario,
            [baseline, policy],
            replications=control.pairs or plan.pairs,
            weeks=control.weeks or plan.weeks,
            overrides=control.set,
            workers=workers,
            out=None if out is None else out / f"{number:02d}",
            pages=False,
            progress=progress,
        )
        weeks = (*control.horizons, control.weeks or plan.weeks)
        gains = tuple(gain_until(outcome.study, week) for week in dict.fromkeys(weeks))
        found.append(Measured(control, plan.scenario, baseline, policy, gains))
    return found


def gain_until(study: Study, week: int) -> Gain:
    """The gain of the second policy of ``study`` over its first, in weeks 1 to ``week``."""
    from analysis.intervals import compare_pairs

    weekly = study.runs_weekly
    rows = weekly[(weekly["kpi"] == KPI) & (weekly["week"] <= week)]
    total = rows.groupby(["policy", "seed"], sort=True)["value"].sum()
    policy = next(name for name in study.policies if name != study.baseline)
    before, after = (total.loc[name].to_numpy() for name in (study.baseline, policy))
    paired = compare_pairs(before[None, :], after[None, :])
    return Gain(
        week,
        float(np.mean(before)),
        float(paired.difference[0]),
        float(paired.low[0]),
        float(paired.high[0]),
        len(before),
    )


def measure_drift_of_baseline(
    plan: Plan, *, workers: int | None = None, progress: Progress | None = None
) -> Drift | None:
    """The test of drift without a warm-up and with that of the market; None where the plan asks for none."""
    if not plan.drift_seeds:
        return None
    lived = load(plan.scenario, plan.baseline, {}).warm_up.weeks
    return measure_scenario_drift(
        plan.scenario,
        policy=plan.baseline,
        seeds=plan.drift_seeds,
        weeks=plan.weeks,
        warm_ups=(0, lived) if lived else (0,),
        workers=workers,
        progress=progress,
    )


def measure_face(
    plan: Plan, *, overrides: Mapping[str, object] | None = None, runs: int | None = None
) -> dict[str, list[float]]:
    """Every measure of the baseline's face, a value for each run."""
    from sim import Market

    scenario = load(plan.scenario, plan.baseline, dict(overrides or {}), plan.weeks)
    found: dict[str, list[float]] = {}
    for seed in range(scenario.seed, scenario.seed + (runs or plan.runs)):
        for name, value in face_of(Market(scenario, seed, keep_orders=True).run().results).items():
            found.setdefault(name, []).append(float(value))
    return found
