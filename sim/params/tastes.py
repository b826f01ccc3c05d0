"""Numbers of how customers change: tastes that move and widen, customers who become others (A2; MODEL §1, §2)."""

from __future__ import annotations

from sim.quantity import WEEKS_PER_YEAR, Section, param


class Tastes(Section):
    """Tastes over time. All is applied to all customers together, every so many weeks."""

    every: int = param(13, unit="weeks", doc="Weeks between changes of customers' tastes and types.", bounds=(1, 520))
    renewal: float = param(
        0.0,
        unit="share/year",
        doc="Part of the variance of individual tastes within a type that is new after a year; their spread stays.",
        bounds=(0.0, 0.999),
    )
    widening: float = param(
        0.0,
        unit="1/year",
        doc="Growth of the spread of individual tastes within a type a year: the factor h(t).",
        bounds=(-0.9, 5.0),
        soft=(0.0, 0.5),
    )
    type_change: float = param(
        0.0,
        unit="share/year",
        doc="Customers a year who are drawn again by the shares of types, with tastes, marks, needs and size of the type that it gets.",
        bounds=(0.0, 0.999),
        soft=(0.0, 0.2),
    )

    @property
    def on(self) -> bool:
        """Whether anything changes."""
        return self.renewal != 0 or self.widening != 0 or self.type_change != 0

    @property
    def kept(self) -> float:
        """Correlation of an individual taste with itself after one step: ρ with ρ² = (1−renewal)^(step in years)."""
        return float((1.0 - self.renewal) ** (0.5 * self.every / WEEKS_PER_YEAR))

    @property
    def wider(self) -> float:
        """Factor of one step on the spread of tastes."""
        return float((1.0 + self.widening) ** (self.every / WEEKS_PER_YEAR))

    @property
    def drawn_again(self) -> float:
        """Chance of one customer to be drawn again in one step: the same hazard all year."""
        return float(1.0 - (1.0 - self.type_change) ** (self.every / WEEKS_PER_YEAR))
