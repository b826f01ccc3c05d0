"""The record: what happens in each week, as one array per measure, declared with its unit and dimensions."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
_INSPECTED = "as of the last quarterly inspection of the database"

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
    Measure(
        "lapses",
        "customers",
        _TS,
        "Customers whose orders stopped: none in three expected intervals, or a buyer or loyal customer that closed.",
    ),
    Measure("closed_firms", "customers", _TS, "Customers that closed; a new firm opened in the place of each."),
    Measure("users", "customers", _TS, "Customers whose stage is buyer or loyal."),
    Measure("satisfaction_sum", "sum of satisfaction", _TS, "Satisfaction with our brand, summed over users."),
    *(
        Measure(
            f"{name}_satisfaction_sum", "sum of satisfaction", _TS, f"Of it, with {what}; 0 where it is not divided."
        )
        for name, what in (
            ("product", "products"),
            ("contact", "contact"),
            ("advice", "advice"),
            ("orders", "order handling"),
            ("delivery", "delivery"),
            ("complaints", "complaint handling"),
        )
    ),
    Measure(
        "demand_units",
        "units",
        ("distributor", "offer"),
        "Units of ours that customers demanded; each wish for an offer counts once.",
    ),
    Measure(
        "unserved_units",
        "units",
        ("distributor", "offer"),
        "Units of ours demanded and not delivered in the same week.",
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
    Measure("demand_value", "minor units", ("territory",), "What customers wanted from distributors, at list price."),
    Measure(
        "plant_orders_value", "minor units", ("territory",), "What distributors ordered from the plant, at list price."
    ),
    Measure("plant_stock_units", "units", ("offer",), "Finished goods at the end of the week."),
    Measure("production_units", "units", ("offer",), "Units started in production."),
    Measure("production_value", "minor units", ("offer",), "The same at list price."),
    Measure("plant_work", "work", (), "Work done at the plants, in minor units of unit cost; overtime is part of it."),
    Measure("plant_overtime", "work", (), "Of this, in overtime."),
    Measure("plant_capacity", "work", (), "What the plants can do in regular hours; 0 where they have no limit."),
    Measure("plant_queue", "work", (), "Production orders that wait for capacity at the end of the week."),
    Measure("price", "share of reference price", ("offer",), "Mean price for customers without a segment."),
    Measure("sharing", "share", ("distributor",), "1 while the distributor shares its sell-out data."),
    Measure("hours_attended", "hours", ("team",), "Hours of reps at work."),
    Measure(
        "hours_selling", "hours", ("team",), "Hours of reps with customers, calls made at reference effort or not."
    ),
    Measure("hours_worked", "hours", ("team",), "Selling hours weighted by effort."),
    Measure("hours_travel", "hours", ("team",), "Hours of reps on the road."),
    Measure(
        "hours_routine",
        "hours",
        ("team",),
        "Hours of reps in meetings, talks, training, over forms, and asking for them.",
    ),
    Measure("hours_administration", "hours", ("team",), "Hours of reps over orders, offers and mail."),
    Measure("calls", "calls", ("team",), "Calls made."),
    Measure("calls_planned", "calls", ("team",), "Calls the plan required, as far as hours allowed."),
    Measure("calls_on_plan", "calls", ("team",), "Calls the plan required and reps made, account by account."),
    Measure(
        "calls_reported_on_plan",
        "calls",
        ("team",),
        "The same as reported to managers: calls by travel claims, accounts by forms as far as these are used.",
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
    Measure(
        "all_brands_margin",
        "minor units",
        ("distributor",),
        "Gross margin of the distributor on what its customers bought of all brands, at its price list.",
    ),
    Measure("trust", "share", ("distributor",), "The distributor's trust in us at the end of the week."),
    Measure("capability", "share", ("distributor",), "The distributor's capability at the end of the week."),
    Measure("reports_written", "reports", ("territory",), "Reports that reps wrote of their calls."),
    Measure("reports_lost_territory", "reports", ("territory",), "Of these, lost by the managers of the territory."),
    Measure("reports_lost_centre", "reports", ("territory",), "Of these, lost by the marketing centre."),
    Measure("reports_lost_headquarters", "reports", ("territory",), "Of these, lost by the companies' headquarters."),
    Measure("reports_arriving", "reports", ("territory",), "Of these, not lost by anyone."),
    Measure("inspected_records", "customers", _TS, f"Customers in the database, {_INSPECTED}."),
    Measure("inspected_non_users", "customers", _TS, f"Customers who are not users, {_INSPECTED}."),
    Measure("user_records", "customers", _TS, f"Users in the database, {_INSPECTED}."),
    Measure("non_user_records", "customers", _TS, f"Customers in the database who are not users, {_INSPECTED}."),
    Measure("key_accounts", "customers", _TS, f"Users served by a rep in person, {_INSPECTED}; others are ordinary."),
    Measure("stale_records", "customers", _TS, f"Records that have not been confirmed for long, {_INSPECTED}."),
    Measure("record_age_sum", "weeks", _TS, f"Weeks since records were confirmed, summed over them, {_INSPECTED}."),
    Measure("mark_count", "customers", _TS, f"Records with marks, {_INSPECTED}."),
    Measure(
        "mark_error_sum",
        "sd of mark",
        _TS,
        f"Absolute error of marks on record, mean over marks, summed over records, {_INSPECTED}.",
    ),
    Measure("plan_age", "weeks", ("territory",), "Weeks since the call plan that reps follow was made."),
    Measure("plan_changes", "customers", ("territory",), "Customers for whom a new call plan changes anything."),
    Measure("plan_changes_heeded", "customers", ("territory",), "Of these, those for whom the territory followed it."),
    Measure("key_account_value", "minor units", _TS, "What customers served by a rep in person paid for our offers."),
    Measure("offers", "offers", ("team",), "Outside offers that reached reps."),
    Measure("quits_to_rivals", "reps", ("team",), "Reps who left for a rival."),
    Measure("quits_low", "reps", ("team",), "Leavers from the lowest third of reps by sales over their team's mean."),
    Measure("quits_middle", "reps", ("team",), "Leavers from the middle third."),
    Measure("quits_high", "reps", ("team",), "Leavers from the highest third."),
    Measure("vacancies", "positions", ("team",), "Positions not filled this week."),
    Measure("know_how_sum", "sd", ("team",), "Skill learnt from colleagues, summed over reps."),
    Measure("maturity_sum", "share", ("team",), "Maturity, summed over reps."),
    Measure("motivation_sum", "1", ("team",), "Motivation, summed over reps."),
    Measure("observed_sum", "share", ("team",), "Share of the work that supervision sees, summed over reps."),
    Measure("manager_hours", "hours", ("team",), "Hours of managers."),
    Measure(
        "manager_hours_with_reps",
        "hours",
        ("team",),
        "Hours of managers in meetings, visits, talks, training on the job.",
    ),
    Measure("manager_hours_meetings", "hours", ("team",), "Hours of managers in meetings."),
    Measure("manager_hours_forms", "hours", ("team",), "Hours of managers over forms."),
    Measure("manager_hours_visits", "hours", ("team",), "Hours of managers in the field with reps."),
    Measure("manager_hours_talks", "hours", ("team",), "Hours of managers in review talks."),
    Measure("manager_hours_training", "hours", ("team",), "Hours of managers training reps on the job."),
    Measure("manager_hours_control", "hours", ("team",), "Hours of managers for unannounced checks."),
    Measure("manager_hours_interviews", "hours", ("team",), "Hours of managers with applicants."),
    Measure(
        "manager_hours_reading", "hours", ("team",), "Hours of managers over plans, segments, reports, shared data."
    ),
    Measure(
        "manager_hours_selling", "hours", ("team",), "Hours of managers for calls on their team's largest accounts."
    ),
    Measure("manager_calls", "calls", ("team",), "These calls."),
    Measure("handed_over", "accounts", ("territory",), "Customers who knew their rep and whose rep left or changed."),
    Measure(
        "lost_by_hand_over",
        "minor units",
        ("territory",),
        "What they would be expected to buy more this week had their rep stayed: the truth, which no firm sees.",
    ),
    Measure(
        "set_up_cost", "minor units", ("territory",), "Paid for setting up other routines, systems, segments, links."
    ),
    Measure("manager_hours_spare", "hours", ("team",), "Hours of managers that no routine uses."),
    Measure("machines", "items", ("territory",), "Durables of ours in use, of categories that can fail."),
    Measure("failures", "failures", _TS, "Failures of them."),
    Measure("fleet_hours", "hours", ("territory",), "Hours they ran."),
    Measure("repairs", "repairs", ("territory",), "Repairs by our engineers."),
    Measure("repair_weeks_sum", "weeks", ("territory",), "Weeks from failure to repair, summed over repairs."),
    Measure("installations", "installations", ("territory",), "Durables of ours installed."),
    Measure("open_jobs", "jobs", ("territory",), "Repairs and installations that wait at the end of the week."),
    Measure("late_jobs", "jobs", ("territory",), "Those that have waited longer than customers expect."),
    Measure("given_up", "items", ("territory",), "Durables of ours given up because no one came to repair them."),
    Measure("engineers", "heads", ("territory",), "Service engineers."),
    Measure("problems_reported", "problems", ("territory",), "Problems that reached the designers."),
    Measure("problems_understood", "problems", ("territory",), "Those that they understood."),
    Measure("believed_mtbf", "hours", (), "Time between failures as the technical department believes."),
    Measure("product_knowledge_sum", "sd", ("team",), "Effect of joint training on calls, summed over reps."),
    Measure("believed_potential", "minor units/year", ("territory",), "Purchases from anyone as last estimated."),
    Measure(
        "potential", "minor units/year", ("territory",), "The same in truth, expected, in the week of the estimate."
    ),
    Measure(
        "potential_misplaced",
        "share",
        ("territory",),
        "Half the distance between the territory's believed and true share of potential.",
    ),
    Measure("campaign_spend", "minor units", ("territory",), "Our spending on campaigns."),
    Measure(
        "rival_campaign_spend", "minor units", ("territory",), "Rivals' spending on campaigns, in their own books."
    ),
    Measure("rival_calls", "calls", (), "Calls of rivals' sales forces."),
    Measure("rival_call_spend", "minor units", (), "What they cost rivals."),
    Measure("rival_margin_spend", "minor units", (), "What rivals pay distributors beyond the usual margin."),
    Measure("rival_poaching_spend", "minor units", (), "What rivals pay for reps won over by offers beyond the usual."),
    Measure(
        "rival_spend",
        "minor units",
        (),
        "Rivals' spending on calls, campaigns, margins and reps; usual advertising excluded.",
    ),
    Measure(
        "switches_to_rivals",
        "purchases",
        (),
        "Purchases from a rival by customers whose last one in the category was ours.",
    ),
    Measure(
        "switches_to_us",
        "purchases",
        (),
        "Purchases from us by customers whose last one in the category was a rival's.",
    ),
    Measure("studied_customers", "customers", ("territory",), "Customers asked in studies of this week."),
    Measure("potential_users_judged", "customers", ("territory",), "Potential users among those the filter judged."),
    Measure(
        "potential_users_passed", "customers", ("territory",), "Of these, classified as prospects: true positives."
    ),
    Measure("others_judged", "customers", ("territory",), "All others among those the filter judged."),
    Measure("others_passed", "customers", ("territory",), "Of these, classified as prospects: false positives."),
    Measure("message_accounts", "customers", ("territory",), "Accounts whose latest call stressed an attribute."),
    Measure(
        "message_fit_sum", "utility", ("territory",), "How well it fits them in truth, summed; 0 for a random message."
    ),
    Measure("message_fit_believed_sum", "utility", ("territory",), "The same as the firm believes of their segments."),
    Measure("variant_units", "units", ("territory",), "Units delivered as variants of our offers."),
    Measure("units_where_variants", "units", ("territory",), "All our units delivered while a rule chooses variants."),
    Measure("variant_customers", "customers", ("territory",), "Customers to whom variants are offered."),
    Measure(
        "variant_fit_sum",
        "utility",
        ("territory",),
        "How well these fit them in truth, summed; 0 for a random variant.",
    ),
    Measure("variant_fit_believed_sum", "utility", ("territory",), "The same as the firm believes of their segments."),
    Measure("projects_opened", "projects", _TS, "Projects that opened."),
    Measure("projects_decided", "projects", _TS, "Projects that were decided."),
    Measure("projects_won", "projects", _TS, "Projects decided for one of our offers."),
    Measure("projects_lost", "projects", _TS, "Projects decided for a rival's offer or for nothing."),
    Measure("projects_dropped", "projects", _TS, "Projects that ended undecided because the customer closed."),
    Measure("project_weeks", "weeks", _TS, "Weeks from opening to decision, summed over decided projects."),
    Measure("projects_open", "projects", _TS, "Projects open at the end of the week."),
    Measure("pipeline", "minor units", _TS, "Their value times the share of projects that we win."),
    *(
        Measure(f"projects_{stage}", "projects", _TS, f"Open projects in the stage {stage}.")
        for stage in ("lead", "qualified", "proposal", "negotiation")
    ),
    *(
        Measure(f"pipeline_{stage}", "minor units", _TS, f"Pipeline in the stage {stage}.")
        for stage in ("lead", "qualified", "proposal", "negotiation")
    ),
    Measure("projects_carried", "projects", ("team",), "Open projects that reps work on."),
    Measure("project_calls", "calls", ("team",), "Calls on accounts with a project that the rep works on."),
)


#: Place of each measure among those with the same cut.
_PLACES: dict[str, tuple[tuple[str, ...], int]] = {
    measure.name: (cut, place)
    for cut in dict.fromkeys(m.cut for m in MEASURES)
    for place, measure in enumerate(m for m in MEASURES if m.cut == cut)
}


@lru_cache(maxsize=256)
def _together(names: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The one cut of the measures ``names``, and their places among all that have it."""
    cuts = {_PLACES[name][0] for name in names}
    if len(cuts) != 1:
        raise ValueError(f"measures written together have one cut: {', '.join(names)}")
    return cuts.pop(), np.array([_PLACES[name][1] for name in names])


