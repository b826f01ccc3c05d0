"""Numbers of satisfaction with what comes with a product: contact, advice, orders, delivery, complaints (MODEL §2).

Dimensions after Homburg & Rudolph 2001, who find them distinct among industrial customers; how much each counts, and how
fast it moves, are assumptions. With all weights at 0 there are none.
"""

from __future__ import annotations

import numpy as np
from pydantic import model_validator

from sim.params.customer_numbers import ServiceQualityNumbers
from sim.quantity import Section, freeze, param, retention_of_half_life

#: The dimensions in the order of their columns.
DIMENSIONS = ("contact", "advice", "orders", "delivery", "complaints")
CONTACT, ADVICE, ORDERS, DELIVERY, COMPLAINTS = range(len(DIMENSIONS))

_HOMBURG = "dimension: Homburg & Rudolph 2001; weight: A"


class ServiceQuality(Section):
    """Weights of the dimensions in satisfaction with our brand, and what moves each; the product has the rest of the weight."""

    contact: float = param(
        0.0, unit="share", doc="Weight of being called on as one is used to.", bounds=(0, 1), source=_HOMBURG
    )
    advice: float = param(
        0.0, unit="share", doc="Weight of the skill and knowledge of those who call.", bounds=(0, 1), source=_HOMBURG
    )
    orders: float = param(
        0.0, unit="share", doc="Weight of orders that are accepted as placed.", bounds=(0, 1), source=_HOMBURG
    )
    delivery: float = param(
        0.0, unit="share", doc="Weight of goods that come when they were promised.", bounds=(0, 1), source=_HOMBURG
    )
    complaints: float = param(
        0.0, unit="share", doc="Weight of failures that are put right in time.", bounds=(0, 1), source=_HOMBURG
    )
    calls_recent: float = param(
        8.0, unit="weeks", doc="Half-life of the calls that customers have in mind.", bounds=(1, 260)
    )
    calls_used_to: float = param(
        52.0,
        unit="weeks",
        doc="Half-life of the calls that customers have got used to, which is what they expect.",
        bounds=(1, 1040),
    )
    calls_unnoticed: float = param(
        0.02,
        unit="calls/week",
        doc="Calls, one a year, so few that their absence is hardly noticed.",
        bounds=(0.0001, 5),
    )
    contact_response: float = param(
        0.5,
        unit="log odds",
        doc="How satisfaction with contact moves with the logarithm of calls over calls expected; a shortfall counts `experience.loss_aversion` times.",
        bounds=(0, 10),
    )
    nobody_there: float = param(
        0.5,
        unit="log odds",
        doc="Satisfaction with contact that is lost where the rep one is used to is gone and no one has come instead.",
        bounds=(0, 10),
    )
    advice_response: float = param(
        0.5,
        unit="log odds per sd",
        doc="How satisfaction with advice moves with the skill of who calls.",
        bounds=(0, 10),
    )
    newcomer: float = param(
        1.0,
        unit="sd",
        doc="Skill that a customer misses in a rep on the first day; it comes with the job.",
        bounds=(0, 10),
    )
    step: float = param(0.3, unit="1", doc="Part of the way a dimension moves to the latest event.", bounds=(0, 1))
    half_life: float = param(
        26.0,
        unit="weeks",
        doc="Half-life of advice, orders, delivery and complaints that one remembers.",
        bounds=(1, 1040),
    )
    refused: float = param(
        1.0,
        unit="log odds",
        doc="Satisfaction with order handling lost by an order of which nothing is delivered at once.",
        bounds=(0, 20),
    )
    late: float = param(
        1.0,
        unit="log odds per week",
        doc="Satisfaction with delivery lost per week that goods come late.",
        bounds=(0, 20),
    )
    unrepaired: float = param(
        1.0,
        unit="log odds per week",
        doc="Satisfaction with complaint handling lost per week that a failure waits beyond what is expected.",
        bounds=(0, 20),
    )

    @model_validator(mode="after")
    def _no_more_than_all(self) -> ServiceQuality:
        """Weights are parts of one whole."""
        if self.total > 1.0:
            raise ValueError(
                f"{' + '.join(DIMENSIONS)} is {self.total:g}, expected at most 1: the product has the rest of the weight"
            )
        return self

    @property
    def weights(self) -> tuple[float, ...]:
        """Weight of each dimension."""
        return (self.contact, self.advice, self.orders, self.delivery, self.complaints)

    @property
    def total(self) -> float:
        """Weight of all dimensions together."""
        return float(sum(self.weights))

    @property
    def on(self) -> bool:
        """Whether any dimension counts."""
        return self.total > 0.0


def service_quality_numbers(
    quality: ServiceQuality, neutral: float, loss_aversion: float, dtype: type[np.floating] = np.float32
) -> ServiceQualityNumbers:
    """What a week does to the dimensions; ``neutral`` in log odds is where each starts."""
    return freeze(
        quality,
        ServiceQualityNumbers,
        dtype,
        weights=np.array(quality.weights),
        neutral=neutral,
        loss_aversion=loss_aversion,
        keep_recent=retention_of_half_life(quality.calls_recent),
        keep_used_to=retention_of_half_life(quality.calls_used_to),
        keep=retention_of_half_life(quality.half_life),
    )
