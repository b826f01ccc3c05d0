"""The customer database as headquarters sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.views.view import NO_WEEK, Bools, Floats, Ints, View


@dataclass(frozen=True)
class CustomersSeen(View):
    """The firm's customer database as headquarters sees it this week: late, noisy, incomplete.

    Rows are the customers on record [N]: those who are known, served by a rep, or were asked in a survey of needs. The
    firm knows neither who the others are nor how many. Where ``known`` is False, the record holds no more than
    ``key``, ``territory``, ``rep`` and ``needs``. Only oracles see rows of all customers.
    """

    key: Ints  # [N] stable id, an alias: it reveals nothing about the customer, nor how many there are
    territory: Ints  # [N]
    known: Bools  # [N] has a record
    marks: Floats  # [N, marks] as measured; NaN where never measured
    orders: Floats  # [N] orders from us a year, as recorded
    value: Floats  # [N] purchases from us a year, minor units, as recorded
    potential: Floats  # [N] reported purchases from anyone a year, minor units; NaN where nobody asked
    last_order: Ints  # [N] week of the last recorded order, below NO_WEEK without one
    confirmed: Ints  # [N] week in which the record was last confirmed, below NO_WEEK without a record
    label: Ints  # [N] assigned segment, 0 without one
    rep: Ints  # [N] row of the rep who serves the customer in person now, −1 for none
    week: int
    needs: Floats  # [N, attributes] as stated in a bought survey, NaN where never asked; [N, 0] before the first one
    prospect: Bools  # [N] considered a potential user by the last run of the filter
    call_length: (
        Floats  # [N] length of a call by the size on record, the way included, in usual calls; 1 where calls are alike
    )

    def __len__(self) -> int:
        """Customers on record."""
        return len(self.key)

    @cached_property
    def recency(self) -> Floats:
        """Weeks since the last recorded order [N]; infinite without one."""
        return np.where(self.last_order < NO_WEEK, np.inf, self.week - self.last_order)
