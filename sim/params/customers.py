"""Numbers of the customers: how they learn, need, choose, experience, talk, and move through the funnel (MODEL §2).

Functions named ``…_numbers`` turn sections into the tuples that kernels take and convert every rate, half-life and
hazard to one tick of ``dt`` weeks, once: hazards by ``1−exp(−h·dt)``, stocks by ``keep^dt``. Events (a visit, a
purchase, a delivery) are counted, not timed, and are not scaled.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from sim.params.advertising import Advertising, advertising_numbers
from sim.params.customer_numbers import (
    AdvertisingNumbers,
    ChoiceNumbers,
    ExperienceNumbers,
    FunnelNumbers,
    RelationshipNumbers,
    SpreadNumbers,
)
from sim.params.needs import Needs
from sim.params.ties import Network, Relationship
from sim.quantity import WEEKS_PER_YEAR, Section, freeze, param, retention_of_half_life
from sim.stages import Stage, Stimulus

#: Names re-exported from neighbouring files, so that all numbers of customers are found here.
__all__ = [
    "Advertising",
    "AdvertisingNumbers",
    "ChoiceNumbers",
    "ExperienceNumbers",
    "FunnelNumbers",
    "Needs",
    "Network",
    "Relationship",
    "RelationshipNumbers",
    "SpreadNumbers",
    "advertising_numbers",
]

Real = type[np.floating[Any]]
_GOLDENBERG = "Goldenberg, Libai & Muller 2001"
_GUADAGNI = "Guadagni & Little 1983"
_FADER_HARDIE = "Fader & Hardie 2007"


class Awareness(Section):
    """How customers come to know a brand and forget it."""

    visit: float = param(
        0.35,
        unit="probability per visit",
        doc="Chance that a visit of our rep makes our brand known.",
        bounds=(0.0, 0.999),
    )
    forgetting: float = param(
        0.01,
        unit="1/week",
        doc="Hazard of forgetting a brand in a week without any reminder.",
        bounds=(0.0, 5.0),
        soft=(0.0, 0.1),
    )


class Talk(Section):
    """Word of mouth: the effect of one tie's talk, by strength of tie and by how content the speaker is."""

    weak: float = param(
        0.01,
        unit="probability a week",
        doc="β_w: chance of learning of a brand from one weak tie that owns it and speaks well of it.",
        bounds=(0.0, 0.999),
        soft=(0.005, 0.015),
        source=_GOLDENBERG,
    )
    strong: float = param(
        0.04,
        unit="probability a week",
        doc="β_s: the same from a strong tie.",
        bounds=(0.0, 0.999),
        soft=(0.01, 0.07),
        source=_GOLDENBERG,
    )
    disappointed: float = param(
        2.0,
        unit="content speakers",
        doc="ω: a disappointed owner's talk counts this many times in the opposite direction; stored in half units.",
        bounds=(0.0, 10.0),
        soft=(1.0, 2.5),
    )
    imitation: float = param(
        0.38 / WEEKS_PER_YEAR,
        unit="1/week",
        doc="q: hazard of learning of a brand that all customers talk about; complete network only.",
        bounds=(0.0, 10.0),
        source="Bass 1969; Sultan, Farley & Lehmann 1990",
    )


class Choice(Section):
    """Weights of the utility of an offer; taste, price sensitivity and intercepts are customers' and offers' own."""

    loyalty: float = param(
        3.92,
        unit="utility",
        doc="b_L: weight of loyalty (0..1) to the brand.",
        bounds=(0.0, 20.0),
        soft=(0.0, 5.0),
        source=_GUADAGNI,
    )
    quality: float = param(
        1.0, unit="utility per quality", doc="b_q: weight of an offer's quality.", bounds=(0.0, 20.0)
    )
    satisfaction: float = param(
        1.5, unit="utility", doc="b_S: weight of satisfaction (0..1) with the brand beyond neutral.", bounds=(0.0, 20.0)
    )
    relationship: float = param(
        1.8,
        unit="utility",
        doc="b_R: weight of the relationship with our rep; our offers only. Gives an elasticity of .31 at .4 calls a week and a share of .3.",
        bounds=(0.0, 20.0),
        source="Albers, Mantrala & Sridhar 2010",
    )
    neighbours: float = param(
        0.5,
        unit="utility",
        doc="b_N: weight of the net share of neighbours who own the brand and speak well of it.",
        bounds=(0.0, 20.0),
    )


class Loyalty(Section):
    """Habit: the smoothed share of a brand in a customer's purchases."""

    carry_over: float = param(
        0.875,
        unit="1",
        doc="α: part of loyalty kept at a purchase.",
        bounds=(0.0, 1.0),
        soft=(0.7, 0.95),
        source=_GUADAGNI,
    )
    at_start: float = param(
        0.7,
        unit="share",
        doc="Loyalty at the start of a customer who owns one brand only; with several it is divided among them.",
        bounds=(0.0, 1.0),
    )
    repeated: float = param(
        0.5,
        unit="share",
        doc="Purchases in the year before the start that went to the brand a customer used; the rest fell to brands by their users.",
        bounds=(0.0, 1.0),
    )
    loyal_at: float = param(
        0.6, unit="share", doc="Loyalty to our brand from which a buyer counts as loyal.", bounds=(0.0, 1.0)
    )


