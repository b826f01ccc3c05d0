"""A Mesa data collector whose model variables are the KPIs of the run so far, read from the record on request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import mesa

from sim.scoring.kpis import KPIS


class KpiTable(Protocol):
    """The part of a market's results that is collected."""

    @property
    def kpis_so_far(self) -> Mapping[str, list[Any]]:
        """Values by KPI, one for each week run."""


class ScoredMarket(Protocol):
    """A market as the collector sees it. A protocol, so that scoring does not depend on the market that it scores."""

    datacollector: Any

    @property
    def seed(self) -> int:
        """The seed of the run."""

    @property
    def week(self) -> int:
        """Weeks run so far."""

    @property
    def results(self) -> KpiTable:
        """Tables of the weeks run so far."""


class KpiCollector(mesa.DataCollector):
    """What ``mesa.batch_run`` and ``get_model_vars_dataframe`` read: the scorecard at the end of every week, and the seed.

    A row of a batch has under a KPI's name the value that the scorecard has; KPIs of single weeks are in
    ``results.kpis_weekly``. Nothing is collected while the market runs: collecting costs nothing until it is requested.
    """

    def __init__(self, market: ScoredMarket) -> None:
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


def _latest(name: str, market: ScoredMarket) -> Any:
    return market.datacollector.model_vars[name][-1]
