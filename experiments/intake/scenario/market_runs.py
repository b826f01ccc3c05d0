"""Runs of an imported market: its folder simulated with given intercepts, returned as decided opportunities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.intake.scenario.company_costs import MINOR
from experiments.runs.progress import Count, Progress
from sim.market import Market
from sim.scenario import Scenario


def count_runs(progress: Progress | None, planned: int) -> Callable[[], None]:
    """A callback for the end of every run; it reports to ``progress`` how many of at most ``planned`` runs have ended."""
    ended = 0

    def count() -> None:
        nonlocal ended
        ended += 1
        if progress is not None:
            progress(Count(ended, max(planned, ended), 0, 0))

    return count


@dataclass(frozen=True)
class MarketRuns:
    """The market of a scenario folder; ``offer_names`` gives our offer (and its category) by product.

    ``run_ended`` is called after every run.
    """

    folder: Path
    offer_names: Mapping[str, str]
    run_ended: Callable[[], None] = lambda: None

    def orders(self, intercepts: Mapping[str, float], seed: int, weeks: int) -> pd.DataFrame:
        """Decided projects of one run: week (from 0), customer (row), offer (product), value (major units), won, weeks.

        ``weeks`` are those from opening to decision.
        """
        overrides = {f"offer.{self.offer_names[p]}.intercept": float(value) for p, value in intercepts.items()}
        scenario = Scenario.load(self.folder, overrides=overrides, weeks=weeks)
        market = Market(scenario, seed=seed, keep_orders=True)
        market.run()
        self.run_ended()
        orders = market.results.orders
        product = {name: p for p, name in self.offer_names.items()}
        return pd.DataFrame(
            {
                "week": orders["week"] - 1,
                "customer": orders["customer"],
                "offer": orders["category"].map(product),
                "value": orders["units"] * orders["price"] / MINOR,
                "won": orders["won"].astype(bool),
                "weeks": orders["weeks_open"].astype(float),
            }
        )
