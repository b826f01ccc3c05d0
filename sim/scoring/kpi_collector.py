"""A Mesa data collector whose model variables are the weekly key figures, read from the record when asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import mesa

from sim.scoring.kpis import KPIS

if TYPE_CHECKING:
    from sim.market import Market


class KpiCollector(mesa.DataCollector):
    """What ``mesa.batch_run`` and ``get_model_vars_dataframe`` read: every KPI, one value per week run.

    Nothing is collected while the market runs, so that a run that nobody asks costs nothing.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        super().__init__(model_reporters={kpi.name: partial(_latest, kpi.name) for kpi in KPIS})

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """Weekly values by KPI, money in whole units of the currency."""
        table = self._market.results.kpis_weekly
        return {str(name): group["value"].tolist() for name, group in table.groupby("kpi", sort=False)}

    @model_vars.setter
    def model_vars(self, values: Any) -> None:
        """Mesa clears the values at the start; there is nothing to clear."""

    def _new_model_reporter(self, name: str, reporter: Any) -> None:
        """Register a reporter; Mesa would read all values for each, to start an empty list among them."""
        self.model_reporters[name] = reporter

    def collect(self, model: Any) -> None:
        """Do nothing: the record has it all."""


def _latest(name: str, market: Market) -> float:
    return market.datacollector.model_vars[name][-1]
