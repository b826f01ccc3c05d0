"""Goods: stocks and forecasts of the channel and the plant, the orders that wait, and the book of units."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.kernels.stock_flow import Stage
from sim.solvers.order_rules import Forecast
from sim.state.books import UnitsBook
from sim.state.orders import Purchases
from sim.state.table import Guarded

Units = NDArray[np.int64]
Floats = NDArray[np.float64]


class Stock(Guarded):
    """A :class:`Stage` under the write guard; the rules of goods take either."""

    on_hand: Units
    backorders: Units
    owed: Units
    in_transit: Units
    pipeline: Units

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage._asdict())


class Expected(Guarded):
    """A :class:`Forecast` under the write guard; the order rules take either."""

    level: Floats
    demands: Floats
    errors: Floats

    def __init__(self, forecast: Forecast) -> None:
        super().__init__(forecast._asdict())


@dataclass
class Goods:
    """Where goods are, what is expected to be sold, and who waits for what."""

    channel: Stock  # [D, own offers]
    plant: Stock  # [own offers]
    forecasts: Expected  # of each distributor [D, own offers]
    plant_forecast: Expected  # of orders [own offers]
    shared_forecast: Expected  # of shared sell-out [own offers]
    units: UnitsBook
    begun: Floats  # [own offers] work done on a unit that a plant at its limit has not finished
    waiting: Purchases | None = None  # orders that were not filled; None before the first week
    #: Our durables that were asked for and not delivered: customer × offers + offer.
    wishes: Units = field(default_factory=lambda: np.empty(0, dtype=np.int64))
