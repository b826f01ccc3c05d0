"""Our engine on the cut: the kernels of demand, called as the week's phases call them."""

from __future__ import annotations

import numpy as np

from bench.cut import Cut, Standing
from sim.kernels.demand_step import (
    DEMAND_WRITES,
    RELATIONSHIP_WRITES,
    SERVE_WRITES,
    SPREAD_WRITES,
    demand_week,
    relationship_week,
    serve_week,
    spread_week,
)
from sim.kernels.experience import Deliveries
from sim.stages import Stage


class OurMarket:
    """The demand phases of :mod:`sim` on a copy of the cut's customers."""

    def __init__(self, cut: Cut, seed: int) -> None:
        self._cut = cut
        self._seed = seed
        self._week = cut.first_week
        self.customers = cut.customers.copy()
        self._occasions = 0
        self._bought = np.zeros(cut.customers.loyalty.shape[1], np.int64)
        self._units = 0

    def step(self) -> None:
        """Run one week."""
        cut, numbers, customers = self._cut, self._cut.numbers, self.customers
        seed, tick, ill = self._seed, self._week, int(self._cut.numbers.experience.ill)
        with customers.lend((*SPREAD_WRITES, *RELATIONSHIP_WRITES)):
            spread_week(
                customers,
                cut.network,
                cut.hazard,
                cut.visits,
                cut.visit_speaks,
                numbers.spread,
                seed=seed,
                tick=tick,
                ill=ill,
            )
            relationship_week(customers, cut.visits, numbers.relationship)
        with customers.lend(DEMAND_WRITES):
            occasions, _, orders = demand_week(
                customers, cut.network, cut.needs, cut.offers, numbers.choice, seed=seed, tick=tick, ill=ill
            )
        deliveries = Deliveries(
            customer=orders.customer,
            offer=orders.offer,
            occasion=orders.occasion,
            bought=np.ones(len(orders.offer), np.bool_),
            performance=cut.offers.quality[orders.offer],
        )
        with customers.lend(SERVE_WRITES):
            serve_week(
                customers,
                cut.network,
                deliveries,
                occasions,
                cut.offers,
                numbers.experience,
                numbers.funnel,
                own_brand=cut.own_brand,
                seed=seed,
                tick=tick,
            )
        self._week += 1
        self._occasions = len(occasions.row)
        self._bought = np.bincount(cut.offers.brand[orders.offer], minlength=len(self._bought)).astype(np.int64)
        self._units = int(orders.units.sum())

    def standing(self) -> Standing:
        """Aggregates after the latest week."""
        customers, rows = self.customers, len(self.customers)
        brands = np.arange(len(self._bought))
        return Standing(
            aware_share=((customers.aware[:, np.newaxis] >> brands) & 1).mean(axis=0),
            buying_share=self._bought / rows,
            occasions=self._occasions / rows,
            satisfaction=customers.satisfaction.mean(axis=0, dtype=np.float64),
            loyalty=customers.loyalty.mean(axis=0, dtype=np.float64),
            relationship=float(customers.relationship.mean(dtype=np.float64)),
            speaking_well=(customers.speaks > 0).mean(axis=0),
            speaking_ill=(customers.speaks < 0).mean(axis=0),
            stages=np.bincount(customers.stage, minlength=len(Stage)) / rows,
            units=self._units / rows,
        )
