"""Advertising: how much does the firm spend in each territory this week?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


@dataclass(frozen=True)
class Advertising:
    """Spending by territory in minor units."""

    spend: Ints  # [T]


class AdvertisingRule(Rule):
    """The advertising budget and how territories share it; asked every week."""

    question: ClassVar[str] = "advertising"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Advertising:
        """Set this week's spending in every territory."""
