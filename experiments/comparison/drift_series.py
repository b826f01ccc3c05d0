"""The series of a market that a test of drift follows, week by week: KPIs, measures of the record, and parts of the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.drift import Series
from experiments.runs.numbers import Numbers, Part
from experiments.runs.run import Run
from experiments.runs.worker import scenario_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.market import Market
    from sim.results import Results

Floats = NDArray[np.float64]

#: KPIs that are followed week by week: name, scale (0: its own level), whether it may grow with the market.
_KPIS = (
    ("contribution", 0.0, True),
    ("revenue", 0.0, True),
    ("sell_out_units", 0.0, True),
    ("new_customers", 0.0, True),
    ("active_customers", 0.0, True),
    ("lapsed", 0.0, True),
    ("market_share", 0.0, False),
    ("aware_share", 0.0, False),
    ("satisfaction", 1.0, False),
    ("reliability", 0.0, False),
    ("calls_per_rep_week", 0.0, False),
    ("plan_compliance", 0.0, False),
    ("report_truth", 0.0, False),
    ("belief_error", 0.0, False),
    ("database_coverage", 0.0, False),
    ("turnover", 0.0, False),
    ("vacancy", 0.0, False),
    ("skill", 1.0, False),
    ("know_how", 1.0, False),
    ("maturity", 0.0, False),
    ("effort", 0.0, False),
    ("cash_in_channel", 0.0, True),
    ("distributor_profit", 0.0, True),
    ("distributor_effort", 0.0, False),
    ("distributor_trust", 0.0, False),
    ("distributor_capability", 0.0, False),
    ("opportunity_win_rate", 0.0, False),
    ("open_pipeline", 0.0, True),
)


def _mean_loyalty(market: Market) -> float:
    state = market.state
    return float(state.customers.loyalty[:, state.layout.own_brand].mean(dtype=np.float64))


def _mean_relationship(market: Market) -> float:
    """Relationship of customers who have a rep of their own; NaN where nobody has."""
    served = market.state.customers.relationship[market.state.knowledge.rep >= 0]
    return float(served.mean(dtype=np.float64)) if len(served) else float("nan")


def _goodwill(market: Market) -> float:
    boards = market.state.boards
    return float(boards.goodwill[market.state.layout.own_brand].mean())


#: Parts of the state that no KPI has: name, label, how it is read at the end of a week.
_STATE: tuple[tuple[str, str, Callable[[Market], float]], ...] = (
    ("loyalty", "Loyalty to us", _mean_loyalty),
    ("relationship", "Relationship of accounts with their reps", _mean_relationship),
    ("goodwill", "Goodwill of our advertising", _goodwill),
)


def simulate_series(run: Run) -> Numbers:
    """Carry out ``run`` and return every series by week. Raises as :func:`experiments.runs.worker.simulate`."""
    import time

    import pandas as pd

    from sim import Market

    started = time.perf_counter()
    market = Market(scenario_of(run), seed=run.seed)
    seen: dict[str, list[float]] = {name: [] for name, _, _ in _STATE}
    while market.running:
        market.step()
        for name, _, read in _STATE:
            seen[name].append(read(market))
    table = _kpis(market.results)
    found = {**_measures(market, market.results), **{name: np.array(values) for name, values in seen.items()}}
    weeks = np.arange(1, market.week + 1)
    extra = [pd.DataFrame({"week": weeks, "kpi": name, "value": values}) for name, values in found.items()]
    whole = pd.concat([table, *extra], ignore_index=True)
    return Numbers((Part.of("weekly", whole[["week", "kpi", "value"]]),), time.perf_counter() - started)


def _kpis(results: Results) -> pd.DataFrame:
    table = results.kpis_weekly
    return table[table["kpi"].isin([name for name, _, _ in _KPIS])]


def _measures(market: Market, results: Results) -> dict[str, Floats]:
    """Series that are sums or ratios of measures of the record [weeks]."""
    layout = market.state.layout
    own = np.array([j in layout.own_offers for j in range(len(layout.offers))])

    def total(name: str) -> Floats:
        whole: Floats = results.measure(name).reshape(market.week, -1).sum(axis=1)
        return whole

    sold = results.measure("sell_out_value").sum(axis=(1, 2))
    price = results.measure("price")
    reps = np.maximum(total("reps"), 1.0)
    found = {
        "motivation": total("motivation_sum") / reps,
        "alignment": total("alignment_sum") / reps,
        "production": total("production_units"),
        "plant_stock": total("plant_stock_units"),
        "channel_stock": total("stock_units"),
        "machines": total("machines"),
        "unserved": total("unserved_units"),
    }
    if (~own).any():
        found["rival_price"] = price[:, ~own].mean(axis=1)
    for c, category in enumerate(layout.categories):
        mine = sold[:, (market.state.numbers.category == c) & own].sum(axis=1)
        everyone = sold[:, market.state.numbers.category == c].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[f"share_{category.name}"] = np.where(everyone > 0, 100.0 * mine / everyone, np.nan)
    return found


_MEASURED = {
    "motivation": ("Motivation of reps", False),
    "alignment": ("Reps' alignment with the plan", False),
    "production": ("Units started in the plant", True),
    "plant_stock": ("Units in stock at the plant", True),
    "channel_stock": ("Units in stock at distributors", True),
    "machines": ("Machines of ours in use", True),
    "unserved": ("Units that could not be served at once", True),
    "rival_price": ("Rivals' retail prices", False),
}


def tracked(categories: list[str]) -> list[Series]:
    """All series of a market with these product categories."""
    from sim.scoring.kpis import KPIS

    labels = {kpi.name: kpi.label for kpi in KPIS}
    found = [Series(name, labels[name].removesuffix(" at the end"), scale, grows) for name, scale, grows in _KPIS]
    found += [Series(name, label) for name, label, _ in _STATE]
    found += [Series(name, label, grows=grows) for name, (label, grows) in _MEASURED.items()]
    return found + [Series(f"share_{name}", f"Our share of {name} by value") for name in categories]
