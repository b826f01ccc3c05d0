"""Rival force: how many calls do rivals' sales forces make, and on whom?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RivalForceSeen


class RivalCalls(Answer):
    """Calls that rivals plan on their accounts; each costs the rival `params.rival_force.call_cost`."""

    calls: Floats = answer_field(
        "Calls a week on each account of each rival.", unit="calls/week", shape=("rival accounts",), low=0, high=50
    )


class RivalForceRule(Rule):
    """How rivals divide the calls of their sales forces, asked before the first week too, for what is usual."""

    question: ClassVar[str] = "rival_force"
    actor: ClassVar[str] = "competitor"
    ordinary: ClassVar[str] = "none"
    every: int = param(4, unit="weeks", doc="Weeks for which rivals keep a plan.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: RivalForceSeen) -> RivalCalls:
        """Plan the calls of every rival."""
