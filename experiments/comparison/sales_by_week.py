"""Sales of a run week by week: units of each offer of ours, what customers served in person bought, and calls."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.runs.numbers import Numbers, Part
from experiments.runs.run import Run
from experiments.runs.worker import market_of

if TYPE_CHECKING:
    from sim.market import Market

Floats = NDArray[np.float64]

#: Name of the table of a run, and its rows that are no offers: an offer's name cannot begin with a colon.
SALES = "sales"
SERVED, CALLS, REPS = ":served in person", ":calls", ":reps"


@dataclass(frozen=True)
class SalesByWeek:
    """Weekly figures of one run by name [weeks]: offers' units, and what :data:`SERVED` and so on name."""

    series: Mapping[str, Floats]

    @classmethod
    def of(cls, output: Numbers) -> SalesByWeek:
        """As :func:`simulate_sales` gives them."""
        table = output.table(SALES).sort_values("week", kind="stable")
        return cls({str(name): rows["value"].to_numpy() for name, rows in table.groupby("series", sort=False)})

    def volume(self, prices: Mapping[str, float], weeks: slice) -> float:
        """Units of our offers sold in ``weeks``, at ``prices``."""
        return float(sum(price * self.series[name][weeks].sum() for name, price in prices.items()))

    def served(self, weeks: slice) -> float:
        """What customers served in person paid for our offers in ``weeks``."""
        return float(self.series[SERVED][weeks].sum())

    def calls(self, weeks: slice) -> float:
        """Calls per rep and week in ``weeks``."""
        return float(self.series[CALLS][weeks].sum() / max(self.series[REPS][weeks].sum(), 1.0))


def simulate_sales(run: Run) -> Numbers:
    """Carry out ``run`` and keep its sales by week; raises as :func:`experiments.runs.worker.simulate`."""
    importlib.import_module("sim.market")  # as there: not the run's time
    started = time.perf_counter()
    market = market_of(run)
    return Numbers((sales_part(_series(market)),), time.perf_counter() - started)


def sales_part(series: Mapping[str, Floats]) -> Part:
    """The table of ``series`` [weeks] by name."""
    import pandas as pd

    frames = [
        pd.DataFrame({"week": np.arange(1, len(values) + 1), "series": name, "value": values})
        for name, values in series.items()
    ]
    return Part.of(SALES, pd.concat(frames, ignore_index=True))


def _series(market: Market) -> dict[str, Floats]:
    layout, measure = market.state.layout, market.results.measure
    units = measure("sell_out_units").sum(axis=(1, 2))
    return {layout.offers[j].name: units[:, j] for j in layout.own_offers} | {
        SERVED: measure("key_account_value").sum(axis=(1, 2)),
        CALLS: measure("calls").sum(axis=1),
        REPS: measure("reps").sum(axis=1),
    }
