"""Diary: what reps did with each customer, and what a report about it would truly say."""

from __future__ import annotations

import numpy as np

from sim.state.table import Table, column


class Diary(Table):
    """What reps did with their accounts."""

    due = column(np.float32, "calls", "calls owed to the account by the rep's own division of calls")
    visits = column(np.uint16, "calls", "calls of this week")
    met = column(np.bool_, "yes/no", "the person who is the account's rep now has called on it")
    bought = column(
        np.float32,
        "minor units/year",
        "the customer's purchases from us at list price, averaged: the truth a report is about",
    )
    ordered = column(np.float32, "orders/year", "the customer's orders from us, averaged")
