"""Rivals' own tables: the brand as it sees itself, and the accounts that its reps call on."""

from __future__ import annotations

import numpy as np

from sim.state.table import NEVER, Table, column


class RivalBrands(Table):
    """A row is a rival brand, in the order of brands."""

    key = column(np.uint64, "-", "stable key of the brand, used in draws")
    usual_calls = column(np.float64, "calls/week", "calls that its sales force makes by its plan")
    sold = column(np.float64, "minor units/week", "own sales, averaged over the last weeks")
    market = column(np.float64, "minor units/week", "sales of all brands, averaged alike")
    sold_usual = column(np.float64, "minor units/week", "own sales, averaged over a long time")
    market_usual = column(np.float64, "minor units/week", "sales of all brands, averaged alike")
    share_kept = column(np.float64, "ratio", "share of sales relative to the usual, by week", width="weeks", fill=1.0)
    effort_kept = column(
        np.float64, "ratio", "part of distributors' effort relative to the usual, by week", width="weeks", fill=1.0
    )
    margin = column(np.float64, "share of price", "what distributors keep on its offers beyond the usual")


class RivalAccounts(Table):
    """A row is a customer on the list of one rival brand, by brand and then by the customer's key."""

    customer = column(np.int64, "-", "row of the customer")
    brand = column(np.int64, "-", "row of the rival brand")
    key = column(np.uint64, "-", "name by which the brand knows the customer")
    by_customer = column(np.int64, "-", "rows of this table in the order of customers, then of brands")
    potential = column(np.float64, "minor units/year", "what it expects the customer to buy from anyone")
    calls = column(np.float64, "calls/week", "calls planned")
    due = column(np.float64, "calls", "calls owed by the plan and not made yet")
    bought = column(np.float64, "minor units/year", "what the customer buys of the brand, as far as the brand hears")
    ordered = column(np.float64, "orders/year", "how often, as far as the brand hears")
    last_order = column(np.int32, "week", "week of the last purchase that the brand heard of", fill=NEVER)
