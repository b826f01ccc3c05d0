"""The labour market: outside offers reach reps, who go or stay; who goes leaves relationships behind and pulls others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.manufacturer import Manufacturer
from sim.agents.sales_rep import SalesRep
from sim.derived.presence import rivals_present
from sim.phases.account import book_stay_bonus
from sim.phases.hand_over import break_off
from sim.quantity import WEEKS_PER_YEAR, retention_of_half_life, weekly_hazard_of_annual_probability
from sim.rng import Decision
from sim.solvers.outside_offers import attention, best_of_week, offers_for, usual_exodus
from sim.state import MarketState

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Names of the measures of quits by attainment, lowest tercile first.
TERCILES = ("quits_low", "quits_middle", "quits_high")


def leave(state: MarketState) -> None:
    """Offers arrive, reps decide, and accounts keep only part of their relationship with those who go."""
    reps = state.reps
    visible = attainment(state)
    courted = _courted(state)
    offer = _outside_offers(state, visible, courted)
    stay_bonus = Manufacturer.decide_retention(state, offer, visible)
    probability = SalesRep.decide_quits(state, offer, stay_bonus)
    leaves = reps.active & _decided(state, probability)
    if stay_bonus.any():
        book_stay_bonus(state, np.where(leaves, 0, stay_bonus))
    _record(state, visible, offer > 0, leaves, courted)
    _pull(state, leaves)
    if not leaves.any():
        return
    state.books.heads.leave(state.week, np.bincount(reps.team[leaves], minlength=len(state.managers)))
    reps.active[leaves] = False
    accounts = state.accounts()
    to_rival = leaves & (offer > 0) & _from_rivals(state, courted)
    lost = np.where(to_rival, _lost_to_rival(state), state.params.people.relationship_lost)
    gone = accounts[leaves[state.knowledge.rep[accounts]]]
    lose_relationship(state, gone, lost[state.knowledge.rep[gone]])


def _decided(state: MarketState, probability: Floats) -> Bools:
    """Which reps [R] go, each with its ``probability``; where no one can, nothing is drawn."""
    goes: Bools = probability > 0
    if goes.any():
        goes = state.luck(Decision.QUIT).uniform(state.reps.key) < probability
    return goes


def lose_relationship(
    state: MarketState, accounts: NDArray[np.int64], lost: Floats | None = None, *, part: float = 1.0
) -> None:
    """A relationship is with a person: ``accounts`` (rows) whose rep leaves or changes keep only part of it, and buy less.

    ``lost`` is the share of the relationship that each loses; the usual one without it. ``part`` of what leaving costs
    in sales is lost.
    """
    break_off(state, accounts, part)
    share = state.params.people.relationship_lost if lost is None else lost
    state.customers.relationship[accounts] *= np.asarray(1.0 - share, dtype=np.float32)


def attainment(state: MarketState) -> Floats:
    """Credited sales of each rep over the mean of its team [R], smoothed; 1 where no one sells, 0 for vacant positions."""
    reps, teams = state.reps, len(state.managers)
    here = reps.active
    heads = np.bincount(reps.team[here], minlength=teams)
    mean = np.bincount(reps.team[here], weights=reps.sales[here], minlength=teams) / np.maximum(heads, 1)
    usual = mean[reps.team]
    over: Floats = np.where(usual > 0, reps.sales / np.where(usual > 0, usual, 1.0), 1.0)
    return np.where(here, over, 0.0)


def usual_hazard(state: MarketState) -> float:
    """Weekly hazard of leaving of a content rep who is paid and seen as reps usually are."""
    return weekly_hazard_of_annual_probability(state.params.people.quit_probability)


def exodus_at_rest(state: MarketState) -> float:
    """Colleagues who left recently, as a share of them, where people leave at the usual hazard."""
    return usual_exodus(usual_hazard(state), state.params.labour_market.contagion_half_life)


def _outside_offers(state: MarketState, visible: Floats, courted: float) -> Floats:
    """Pay a week of the best offer that reaches each rep this week [R], minor units; 0 without one.

    So many arrive that the usual rep leaves at the usual hazard, part of it for offers. Rivals who court our reps add
    ``courted`` times as many.
    """
    numbers, reps = state.params.labour_market, state.reps
    if numbers.offers == 0 or state.params.people.quit_probability == 0:
        return np.zeros(len(reps))
    pull = np.maximum(1.0 + numbers.contagion * (reps.exodus - exodus_at_rest(state)), 0.0)
    hazard = numbers.offers * (1.0 + courted) * usual_hazard(state)
    hazard = hazard * attention(visible, reps.active, numbers.visibility) * pull
    rate = offers_for(hazard, numbers.offer_spread, numbers.reluctance, numbers.taste)
    arrives = reps.active & (state.luck(Decision.OFFER_ARRIVES).uniform(reps.key) < -np.expm1(-rate))
    offer = np.zeros(len(reps))
    if arrives.any():
        score = best_of_week(rate[arrives], state.luck(Decision.OFFER_VALUE).normal(reps.key[arrives]))
        offer[arrives] = numbers.pay / WEEKS_PER_YEAR * np.exp(numbers.offer_spread * score)
    return offer


def _courted(state: MarketState) -> float:
    """Offers that rivals make beyond the usual, as a multiple of all usual ones."""
    if state.rules.idle("rival_poaching"):
        return 0.0
    return float((Competitor.decide_offers(state).offers * rivals_present(state)).sum())


def _from_rivals(state: MarketState, courted: float) -> Bools:
    """Whether the offer of each rep [R] would be a rival's."""
    share = (state.params.labour_market.poached + courted) / (1.0 + courted)
    from_rival: Bools = state.luck(Decision.POACHED).uniform(state.reps.key) < share
    return from_rival


