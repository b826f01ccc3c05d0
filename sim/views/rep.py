"""What sales reps see: their week, their projects, and what they weigh when they may leave."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class RepSeen(View):
    """What reps see of their week: hours, their accounts, the plan they were given and what pays them."""

    SIZES = MappingProxyType(
        {
            "reps": Counted("key"),
            "accounts": Counted("account_key"),
        }
    )

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    selling_hours: Floats  # [R] hours left for accounts, travel included
    hours_per_call: Floats  # [R] selling, questions and travel, of the calls that the plan asks for on average
    alignment: Floats  # [R] 0..1, how far the rep follows the plan
    motivation: Floats  # [R] 1 is the reference
    commission_share: Floats  # [R] variable part of expected pay
    observed: Floats  # [R] 0..1, share of the work that supervision sees
    account_key: Ints  # [A] stable id of the customer
    account_rep: Ints  # [A]
    account_norm: Floats  # [A] calls a week the plan asks for
    account_relationship: Floats  # [A] 0..1; for customers not called on yet, the mean of the rep's others
    account_value: Floats  # [A] purchases from us a year, minor units; for customers not called on yet, as recorded
    account_hours: (
        Floats  # [A] hours of a call, the way included; for customers not called on yet, by the size on record
    )


@dataclass(frozen=True, kw_only=True)
class PursuitSeen(RepSeen):
    """The same, and the open projects of reps' accounts [P], in the order in which they opened."""

    SIZES = MappingProxyType({**RepSeen.SIZES, "open projects": Counted("project_key")})

    load: int  # projects that a rep can carry
    project_key: Ints  # [P] stable id of the customer
    project_number: Ints  # [P] number among the customer's projects
    project_rep: Ints  # [P]
    project_stage: Ints  # [P] 0 lead, 1 qualified, 2 proposal, 3 negotiation
    project_age: Floats  # [P] weeks since it opened
    project_worth: Floats  # [P] the rep's estimate of its value, minor units
    project_relationship: Floats  # [P] 0..1, with the customer, as for accounts
    project_attention: Floats  # [P] 0..1, what calls on it have built up


@dataclass(frozen=True)
class QuitSeen(View):
    """What reps weigh when they may leave: what they earn, what colleagues earn, and the offer they have, if any."""

    SIZES = MappingProxyType({"reps": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    tenure: Ints  # [R] weeks in the firm
    newness: Floats  # [R] 1 for a newcomer, falling towards 0 as the learning curve flattens
    pay: Floats  # [R] own pay a week, minor units, smoothed; with a bonus for staying spread over a year
    colleagues_pay: Floats  # [R] mean pay of the team a week, minor units
    offer: Floats  # [R] pay a week of the outside offer of this week, minor units; 0 without one
    push: Floats  # [R] dissatisfaction, log odds and log hazard; 0 for a content rep
    hazard: float  # usual weekly hazard of leaving
    by_offers: float  # part of the usual leavers who go for an offer
    reluctance: float  # log gain in pay at which a content rep is torn
    taste: float  # scale of what else counts, log
