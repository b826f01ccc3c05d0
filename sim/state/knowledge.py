"""Knowledge: what the firm has on record of each customer, which may be old, wrong or missing."""

from __future__ import annotations

import numpy as np

from sim.state.table import NEVER, Table, column


class Knowledge(Table):
    """The firm's customer database: belief, its age, and nothing where the firm never looked."""

    known = column(np.bool_, "yes/no", "the customer has a record")
    marks = column(np.float32, "mark scale", "marks as measured, NaN where never measured", width="marks", fill=np.nan)
    orders = column(np.float32, "orders/year", "orders from us as recorded, averaged")
    value = column(np.float32, "minor units/year", "purchases from us as recorded, averaged")
    potential = column(
        np.float32, "minor units/year", "reported purchases from anyone, NaN where no one asked", fill=np.nan
    )
    last_order = column(np.int32, "week", "week of the last recorded order", fill=NEVER)
    confirmed = column(np.int32, "week", "week in which the record was last confirmed", fill=NEVER)
    described = column(np.int32, "week", "week of the latest report of marks and potential", fill=NEVER)
    label = column(np.int16, "-", "assigned segment, 0 without one")
    rep = column(np.int32, "row", "rep who serves the customer in person, -1 for none", fill=-1)
    norm = column(np.float32, "calls/week", "call norm of the plan")
    prospect = column(np.bool_, "yes/no", "held for a potential user who does not buy from us yet")
    in_books = column(
        np.bool_,
        "yes/no",
        "our books name the customer when it buys from us; without a column where they name nobody",
        width="books",
    )
    doubt = column(
        np.float32,
        "log sd, sd of mark",
        "error of recorded potential and marks as headquarters believes; NaN without a record, without columns where it does not weigh them",
        width="doubts",
        fill=np.nan,
    )
