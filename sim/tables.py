"""Actors as columns too: reps, managers, distributors, rival offers; the firm's records of customers and of territories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population import NEVER, Column

#: A row is a position of the sales force, filled or vacant; rows beyond the positions in use are spare.
REP_COLUMNS: tuple[Column, ...] = (
    Column(
        "key",
        np.uint64,
        "-",
        "stable key, used in draws: a hash of the rep's name in a roster, else of territory and place",
    ),
    Column("territory", np.int32, "-", "territory of the position"),
    Column("team", np.int32, "-", "team, and row of the manager"),
    Column("position", np.bool_, "yes/no", "the position exists"),
    Column("active", np.bool_, "yes/no", "the position is filled"),
    Column("tenure", np.int32, "weeks", "weeks since the rep joined"),
    Column("hires", np.int32, "-", "people who have held the position so far; indexes their draws"),
    Column("ability", np.float32, "sd", "inborn ability, hidden"),
    Column("motivation", np.float32, "1 = reference", "what the rep brings to the work", None, 1.0),
    Column("zeal", np.float32, "1 = reference", "motivation of the person, before circumstances", None, 1.0),
    Column("coached", np.float32, "hours", "coaching received, decayed"),
    Column("trained", np.float32, "hours", "training received, decayed"),
    Column("feedback", np.float32, "sd", "effect of review talks, decayed"),
    Column("skill", np.float32, "sd", "standardised skill: ability and what was learnt"),
    Column("alignment", np.float32, "share", "how far the rep follows the call plan"),
    Column("form_use", np.float32, "share", "use of forms: how complete and true the rep's reports are"),
    Column("observed", np.float32, "share", "share of the work that supervision sees"),
    Column("effort", np.float32, "1 = reference", "effort of this week"),
    Column("meeting_hours", np.float32, "hours", "meetings of this week"),
    Column("form_hours", np.float32, "hours", "forms of this week, all sets together"),
    Column("checking_hours", np.float32, "hours", "the manager's hours over the rep's forms this week"),
    Column("visit_hours", np.float32, "hours", "the manager's visits in the field this week"),
    Column("review_hours", np.float32, "hours", "review talks, spread over weeks"),
    Column("training_hours", np.float32, "hours", "training of this week"),
    Column("field_hours", np.float32, "hours", "hours of this week for travel and customers"),
    Column("calls", np.int32, "calls", "calls made this week"),
    Column("carry", np.float32, "calls", "part of a call begun and not finished"),
    Column("reported_calls", np.float32, "calls/week", "calls a week by travel claims, smoothed"),
    Column("credited", np.int64, "minor units", "sell-out of this week credited to the rep, at list price"),
    Column("variable_share", np.float32, "share", "commission as a share of pay, smoothed"),
    Column("exodus", np.float32, "share", "colleagues of the team who left of late, decayed, as a share of them"),
    Column("pay", np.float32, "minor units/week", "salary and commission, smoothed"),
    Column("sales", np.float32, "minor units/week", "credited sell-out at list price, smoothed"),
    Column("maturity", np.float32, "share", "from amateur (0) to professional (1), from hunter to farmer"),
    Column("meetings", np.float32, "hours", "meetings of this week by kind", "kinds of meeting"),
    Column("checks", np.float32, "checks", "unannounced checks of the rep's work this week"),
    Column("on_the_job_hours", np.float32, "hours", "training on the job of this week, with the manager"),
    Column("training_fee", np.float64, "minor units", "paid for the rep's training this week"),
    Column("inducted", np.float32, "hours", "induction received, decayed"),
    Column("drilled", np.float32, "hours", "training on the job received, decayed"),
    Column("know_how", np.float32, "sd", "skill learnt from colleagues, decayed"),
    Column("fairness", np.float32, "share", "review talks that were full and fair, decayed"),
    Column("morale", np.float32, "1", "what the meetings of late have added or taken"),
    Column("style", np.int8, "-", "behaviour style, number in a circle of four"),
    Column("need", np.int8, "-", "need that leads the person: security, belonging, esteem, growth"),
    Column("lack", np.float32, "log odds", "push to leave where a need for security or belonging is not met"),
    Column("product_trained", np.float32, "hours", "joint training by engineers received, decayed"),
)

MANAGER_COLUMNS: tuple[Column, ...] = (
    Column("key", np.uint64, "-", "stable key of the team, used in draws"),
    Column("territory", np.int32, "-", "territory where most of the team is"),
    Column("span", np.int32, "reps", "filled positions in the team"),
    Column("meeting_hours", np.float32, "hours/week", "meetings with the team"),
    Column("checking_hours", np.float32, "hours/week", "reading and checking the team's forms"),
    Column("visit_hours", np.float32, "hours/week", "field visits to all reps of the team"),
    Column("review_hours", np.float32, "hours/week", "review talks with all reps of the team"),
    Column("interviews", np.float32, "hours", "interviews owed to applicants"),
    Column("interview_hours", np.float32, "hours/week", "interviews with applicants"),
    Column("control_hours", np.float32, "hours/week", "unannounced checks"),
    Column("on_the_job_hours", np.float32, "hours/week", "training reps on the job"),
    Column("style", np.int8, "-", "behaviour style, number in a circle of four"),
)

DISTRIBUTOR_COLUMNS: tuple[Column, ...] = (
    Column(
        "key", np.uint64, "-", "stable key, used in draws: a hash of the name in a table, else of territory and place"
    ),
    Column("territory", np.int32, "-", "territory the distributor supplies"),
    Column("trust", np.float32, "share", "trust in the manufacturer"),
    Column("shares_data", np.bool_, "yes/no", "shares its sell-out data"),
    Column("payment", np.int64, "minor units/week", "offered for its data when last asked; paid while it shares"),
    Column("purchases", np.float64, "minor units/week", "purchases from its supplier at purchase price, smoothed"),
    Column("price", np.int64, "minor units", "retail price of our offers", "own offers"),
    Column("demand", np.int64, "units", "units of ours that customers asked for this week", "own offers"),
    Column("ordered", np.int64, "units", "units ordered this week", "own offers"),
    Column("stock_value", np.int64, "minor units", "stock and transit at purchase price", "own offers"),
    Column("turnover", np.float64, "minor units/week", "sell-out of each offer at retail price, smoothed", "offers"),
    Column("effort", np.float64, "share", "part of its selling effort that goes to each brand", "brands"),
    Column("usual_effort", np.float64, "share", "the same as the usual state of the market gives it", "brands"),
    Column("capability", np.float64, "share", "what its effort for us is worth, 1 is the best there is"),
    Column("reserve", np.float64, "share", "how loath it is to share its data, as a rank among all there could be"),
    Column("own_capability", np.float64, "share", "capability without advice, to which it falls back"),
    Column("taught", np.float64, "share", "part of its sellers' hours of last week that went into advice of our reps"),
    Column("supplier", np.int32, "row", "distributor that supplies it, -1 for the plant", None, -1),
    Column("wholesale", np.int64, "minor units", "price that it pays to its supplier", "own offers"),
    Column("volume", np.float64, "minor units/week", "purchases for its own customers at list price, smoothed"),
    Column("demand_value", np.float64, "minor units/week", "what its customers ask for, at list price, smoothed"),
)

RIVAL_COLUMNS: tuple[Column, ...] = (
    Column("key", np.uint64, "-", "stable key of the offer, used in draws"),
    Column("offer", np.int32, "-", "row of the offer"),
    Column("price", np.float64, "share of reference price", "price asked of customers"),
    Column("unit_cost", np.float64, "share of reference price", "cost to the rival's channel"),
    Column(
        "share", np.float64, "share", "share of the category's occasions on which it is bought, as the rival believes"
    ),
    Column("sensitivity", np.float64, "utility per relative price", "price sensitivity by the rival's own study"),
)

#: The firm's customer database: belief, its age, and nothing where the firm never looked.
KNOWLEDGE_COLUMNS: tuple[Column, ...] = (
    Column("known", np.bool_, "yes/no", "the customer has a record"),
    Column("marks", np.float32, "mark scale", "marks as measured, NaN where never measured", "marks", float("nan")),
    Column("orders", np.float32, "orders/year", "orders from us as recorded, averaged"),
    Column("value", np.float32, "minor units/year", "purchases from us as recorded, averaged"),
    Column(
        "potential",
        np.float32,
        "minor units/year",
        "reported purchases from anyone, NaN where nobody asked",
        None,
        float("nan"),
    ),
    Column("last_order", np.int32, "week", "week of the last recorded order", None, NEVER),
    Column("confirmed", np.int32, "week", "week in which the record was last confirmed", None, NEVER),
    Column("described", np.int32, "week", "week of the latest report of marks and potential", None, NEVER),
    Column("label", np.int16, "-", "assigned segment, 0 without one"),
    Column("rep", np.int32, "row", "rep who serves the customer in person, -1 for none", None, -1),
    Column("norm", np.float32, "calls/week", "call norm of the plan"),
    Column("prospect", np.bool_, "yes/no", "held for a potential user who does not buy from us yet"),
)

#: What reps did with their accounts.
DIARY_COLUMNS: tuple[Column, ...] = (
    Column("due", np.float32, "calls", "calls owed to the account by the rep's own division of calls"),
    Column("visits", np.uint16, "calls", "calls of this week"),
    Column("met", np.bool_, "yes/no", "the person who is the account's rep now has called on it"),
    Column(
        "bought",
        np.float32,
        "minor units/year",
        "the customer's purchases from us at list price, averaged: the truth a report is about",
    ),
    Column("ordered", np.float32, "orders/year", "the customer's orders from us, averaged"),
)

#: What the market department believes of territories, and the traces of campaigns there.
TERRITORY_COLUMNS: tuple[Column, ...] = (
    Column("key", np.uint64, "-", "stable key, used in draws: a hash of the name"),
    Column("registered", np.int64, "customers", "customers by public registers"),
    Column("counted", np.int64, "customers", "customers by registers, or as last surveyed"),
    Column("potential", np.float64, "minor units/year", "purchases of all customers from anyone, as believed"),
    Column(
        "unheard_mean",
        np.float64,
        "minor units/year",
        "purchases of a customer without a record, NaN if never surveyed",
        None,
        np.nan,
    ),
    Column("aware_share", np.float64, "share", "customers who know us, NaN if never studied", None, np.nan),
    Column("usage_share", np.float64, "share", "customers who use us, NaN if never studied", None, np.nan),
    Column("price_sensitivity", np.float64, "utility per relative price", "mean, NaN if never studied", None, np.nan),
    Column(
        "rival_price", np.float64, "share of reference price", "as last noted, NaN if never", "rival offers", np.nan
    ),
    Column("rival_price_usual", np.float64, "share of reference price", "held for usual", "rival offers", np.nan),
    Column("wear", np.float64, "share", "how worn customers are by campaigns of each brand", "brands"),
    Column("campaigns", np.int64, "minor units", "our spending on campaigns by week", "weeks"),
)


class Holdings:
    """Arrays of more than two dimensions under the same guard as columns: read-only unless lent."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._arrays = dict(arrays)
        for array in self._arrays.values():
            array.flags.writeable = False

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    @contextmanager
    def lend(self, writes: Iterable[str]) -> Iterator[None]:
        """Make the named arrays writable while the context is open. Raises ValueError for unknown names."""
        names = self.begin_loan(frozenset(writes))
        try:
            yield
        finally:
            self.end_loan(names)

    def begin_loan(self, names: frozenset[str]) -> frozenset[str]:
        """Open ``names`` and return them, to be handed to :meth:`end_loan`. Raises ValueError for unknown names."""
        if not names <= self._arrays.keys():
            raise ValueError(f"no such holding: {', '.join(sorted(names - self._arrays.keys()))}")
        for name in names:
            self._arrays[name].flags.writeable = True
        return names

    def end_loan(self, names: frozenset[str]) -> None:
        """Close what :meth:`begin_loan` opened."""
        for name in names:
            self._arrays[name].flags.writeable = False
