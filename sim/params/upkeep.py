"""Numbers of what happens after the sale: failures, repair and service, and what the technical department learns (MODEL §2, §8).

How often items fail belongs to the category (``failure_rate``, ``failure_shape``) and the brand (``failure_factor``).
"""

from __future__ import annotations

from sim.quantity import Section, param


class Service(Section):
    """Service engineers: their hours, jobs and cost, and the effect of failures and waiting on customers."""

    hours: float = param(
        30.0,
        unit="hours/week",
        doc="Hours of a service engineer for jobs, net of absence and administration.",
        bounds=(0, 80),
    )
    repair_hours: float = param(3.5, unit="hours", doc="Time on site for one repair; plus travel.", bounds=(0.1, 80))
    installation_hours: float = param(
        2.0, unit="hours", doc="Time on site to install one durable of ours; plus travel.", bounds=(0.1, 80)
    )
    engineer_pay: int = param(
        6_000_000,
        unit="minor units/year",
        doc="Cost of a service engineer, car and benefits included.",
        bounds=(0, 10**11),
    )
    hiring_cost: int = param(
        600_000, unit="minor units", doc="Cost of finding and inducting one more service engineer.", bounds=(0, 10**10)
    )
    severance: float = param(
        12.0, unit="weeks of pay", doc="Paid to a service engineer whose position is closed.", bounds=(0, 104)
    )
    parts: float = param(0.01, unit="share of list price", doc="Parts used up by one repair.", bounds=(0, 1))
    expected_wait: int = param(
        1,
        unit="weeks",
        doc="Weeks that a customer expects to wait for an engineer; longer waits count against the brand.",
        bounds=(0, 26),
    )
    rival_wait: int = param(1, unit="weeks", doc="Weeks that owners of rival brands wait for a repair.", bounds=(0, 26))
    failure_harm: float = param(
        0.5,
        unit="quality scale",
        doc="Loss of performance for an item that fails again at once, relative to one that ran as long as usual.",
        bounds=(0, 10),
    )
    waiting_harm: float = param(
        0.5,
        unit="quality scale",
        doc="Loss of performance per week that a customer waits for an engineer beyond what is expected.",
        bounds=(0, 10),
    )
    patience: int = param(
        13, unit="weeks", doc="Weeks without repair after which the owner gives the item up.", bounds=(1, 520)
    )
    compensation: float = param(
        1.0,
        unit="share",
        doc="Part of the remaining value of a given-up item that we pay its owner; the value falls linearly over its mean life.",
        bounds=(0, 2),
    )
    blame: float = param(
        0.0,
        unit="share",
        doc="Part of the loyalty to a brand that an owner loses who gives its item up for want of a repair: failed twice.",
        bounds=(0, 1),
        source="direction: Bitner, Booms & Tetreault 1990, Maxham & Netemeyer 2002; value: A",
    )
    late_penalty: float = param(
        0.0,
        unit="share of list price per week",
        doc="Paid to the owner for each week that one of our repairs waits beyond what is expected.",
        bounds=(0, 1),
        soft=(0, 0.02),
        source="liquidated damages of .5 % a week in general conditions of supply (Orgalime S 2012), there for late delivery",
    )
    request_smoothing: float = param(
        0.1,
        unit="1/week",
        doc="Weight of the latest week in requests a week as the firm counts them.",
        bounds=(0.01, 1),
    )


class Technical(Section):
    """How field problems become better designs, and how engineers teach reps."""

    growth: float = param(
        0.35,
        unit="1",
        doc="α: design reliability grows as fleet hours to this power, as far as their problems are understood.",
        bounds=(0, 0.9),
        soft=(0.25, 0.4),
        source="Duane 1964; Crow 1974",
    )
    usage_hours: float = param(30.0, unit="hours/week", doc="Hours that an item in use runs a week.", bounds=(0.1, 168))
    report_hours: float = param(
        0.5, unit="hours", doc="A service engineer's time to write up one problem.", bounds=(0, 20)
    )
    tellable: int = param(
        4, unit="weeks", doc="Weeks after a failure in which a visiting rep still hears of it.", bounds=(0, 52)
    )
    understood_alone: float = param(
        0.2,
        unit="share",
        doc="Reported problems that designers understand from the report alone.",
        bounds=(0, 1),
    )
    analysis_half: float = param(
        1.0,
        unit="hours/problem",
        doc="Service engineers' hours per reported problem at which 63 % of the others are understood.",
        bounds=(0.01, 100),
    )
    training_d: float = param(
        0.62,
        unit="sd",
        doc="Effect of joint training on the sales of a rep's accounts, at full dose.",
        bounds=(0, 0.79),
        source="Arthur et al. 2003",
    )
    training_half: float = param(
        24.0,
        unit="hours",
        doc="Decayed hours of joint training at which 63 % of the effect is reached.",
        bounds=(0.1, 500),
    )
    training_half_life: float = param(
        26.0, unit="weeks", doc="Half-life of what reps learn of products from engineers.", bounds=(1, 520)
    )
    review_every: int = param(
        4, unit="weeks", doc="Weeks between estimates of the design's reliability.", bounds=(1, 104)
    )
    least_reports: int = param(
        20,
        unit="reports",
        doc="Reports below which the department believes in the design as specified.",
        bounds=(2, 10**6),
    )
