"""Today: what a week's phases hand to one another, and the list of orders that runs through most of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.demand_step import Chosen
from sim.kernels.experience import Deliveries
from sim.kernels.needs import Occasions
from sim.population import Columns
from sim.questions.advertising import Advertising
from sim.questions.gateway import Gateway
from sim.questions.pay import PayPlan
from sim.questions.promotion import Promotion
from sim.questions.recruiting import Recruiting
from sim.questions.service import Service
from sim.questions.technical import Technical

Ints = NDArray[np.integer[Any]]


@dataclass
class Purchases:
    """Purchases of one week, one row per order, in the order of customers' rows."""

    customer: Ints
    offer: Ints
    units: NDArray[np.int64]
    index: Ints  # number of the occasion, part of the key of draws; of an order that waits: apart from all others
    waited: Ints  # weeks the order has waited
    price: NDArray[np.int64]  # minor units a unit, as asked when the order was made
    discount: NDArray[np.int64]  # minor units a unit that we granted on it then; 0 on rivals' offers
    stock: NDArray[np.int64]  # flat stock cell drawn on: distributor × own offers + column; −1 for rivals' offers
    habit: (
        Ints  # offer that a rep's skill did not decide: what would be bought anyway, −1 for nothing; habit follows it
    )


@dataclass(frozen=True)
class Decided:
    """Projects decided this week, in order of customers' rows, and what was chosen for each."""

    projects: Columns
    chosen: Chosen
    won: NDArray[np.bool_]  # which of them chose an offer of ours
    opened: Ints  # customers [n] of the projects that opened this week, those decided at once among them


@dataclass(frozen=True)
class Habits:
    """Offers that customers would have bought but for a rep who put them off: habit follows these."""

    customer: Ints
    offer: Ints

    def and_those(self, more: Habits) -> Habits:
        """Both lists, one after the other."""
        return Habits(np.concatenate([self.customer, more.customer]), np.concatenate([self.offer, more.offer]))


@dataclass(frozen=True)
class Prospects:
    """How customers whom reps serve stood before this week's decisions, in order of rows [n]."""

    customer: NDArray[np.uint32]
    odds: NDArray[np.float64]  # [n, C] log odds that an occasion is ours, without what skill adds
    worth: NDArray[np.float64]  # [n, C] money of all occasions of a week, minor units


@dataclass
class Today:
    """What this week's phases hand to one another; nothing here lives longer than the week."""

    pay: PayPlan | None = None
    gateway: Gateway | None = None
    advertising: Advertising | None = None
    segment_cost: int = 0
    arrivals: Ints | None = None
    accounts: Ints | None = None
    prospects: Prospects | None = None  # None where skill has no effect or nobody is served in person
    dismissed: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # reps whose positions were closed
    orders: Purchases | None = None
    served: NDArray[np.int64] | None = None
    habits: Habits | None = None
    ours: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # orders we deliver on
    visited: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    occasions_made: Occasions | None = None
    occasions: NDArray[np.float64] | None = None  # [T, types]
    lapses: NDArray[np.float64] | None = None
    new_customers: NDArray[np.float64] | None = None
    sold: NDArray[np.int64] | None = None  # [3, T, types, J] orders filled, units, value
    made: NDArray[np.int64] | None = None
    started: NDArray[np.int64] | None = None
    shipped: NDArray[np.int64] | None = None
    delivered: NDArray[np.int64] | None = None  # units of ours that customers got, by distributor
    demand: NDArray[np.int64] | None = None  # units of ours asked for, by distributor; each wish once
    unserved: NDArray[np.int64] | None = None  # of these, not delivered this week
    discount: NDArray[np.int64] | None = None  # [price groups, J] minor units a unit that we grant this week
    promotion: NDArray[np.floating[Any]] | None = None  # [T, J] utility that promotion adds to offers this week
    effort: NDArray[np.floating[Any]] | None = None  # [D, J] utility that distributors' own effort adds or takes
    credited_margin: NDArray[np.floating[Any]] | None = None  # [R] gross margin on what reps are credited with
    distributor_hours: NDArray[np.floating[Any]] | None = None  # [R] hours the plan asks of reps for distributors
    recruiting: Recruiting | None = None
    supplied: NDArray[np.int64] | None = None  # [D, own offers] units that suppliers shipped to sub-distributors
    service: Service | None = None  # None, like what follows, in a market where nothing fails
    technical: Technical | None = None
    staff_change: NDArray[np.floating[Any]] | None = None  # [T] service engineers that joined, less those that left
    parts: NDArray[np.int64] | None = None  # [T] cost of the parts of the week's repairs, minor units
    compensation: NDArray[np.int64] | None = None  # [T] paid for items that were not repaired, minor units
    in_use: Deliveries | None = None  # failures and waiting that owners lived through
    campaigns: Promotion | None = None
    price_off: NDArray[np.int64] | None = None  # [T, price groups, J] minor units a unit that campaigns take off
    rival_campaigns: NDArray[np.floating[Any]] | None = None  # [T] spent by rivals, minor units
    study_cost: NDArray[np.int64] | None = None  # [T] minor units
    studied: NDArray[np.int64] | None = None  # [T] customers asked
    filter_cost: int = 0
    estimated: bool = False  # regional potential was estimated anew
    decided: Decided | None = None  # projects decided this week; None in a market without opportunities
