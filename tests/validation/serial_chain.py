"""The market's own channel as a chain of stages in series: the phase ``fulfil``, week by week, on demand that a test sets.

Customers ask the main distributor, or its sub-distributor; the main distributor asks the plant. Many offers of ours
stand side by side, so that one run is many chains; nothing couples them. Units are hundreds, so that whole units do
not blur ratios of variances.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.needs import Occasions
from sim.market import Market
from sim.phases.fulfil import fulfil
from sim.phases.record import record_channel
from sim.rng import normal
from sim.state import MarketState
from sim.state.orders import Habits, Purchases
from sim.state.today import Demanded, Today
from sim.week import WEEK

Reals = npt.NDArray[np.float64]

#: One decision number for all demands of special cases; nothing else draws from these seeds.
_DEMAND = 250
_FORECASTS = tuple(
    f"{name}.{part}"
    for name in ("forecasts", "plant_forecast", "shared_forecast")
    for part in ("level", "demands", "errors")
)
_LENT = next(phase.writes for phase in WEEK if phase.name == "fulfil")

#: What nobody but customers' phases looks at.
_NONE = np.empty(0, dtype=np.int64)
_NO_OCCASIONS = Occasions(np.empty(0, np.uint32), np.empty(0, np.uint8), np.empty(0, np.uint32), np.zeros(1, np.int64))
_NO_CELLS, _NO_HABITS = np.zeros((0, 0)), Habits(_NONE, _NONE)

#: Orders every week, no safety stock, and customers who wait.
SERIAL = {
    "params.channel.production_lead_time": 1,
    "params.channel.order_cycle": 1,
    "params.channel.unserved_wait": 1.0,
    "params.channel.unserved_switch": 0.0,
    **{f"policy.{who}.{what}": 0.0 for who in ("ordering", "production") for what in ("safety_factor", "extra_cover")},
}


def normal_demand(seed: int, mean: float, deviation: float, weeks: int, chains: int) -> Reals:
    """Independent normal demand in whole units [weeks, chains], never below zero."""
    draws = normal(seed, _DEMAND, 0, np.arange(weeks * chains)).reshape(weeks, chains)
    return np.maximum(np.rint(mean + deviation * draws), 0.0)


def correlated_demand(seed: int, mean: float, deviation: float, rho: float, weeks: int, chains: int) -> Reals:
    """AR(1) demand [weeks, chains] with the given marginal mean and deviation, from its stationary start."""
    shocks = normal(seed, _DEMAND, 0, np.arange(weeks * chains)).reshape(weeks, chains)
    around = shocks.copy()
    for t in range(1, weeks):
        around[t] = rho * around[t - 1] + np.sqrt(1 - rho**2) * shocks[t]
    return np.maximum(np.rint(mean + deviation * around), 0.0)


@dataclass
class Chain:
    """A market with as many offers of ours in its first territory as there are chains, before its first week."""

    market: Market
    columns: npt.NDArray[np.int64]
    main: int
    sub: int  # row of the sub-distributor, -1 without one

    @property
    def state(self) -> MarketState:
        """The state of its market."""
        return self.market.state

    @property
    def first(self) -> int:
        """Row of the distributor that customers ask."""
        return self.main if self.sub < 0 else self.sub

    def week(self, demand: Reals) -> None:
        """Let goods and orders flow for a week in which customers ask for ``demand`` [chains]."""
        self.state.today = Today()
        self.state.today.demanded = Demanded(self._asked(demand), _NO_OCCASIONS, _NO_CELLS, _NO_HABITS, None)
        with self.state.lend(_LENT):
            fulfil(self.state)

    def play(self, demand: Reals, recorded: bool = False) -> Reals:
        """Orders of each stage, and what the plant starts to make, [stage, week, chain]."""
        rows = [self.main] if self.sub < 0 else [self.sub, self.main]
        found = np.empty((len(rows) + 1, *demand.shape))
        for week, asked in enumerate(demand):
            self.week(asked)
            started = self.state.today.fulfilled.started
            found[:, week] = (*self.state.distributors.ordered[rows][:, self.columns], started[self.columns])
            if recorded:
                record_channel(self.state)
                self.state.record.done = week + 1
            self.state.week += 1
        return found

    def stock_up(self, distributors: float, plant: float) -> None:
        """Give every stage of the chain so many units of each offer, and others none."""
        state = self.state
        with state.lend(("channel.on_hand", "plant.on_hand")):
            state.goods.channel.on_hand[...] = 0
            for row in {self.main, self.first}:
                state.goods.channel.on_hand[row, self.columns] = round(distributors)
            state.goods.plant.on_hand[...] = round(plant)

    def expect(self, level: float, error: float = 0.0) -> None:
        """Let every stage expect ``level`` units a week of each offer, and to be wrong by ``error``; others expect nothing."""
        state, rows = self.state, np.unique([self.main, self.first])
        with state.lend(_FORECASTS):
            for forecast in (state.goods.forecasts, state.goods.plant_forecast, state.goods.shared_forecast):
                for values, here in ((forecast.level, level), (forecast.demands, level), (forecast.errors, error)):
                    values[...] = 0.0
                    if forecast is state.goods.forecasts:
                        values[..., rows[:, None], self.columns] = here
                    else:
                        values[..., self.columns] = here

    def share(self, *rows: int) -> None:
        """Let these distributors share their data; all that is sold in this market is sold at the first stage."""
        held = self.state.distributors
        with self.state.lend(("distributors.shares_data", "distributors.volume", "distributors.purchases")):
            held.shares_data[list(rows)] = True
            held.volume[:] = held.purchases[:] = 0.0
            held.volume[self.first] = held.purchases[[self.main, self.first]] = 1.0

    def _asked(self, demand: Reals) -> Purchases:
        """One order of one customer for each chain, in the order of offers."""
        state, same = self.state, np.zeros(len(self.columns), dtype=np.int64)
        customer = int(np.flatnonzero(state.customers.distributor == self.first)[0])
        return Purchases(
            customer=same + customer,
            offer=np.array(state.layout.own_offers)[self.columns],
            units=demand.astype(np.int64),
            index=np.arange(len(self.columns)),
            waited=same,
            price=same,
            discount=same,
            stock=self.first * len(state.layout.own_offers) + self.columns,
            habit=np.array(state.layout.own_offers)[self.columns],
            rebate=same,
        )


def scenario_of(folder: Path, chains: int) -> Path:
    """Write the scenario of a chain market and return its file."""
    offer = '[[offer]]\nname = "{}"\nbrand = "own"\ncategory = "refill"\nunit_cost = 900\nlist_price = 1_700\n'
    text = 'extends = "tiny"\nname = "serial"\n' + "".join(
        offer.format(f"chain_{k:03d}") + "attributes = [0.4, 0.2]\n" for k in range(chains)
    )
    path = folder / f"serial_{chains}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def open_chain(scenario: Path, weeks: int = 1, subs: int = 0, **overrides: Any) -> Chain:
    """The market of ``scenario`` as a chain of ``subs`` sub-distributors (0 or 1), a main distributor and the plant."""
    usual = {k: v for k, v in SERIAL.items() if overrides.get("policy.ordering.kind") is None or "ordering" not in k}
    given = {**usual, "territory.north.sub_distributors": subs, **overrides}
    market = Market(str(scenario), seed=1, weeks=weeks, customers=100, overrides=given)
    state, names = market.state, market.names.distributors
    ours = [state.layout.offers[j].name.startswith("chain_") for j in state.layout.own_offers]
    return Chain(market, np.flatnonzero(ours), names.index("north"), names.index("north-a") if subs else -1)
