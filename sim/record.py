"""The record: what each week leaves behind, as one array per measure, declared with its unit and the ways it is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Ways in which a measure can be cut. ``segment`` is the true type of customers, for reporting only.
DIMENSIONS = ("territory", "segment", "offer", "team", "distributor")


@dataclass(frozen=True)
class Measure:
    """One thing that is recorded every week: ``cut`` names its dimensions in the order of the array's axes."""

    name: str
    unit: str
    cut: tuple[str, ...]
    doc: str


_TS = ("territory", "segment")
_TSO = ("territory", "segment", "offer")

#: Every recorded measure. Offers are all offers of the market; rows of rival offers stay 0 where only ours exist.
MEASURES: tuple[Measure, ...] = (
    Measure("orders", "orders", _TSO, "Purchases delivered to customers."),
    Measure("sell_out_units", "units", _TSO, "Units delivered to customers."),
    Measure("sell_out_value", "minor units", _TSO, "What customers paid for them."),
    Measure("occasions", "occasions", _TS, "Occasions on which a customer with a need chose, or chose nothing."),
    Measure("new_customers", "customers", _TS, "Customers with their first purchase from us."),
    Measure("active_customers", "customers", _TS, "Customers who bought from us in the last 52 weeks."),
    Measure("customers", "customers", _TS, "Customers in the market."),
    Measure("aware_customers", "customers", _TS, "Customers who know our brand."),
    Measure("lapses", "customers", _TS, "Customers whose orders stopped: none in three expected intervals."),
    Measure("users", "customers", _TS, "Customers whose stage is buyer or loyal."),
    Measure("satisfaction_sum", "sum of satisfaction", _TS, "Satisfaction with our brand, summed over users."),
    Measure(
        "demand_units",
        "units",
        ("distributor", "offer"),
        "Units of ours that customers asked for; a wish for an offer counts once.",
    ),
    Measure(
        "unserved_units",
        "units",
        ("distributor", "offer"),
        "Units of ours asked for and not delivered in the same week.",
    ),
    Measure("stock_units", "units", ("distributor", "offer"), "Distributors' stock at the end of the week."),
    Measure(
        "distributor_stock_value",
        "minor units",
        ("distributor",),
        "The same at purchase price, without what is on its way.",
    ),
    Measure("sell_in_units", "units", ("distributor", "offer"), "Units the plant shipped to distributors."),
    Measure("ordered_units", "units", ("distributor", "offer"), "Units distributors ordered from the plant."),
    Measure(
        "sub_ordered_units", "units", ("distributor", "offer"), "Units sub-distributors ordered from their suppliers."
    ),
    Measure("sub_supplied_units", "units", ("distributor", "offer"), "Units suppliers shipped to sub-distributors."),
    Measure("demand_value", "minor units", ("territory",), "What customers asked of distributors, at list price."),
    Measure(
        "plant_orders_value", "minor units", ("territory",), "What distributors ordered from the plant, at list price."
    ),
    Measure("plant_stock_units", "units", ("offer",), "Finished goods at the end of the week."),
    Measure("production_units", "units", ("offer",), "Units started in production."),
    Measure("price", "share of reference price", ("offer",), "Mean price asked of customers without a segment."),
    Measure("sharing", "share", ("distributor",), "1 while the distributor shares its sell-out data."),
    Measure("hours_attended", "hours", ("team",), "Hours of reps at work."),
    Measure(
        "hours_selling", "hours", ("team",), "Hours of reps with customers, calls made at reference effort or not."
    ),
    Measure("hours_worked", "hours", ("team",), "Selling hours weighted by effort."),
    Measure("hours_travel", "hours", ("team",), "Hours of reps on the road."),
    Measure("hours_routine", "hours", ("team",), "Hours of reps in meetings, talks, training and over forms."),
    Measure("hours_administration", "hours", ("team",), "Hours of reps over orders, offers and mail."),
    Measure("calls", "calls", ("team",), "Calls made."),
    Measure("calls_planned", "calls", ("team",), "Calls the plan asked for, as far as hours allowed."),
    Measure("calls_on_plan", "calls", ("team",), "Calls the plan asked for and reps made, account by account."),
    Measure(
        "calls_reported_on_plan",
        "calls",
        ("team",),
        "The same as managers hear of it: calls by travel claims, accounts by forms as far as these are used.",
    ),
    Measure("reps", "reps", ("team",), "Filled positions."),
    Measure("positions", "positions", ("team",), "Positions."),
    Measure("quits", "reps", ("team",), "Reps who left."),
    Measure("hires", "reps", ("team",), "Reps who joined."),
    Measure("skill_sum", "sd", ("team",), "Standardised skill, summed over reps."),
    Measure("effort_sum", "1", ("team",), "Effort, summed over reps."),
    Measure("alignment_sum", "share", ("team",), "Alignment with the plan, summed over reps."),
    Measure("form_use_sum", "share", ("team",), "Use of forms, summed over reps."),
    Measure("accounts", "customers", ("territory",), "Customers that reps serve in person."),
    Measure("records", "customers", ("territory",), "Customers in the database."),
    Measure(
        "belief_error_sum",
        "log error",
        ("territory",),
        "Absolute log error of recorded purchases, summed over customers with purchases on record.",
    ),
    Measure("belief_count", "customers", ("territory",), "Customers with purchases on record who did buy."),
    Measure("hours_distributors", "hours", ("team",), "Hours of reps for distributors, the way there included."),
    Measure("distributors", "distributors", ("distributor",), "Distributors: 1 each."),
    Measure("effort_for_us", "share", ("distributor",), "Part of the distributor's selling effort that we get."),
    Measure("trust", "share", ("distributor",), "The distributor's trust in us at the end of the week."),
    Measure("capability", "share", ("distributor",), "The distributor's capability at the end of the week."),
)


class Record:
    """The weekly record of one run: ``record["calls"]`` is an array [weeks, *cut]."""

    def __init__(self, weeks: int, labels: Mapping[str, tuple[str, ...]]) -> None:
        self.weeks = weeks
        self.labels = {name: tuple(labels[name]) for name in DIMENSIONS}
        self.measures = {m.name: m for m in MEASURES}
        self._arrays = {
            m.name: np.zeros((weeks, *(len(self.labels[d]) for d in m.cut)), dtype=np.float64) for m in MEASURES
        }
        self.done = 0

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self._arrays[name]

    def put(self, week: int, name: str, value: NDArray[Any] | float) -> None:
        """Set the measure ``name`` of ``week`` (0-based)."""
        self._arrays[name][week] = value

    def add(self, week: int, name: str, value: NDArray[Any] | float) -> None:
        """Add to the measure ``name`` of ``week`` (0-based)."""
        self._arrays[name][week] += value