class Record:
    """The weekly record of one run: ``record["calls"]`` is an array [weeks, *cut].

    Measures with the same cut lie in one array [measures, weeks, *cut], so that many of a week are written at once.
    """

    def __init__(self, weeks: int, labels: Mapping[str, tuple[str, ...]]) -> None:
        self.weeks = weeks
        self.labels = {name: tuple(labels[name]) for name in DIMENSIONS}
        self.measures = {m.name: m for m in MEASURES}
        size = Counter(m.cut for m in MEASURES)
        self._blocks = {
            cut: np.zeros((size[cut], weeks, *(len(self.labels[d]) for d in cut)), dtype=np.float64) for cut in size
        }
        self.done = 0

    @cached_property
    def _arrays(self) -> dict[str, NDArray[np.float64]]:
        return {name: self._blocks[cut][place] for name, (cut, place) in _PLACES.items()}

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled or copied: without the views by measure, which would become arrays of their own."""
        return {name: value for name, value in vars(self).items() if name != "_arrays"}

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self._arrays[name]

    def put(self, week: int, name: str, value: NDArray[Any] | float) -> None:
        """Set the measure ``name`` of ``week`` (0-based)."""
        self._arrays[name][week] = value

    def put_all(self, week: int, names: tuple[str, ...], values: NDArray[Any]) -> None:
        """Set the measures ``names``, which have one cut, of ``week`` (0-based) to ``values`` [names, *cut]."""
        cut, places = _together(names)
        self._blocks[cut][places, week] = values

    def let_stand(self, week: int, names: tuple[str, ...]) -> None:
        """Set the measures ``names``, which have one cut, of ``week`` (0-based) to those of the week before."""
        cut, places = _together(names)
        self._blocks[cut][places, week] = self._blocks[cut][places, week - 1]

    def add(self, week: int, name: str, value: NDArray[Any] | float) -> None:
        """Add to the measure ``name`` of ``week`` (0-based)."""
        self._arrays[name][week] += value

    def window(self, first: int, last: int) -> Record:
        """The weeks ``first`` (0-based) to ``last`` − 1 as a record of their own, which shares the arrays."""
        if (first, last) == (0, self.weeks):
            return self
        part = copy.copy(self)
        part.weeks, part.done = last - first, min(max(self.done - first, 0), last - first)
        part._blocks = {cut: values[:, first:last] for cut, values in self._blocks.items()}
        return part
