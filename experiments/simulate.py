"""What a worker does with a job: load the scenario, run the market, hand back its tables."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from experiments.runs import AS_WRITTEN, Job, RunTables

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: Ways in which a study cuts the key figures.
CUTS = ("territory", "segment", "offer")


def simulate(job: Job) -> RunTables:
    """Run ``job`` and return its tables.

    Raises :class:`sim.errors.InputErrors` when the scenario's files are no longer what they were when the
    run was planned.
    """
    import pandas as pd

    from sim import Market
    from sim.errors import InputError, InputErrors

    started = time.perf_counter()
    scenario = _load(job.scenario, job.policy, tuple(sorted(job.overrides.items())), job.weeks)
    if scenario.digest != job.digest:
        _load.cache_clear()
        raise InputErrors(
            [
                InputError(
                    job.scenario,
                    "was edited while runs were under way",
                    "files that stay as they are until all runs have ended",
                    "start again",
                )
            ]
        )
    market = Market(scenario, seed=job.seed)
    market.run()
    results = market.results
    cuts = [results.kpis_by(dimension).assign(dimension=dimension) for dimension in CUTS]
    by = pd.concat([cut for cut in cuts if len(cut)], ignore_index=True)
    return RunTables(
        kpis=results.scorecard[["kpi", "value"]],
        weekly=results.kpis_weekly[["week", "kpi", "value"]],
        by=by[["dimension", "level", "kpi", "value"]],
        definitions=results.definitions,
        assumptions=results.assumptions,
        seconds=time.perf_counter() - started,
    )


@lru_cache(maxsize=8)
def _load(scenario: str, policy: str, overrides: tuple[tuple[str, Any], ...], weeks: int | None) -> Scenario:
    """A scenario as runs share it: read once per worker, policy and setting."""
    from sim.scenario import Scenario

    return Scenario.load(
        scenario, policy=None if policy == AS_WRITTEN else policy, overrides=dict(overrides), weeks=weeks
    )
