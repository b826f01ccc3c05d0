"""Numbers of what moves a person in addition to pay: the manager's style and the need of the person (MODEL §6).

Evidence on the size of these effects is thin, so that all weights are 0 until a user sets them.
"""

from __future__ import annotations

from sim.quantity import Section, param


class Motives(Section):
    """Weights of the match of styles and of needs on motivation and on quits; 0 by default."""

    style_on_motivation: float = param(
        0.0,
        unit="1",
        doc="Motivation gained where manager and rep have the same style, lost where theirs are opposite.",
        bounds=(0, 1),
        soft=(0, 0.2),
    )
    needs_on_motivation: float = param(
        0.0,
        unit="1",
        doc="Motivators: motivation by how far the need for esteem or growth is met, for those who are driven by it.",
        bounds=(0, 1),
        soft=(0, 0.3),
    )
    needs_on_quits: float = param(
        0.0,
        unit="log odds",
        doc="Hygiene: push to leave by how far the need for security or belonging is not met, for those who are driven by it.",
        bounds=(0, 10),
    )
    esteem_at: float = param(
        2.0,
        unit="mean of the team",
        doc="Credited sales at which the need for esteem is met in full; below it in proportion.",
        bounds=(0.1, 20),
    )
    usual: float = param(
        0.5, unit="share", doc="How far needs are met at the level that no one notices.", bounds=(0, 1)
    )
