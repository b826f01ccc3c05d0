"""Numbers of how people learn, leave and are replaced (MODEL §5)."""

from __future__ import annotations

from sim.quantity import Section, param


class People(Section):
    """Turnover, vacancies, hiring and the learning curve of reps."""

    quit_probability: float = param(
        0.237,
        unit="annual probability",
        doc="Probability that a rep of reference motivation leaves within a year: 27 leavers per 100 heads and year.",
        bounds=(0, 0.99),
        soft=(0.05, 0.5),
        source="Sunder et al. 2017",
    )
    quit_motivation: float = param(
        1.5, unit="log hazard per unit", doc="How much a unit of motivation below 1 raises the hazard.", bounds=(0, 10)
    )
    vacancy: float = param(8.0, unit="weeks", doc="Mean time to fill a position.", bounds=(0, 104))
    hiring_cost: int = param(800_000, unit="minor units", doc="Cost of filling a position.", bounds=(0, 10**10))
    severance: float = param(
        12.0, unit="weeks of salary", doc="Paid to a rep whose position is closed.", bounds=(0, 104), soft=(0, 52)
    )
    applicants: int = param(
        5, unit="applicants", doc="Applicants per position; the one with the best rating is hired.", bounds=(1, 100)
    )
    validity: float = param(
        0.19,
        unit="correlation",
        doc="Validity of the selection: unstructured interview.",
        bounds=(0, 1),
        source="Sackett et al. 2022",
    )
    ramp: float = param(
        13.0,
        unit="weeks",
        doc="Time constant τ of a newcomer's output 1−exp(−t/τ).",
        bounds=(0.1, 104),
        source="MODEL §5: 3–6 months",
    )
    tenure_at_start: int = param(
        260,
        unit="weeks",
        doc="Service at the start, at most: reps have served a uniform draw squared of it, unless a roster says how long.",
        bounds=(0, 2600),
    )
    relationship_lost: float = param(
        0.2,
        unit="share",
        doc="Relationship lost when an account's rep leaves or changes.",
        bounds=(0, 1),
        soft=(0.1, 0.3),
    )
