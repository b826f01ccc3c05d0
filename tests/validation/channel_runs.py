"""A supply chain in a special case, put together from the simulator's own stages and order rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from sim.kernels import stock_flow
from sim.rng import normal
from sim.solvers import order_rules
from sim.solvers.order_rules import Forecast

Reals = npt.NDArray[np.float64]
Observe = Callable[[Forecast, Reals, int], None]

#: One decision number for all demands of special cases; nothing else draws from these seeds.
_DEMAND = 250


def normal_demand(seed: int, mean: float, deviation: float, weeks: int, chains: int) -> Reals:
    """Independent normal demand [weeks, chains]."""
    draws = normal(seed, _DEMAND, 0, np.arange(weeks * chains))
    return mean + deviation * draws.reshape(weeks, chains)


def correlated_demand(seed: int, mean: float, deviation: float, rho: float, weeks: int, chains: int) -> Reals:
    """AR(1) demand [weeks, chains] with the given marginal mean and deviation, from its stationary start."""
    shocks = normal_demand(seed, 0.0, deviation, weeks, chains)
    demand = shocks.copy()
    for t in range(1, weeks):
        demand[t] = rho * demand[t - 1] + np.sqrt(1 - rho**2) * shocks[t]
    return mean + demand


def run_chain(
    demand: Reals,
    leads: Sequence[int],
    window: int,
    observe: Observe,
    *,
    shared: bool = False,
    deviation: float = 0.0,
    safety_factor: float = 0.0,
    cover_error: int = 0,
) -> tuple[Reals, Reals]:
    """Order-up-to stages in series, first to last supplier; the last one's supplier never runs short.

    Each stage protects its lead time (plus ``cover_error``) by its own forecast, or with ``shared`` by the forecast
    that the first stage makes of the customers' demand. ``deviation`` is that of a week's demand, known. Returns the
    orders [stage, week, chain] and the net stock at the end of the week [stage, week, chain].
    """
    weeks, chains = demand.shape
    mean = float(demand.mean())
    stages = [stock_flow.open_stage(np.full(chains, mean * (lead + 5)), lead, np.float64) for lead in leads]
    forecasts = [order_rules.open_forecast(np.full(chains, mean), deviation, window) for _ in leads]
    orders, stock = np.empty((2, len(leads), weeks, chains))
    for t in range(weeks):
        wanted = demand[t]
        for k, stage in enumerate(stages):
            stock_flow.receive(stage, t)
            delivered = stock_flow.serve(stage, wanted, waits=True)
            if k:
                stock_flow.ship(stages[k - 1], delivered, t, leads[k - 1])
            if shared and k:
                order_rules.observe_given(forecasts[k], wanted, t, forecasts[0].level)
            else:
                observe(forecasts[k], wanted, t)
            target = order_rules.order_up_to_level(
                forecasts[k].level, np.float64(deviation), leads[k] + cover_error, safety_factor
            )
            wanted = order_rules.order_up_to(target, stock_flow.inventory_position(stage))
            stock_flow.request(stage, wanted)
            orders[k, t], stock[k, t] = wanted, stage.on_hand - stage.backorders
        stock_flow.ship(stages[-1], stages[-1].owed.copy(), t, leads[-1])
        for k, stage in enumerate(stages):
            stock_flow.check_stage(stage, f"stage {k}, week {t}")
    return orders, stock
