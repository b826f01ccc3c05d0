"""Numbers of when customers want to buy: season and trend (MODEL §2)."""

from __future__ import annotations

import math

from sim.quantity import WEEKS_PER_YEAR, Section, param


class Needs(Section):
    """When customers want to buy: season and trend of consumable occasions. Needs for durables depend only on age: they have neither."""

    season_swing: float = param(
        0.0,
        unit="share",
        doc="Height of the yearly season of consumable occasions above and below its mean; durables have none.",
        bounds=(0.0, 1.0),
    )
    season_peak: float = param(26.0, unit="week of the year", doc="Week in which the season peaks.", bounds=(0.0, 52.0))
    growth: float = param(
        0.0,
        unit="1/year",
        doc="Growth of the rates of consumable occasions a year; durables have none.",
        bounds=(-0.9, 5.0),
        soft=(-0.2, 0.3),
    )

    longest_age_at_start: float = param(
        520.0,
        unit="weeks",
        doc="Age at the start, at most, of what customers own of consumables and opportunities: rare buyers bought it within these weeks.",
        bounds=(1.0, 5200.0),
    )

    def activity(self, week: float) -> float:
        """Season times trend: what multiplies the rates of consumable occasions in ``week``; 1 at the defaults."""
        season = 1.0 + self.season_swing * math.cos(2.0 * math.pi * (week - self.season_peak) / WEEKS_PER_YEAR)
        return float(season * (1.0 + self.growth) ** (week / WEEKS_PER_YEAR))
