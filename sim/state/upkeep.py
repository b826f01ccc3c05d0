"""Upkeep: the jobs that wait for service engineers, the problems that may still reach the designers, and the hours of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.solvers.reliability import Wear
from sim.state.books import HoursBook
from sim.state.table import NEVER, Table, column

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

IntT = TypeVar("IntT", bound=np.integer[Any])
RowsT = TypeVar("RowsT", bound="Rows")

#: Number of the occasion, part of the key of draws, of a failure in category c: this + c; of a week of waiting: that + c.
FAILURE_OCCASION, WAITING_OCCASION = 160, 176

#: As many weeks as never: far beyond any run.
_FAR = 10**6

#: Weeks that a run may have at most, and more: week of a failure and item make one number.
_WEEKS = 8192

#: Length of the list of ticks, for each value or member, above which to sort is quicker.
_LIST_PER_MEMBER = 64


class ServiceTeams(Table):
    """A row is a territory with its service engineers and what waits for them."""

    key = column(np.uint64, "-", "stable key of the territory, used in draws")
    engineers = column(np.float64, "heads", "service engineers, parts of one where one serves several territories")
    machines = column(np.int64, "items", "durables of ours in use, of categories that can fail")
    requests = column(np.float64, "requests/week", "repairs and installations asked for, smoothed")
    open = column(np.int64, "jobs", "repairs and installations that wait at the end of the week")
    begun = column(np.float64, "hours", "hours spent on the job that is begun and not finished")


class DesignRecord(Table):
    """One row: what the technical department has counted and learnt of failures of our durables."""

    fleet_hours = column(
        np.float64, "hours", "hours that durables of ours have run, those before the first week included"
    )
    learnt_hours = column(np.float64, "hours", "the same, as far as their problems were understood")
    watched_from = column(np.float64, "hours", "fleet hours when the first report came in, NaN before", fill=np.nan)
    reports = column(np.int64, "reports", "problems reported so far")
    log_hours = column(np.float64, "log hours", "logarithms of the fleet hours at which they came in, summed")
    believed_mtbf = column(np.float64, "hours", "time between failures as the department believes")
    believed_shape = column(
        np.float64, "1", "β of the failures as the department believes: below 1 the design improves", fill=1.0
    )


class EngineerUse(IntEnum):
    """What the hours of service engineers go to."""

    JOBS = 0
    ANALYSIS = 1
    TRAINING = 2
    SPARE = 3


@dataclass
class Rows:
    """A small table whose length changes: one array per field, all of one length; none of them is ever written into."""

    customer: Ints  # row
    category: Ints
    since: Ints  # week of the failure or delivery

    @property
    def item(self) -> Ints:
        """One number per customer and category."""
        return self.customer * 8 + self.category

    @property
    def event(self) -> Ints:
        """One number per customer, category and week."""
        return self.item * _WEEKS + self.since

    def __len__(self) -> int:
        return len(self.customer)

    def taken(self: RowsT, rows: NDArray[Any]) -> RowsT:
        """The rows named or flagged by ``rows``."""
        if rows.dtype == np.bool_:
            rows = rows.nonzero()[0]  # once for all columns
            if rows.size == self.customer.size:
                return self
        return type(self)(*[values[rows] for values in self.__dict__.values()])

    def without(self: RowsT, others: Rows) -> RowsT:
        """These rows but for those of an item that is among ``others``."""
        if not others.customer.size or not self.customer.size:
            return self
        return self.taken(~among(self.item, others.item))

    def joined(self: RowsT, other: RowsT) -> RowsT:
        """These rows and then those of ``other``."""
        if not other.customer.size:
            return self
        if not self.customer.size:
            return other
        both = zip(self.__dict__.values(), other.__dict__.values(), strict=True)
        return type(self)(*[np.concatenate(pair) for pair in both])


@dataclass
class Jobs(Rows):
    """Items that wait for an engineer: of ours, in the territory's queue; of a rival, until its usual time is over."""

    brand: Ints
    repair: NDArray[np.bool_]  # False: an installation

    @classmethod
    def none(cls) -> Jobs:
        """No jobs."""
        none = np.empty(0, np.int64)
        return cls(none, none, none, none, np.empty(0, np.bool_))


@dataclass
class Problems(Rows):
    """Failures of ours that have not been reported to the designers yet."""

    hours: Floats  # fleet hours for which the failure stands

    @classmethod
    def none(cls) -> Problems:
        """No problems."""
        none = np.empty(0, np.int64)
        return cls(none, none, none, np.empty(0, np.float64))


@dataclass
class Message:
    """Problems on their way to the designers."""

    arrives: int
    problems: Problems


@dataclass
class Upkeep:
    """Upkeep from week to week.

    ``wear`` of categories [C], ``factor`` [B, C] of each brand's items relative to it at the start; both 0 where
    nothing can fail. Where nothing at all can, there is no upkeep.
    """

    service: ServiceTeams
    technical: DesignRecord
    wear: Wear
    factor: Floats
    hours: HoursBook
    start_hours: float  # hours that durables of ours had run before the first week
    first_offer: Ints  # [B, C] an offer of the brand in the category, −1 without one
    quality: Floats  # [B, C] mean quality of the brand's offers in the category
    jobs: Jobs = field(default_factory=Jobs.none)
    problems: Problems = field(default_factory=Problems.none)
    messages: list[Message] = field(default_factory=list)

    @cached_property
    def on(self) -> bool:
        """Whether anything in this market fails."""
        return bool(self.fails.any())

    @cached_property
    def fails(self) -> NDArray[np.bool_]:
        """Categories [C] of which some brand's items can fail."""
        found: NDArray[np.bool_] = (self.wear.rate > 0) & (self.factor > 0).any(axis=0)
        return found

    def wear_of(self, brand: Ints, category: Ints) -> Wear:
        """How often the items of these brands and categories fail, one each, by the designs of the start."""
        rate = self.wear.rate[category] * self.factor[brand, category]
        return Wear(rate, self.wear.life[category], self.wear.shape[category])


def week_of_age(bought: NDArray[np.integer[Any]], age: NDArray[np.float64]) -> NDArray[np.int64]:
    """Week in which an item ``bought`` then reaches ``age`` (weeks); NEVER where that is beyond any run."""
    week = bought.astype(np.int64) + np.ceil(np.minimum(age, _FAR)).astype(np.int64)
    return np.where(age < _FAR, week, NEVER)


def among(values: NDArray[np.integer[Any]], members: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which of ``values`` are among ``members``, none of them negative: numpy's ``isin``, several times faster on a few thousand of each.

    Rows, and rows with a category, are ticked on a list as long as the largest of them.
    """
    if members.size == 0 or values.size == 0:
        return np.zeros(values.size, np.bool_)
    size = int(max(np.maximum.reduce(values), np.maximum.reduce(members))) + 1
    if size <= _LIST_PER_MEMBER * (values.size + members.size):
        ticked = np.zeros(size, np.bool_)
        ticked[members] = True
        listed: NDArray[np.bool_] = ticked[values]
        return listed
    ordered = members.copy()
    ordered.sort()
    place = np.minimum(ordered.searchsorted(values), ordered.size - 1)
    found: NDArray[np.bool_] = ordered[place] == values
    return found


def distinct(values: NDArray[IntT]) -> tuple[NDArray[IntT], NDArray[np.int64]]:
    """Each of ``values`` once, ascending, and the place of every one among them: numpy's ``unique``, faster on a few."""
    ordered = values.copy()
    ordered.sort()
    first = np.empty(ordered.size, np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    once = ordered[first]
    return once, once.searchsorted(values)