def _lost_to_rival(state: MarketState) -> float:
    return max(state.params.labour_market.lost_to_rival, state.params.people.relationship_lost)


def _pull(state: MarketState, leaves: Bools) -> None:
    """Keep the colleagues who left recently as a share of those each rep had, who do not count themselves.

    So a usual colleague's share of leavers is the hazard, however small the team and however many positions are vacant.
    """
    reps, teams = state.reps, len(state.managers)
    heads = np.bincount(reps.team[reps.active], minlength=teams)
    gone = np.bincount(reps.team[leaves], minlength=teams)
    keep = retention_of_half_life(state.params.labour_market.contagion_half_life)
    reps.exodus[:] = keep * reps.exodus + (gone[reps.team] - leaves) / np.maximum(heads - 1, 1)[reps.team]


def _record(state: MarketState, visible: Floats, offered: Bools, leaves: Bools, courted: float) -> None:
    """Offers and quits by team; quits also by the tercile of attainment among the firm's reps."""
    reps, teams = state.reps, len(state.managers)
    if offered.any():
        state.record.put(state.week, "offers", np.bincount(reps.team[offered], minlength=teams))
    if not leaves.any():
        return
    here = np.flatnonzero(reps.active)
    tercile = np.full(len(reps), -1)
    tercile[here[np.lexsort((reps.key[here], visible[here]))]] = np.arange(len(here)) * len(TERCILES) // len(here)
    counted = {"quits": leaves, "quits_to_rivals": leaves & offered & _from_rivals(state, courted)}
    _record_poaching(state, int(counted["quits_to_rivals"].sum()), courted)
    counted |= {name: leaves & (tercile == k) for k, name in enumerate(TERCILES)}
    for name, who in counted.items():
        state.record.put(state.week, name, np.bincount(reps.team[who], minlength=teams))


def _record_poaching(state: MarketState, won_over: int, courted: float) -> None:
    """What rivals pay for the reps they won over by offers beyond the usual: their part of all who went to rivals."""
    numbers = state.params.labour_market
    part = courted / (numbers.poached + courted) if courted > 0 else 0.0
    spend = won_over * part * state.params.rival_force.sign_on * numbers.pay
    state.record.put(state.week, "rival_poaching_spend", spend)
