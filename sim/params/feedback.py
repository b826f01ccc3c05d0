"""Numbers of how a manager's talks and visits act: by the manager's ability, with frequency, and on whom (MODEL §6).

At the defaults every manager is alike, talks keep their quarter and nobody minds them.
"""

from __future__ import annotations

from sim.quantity import Section, param


class Feedback(Section):
    """Manager's ability in talks and visits, fatigue from frequent talks, reactance by maturity; all 0 by default."""

    manager_share: float = param(
        0.0,
        unit="share of variance",
        doc="Part of the variance of talks' effects that is the manager's: who is weak at it harms again and again. The mean and the spread over all talks stay.",
        bounds=(0, 1),
        soft=(0, 0.5),
    )
    manager_on_coaching: float = param(
        0.0,
        unit="1 per sd",
        doc="How much more an hour of a field visit coaches by a manager a standard deviation more able; never less than nothing.",
        bounds=(0, 2),
    )
    fatigue: float = param(
        0.0,
        unit="sd per log",
        doc="Effect of a talk lost by talks in memory beyond those of one every `management.review_every` weeks; hours beyond a full talk make talks more frequent. 0: talks keep to that interval and no hours harm.",
        bounds=(0, 3),
        soft=(0, 0.5),
        source="form, an inverted U of frequency: Lam, DeRue, Karam & Hollenbeck 2011; value: A",
    )
    talk_memory: float = param(13.0, unit="weeks", doc="Half-life of talks that a rep has in mind.", bounds=(1, 260))
    reactance: float = param(
        0.0,
        unit="1 per unit of maturity",
        doc="Motivation that frequent talks and visits take from the mature, and give to those below `control.maturity_reference`.",
        bounds=(0, 2),
        soft=(0, 0.5),
    )
    reactance_half: float = param(
        1.0,
        unit="hours/rep/week",
        doc="Hours of talks and visits at which 63 % of it is reached.",
        bounds=(0.01, 20),
    )
