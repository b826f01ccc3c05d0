"""Promotion: which campaigns does the firm run this week, where, for which offers, with which price-off?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from sim.errors import InputError
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Bools, FirmSeen, Floats, Ints


class Promotion(Answer):
    """The campaigns of one week by territory; nothing runs where ``spend`` and ``price_off`` are 0.

    ``information`` is the part of the spending that makes the brand known (goodwill); the rest makes the offers wanted.
    """

    spend: Ints = answer_field("Spending on campaigns.", unit="minor units/week", shape=("territories",), low=0)
    information: Floats = answer_field(
        "Part of the spending that makes the brand known (goodwill); the rest makes the offers wanted.",
        unit="share",
        shape=("territories",),
        low=0,
        high=1,
    )
    price_off: Floats = answer_field(
        "Part of the list price taken off, by segment label; the first for customers without a segment.",
        unit="share",
        shape=("territories", "price groups"),
        low=0,
        below=1,
    )
    offers: Bools = answer_field("Offers that the campaign is for.", unit="flag", shape=("territories", "own offers"))


class PromotionRule(Rule):
    """Campaigns."""

    question: ClassVar[str] = "promotion"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Promotion:
        """Set this week's campaigns in every territory."""


def share_of_potential(seen: FirmSeen) -> Floats:
    """Each territory's part of the potential that the firm believes in [T]; equal parts while it believes in none."""
    total = float(seen.potential.sum())
    parts: Floats = seen.potential / total if total > 0 else np.full(len(seen.potential), 1.0 / len(seen.potential))
    return parts


def offers_named(seen: FirmSeen, names: list[str]) -> Bools:
    """Which of our offers [own offers] are among ``names``; all of them for an empty list. Raises InputError for others."""
    unknown = sorted(set(names) - set(seen.offer_names))
    if unknown:
        raise InputError(
            "policy.promotion.offers",
            f"no offer of ours is called {', '.join(unknown)}",
            f"some of {', '.join(seen.offer_names)}",
            "name the offers as the scenario does",
        )
    return np.array([not names or name in names for name in seen.offer_names], dtype=np.bool_)
