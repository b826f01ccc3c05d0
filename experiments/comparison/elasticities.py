"""Elasticities of a market: how sales answer to price, advertising and calls, by paired perturbation under the same luck.

Everybody reacts as they do in the market (rivals' prices, stocks, reps), so that these are elasticities of the whole
market, which is what published figures are about; they are outcomes, set nowhere. A change is made in the first week and
lasts. The short run is the first quarter after it, the long run the last year of the run, when habits, relationships and
goodwill have followed; the elasticity of the whole run lies in between where they all push the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.arms import labelled_run
from experiments.comparison.elasticity_table import Pair, Windows, make_row
from experiments.comparison.purchase_multiplier import Multiplier, purchase_multipliers
from experiments.comparison.sales_by_week import SalesByWeek, simulate_sales
from experiments.runs.backends import Backend, parse_backend
from experiments.runs.driver import Task
from experiments.runs.progress import Progress
from experiments.runs.result import Done, RunsFailed
from experiments.runs.run import AS_WRITTEN, Run
from experiments.runs.work import at_work
from experiments.runs.worker import base_of, load
from sim.errors import InputError, InputErrors
from sim.seeds import check_seed

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

#: Half the perturbation: ±10 %.
STEP = 0.1
#: Columns that come first, in an order on which readers of files rely.
COLUMNS = ("lever", "what", "sales", "elasticity", "low", "high", "pairs", "band_low", "band_high", "source", "inside")
#: What published studies find, as bands that a market should meet (nothing is tuned to them).
BANDS = {
    "price": (-4.0, -1.5, "Bijmolt, van Heerde & Pieters 2005: mean -2.62"),
    "advertising": (0.05, 0.2, "Sethuraman, Tellis & Briesch 2011: .12 short run, .24 long run"),
    "calls": (0.2, 0.5, "Albers, Mantrala & Sridhar 2010: mean .31"),
}


@dataclass(frozen=True)
class Lever:
    """What is moved, and how: overrides for a factor on it. ``by_calls``: it moved as far as calls per rep did."""

    name: str
    what: str
    up: Mapping[str, Any]
    down: Mapping[str, Any]
    by_calls: bool = False  # sales to the customers whom reps serve in person are looked at too


def measure_elasticities(
    scenario: str | Path,
    *,
    policy: str = AS_WRITTEN,
    step: float = STEP,
    replications: int = 10,
    seed: int | None = None,
    weeks: int | None = None,
    workers: int | None = None,
    backend: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    task: Task = simulate_sales,
) -> pd.DataFrame:
    """Table with a row per lever and sales: elasticity, low, high (95 %, over seeds), pairs, band, source, inside.

    ``short``, ``short_low``, ``short_high`` and ``short_verdict`` say the same of the first ``short_weeks``, ``long`` and so on of
    the last ``long_weeks``; a verdict is "inside" the band, "below" it (weaker than published) or "above". NaN and ""
    where nothing was sold in those weeks. ``elasticity``, ``low``, ``high``, ``inside`` and ``verdict`` are of the whole run.
    ``sales`` says whose purchases are counted: all customers', or for calls also those of the customers whom a rep
    serves in person, which published studies of sales calls are about. Each lever is moved up and down by ``step`` in runs that share their seeds; the elasticity of a seed is
    ln(volume up / volume down) / ln(cause up / cause down), volume being our sell-out at the prices of the base.
    ``workers`` and ``backend`` are those of :func:`experiments.compare`. Raises :class:`InputErrors` for mistakes,
    :class:`experiments.RunsFailed` when runs failed.
    """
    if not 0.0 < step < 1.0:
        raise InputErrors([InputError("--step", f"found {step:g}", "a share between 0 and 1, such as 0.1 for ±10 %")])
    if replications < 2:
        raise InputErrors([InputError("--replications", f"found {replications}", "at least 2, for an interval")])
    base = load(str(scenario), policy, overrides or {}, weeks)
    levers = _levers(base, step)
    first = check_seed(base.seed if seed is None else seed, "--seed", replications)
    arms = {(lever.name, way): dict(overrides or {}) | dict(moved) for lever in levers for way, moved in _ways(lever)}
    bases = {
        " ".join(arm): base_of(str(scenario), policy, given, load(str(scenario), policy, given, weeks), weeks)
        for arm, given in arms.items()
    }
    runs = [labelled_run(base, label, first + r) for r in range(replications) for label, base in bases.items()]
    done = _done(runs, parse_backend(backend, workers, len(runs)), progress, task)
    prices = {o.name: float(o.list_price) for j, o in enumerate(base.world.offers) if j in base.world.own_offers}
    return _table(levers, done, prices, range(first, first + replications), step, Windows(base.weeks))


def measure_multipliers(
    scenario: str | Path,
    *,
    policy: str = AS_WRITTEN,
    seed: int | None = None,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> list[Multiplier]:
    """What one purchase won in the first week leads to by habit alone, by category (see :mod:`.purchase_multiplier`)."""
    from sim.market import Market

    base = load(str(scenario), policy, overrides or {}, weeks)
    return purchase_multipliers(Market(base, seed=base.seed if seed is None else seed).state)


def _ways(lever: Lever) -> tuple[tuple[str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]:
    return ("up", lever.up), ("down", lever.down)


def _levers(base: Scenario, step: float) -> list[Lever]:
    """Price, advertising where its rule has a budget, and calls: reps get through more of them in the same hours."""
    world = base.world

    def prices(factor: float) -> dict[str, Any]:
        return {
            f"offer.{world.offers[j].name}.list_price": round(world.offers[j].list_price * factor)
            for j in world.own_offers
        }

    def hours(factor: float) -> dict[str, Any]:
        travel = {f"territory.{t.name}.travel_hours": t.travel_hours / factor for t in world.territories}
        return {"params.hours.selling_per_call": base.params.hours.selling_per_call / factor, **travel}

    found = [Lever("price", "list prices of our offers", prices(1 + step), prices(1 - step))]
    budget = getattr(base.policy["advertising"], "budget", None)
    if budget:
        path = "policy.advertising.budget"
        found.append(
            Lever(
                "advertising",
                "our advertising budget",
                {path: round(budget * (1 + step))},
                {path: round(budget * (1 - step))},
            )
        )
    if world.sales_force.reps_per_territory or base.data is not None:
        slow, fast = hours(1 - step), hours(1 + step)
        found.append(Lever("calls", "calls a rep gets through", fast, slow, by_calls=True))
    return found


def _done(runs: Sequence[Run], backend: Backend, progress: Progress | None, task: Task) -> dict[tuple[str, int], Done]:
    """All ``runs`` by label and seed. Raises :class:`RunsFailed` when one of them failed."""
    with at_work(None, backend, progress=progress, task=task) as work:
        work.do(runs)
        if work.failed:
            raise RunsFailed(work.failed)
        return {(done.job.policy, done.job.seed): done for done in work.results(runs)}


def _table(
    levers: Sequence[Lever],
    done: Mapping[tuple[str, int], Done],
    prices: Mapping[str, float],
    seeds: Sequence[int],
    step: float,
    windows: Windows,
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for lever, served in [(lever, False) for lever in levers] + [(lever, True) for lever in levers if lever.by_calls]:
        factor = None if lever.by_calls else (1 + step) / (1 - step)
        sales = {way: [SalesByWeek.of(done[f"{lever.name} {way}", s].output) for s in seeds] for way in ("up", "down")}
        pairs = [Pair(up, down, factor) for up, down in zip(sales["up"], sales["down"], strict=True)]
        least, most, source = BANDS[lever.name]
        row = make_row(pairs, None if served else prices, windows, (least, most))
        if np.isnan(row["elasticity"]):
            continue  # nobody bought, so that there is nothing to be in proportion to
        whom = "customers served in person" if served else "all customers"
        rows.append({"lever": lever.name, "what": lever.what, "sales": whom, **row, "source": source})
    columns = dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=list(columns))
