"""Rival margin: what do rivals leave their distributors beyond the usual mark-up?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RivalStandingSeen


class RivalMargins(Answer):
    """What distributors keep on each rival's offers beyond the usual, paid by the rival on all that they sell of it."""

    margin: Floats = answer_field(
        "Part of the retail price that distributors keep beyond the usual.",
        unit="share of price",
        shape=("rival brands",),
        low=0,
        high=0.5,
    )


class RivalMarginRule(Rule):
    """How rivals pay their distributors."""

    question: ClassVar[str] = "rival_margin"
    actor: ClassVar[str] = "competitor"
    ordinary: ClassVar[str] = "usual"
    every: int = param(4, unit="weeks", doc="Weeks for which rivals keep their terms.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: RivalStandingSeen) -> RivalMargins:
        """Set the terms of every rival."""
