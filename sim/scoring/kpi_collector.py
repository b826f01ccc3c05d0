"""A Mesa data collector whose model variables are the key figures of the run so far, read from the record when asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import mesa

from sim.scoring.kpis import KPIS

if TYPE_CHECKING:
    from sim.market import Market


class KpiCollector(mesa.DataCollector):
    """What ``mesa.batch_run`` and ``get_model_vars_dataframe`` read: the scorecard at the end of every week, and the seed.

    A row of a batch thus holds under a KPI's name what the scorecard holds under it; figures of single weeks are in
    ``results.kpis_weekly``. Nothing is collected while the market runs, so that a run that nobody asks costs nothing.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        super().__init__(model_reporters={name: partial(_latest, name) for name in ("seed", *(k.name for k in KPIS))})

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """The seed, and values by KPI, one for each week run, money in whole units of the currency."""
        return {"seed": [self._market.seed] * self._market.week, **self._market.results.kpis_so_far}

    @model_vars.setter
    def model_vars(self, values: Any) -> None:
        """Mesa clears the values at the start; there is nothing to clear."""

    def _new_model_reporter(self, name: str, reporter: Any) -> None:
        """Register a reporter; Mesa would read all values for each, to start an empty list among them."""
        self.model_reporters[name] = reporter

    def collect(self, model: Any) -> None:
        """Do nothing: the record has it all."""


def _latest(name: str, market: Market) -> Any:
    return market.datacollector.model_vars[name][-1]
