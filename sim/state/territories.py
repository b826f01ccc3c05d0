"""Territories: what the market department believes of them, and the traces of campaigns there."""

from __future__ import annotations

import numpy as np

from sim.state.table import Table, column


class Territories(Table):
    """What the market department believes of territories, and the traces of campaigns there."""

    key = column(np.uint64, "-", "stable key, used in draws: a hash of the name")
    registered = column(np.int64, "customers", "customers by public registers")
    counted = column(np.int64, "customers", "customers by registers, or as last surveyed")
    potential = column(np.float64, "minor units/year", "purchases of all customers from anyone, as believed")
    unheard_mean = column(
        np.float64, "minor units/year", "purchases of a customer without a record, NaN if never surveyed", fill=np.nan
    )
    aware_share = column(np.float64, "share", "customers who know us, NaN if never studied", fill=np.nan)
    usage_share = column(np.float64, "share", "customers who use us, NaN if never studied", fill=np.nan)
    price_sensitivity = column(np.float64, "utility per relative price", "mean, NaN if never studied", fill=np.nan)
    rival_price = column(
        np.float64, "share of reference price", "as last noted, NaN if never", width="rival offers", fill=np.nan
    )
    rival_price_usual = column(
        np.float64, "share of reference price", "held for usual", width="rival offers", fill=np.nan
    )
    wear = column(np.float64, "share", "how worn customers are by campaigns of each brand", width="brands")
    campaigns = column(np.int64, "minor units", "our spending on campaigns by week", width="weeks")
