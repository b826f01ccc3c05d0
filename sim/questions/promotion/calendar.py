"""A calendar of campaigns: the same campaign again and again, some weeks long, at fixed intervals."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.promotion.question import Promotion, PromotionRule, offers_named, share_of_potential
from sim.views import FirmSeen


class CampaignCalendar(PromotionRule):
    """Campaigns of ``length`` weeks, ``interval`` weeks apart; a budget each, split over territories and weeks.

    For campaigns in some territories only, bring the rule into force there by a ``[[change]]``.
    """

    kind: Literal["calendar"] = "calendar"
    budget: int = param(
        20_000_000, unit="minor units", doc="Budget of one campaign, all territories.", bounds=(0, 10**13), lever=True
    )
    start: int = param(5, unit="week", doc="First week of the first campaign, from 1.", bounds=(1, 10_000), lever=True)
    length: int = param(6, unit="weeks", doc="Length of a campaign.", bounds=(1, 520), lever=True)
    interval: int = param(
        26, unit="weeks", doc="Weeks from the start of one campaign to the next.", bounds=(1, 10_000), lever=True
    )
    split: Literal["potential", "even"] = param(
        "potential", unit="text", doc="How territories share the budget: by believed potential, or equally.", lever=True
    )
    information: float = param(
        0.0,
        unit="share",
        doc="Part of the budget that makes the brand known instead of the offers wanted: 1 is an information campaign.",
        bounds=(0, 1),
        lever=True,
    )
    price_off: float = param(
        0.0, unit="share", doc="Taken off list prices while it runs.", bounds=(0, 0.9), soft=(0, 0.3), lever=True
    )
    segments: list[int] = param(
        [], unit="labels", doc="Segments that get the price-off; all customers when empty.", bounds=(0, 200), lever=True
    )
    offers: list[str] = param([], unit="names", doc="Offers of ours it is for; all when empty.", lever=True)

    def answer(self, seen: FirmSeen) -> Promotion:
        """Run the campaign in its weeks."""
        territories = len(seen.sales)
        since = seen.week + 1 - self.start
        runs = since >= 0 and since % self.interval < self.length
        parts = share_of_potential(seen) if self.split == "potential" else np.full(territories, 1.0 / territories)
        label = np.arange(seen.segments + 1)
        off = self.price_off * (np.isin(label, self.segments) if self.segments else np.ones(len(label)))
        return Promotion(
            spend=np.floor(runs * self.budget / self.length * parts).astype(np.int64),
            information=np.full(territories, self.information),
            price_off=np.tile(runs * off, (territories, 1)),
            offers=np.tile(offers_named(seen, self.offers), (territories, 1)),
        )
