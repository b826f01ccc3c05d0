"""The numbers of customers' behaviour as kernels take them: per tick, typed, nothing else (MODEL §2)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class AdvertisingNumbers(NamedTuple):
    """Goodwill: part kept per tick, spending at which it is 1, hazard per tick and exponent, how it averages, what it moves."""

    keep: float
    reference_spend: float
    hazard: float
    elasticity: float
    geometric: bool = False  # mean of logarithms of spending instead of spending itself
    least: float = 0.0  # level used in place of zero where a logarithm is taken
    choice: float = 0.0  # utility per logarithm of goodwill
    unadvertised: float = 1.0  # goodwill of a brand without advertising, share of the usual
    synergy: float = 0.0  # part of a call's effect that advertising prepares
    usual: float = 1.0  # goodwill at which utility and the effect of calls are as they were


class SpreadNumbers(NamedTuple):
    """Cumulative hazards of learning, per tick: one visit, one half unit of talk by tie, all customers' talk; and forgetting."""

    visit: np.floating[Any]
    weak: np.floating[Any]
    strong: np.floating[Any]
    imitation: np.floating[Any]
    forgetting: np.floating[Any]  # probability per tick


class ChoiceNumbers(NamedTuple):
    """Weights of the utility, and the satisfaction that counts as neutral."""

    loyalty: np.floating[Any]
    quality: np.floating[Any]
    satisfaction: np.floating[Any]
    relationship: np.floating[Any]
    neighbours: np.floating[Any]
    neutral: np.floating[Any]


class ExperienceNumbers(NamedTuple):
    """What a delivery changes; ``ill`` is a disappointed owner's talk in half units."""

    carry_over: np.floating[Any]
    step: np.floating[Any]
    performance: np.floating[Any]
    disconfirmation: np.floating[Any]
    loss_aversion: np.floating[Any]
    expectation_step: np.floating[Any]
    neutral: np.floating[Any]
    content_at: np.floating[Any]
    disappointed_at: np.floating[Any]
    noise: np.floating[Any]
    ill: np.int32
    product_weight: np.floating[Any]  # part of satisfaction that products have, where service counts too


class ServiceQualityNumbers(NamedTuple):
    """What a week does to satisfaction with contact, advice, orders, delivery and complaint handling (W = 5)."""

    weights: NDArray[Any]  # [W]
    neutral: np.floating[Any]  # log odds of who got what was expected
    loss_aversion: np.floating[Any]
    keep_recent: np.floating[Any]
    keep_used_to: np.floating[Any]
    keep: np.floating[Any]
    calls_unnoticed: np.floating[Any]
    contact_response: np.floating[Any]
    nobody_there: np.floating[Any]
    step: np.floating[Any]


class FunnelNumbers(NamedTuple):
    """Probabilities of the moves per tick [from, to], the stimuli of which one must be present (0: always), and thresholds."""

    hazard: NDArray[Any]
    gate: NDArray[np.uint16]
    loyal_at: np.floating[Any]
    intervals: np.floating[Any]
    slowest_rate: np.floating[Any]
    least_share: np.floating[Any]
    lapse_slope: np.floating[Any]
    neutral: np.floating[Any]
    tick: np.floating[Any]  # weeks in a tick


class RelationshipNumbers(NamedTuple):
    """ADBUDG response of the relationship to calls, and the part kept per tick."""

    keep: np.floating[Any]
    least: np.floating[Any]
    most: np.floating[Any]
    shape: np.floating[Any]
    half: np.floating[Any]  # d
    tick: np.floating[Any]  # weeks in a tick: calls of one tick become calls a week
