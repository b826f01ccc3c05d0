"""Numbers of the labour market: outside offers to reps, and the applicants that the firm finds (MODEL §5)."""

from __future__ import annotations

from sim.quantity import Section, param


class LabourMarket(Section):
    """Outside offers, how reps weigh them, and who is poached."""

    pay: int = param(
        4_500_000,
        unit="minor units/year",
        doc="What a rep of usual sales earns elsewhere; the default is the mean pay of the built-in market's ordinary plan.",
        bounds=(1, 10**11),
    )
    offers: float = param(
        0.75,
        unit="share",
        doc="Part of the usual leavers who leave for an outside offer; at 0 there are no offers and quits follow one hazard.",
        bounds=(0, 1),
    )
    visibility: float = param(
        2.0,
        unit="exponent",
        doc="Offers go to reps in proportion to (sales credited / mean of the team) to this power; at 0 to all equally.",
        bounds=(0, 5),
        soft=(0, 3),
    )
    sales_memory: float = param(
        26.0, unit="weeks", doc="Weeks over which credited sales and pay are averaged.", bounds=(1, 520)
    )
    variable_share_at_start: float = param(
        0.1, unit="share", doc="Commission as a share of pay that a rep expects before the first pay.", bounds=(0, 1)
    )
    variable_share_smoothing: float = param(
        0.1,
        unit="1/week",
        doc="Weight of the latest pay in the share of commission that a rep expects.",
        bounds=(0.001, 1),
    )
    offer_spread: float = param(
        0.15, unit="log sd", doc="Spread of the value of offers around the market's pay.", bounds=(0, 2)
    )
    reluctance: float = param(
        0.1, unit="log", doc="Gain in pay at which a content rep is as likely to leave as to stay.", bounds=(0, 2)
    )
    taste: float = param(
        0.1, unit="log", doc="Scale of all other reasons for or against an offer (logit).", bounds=(0.001, 2)
    )
    contagion: float = param(
        2.0,
        unit="per share of the team",
        doc="How much recent leavers, beyond the usual number, raise offers to those who stay in the team.",
        bounds=(0, 50),
        soft=(0, 10),
    )
    contagion_half_life: float = param(8.0, unit="weeks", doc="Half-life of the pull of a leaver.", bounds=(1, 104))
    poached: float = param(0.3, unit="share", doc="Offers that come from rivals.", bounds=(0, 1))
    lost_to_rival: float = param(
        0.3,
        unit="share",
        doc="Relationship lost when an account's rep goes to a rival; at least `people.relationship_lost`.",
        bounds=(0, 1),
        soft=(0.1, 0.3),
    )


class Recruiting(Section):
    """Costs and results of channels and interviews; advertising and the unstructured interview are in `people`."""

    referral_weeks: float = param(6.0, unit="weeks", doc="Mean time to fill a position by referral.", bounds=(0, 104))
    referral_cost: int = param(
        300_000, unit="minor units", doc="Paid to whoever referred the new rep.", bounds=(0, 10**10)
    )
    referral_applicants: int = param(3, unit="applicants", doc="Applicants by referral.", bounds=(1, 100))
    referral_quality: float = param(
        0.1, unit="sd", doc="Mean ability of referred applicants above that of others.", bounds=(-3, 3)
    )
    agency_weeks: float = param(4.0, unit="weeks", doc="Mean time to fill a position by an agency.", bounds=(0, 104))
    agency_cost: int = param(
        1_100_000, unit="minor units", doc="An agency's fee: a quarter of a year's pay.", bounds=(0, 10**10)
    )
    agency_applicants: int = param(4, unit="applicants", doc="Applicants an agency presents.", bounds=(1, 100))
    agency_quality: float = param(
        0.0, unit="sd", doc="Mean ability of an agency's applicants above that of others.", bounds=(-3, 3)
    )
    validity_structured: float = param(
        0.42, unit="correlation", doc="Validity of a structured interview.", bounds=(0, 1), source="Sackett et al. 2022"
    )
    validity_work_sample: float = param(
        0.33, unit="correlation", doc="Validity of a work sample.", bounds=(0, 1), source="Sackett et al. 2022"
    )
    validity_knowledge: float = param(
        0.40,
        unit="correlation",
        doc="Validity of a test of job knowledge.",
        bounds=(0, 1),
        source="Sackett et al. 2022",
    )
    hours_unstructured: float = param(
        1.0, unit="manager's hours/applicant", doc="An unstructured interview.", bounds=(0, 40)
    )
    hours_structured: float = param(
        2.0, unit="manager's hours/applicant", doc="A structured interview, with its preparation.", bounds=(0, 40)
    )
    hours_work_sample: float = param(
        3.0, unit="manager's hours/applicant", doc="A work sample, with its preparation.", bounds=(0, 40)
    )
    hours_knowledge: float = param(
        1.0, unit="manager's hours/applicant", doc="A test of job knowledge and a talk.", bounds=(0, 40)
    )
    accept: float = param(
        0.8,
        unit="share",
        doc="Applicants who accept an offer at the market's pay and usual care; at 1 all do, whatever the firm does.",
        bounds=(0.01, 1),
    )
    accept_pay: float = param(
        4.0, unit="log odds per log", doc="How much pay above the market raises the odds of acceptance.", bounds=(0, 50)
    )
    accept_care: float = param(
        0.5, unit="log odds per hour", doc="How much an hour of care per applicant raises them.", bounds=(0, 10)
    )
    care_usual: float = param(
        0.5, unit="manager's hours/applicant", doc="Hours of care that applicants are used to.", bounds=(0, 40)
    )
    maturity_mean: float = param(0.4, unit="share", doc="Mean maturity of applicants.", bounds=(0, 1))
    maturity_spread: float = param(0.2, unit="1", doc="Standard deviation of it.", bounds=(0, 1))
