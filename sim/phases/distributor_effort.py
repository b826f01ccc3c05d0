"""Distributors' effort: how they divide it among brands, and what that does to the appeal of offers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.distributor import Distributor
from sim.state import MarketState

Floats = NDArray[np.float64]


def divide_effort(state: MarketState) -> Floats | None:
    """Ask distributors for their effort when it is due, and turn what differs from the usual into utility of offers [D, J].

    The first answer, given before anything happened, is what is usual: so the effect starts at zero. None where effort
    has no effect.
    """
    distributors, strength = state.distributors, state.params.partners.effort_strength
    first = state.week == 0
    if first or (strength > 0 and state.rules.comes_up("brand_effort")):
        distributors.effort[:] = Distributor.decide_brand_effort(state)
    if first:
        distributors.usual_effort[:] = distributors.effort
    return effect_of_effort(state) if strength > 0 else None


def effect_of_effort(state: MarketState) -> Floats:
    """Utility that distributors' effort adds to offers or takes from them [D, J]: what it is worth beyond the usual.

    A share that one brand gains others lose, so that offers of all brands are considered. Sellers do not sell while our
    reps teach them; what they learn serves us, and rivals as far as it is about selling and not about our offers.
    """
    distributors, numbers, own = state.distributors, state.params.partners, state.layout.own_brand
    taught = distributors.capability - distributors.own_capability
    learnt = np.repeat(numbers.advice_spillover * taught[:, None], len(state.layout.brands), axis=1)
    learnt[:, own] = taught
    capability = distributors.own_capability[:, None] + learnt
    worth = capability * distributors.effort * (1.0 - distributors.taught)[:, None]
    usual = distributors.own_capability[:, None] * distributors.usual_effort
    effect: Floats = numbers.effort_strength * (worth - usual)[:, state.boards.offers.brand]
    return effect
