"""Today: what a week's phases pass on to one another, one part for each phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sim.kernels.demand_step import Chosen, Visits
from sim.kernels.experience import Deliveries
from sim.kernels.needs import Occasions
from sim.questions.advertising import Advertising
from sim.questions.gateway import Gateway
from sim.questions.ledger import CustomerLedger
from sim.questions.pay import PayPlan
from sim.questions.promotion import Promotion
from sim.questions.recruiting import Recruiting
from sim.questions.service import Service
from sim.questions.technical import Technical
from sim.solvers.plant import PlantWeek
from sim.state.opportunities import OpenProjects
from sim.state.orders import Habits, Purchases
from sim.state.upkeep import Jobs

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]
Units = NDArray[np.int64]
Money = NDArray[np.int64]  # minor units

PartT = TypeVar("PartT")


@dataclass(frozen=True)
class Prospects:
    """How customers with a rep, or who miss a former one, stood before this week's decisions, in order of rows [n]."""

    customer: NDArray[np.uint32]
    odds: NDArray[np.float64]  # [n, C] log odds that an occasion is ours, without what skill adds
    worth: NDArray[np.float64]  # [n, C] money of all occasions of a week, minor units
    relationship: NDArray[np.float32]  # [n] with the rep, then


@dataclass(frozen=True)
class Looked:
    """What looking around found."""

    prospects: Prospects | None  # None where neither skill nor a hand-over has an effect on any customer
    ledger: CustomerLedger | None = None  # None where our books name nobody


@dataclass(frozen=True)
class Segmented:
    """What new segments and the filter of prospects cost, minor units, and whether potential was estimated again."""

    segment_cost: int
    filter_cost: int
    estimated: bool


@dataclass(frozen=True)
class Campaigns:
    """What runs this week; each is None where no rule of anyone does anything about it."""

    ours: Promotion | None
    rivals: Floats | None  # [T] spent by rivals, minor units
    promotion: Floats | None  # [T, J] utility that campaigns add to offers


@dataclass(frozen=True)
class PlannedUpkeep:
    """Service engineers and designers of this week."""

    service: Service
    technical: Technical
    staff_change: Floats  # [T] service engineers that joined, less those that left


@dataclass(frozen=True)
class Commissioned:
    """Studies of this week."""

    cost: Money  # [T]
    studied: NDArray[np.int64]  # [T] customers asked


@dataclass(frozen=True)
class SetUp:
    """What setting up other ways of working costs this week, minor units."""

    routines: Money  # [R]
    gateway: Money  # [T]
    segmentation: Money  # [T]
    sharing: Money  # [D]
    variants: Money  # [T]


@dataclass(frozen=True)
class Decided:
    """Answers to this week's questions on plans, pay, prices and budgets."""

    dismissed: Ints  # reps whose positions were closed
    gateway: Gateway
    pay: PayPlan
    advertising: Advertising
    campaigns: Campaigns
    discount: Money  # [price groups, J] minor units a unit that we grant
    price_off: Money | None  # [T, price groups, J] minor units a unit that campaigns take off; None without any
    distributor_hours: Floats  # [R] hours the plan asks of reps for distributors
    recruiting: Recruiting
    upkeep: PlannedUpkeep | None  # None in a market where nothing fails
    studies: Commissioned | None  # None in a week without
    set_up: SetUp | None  # None in a week without
    replanned: NDArray[np.bool_]  # [T] where a new call plan has come that changes anything


@dataclass(frozen=True)
class JointCalls:
    """Calls of managers on accounts of their teams."""

    customer: Ints  # rows [n], each once, ascending
    calls: Ints  # [n]


@dataclass(frozen=True)
class Worked:
    """What reps did."""

    visited: Ints  # rows of the customers who got a call of their rep
    visits: Visits  # all calls on customers, those of managers among them, and what they are worth
    joint: JointCalls | None = None  # None where no manager sells


@dataclass(frozen=True)
class DecidedProjects:
    """Projects decided this week, in order of customers' rows, and what was chosen for each."""

    projects: OpenProjects
    chosen: Chosen
    won: NDArray[np.bool_]  # which of them chose an offer of ours
    opened: Ints  # customers [n] of the projects that opened this week, those decided at once among them


