"""Distributors: what they ask, order, sell and believe."""

from __future__ import annotations

import numpy as np

from sim.state.table import NEVER, Table, column


class Distributors(Table):
    """A row is a distributor, of the first tier or a sub-distributor."""

    key = column(
        np.uint64, "-", "stable key, used in draws: a hash of the name in a table, else of territory and place"
    )
    territory = column(np.int32, "-", "territory the distributor supplies")
    trust = column(np.float32, "share", "trust in the manufacturer")
    shares_data = column(np.bool_, "yes/no", "shares its sell-out data")
    linked = column(
        np.int32, "week", "week since which it shares, NEVER before the first one", width="set-up", fill=NEVER
    )
    payment = column(np.int64, "minor units/week", "offered for its data when last asked; paid while it shares")
    purchases = column(np.float64, "minor units/week", "purchases from its supplier at purchase price, smoothed")
    price = column(np.int64, "minor units", "retail price of our offers", width="own offers")
    demand = column(np.int64, "units", "units of ours that customers asked for this week", width="own offers")
    ordered = column(np.int64, "units", "units ordered this week", width="own offers")
    stock_value = column(np.int64, "minor units", "stock and transit at purchase price", width="own offers")
    turnover = column(
        np.float64, "minor units/week", "sell-out of each offer at retail price, smoothed", width="offers"
    )
    effort = column(np.float64, "share", "part of its selling effort that goes to each brand", width="brands")
    usual_effort = column(np.float64, "share", "the same as the usual state of the market gives it", width="brands")
    capability = column(np.float64, "share", "what its effort for us is worth, 1 is the best there is")
    reserve = column(np.float64, "share", "how reluctant it is to share its data, as a rank among all there could be")
    own_capability = column(np.float64, "share", "capability without advice, to which it falls back")
    taught = column(np.float64, "share", "part of its sellers' hours of last week that went into advice of our reps")
    supplier = column(np.int32, "row", "distributor that supplies it, -1 for the plant", fill=-1)
    wholesale = column(np.int64, "minor units", "price that it pays to its supplier", width="own offers")
    volume = column(np.float64, "minor units/week", "purchases for its own customers at list price, smoothed")
    demand_value = column(np.float64, "minor units/week", "what its customers ask for, at list price, smoothed")
