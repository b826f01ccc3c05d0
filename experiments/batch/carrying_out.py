"""What a worker does with a run of a batch: load its scenario, run the market within its time, keep what is wanted."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from experiments.batch.checking import load
from experiments.batch.numbers import Numbers, Part
from experiments.batch.run import Base, Kept, Run
from experiments.simulate import CUTS
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from sim.market import Market


class TimeUp(TimeoutError):
    """A run that takes longer than it may."""


def carry_out(run: Run) -> Numbers:
    """Carry out ``run``.

    Raises :class:`InputErrors` when files are no longer what they were when the batch was planned, or when what the
    future sets does not fit together; :class:`TimeUp` when the time is over.
    """
    from sim import Market

    started = time.perf_counter()
    if _digest(run.base) != run.base.digest:
        _digest.cache_clear()
        remedy = "give the file its old content, or start a batch in another folder"
        problem = "was edited after the batch was planned"
        raise InputErrors([InputError(run.base.scenario, problem, "files that stay as they are", remedy)])
    scenario = load(
        run.base.scenario, run.base.policy, {**dict(run.base.settings), **dict(run.settings), "weeks": run.weeks}
    )
    market = Market(scenario, seed=run.seed)
    for week in range(run.weeks):
        market.step()
        if run.timeout is not None and time.perf_counter() - started > run.timeout:
            raise TimeUp(f"did not end within {run.timeout:g} s: {week + 1} of {run.weeks} weeks were done")
    return Numbers(_parts(market, run.kept), time.perf_counter() - started)


@lru_cache(maxsize=64)
def _digest(base: Base) -> str:
    """Digest of the base as the files are now; looked at once per worker and base."""
    return load(base.scenario, base.policy, dict(base.settings)).digest


def _parts(market: Market, kept: Kept) -> tuple[Part, ...]:
    import pandas as pd

    results = market.results

    def wanted(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["kpi"].isin(kept.kpis)] if kept.kpis else table

    columns = ["kpi", "label", "kpi_class", "unit", "direction", "formula", "value"]
    parts = [Part.of("kpis", wanted(results.scorecard)[columns])]
    if kept.weekly:
        parts.append(Part.of("weekly", wanted(results.kpis_weekly)[["week", "kpi", "value"]]))
    if kept.by:
        cuts = [results.kpis_by(dimension).assign(dimension=dimension) for dimension in CUTS]
        by = wanted(pd.concat([cut for cut in cuts if len(cut)], ignore_index=True))
        parts.append(Part.of("by", by.assign(level=by["level"].map(str))[["dimension", "level", "kpi", "value"]]))
    return tuple(parts)
