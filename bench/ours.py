"""Our engine on the cut: the kernels of demand, called as the week's phases call them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.cut import Cut, Standing
from sim.kernels.demand_step import (
    DEMAND_WRITES,
    RELATIONSHIP_WRITES,
    SERVE_WRITES,
    SPREAD_WRITES,
    Orders,
    demand_week,
    relationship_week,
    serve_week,
    spread_week,
)
from sim.kernels.experience import Deliveries
from sim.kernels.needs import Occasions
from sim.stages import Stage


class DemandKernels:
    """The demand phases of :mod:`sim` one by one on a copy of the cut's customers."""

    def __init__(self, cut: Cut, seed: int) -> None:
        self._cut = cut
        self._seed = seed
        self._week = cut.first_week
        self.customers = cut.customers.copy()
        self._occasions = 0
        self._bought = np.zeros(cut.customers.loyalty.shape[1], np.int64)
        self._units = 0

    def spread(self) -> None:
        """Brands become known, relationships move."""
        cut, customers = self._cut, self.customers
        with customers.lend((*SPREAD_WRITES, *RELATIONSHIP_WRITES)):
            spread_week(
                customers,
                cut.network,
                cut.hazard,
                cut.visits,
                cut.visit_speaks,
                cut.numbers.spread,
                seed=self._seed,
                tick=self._week,
                ill=int(cut.numbers.experience.ill),
            )
            relationship_week(customers, cut.visits, cut.numbers.relationship)

    def demand(self) -> tuple[Occasions, Orders]:
        """Needs arise, customers choose."""
        cut, customers = self._cut, self.customers
        with customers.lend(DEMAND_WRITES):
            occasions, _, orders = demand_week(
                customers,
                cut.network,
                cut.needs,
                cut.offers,
                cut.numbers.choice,
                seed=self._seed,
                tick=self._week,
                ill=int(cut.numbers.experience.ill),
            )
        self._occasions = len(occasions.row)
        self._bought = np.bincount(cut.offers.brand[orders.offer], minlength=len(self._bought)).astype(np.int64)
        self._units = int(orders.units.sum())
        return occasions, orders

    def serve(self, occasions: Occasions, orders: Orders) -> NDArray[np.uint32]:
        """Everything ordered is delivered and lived through; returns the rows of those who lapse."""
        cut, customers = self._cut, self.customers
        deliveries = Deliveries(
            customer=orders.customer,
            offer=orders.offer,
            occasion=orders.occasion,
            bought=np.ones(len(orders.offer), np.bool_),
            performance=cut.offers.quality[orders.offer],
        )
        with customers.lend(SERVE_WRITES):
            return serve_week(
                customers,
                cut.network,
                deliveries,
                occasions,
                cut.offers,
                cut.numbers.experience,
                cut.numbers.funnel,
                own_brand=cut.own_brand,
                seed=self._seed,
                tick=self._week,
            )

    def aggregate(self) -> Standing:
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


class OurMarket(DemandKernels):
    """The demand phases of :mod:`sim`, week by week."""

    def step(self) -> None:
        """Run one week."""
        self.spread()
        occasions, orders = self.demand()
        self.serve(occasions, orders)
        self._week += 1

    def standing(self) -> Standing:
        """Aggregates after the latest week."""
        return self.aggregate()
