"""Advertising: how much does the firm spend in each territory this week?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


class Advertising(Answer):
    """Spending by territory in minor units."""

    spend: Ints = answer_field("Spending on advertising.", unit="minor units/week", shape=("territories",), low=0)


class AdvertisingRule(Rule):
    """The advertising budget and how territories share it."""

    question: ClassVar[str] = "advertising"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "flat"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Advertising:
        """Set this week's spending in every territory."""
