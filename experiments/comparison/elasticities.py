"""Elasticities of a market: how sales answer to price, advertising and calls, by paired perturbation under the same luck.

Everybody reacts as they do in the market (rivals' prices, stocks, reps), so that these are elasticities of the whole
market over the whole run, which is what published figures are about; they are outcomes, set nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.arms import labelled_run
from experiments.runs.backends import Backend, parse_backend
from experiments.runs.driver import Task
from experiments.runs.progress import Progress
from experiments.runs.result import Done, RunsFailed
from experiments.runs.run import AS_WRITTEN, Base, Run
from experiments.runs.work import at_work
from experiments.runs.worker import load, simulate
from sim.errors import InputError, InputErrors
from sim.seeds import check_seed

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

#: Half the perturbation: ±10 %.
STEP = 0.1
#: What published studies find, as bands that a market should meet (nothing is tuned to them).
BANDS = {
    "price": (-4.0, -1.5, "Bijmolt, van Heerde & Pieters 2005: mean -2.62"),
    "advertising": (0.05, 0.2, "Sethuraman, Tellis & Briesch 2011: .12 short run, .24 long run"),
    "calls": (0.2, 0.5, "Albers, Mantrala & Sridhar 2010: mean .31"),
}


@dataclass(frozen=True)
class Lever:
    """What is moved, and how: overrides for a factor on it. ``cause`` is the KPI that says how far it moved; "" the factor."""

    name: str
    what: str
    up: Mapping[str, Any]
    down: Mapping[str, Any]
    cause: str = ""
    served: str = ""  # KPI of the sales to customers whom the lever reaches, where these are not all


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
    task: Task = simulate,
) -> pd.DataFrame:
    """Table with a row per lever and sales: elasticity, low, high (95 %, over seeds), pairs, band, source, inside.

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
        " ".join(arm): Base(
            str(scenario),
            policy,
            tuple(given.items()),
            load(str(scenario), policy, given, weeks).digest,
            weeks,
        )
        for arm, given in arms.items()
    }
    runs = [labelled_run(base, label, first + r) for r in range(replications) for label, base in bases.items()]
    done = _done(runs, parse_backend(backend, workers, len(runs)), progress, task)
    prices = {o.name: float(o.list_price) for j, o in enumerate(base.world.offers) if j in base.world.own_offers}
    return _table(levers, done, prices, range(first, first + replications), step)


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
        found.append(Lever("calls", "calls a rep gets through", fast, slow, "calls_per_rep_week", "key_account_sales"))
    return found


def _done(runs: Sequence[Run], backend: Backend, progress: Progress | None, task: Task) -> dict[tuple[str, int], Done]:
    """All ``runs`` by label and seed. Raises :class:`RunsFailed` when one of them failed."""
    with at_work(None, backend, progress=progress, task=task) as work:
        work.do(runs)
        if work.failed:
            raise RunsFailed(work.failed)
        return {(done.job.policy, done.job.seed): done for done in work.results(runs)}


def _volume(run: Done, prices: Mapping[str, float]) -> float:
    """Our sell-out of a run at the base's list prices."""
    by = run.output.table("by")
    units = by[(by["kpi"] == "sell_out_units") & (by["dimension"] == "offer")].set_index("level")["value"]
    return float(sum(units.get(name, 0.0) * price for name, price in prices.items()))


def _kpi(run: Done, kpi: str) -> float:
    return run.output.kpis()[kpi]


def _table(
    levers: Sequence[Lever],
    done: Mapping[tuple[str, int], Done],
    prices: Mapping[str, float],
    seeds: Sequence[int],
    step: float,
) -> pd.DataFrame:
    import pandas as pd
    from scipy import stats

    rows = []
    for lever, served in [(lever, "") for lever in levers] + [
        (lever, lever.served) for lever in levers if lever.served
    ]:
        pairs = [(done[f"{lever.name} up", s], done[f"{lever.name} down", s]) for s in seeds]
        sold = np.array([[_kpi(r, served) if served else _volume(r, prices) for r in pair] for pair in pairs])
        if (sold <= 0).any():
            continue  # nobody bought, so that there is nothing to be in proportion to
        effect = np.log(sold[:, 0] / sold[:, 1])
        moved = [
            _kpi(up, lever.cause) / _kpi(down, lever.cause) if lever.cause else (1 + step) / (1 - step)
            for up, down in pairs
        ]
        each = effect / np.log(moved)
        half = float(stats.t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each)))
        mean, (least, most, source) = float(each.mean()), BANDS[lever.name]
        rows.append(
            {
                "lever": lever.name,
                "what": lever.what,
                "sales": "customers served in person" if served else "all customers",
                "elasticity": mean,
                "low": mean - half,
                "high": mean + half,
                "pairs": len(each),
                "band_low": least,
                "band_high": most,
                "source": source,
                "inside": least <= mean <= most,
            }
        )
    return pd.DataFrame(rows)
