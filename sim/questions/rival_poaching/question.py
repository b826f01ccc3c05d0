"""Rival poaching: how many more offers than usual do rivals make to our reps?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RivalStandingSeen


class RivalOffers(Answer):
    """Offers to our reps beyond the usual ones; who is won over by them costs the rival `params.rival_force.sign_on`."""

    offers: Floats = answer_field(
        "Offers beyond the usual, as a multiple of all usual outside offers.",
        unit="ratio",
        shape=("rival brands",),
        low=0,
        high=10,
    )


class RivalPoachingRule(Rule):
    """How rivals court our reps."""

    question: ClassVar[str] = "rival_poaching"
    actor: ClassVar[str] = "competitor"
    ordinary: ClassVar[str] = "usual"

    @abstractmethod
    def answer(self, seen: RivalStandingSeen) -> RivalOffers:
        """Say how many offers every rival adds."""
