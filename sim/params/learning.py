"""Numbers of how reps learn apart from coaching and courses: from colleagues and by years in the job (MODEL §5)."""

from __future__ import annotations

from sim.quantity import Section, param


class Learning(Section):
    """Induction, training on the job, know-how from colleagues, maturity."""

    induction_weeks: int = param(
        13, unit="weeks", doc="Weeks after joining in which induction is given.", bounds=(0, 104)
    )
    induction_d: float = param(
        0.62,
        unit="sd",
        doc="Effect of induction on results at full dose.",
        bounds=(0, 0.79),
        source="Arthur et al. 2003, for training of all kinds",
    )
    induction_half: float = param(
        40.0, unit="hours", doc="Decayed hours of induction at which 63 % of the effect is reached.", bounds=(0.1, 500)
    )
    induction_price: int = param(
        3_000, unit="minor units/hour", doc="Material and trainer of induction, per rep and hour.", bounds=(0, 10**7)
    )
    on_the_job_d: float = param(
        0.62,
        unit="sd",
        doc="Effect of training on the job on results at full dose.",
        bounds=(0, 0.79),
        source="Arthur et al. 2003, for training of all kinds",
    )
    on_the_job_half: float = param(
        40.0, unit="hours", doc="Decayed hours on the job at which 63 % of the effect is reached.", bounds=(0.1, 500)
    )
    know_how_transfer: float = param(
        0.87,
        unit="share",
        doc="Part of the gap to the best third of the team that structured meetings close: +24 % sales in four weeks of them.",
        bounds=(0, 1),
        source="derived from Sandvik et al. 2020 at CV .3 a sd, teams of 8, an hour a week",
    )
    know_how_one_of: int = param(
        3,
        unit="members",
        doc="One of so many members of a team, the best ones, is among those whom the others learn from: its best third.",
        bounds=(1, 100),
    )
    know_how_half: float = param(
        0.5,
        unit="hours/week",
        doc="Structured hours a week at which 63 % of it is passed on within the week.",
        bounds=(0.05, 20),
    )
    know_how_half_life: float = param(
        25.0,
        unit="weeks",
        doc="Half-life of know-how that is not renewed: +18 % sales over the 20 weeks after.",
        bounds=(1, 520),
        source="derived from Sandvik et al. 2020",
    )
    maturity_time: float = param(
        156.0,
        unit="weeks",
        doc="Time constant of growing from amateur to professional by tenure alone.",
        bounds=(1, 2000),
    )
    maturity_coached: float = param(
        1.0, unit="1", doc="How much full coaching adds to the speed of that growth.", bounds=(0, 10)
    )
