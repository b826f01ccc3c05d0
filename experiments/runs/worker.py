"""What a worker does with a run: load its scenario, run the market within its time, keep what is asked for."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from experiments.runs.numbers import Numbers, Part
from experiments.runs.past import market_at_start
from experiments.runs.run import AS_WRITTEN, Base, Kept, Past, Run
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    import pandas as pd

    from sim.market import Market
    from sim.results import Results
    from sim.scenario import Scenario

#: Ways in which KPIs are cut.
CUTS = ("territory", "segment", "offer")


class TimeUp(TimeoutError):
    """A run that takes longer than it may."""


def simulate(run: Run) -> Numbers:
    """Carry out ``run`` and return what is kept of it.

    Raises :class:`InputErrors` when files are no longer what they were when the run was planned, or when what its
    future sets does not fit together; :class:`TimeUp` when the time is over.
    """
    importlib.import_module("sim.market")  # takes a second, once per worker: not the run's
    started = time.perf_counter()
    market = market_of(run)
    return Numbers(_parts(market.results, run.kept), time.perf_counter() - started)


def market_of(run: Run, each_week: Callable[[int, int], None] | None = None) -> Market:
    """The market of ``run`` with all its weeks done; ``each_week`` is called with (weeks done, weeks) after each, those of a
    warm-up included. A past that a run before has left is not lived again, and its time is not that of this run.

    Raises as :func:`simulate`.
    """
    started = time.perf_counter()
    scenario = scenario_of(run)
    warm_up = scenario.warm_up.weeks
    weeks = warm_up + scenario.weeks

    def look_at_the_clock(market: Market) -> None:
        done = warm_up + market.week
        if each_week is not None:
            each_week(done, weeks)
        if run.timeout is not None and time.perf_counter() - started > run.timeout:
            raise TimeUp(f"did not end within {run.timeout:g} s: {done} of {weeks} weeks were done")

    def live_in(market: Market) -> None:
        market.live_in(lambda: look_at_the_clock(market))

    market = market_at_start(scenario, run.seed, live_in)
    for _ in range(scenario.weeks):
        market.step()
        look_at_the_clock(market)
    return market


def scenario_of(run: Run) -> Scenario:
    """The resolved scenario of ``run``. Raises :class:`InputErrors` when a file of it was edited since it was planned."""
    base = run.base
    if _digest(base) != base.digest:
        _digest.cache_clear()
        _loaded.cache_clear()
        remedy = "give the file its old content, or start again in another folder"
        problem = "was edited after the runs were planned"
        raise InputErrors([InputError(base.scenario, problem, "files that stay as they are", remedy)])
    if not run.settings:
        shared = _loaded(base)
        if run.weeks in (None, shared.weeks):
            return shared
    settings = {**dict(base.settings), **dict(run.settings)}
    return load(base.scenario, base.policy, settings, base.weeks if run.weeks is None else run.weeks)


def base_of(
    scenario: str, policy: str, settings: Mapping[str, Any], loaded: Scenario, weeks: int | None = None
) -> Base:
    """The base of runs of ``loaded``, which :func:`load` has given for the rest."""
    past = Past(loaded.past, loaded.warm_up.weeks, loaded.weeks) if loaded.warm_up.weeks else None
    return Base(scenario, policy, tuple(settings.items()), loaded.digest, weeks, past)


def load(scenario: str, policy: str, settings: Mapping[str, Any], weeks: int | None = None) -> Scenario:
    """The scenario under a policy with settings on top. Raises :class:`InputErrors`."""
    from sim.scenario import Scenario

    overlay = None if policy == AS_WRITTEN else policy
    return Scenario.load(scenario, policy=overlay, overrides=dict(settings), weeks=weeks)


@lru_cache(maxsize=64)
def _digest(base: Base) -> str:
    """Digest of the base as the files are now; looked at once per worker and base."""
    return _loaded(base).digest


@lru_cache(maxsize=8)
def _loaded(base: Base) -> Scenario:
    """A base as its runs share it."""
    return load(base.scenario, base.policy, dict(base.settings), base.weeks)


def _parts(results: Results, kept: Kept) -> tuple[Part, ...]:
    def wanted(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["kpi"].isin(kept.kpis)] if kept.kpis else table

    columns = ["kpi", "label", "kpi_class", "unit", "direction", "formula", "value"]
    parts = [Part.of("kpis", wanted(results.scorecard)[columns])]
    if kept.weekly:
        parts.append(Part.of("weekly", wanted(results.kpis_weekly)[["week", "kpi", "value"]]))
    if kept.by:
        by = wanted(kpis_by_cuts(results))
        parts.append(Part.of("by", by.assign(level=by["level"].map(str))[["dimension", "level", "kpi", "value"]]))
    if kept.assumptions:
        parts.append(Part.of_words("assumptions", results.assumptions))
    return tuple(parts)


def kpis_by_cuts(results: Results) -> pd.DataFrame:
    """KPIs by territory, segment and offer, one table."""
    import pandas as pd

    cuts = [results.kpis_by(dimension).assign(dimension=dimension) for dimension in CUTS]
    return pd.concat([cut for cut in cuts if len(cut)], ignore_index=True)
