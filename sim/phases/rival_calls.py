"""Rivals' calls: planned when their rules are due, made week by week, and felt by customers as ours are."""

from __future__ import annotations

import numpy as np

from sim.agents.competitor import Competitor
from sim.derived.presence import rivals_present
from sim.derived.rival_accounts import draw_keys, worth_of_calls
from sim.jit import sealed_array
from sim.kernels.relationship import cultivate, fade
from sim.kernels.threads import blocks_of, run_blocks, threads_for
from sim.rng import Decision
from sim.state import Ints, MarketState


def plan_rival_calls(state: MarketState) -> None:
    """Ask rivals for a plan when one is due; brands that are not in the market make no calls."""
    accounts = state.rival_accounts
    if len(accounts) == 0 or not (state.rules.comes_up("rival_force") or state.presence.moves(state.week)):
        return
    calls = 0.0 if state.rules.idle("rival_force") else Competitor.decide_calls(state).calls
    accounts.calls[:] = calls * rivals_present(state)[accounts.brand]


def call_for_rivals(state: MarketState) -> None:
    """Make this week's calls of rivals: brands become known by them, and relationships fade and grow."""
    relationship = state.customers.writable("rival_relationship")
    if relationship.shape[1] == 0:
        return
    accounts = state.rival_accounts
    owed = accounts.due + accounts.calls
    visits = np.floor(owed)
    accounts.due[:] = owed - visits
    called = np.flatnonzero(visits > 0)
    _become_known(state, called, visits[called])
    stock = relationship.reshape(-1)  # a row per customer, a column per brand: in memory one after the other
    run_blocks(fade, blocks_of(len(stock)), threads_for(len(stock)), state.numbers.relationship, stock)
    if len(called):
        cells = accounts.customer[called] * relationship.shape[1] + accounts.brand[called]
        effective = (visits[called] * worth_of_calls(state)).astype(np.float32)
        cultivate(sealed_array(cells.astype(np.uint32)), sealed_array(effective), state.numbers.relationship, stock)
    _record(state, float(visits.sum()))


def _become_known(state: MarketState, called: Ints, visits: np.ndarray) -> None:
    """A call of a rival's rep makes its brand known with the chance of a call of ours."""
    accounts, aware = state.rival_accounts, state.customers.writable("aware")
    chance = -np.expm1(-float(state.numbers.spread.visit) * visits)
    learns = called[state.luck(Decision.RIVAL_CALL_KNOWN).uniform(draw_keys(state, called)) < chance]
    for brand, row in enumerate(state.layout.rival_brands):
        aware[accounts.customer[learns[accounts.brand[learns] == brand]]] |= np.uint8(1 << row)


def _record(state: MarketState, calls: float) -> None:
    state.record.put(state.week, "rival_calls", calls)
    state.record.put(state.week, "rival_call_spend", calls * state.params.rival_force.call_cost)
