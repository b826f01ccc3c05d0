"""Numbers of meetings by kind, and of control: costs and effects of checks (MODEL §6)."""

from __future__ import annotations

from sim.quantity import Section, param

_KINDS = "morning, evening, weekly, monthly, quarterly, yearly"


class Meetings(Section):
    """Value of an hour of each kind of meeting for alignment, know-how and morale, relative to the weekly one."""

    alignment: tuple[float, ...] = param(
        (1.2, 0.8, 1.0, 0.7, 0.5, 0.3),
        unit="weekly meeting = 1",
        doc=f"Weight of an hour for alignment with the plan: {_KINDS}.",
        bounds=(0, 10),
        length=(6, 6),
    )
    know_how: tuple[float, ...] = param(
        (0.3, 0.8, 1.0, 1.2, 1.0, 0.5),
        unit="weekly meeting = 1",
        doc=f"Weight of a structured hour for the spread of know-how: {_KINDS}.",
        bounds=(0, 10),
        length=(6, 6),
    )
    morale: tuple[float, ...] = param(
        (0.02, -0.02, 0.0, 0.05, 0.1, 0.2),
        unit="1/hour",
        doc=f"What an hour adds to morale: {_KINDS}; the weekly meeting is what people are used to.",
        bounds=(-5, 5),
        length=(6, 6),
    )
    morale_half_life: float = param(8.0, unit="weeks", doc="Half-life of morale.", bounds=(1, 104))
    morale_effect: float = param(
        0.05, unit="1", doc="Most motivation that morale adds or removes.", bounds=(0, 1), soft=(0, 0.2)
    )


class Control(Section):
    """What unannounced checks and visits cost and see, and how they affect the rep who is seen."""

    check_hours: float = param(
        0.25,
        unit="hours/check",
        doc="Time of one unannounced check of a rep's work, for the manager and for the rep.",
        bounds=(0, 10),
    )
    check_effect: float = param(
        0.35,
        unit="share",
        doc="Part of the gap to full alignment that checks can close when they see all work.",
        bounds=(0, 1),
    )
    check_half: float = param(
        1.0, unit="checks/rep/week", doc="Unannounced checks at which 63 % of the work is seen.", bounds=(0.01, 20)
    )
    rep_time: float = param(
        0.0,
        unit="share",
        doc="h: part of the field time that goes into showing what was done when all work is seen.",
        bounds=(0, 1),
        soft=(0, 0.5),
    )
    visit_talk: float = param(
        0.25,
        unit="hours/hour",
        doc="Part of a manager's field visit in which the rep does not sell: what comes before and after calls.",
        bounds=(0, 1),
    )
    visit_check: float = param(
        0.25,
        unit="hours/hour",
        doc="An hour of visits checks forms as well as this many hours spent on forms.",
        bounds=(0, 1),
    )
    found: float = param(
        0.5,
        unit="share",
        doc="Calls off the plan that are discovered when all work is seen, whatever forms say.",
        bounds=(0, 1),
    )
    maturity_slope: float = param(
        0.1,
        unit="1 per unit of maturity",
        doc="How much more being seen demotivates mature reps; immature reps gain where κ falls below 0.",
        bounds=(0, 2),
        soft=(0, 0.5),
    )
    maturity_reference: float = param(
        0.7, unit="share", doc="Maturity at which being seen costs observation_on_motivation.", bounds=(0, 1)
    )
    goal_d: float = param(
        0.34,
        unit="sd",
        doc="Effect of a difficult goal that can be reached.",
        bounds=(0, 3),
        source="Epton, Currie & Armitage 2017",
    )
    goal_reach: float = param(
        1.0,
        unit="sd",
        doc="Difficulty up to which a goal's effect rises; out of reach at twice that.",
        bounds=(0.01, 10),
    )
    fairness_on_motivation: float = param(
        0.0, unit="1", doc="Motivation that a full, fair review talk adds while it is remembered.", bounds=(0, 1)
    )