class Experience(Section):
    """Effects of a delivery on satisfaction, expectation and talk."""

    noise: float = param(
        0.3,
        unit="quality scale",
        doc="Spread of the performance of single deliveries around the offer's quality.",
        bounds=(0.0, 10.0),
    )
    step: float = param(
        0.3, unit="1", doc="Part of the way satisfaction moves to the latest experience.", bounds=(0.0, 1.0)
    )
    performance: float = param(0.5, unit="1", doc="Weight of performance itself in satisfaction.", bounds=(0.0, 20.0))
    disconfirmation: float = param(
        0.8,
        unit="1",
        doc="Weight of performance against expectation in satisfaction.",
        bounds=(0.0, 20.0),
        source="Oliver 1980",
    )
    loss_aversion: float = param(
        2.0,
        unit="1",
        doc="A shortfall against expectation weighs this many times an equal surplus.",
        bounds=(1.0, 10.0),
        soft=(1.5, 2.5),
        source="Anderson & Sullivan 1993; Tversky & Kahneman 1992",
    )
    expectation_step: float = param(
        0.2, unit="1", doc="κ: part of the way expectation moves to the latest performance.", bounds=(0.0, 1.0)
    )
    neutral: float = param(
        1.1,
        unit="log odds",
        doc="Satisfaction of one who got what was expected at quality 0: 1.1 is 75 of 100.",
        bounds=(-10.0, 10.0),
    )
    content_at: float = param(
        0.65, unit="0..1", doc="Satisfaction from which an owner speaks well of the brand.", bounds=(0.0, 1.0)
    )
    disappointed_at: float = param(
        0.5, unit="0..1", doc="Satisfaction below which an owner speaks ill of the brand.", bounds=(0.0, 1.0)
    )

    @property
    def neutral_satisfaction(self) -> float:
        """Satisfaction (0..1) of a customer without experience: what the columns start with."""
        return 1.0 / (1.0 + math.exp(-self.neutral))


class Funnel(Section):
    """How fast customers move from stage to stage once the stimulus is there (a probability a week while it lasts)."""

    consider: float = param(
        0.5,
        unit="probability per occasion",
        doc="Aware → considering, on an occasion that our brand could serve.",
        bounds=(0.0, 1.0),
    )
    drop: float = param(
        0.5,
        unit="probability a week",
        doc="Considering → aware, once the need is gone or served by others.",
        bounds=(0.0, 1.0),
    )
    settle: float = param(
        1.0,
        unit="probability per purchase",
        doc="Buyer → loyal, at a purchase with loyalty above the threshold.",
        bounds=(0.0, 1.0),
    )
    stray: float = param(
        1.0,
        unit="probability per purchase",
        doc="Loyal → buyer, at a purchase with loyalty below the threshold.",
        bounds=(0.0, 1.0),
    )
    reconsider: float = param(
        0.2,
        unit="probability per occasion",
        doc="Lapsed → considering, on an occasion that our brand could serve.",
        bounds=(0.0, 1.0),
    )


class Lapse(Section):
    """When a customer who stays away counts as lost."""

    intervals: float = param(
        3.0,
        unit="expected intervals",
        doc="Expected intervals between purchases without one of ours, after which a customer may lapse.",
        bounds=(0.5, 20.0),
    )
    longest_interval: float = param(
        104.0, unit="weeks", doc="Expected interval of customers who buy no consumables.", bounds=(1.0, 5200.0)
    )
    least_share: float = param(
        0.1,
        unit="share",
        doc="Share of a customer's purchases that is expected to go to us at least, when it was one of ours.",
        bounds=(0.0, 1.0),
        soft=(0.02, 0.3),
    )
    probability: float = param(
        0.3,
        unit="probability a week",
        doc="Chance to lapse of an overdue customer of neutral satisfaction, where all have the same hazard (`alike`).",
        bounds=(0.0, 1.0),
    )
    satisfaction: float = param(
        2.0,
        unit="1",
        doc="How fast the lapse hazard falls with satisfaction: exp(−this·(S − neutral)).",
        bounds=(0.0, 20.0),
    )
    kind: Literal["alike", "beta"] = param(
        "alike",
        unit="text",
        doc="Whether all overdue customers have the same hazard, or each a yearly probability of its own, drawn from Beta(a, b).",
    )
    beta_a: float = param(
        0.704,
        unit="1",
        doc="a of Beta(a, b), whose mean a/(a+b) is the chance to lapse in the first year (`beta`).",
        bounds=(0.01, 100.0),
        source=_FADER_HARDIE,
    )
    beta_b: float = param(
        1.182,
        unit="1",
        doc="b of Beta(a, b); the smaller both, the more customers differ (`beta`).",
        bounds=(0.01, 100.0),
        source=_FADER_HARDIE,
    )

    def own_probability(self, yearly: np.ndarray, dt: float = 1.0) -> np.ndarray:
        """Chance to lapse in a tick of ``dt`` weeks for yearly probabilities: the same hazard all year."""
        weekly: np.ndarray = -np.expm1(np.log1p(-np.minimum(yearly, 1.0 - 1e-12)) * dt / WEEKS_PER_YEAR)
        return weekly


