"""Numbers of managing a team: costs and effects of the four routines (MODEL §6)."""

from __future__ import annotations

from sim.quantity import Section, param


class Management(Section):
    """Hours of managers and the effects of meetings, forms, visits, talks and training on reps."""

    manager_hours: float = param(42.0, unit="hours/week", doc="Working hours of a sales manager.", bounds=(1, 80))
    manager_administration: float = param(
        14.0, unit="hours/week", doc="Manager's hours spent on other work than the team.", bounds=(0, 60)
    )
    manager_pay: int = param(9_500_000, unit="minor units/year", doc="A manager's cost.", bounds=(0, 10**11))
    meeting_effect: float = param(
        0.35, unit="share", doc="Part of the gap to full alignment that meetings can close.", bounds=(0, 1)
    )
    meeting_half: float = param(
        2.0, unit="hours/week", doc="Meeting hours at which 63 % of that is reached.", bounds=(0.1, 20)
    )
    visit_effect: float = param(
        0.35, unit="share", doc="Part of the gap to full alignment that field visits can close.", bounds=(0, 1)
    )
    visit_half: float = param(
        0.5, unit="hours/rep/week", doc="Visit hours per rep at which 63 % of that is reached.", bounds=(0.01, 20)
    )
    alignment_speed: float = param(
        0.1, unit="1/week", doc="Speed at which alignment follows the routines.", bounds=(0.001, 1)
    )
    coaching_d: float = param(
        0.36,
        unit="sd",
        doc="Effect of coaching at full dose.",
        bounds=(0, 0.79),
        source="Theeboom, Beersma & van Vianen 2014",
    )
    coaching_half: float = param(
        20.0,
        unit="hours",
        doc="Decayed coaching hours at which 63 % of the effect is reached: an hour a week for half a year.",
        bounds=(0.1, 200),
    )
    training_d: float = param(
        0.62,
        unit="sd",
        doc="Effect of training on results at full dose.",
        bounds=(0, 0.79),
        source="Arthur et al. 2003",
    )
    training_half: float = param(
        24.0, unit="hours", doc="Decayed training hours at which 63 % of the effect is reached.", bounds=(0.1, 500)
    )
    decay_half_life: float = param(
        26.0, unit="weeks", doc="Half-life of coaching, training and feedback.", bounds=(1, 520)
    )
    ceiling: float = param(0.8, unit="sd", doc="D: several programmes combine as D(1−Π(1−d/D)).", bounds=(0.1, 3))
    training_price: int = param(
        6_000, unit="minor units/hour", doc="Trainer's fee per rep and hour.", bounds=(0, 10**7)
    )
    review_every: int = param(13, unit="weeks", doc="Weeks between review talks of one rep.", bounds=(1, 104))
    review_hours_full: float = param(
        2.0,
        unit="hours",
        doc="Length of a talk that has the published effect; shorter ones have less.",
        bounds=(0.1, 20),
    )
    feedback_mean: float = param(
        0.41, unit="sd", doc="Mean effect of feedback.", bounds=(-3, 3), source="Kluger & DeNisi 1996"
    )
    feedback_spread: float = param(
        0.985,
        unit="sd",
        doc="Spread of the effect of feedback; a third of talks harm.",
        bounds=(0, 3),
        source="Kluger & DeNisi 1996",
    )
    gap_memory: int = param(
        26,
        unit="weeks",
        doc="Weeks for which managers remember how far their team fell short of plan; none beyond it.",
        bounds=(1, 26),
    )
    meeting_reference: float = param(
        1.0, unit="hours/week", doc="Meeting hours beyond which meetings cost goodwill.", bounds=(0, 20)
    )
    overhead_on_motivation: float = param(
        0.01,
        unit="1 per hour",
        doc="Motivation lost per weekly hour of meetings and forms beyond the reference.",
        bounds=(0, 0.5),
    )
    observation_on_motivation: float = param(
        0.05,
        unit="1",
        doc="κ: motivation lost when all the work is seen; evidence for large hidden costs is weak.",
        bounds=(0, 1),
        soft=(0, 0.3),
    )
    observation_half: float = param(
        1.0, unit="hours/rep/week", doc="Visit hours per rep at which 63 % of the work is seen.", bounds=(0.01, 20)
    )


class Forms(Section):
    """The form loop: forms that are used are filled in; forms that are not used fall out of use."""

    steepness: float = param(8.0, unit="1", doc="k in σ(k(U+e−U0)).", bounds=(0, 50))
    threshold: float = param(0.6, unit="1", doc="U0 in σ(k(U+e−U0)).", bounds=(0, 2))
    speed: float = param(0.1, unit="1/week", doc="ρ: speed of the loop.", bounds=(0.001, 1))
    start: float = param(0.5, unit="share", doc="Use of forms at the start.", bounds=(0, 1))
    checking_half: float = param(
        0.5,
        unit="hours/rep/week",
        doc="Manager's checking hours per rep at which 63 % of full enforcement is reached.",
        bounds=(0.01, 20),
    )
    enforcement: float = param(0.5, unit="1", doc="Enforcement e at full checking.", bounds=(0, 1))
    hours_full: float = param(
        1.0, unit="hours/week", doc="Form hours per rep at which every call can be reported.", bounds=(0.05, 20)
    )
    untruth: float = param(
        0.5, unit="log sd", doc="Error of recorded purchases on forms that no one uses.", bounds=(0, 3)
    )