@dataclass(frozen=True)
class Demanded:
    """What customers needed and want to buy."""

    orders: Purchases  # of this week, before anything is delivered
    occasions: Occasions
    occasions_by_cell: NDArray[np.float64]  # [T, types], decided projects among them
    habits: Habits
    decided: DecidedProjects | None  # None in a market without opportunities


@dataclass(frozen=True)
class Fulfilled:
    """Goods that moved."""

    orders: Purchases  # those that waited, this week's, and second choices
    served: Units  # units delivered of each order
    made: Units  # [own offers]
    delivered: Units  # [D, own offers] units of ours that customers got
    demand: Units  # [D, own offers] units of ours asked for; each wish once
    unserved: Units  # [D, own offers] of these, not delivered this week
    supplied: Units  # [D, own offers] units that suppliers shipped to sub-distributors
    shipped: Units  # [D, own offers] by the plant
    started: Units  # [own offers] production
    plant: PlantWeek | None  # what the plants worked; None where they make whatever is asked


@dataclass(frozen=True)
class Maintained:
    """What failed and was repaired."""

    parts: Money  # [T] cost of the parts of the week's repairs
    compensation: Money  # [T] paid for items that were not repaired, or not in time
    given_up: Jobs  # items of all brands whose owners gave them up
    in_use: Deliveries  # failures and waiting that owners lived through


@dataclass(frozen=True)
class Served:
    """What customers got and became."""

    ours: NDArray[np.int64]  # places of the orders that we delivered on
    sold: NDArray[np.int64]  # [3, T, types, J] orders filled, units, value
    new_customers: NDArray[np.float64]  # [T, types]
    lapses: NDArray[np.float64]  # [T, types]
    credited_margin: NDArray[np.float64]  # [R] gross margin on what reps are credited with


class Slot(Generic[PartT]):
    """The place of one phase's part: empty until that phase has run, and filled once a week."""

    def __init__(self, phase: str) -> None:
        self.phase = phase

    @overload
    def __get__(self, today: None, owner: type[Today]) -> Slot[PartT]: ...

    @overload
    def __get__(self, today: Today, owner: type[Today]) -> PartT: ...

    def __get__(self, today: Today | None, owner: type[Today]) -> Slot[PartT] | PartT:
        """The part: found in the instance itself once it is there, so that this is called for an empty place alone."""
        if today is None:
            return self
        raise LookupError(f"what {self.phase!r} passes on was read before that phase has run this week")


#: Parts of :class:`Today` that no phase passes on: they are looked up when first asked for, and kept for the week.
LOOKED_UP = ("accounts", "in_person", "call_lengths", "share_lost")


class Today:
    """What this week's phases pass on to one another; nothing here lives longer than the week.

    Raises LookupError for a part whose phase has not run yet, AttributeError for one that is filled twice or unknown.
    """

    looked: Slot[Looked] = Slot("look")
    segmented: Slot[Segmented] = Slot("segment")
    decided: Slot[Decided] = Slot("decide")
    worked: Slot[Worked] = Slot("work")
    demanded: Slot[Demanded] = Slot("demand")
    fulfilled: Slot[Fulfilled] = Slot("fulfil")
    maintained: Slot[Maintained | None] = Slot("maintain")  # None in a market where nothing fails
    served: Slot[Served] = Slot("serve")

    #: Rows of the customers who have a rep in this week's plan; looked up once, see MarketState.accounts.
    accounts: NDArray[np.int64] | None = None
    #: Of these, the customers of reps who are there while the week's work is done [A]; see sim.derived.accounts.served.
    in_person: NDArray[np.int64] | None = None
    #: Time with each of them in one call, in usual calls [A]; see sim.derived.call_lengths.lengths_of_served.
    call_lengths: NDArray[np.float64] | None = None
    #: What each rival brand believes to have lost of its usual share of sales [F]; see sim.agents.competitor.
    share_lost: NDArray[np.float64] | None = None

    def __setattr__(self, name: str, part: object) -> None:
        place = vars(type(self)).get(name)
        if name not in LOOKED_UP and (not isinstance(place, Slot) or name in self.__dict__):
            raise AttributeError(f"{name!r} is filled already" if place else f"no phase passes on {name!r}")
        super().__setattr__(name, part)

    def look_again(self) -> None:
        """Forget what was looked up once for the week: somebody outside of the phases has changed the state."""
        for name in LOOKED_UP:
            setattr(self, name, None)
