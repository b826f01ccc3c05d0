"""Rival offers: their prices and costs, and what the rivals believe of the market."""

from __future__ import annotations

import numpy as np

from sim.state.table import Table, column


class Rivals(Table):
    """A row is an offer of a rival."""

    key = column(np.uint64, "-", "stable key of the offer, used in draws")
    offer = column(np.int32, "-", "row of the offer")
    price = column(np.float64, "share of reference price", "price asked of customers")
    unit_cost = column(np.float64, "share of reference price", "cost to the rival's channel")
    share = column(
        np.float64, "share", "share of the category's occasions on which it is bought, as the rival believes"
    )
    sensitivity = column(np.float64, "utility per relative price", "price sensitivity by the rival's own study")