def spread_numbers(awareness: Awareness, talk: Talk, dt: float = 1.0, dtype: Real = np.float32) -> SpreadNumbers:
    """Numbers of the spread of awareness for ticks of ``dt`` weeks."""
    return freeze(
        awareness,
        SpreadNumbers,
        dtype,
        visit=-math.log1p(-awareness.visit),
        weak=-math.log1p(-talk.weak) * dt / 2.0,
        strong=-math.log1p(-talk.strong) * dt / 2.0,
        imitation=talk.imitation * dt,
        forgetting=-math.expm1(-awareness.forgetting * dt),
    )


def choice_numbers(choice: Choice, experience: Experience, dtype: Real = np.float32) -> ChoiceNumbers:
    """Weights of the utility."""
    return freeze(choice, ChoiceNumbers, dtype, neutral=experience.neutral_satisfaction)


def experience_numbers(
    experience: Experience, loyalty: Loyalty, talk: Talk, dtype: Real = np.float32, product_weight: float = 1.0
) -> ExperienceNumbers:
    """What a delivery changes; ``product_weight`` is the part of satisfaction that products have."""
    return freeze(
        experience,
        ExperienceNumbers,
        dtype,
        carry_over=loyalty.carry_over,
        ill=math.floor(2.0 * talk.disappointed + 0.5),
        product_weight=product_weight,
    )


def relationship_numbers(relationship: Relationship, dt: float = 1.0, dtype: Real = np.float32) -> RelationshipNumbers:
    """Numbers of the relationship for ticks of ``dt`` weeks."""
    keep = retention_of_half_life(relationship.half_life) ** dt
    half = relationship.half_calls**relationship.shape
    return freeze(relationship, RelationshipNumbers, dtype, keep=keep, half=half, tick=float(dt))


def funnel_numbers(
    funnel: Funnel, lapse: Lapse, loyalty: Loyalty, experience: Experience, dt: float = 1.0, dtype: Real = np.float32
) -> FunnelNumbers:
    """Moves of the funnel for ticks of ``dt`` weeks: those that wait on a state are timed, those at an event are not."""
    hazard = np.zeros((len(Stage), len(Stage)))
    gate = np.zeros((len(Stage), len(Stage)), np.uint16)

    def move(start: Stage, end: Stage, stimulus: Stimulus, probability: float, *, timed: bool) -> None:
        gate[start, end] = stimulus
        hazard[start, end] = 1.0 - (1.0 - probability) ** dt if timed else probability

    for start in (Stage.UNKNOWN, Stage.AWARE, Stage.CONSIDERING, Stage.LAPSED):
        move(start, Stage.BUYER, Stimulus.BOUGHT, 1.0, timed=False)
    move(Stage.UNKNOWN, Stage.AWARE, Stimulus.KNOWN, 1.0, timed=False)
    for start in (Stage.AWARE, Stage.CONSIDERING):
        move(start, Stage.UNKNOWN, Stimulus.FORGOTTEN, 1.0, timed=False)
    move(Stage.AWARE, Stage.CONSIDERING, Stimulus.NEED, funnel.consider, timed=False)
    move(Stage.CONSIDERING, Stage.AWARE, Stimulus.NO_NEED, funnel.drop, timed=True)
    move(Stage.BUYER, Stage.LOYAL, Stimulus.HABIT, funnel.settle, timed=False)
    move(Stage.LOYAL, Stage.BUYER, Stimulus.NO_HABIT, funnel.stray, timed=False)
    for start in (Stage.BUYER, Stage.LOYAL):
        move(start, Stage.LAPSED, Stimulus.OVERDUE, lapse.probability, timed=True)
    move(Stage.LAPSED, Stage.CONSIDERING, Stimulus.NEED, funnel.reconsider, timed=False)
    return freeze(
        lapse,
        FunnelNumbers,
        dtype,
        hazard=hazard,
        gate=gate,
        loyal_at=loyalty.loyal_at,
        slowest_rate=dt / lapse.longest_interval,
        lapse_slope=lapse.satisfaction,
        neutral=experience.neutral_satisfaction,
        tick=float(dt),
    )
