"""Numbers of rivals' sales forces and of what rivals see of lost sales (MODEL §9). Forces exist where `policy.rival_force` is not `none`."""

from __future__ import annotations

from sim.quantity import Section, param


class RivalForce(Section):
    """A sales force of few numbers for every rival brand, and the records by which rivals notice what they lose."""

    size: float = param(
        1.0,
        unit="share",
        doc="Calls a week of a rival for each of its users at the start, relative to ours; a brand's `sales_calls` replaces it.",
        bounds=(0, 20),
        soft=(0, 3),
    )
    skill: float = param(
        0.0, unit="sd", doc="Skill of rivals' reps; ours have 0 on average before they learn.", bounds=(-5, 5)
    )
    accounts: float = param(
        0.15,
        unit="share of customers",
        doc="Customers that each rival serves in person: those it expects to buy most. About what reps of the built-in market serve.",
        bounds=(0, 1),
        soft=(0, 0.5),
    )
    estimate_error: float = param(
        0.5,
        unit="log sd",
        doc="Error of a rival's own estimate of what a customer buys from anyone.",
        bounds=(0, 3),
        soft=(0, 1),
    )
    sales_seen: float = param(
        0.9,
        unit="share",
        doc="Purchases of its accounts from its distributors that a rival hears of.",
        bounds=(0, 1),
    )
    sales_lag: int = param(4, unit="weeks", doc="Weeks after which it hears of them.", bounds=(0, 52))
    sales_memory: float = param(
        52.0, unit="weeks", doc="Weeks over which a rival averages what an account buys from it.", bounds=(1, 520)
    )
    share_memory: float = param(
        8.0,
        unit="weeks",
        doc="Weeks over which a rival averages its share of the market's sales, to know how it stands now.",
        bounds=(1, 104),
    )
    usual_memory: float = param(
        52.0, unit="weeks", doc="The same, for the share that it holds for usual.", bounds=(1, 520)
    )
    share_lag: int = param(
        4, unit="weeks", doc="Weeks after which a rival knows what it lost of its share and of effort.", bounds=(0, 104)
    )
    share_error: float = param(
        0.05,
        unit="log sd",
        doc="Error of a rival's estimate of its share, and of its part of distributors' effort, relative to the usual.",
        bounds=(0, 1),
        soft=(0, 0.2),
    )
    call_cost: int = param(
        4_800,
        unit="minor units/call",
        doc="What a call costs a rival: a year's pay of 45,000 over 24 calls a week, and 12.00 of travel, as in the built-in market.",
        bounds=(0, 10**9),
    )
    sign_on: float = param(
        0.25,
        unit="share of a year's pay",
        doc="What a rep costs a rival who is won over by an offer beyond the usual ones.",
        bounds=(0, 5),
    )
