"""Decide: the firm, its distributors and its rivals answer this week's questions on plans, pay, prices and data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.distributor import Distributor
from sim.agents.information_system import InformationSystem
from sim.agents.manufacturer import Manufacturer
from sim.agents.market_department import MarketDepartment
from sim.agents.technical_department import TechnicalDepartment
from sim.boards import offers_appeal
from sim.jit import sealed_array
from sim.kernels.goodwill import adstock
from sim.phases.campaigns import run_campaigns, take_off_prices
from sim.phases.commands import carry_out_call_plans, send_call_plan
from sim.phases.labour_market import lose_relationship
from sim.phases.partners import divide_effort
from sim.phases.studies import commission_studies
from sim.state import Ints, MarketState


def decide(state: MarketState) -> None:
    """Ask everybody who plans, and put the answers where the week can find them."""
    _size_sales_force(state)
    state.today.gateway = InformationSystem.decide_gateway(state)
    send_call_plan(state)
    carry_out_call_plans(state)
    state.today.pay = Manufacturer.decide_pay(state)
    _advertise(state, run_campaigns(state))
    _share_data(state)
    _price(state)
    state.today.distributor_hours = Manufacturer.decide_distributor_calls(state).hours[state.reps.territory]
    divide_effort(state)
    _push(state)
    state.today.recruiting = Manufacturer.decide_recruiting(state)
    _staff_service(state)
    commission_studies(state)


def _size_sales_force(state: MarketState) -> None:
    """Open and close positions; whoever sits on a closed position is dismissed, and missed by its accounts."""
    reps = state.reps
    position = _positions(state, Manufacturer.decide_head_count(state).positions)
    leaving = reps.active & ~position
    reps.position[:] = position
    reps.active[leaving] = False
    state.today.dismissed = np.flatnonzero(leaving)
    if leaving.any():
        rep = state.knowledge.rep
        lose_relationship(state, np.flatnonzero((rep >= 0) & leaving[rep]))
    state.heads.leave(state.week, np.bincount(reps.team[leaving], minlength=len(state.managers)))


def _positions(state: MarketState, wanted: Ints) -> NDArray[np.bool_]:
    """Which positions exist [R]: as many as ``wanted`` [T], filled ones before vacant ones, those before new ones."""
    reps = state.reps
    standing = np.where(reps.active, 0, np.where(reps.position, 1, 2))
    order = np.lexsort((standing, reps.territory))  # of equals the first by row
    territory = reps.territory[order]
    position = np.zeros(len(reps), dtype=np.bool_)
    position[order] = np.arange(len(order)) - np.searchsorted(territory, territory) < wanted[territory]
    return position


def _advertise(state: MarketState, spend: NDArray[np.float64]) -> None:
    """Turn our advertising, beside the ``spend`` of information campaigns and rivals [B, T], into goodwill by territory."""
    state.today.advertising = MarketDepartment.decide_advertising(state)
    spend[state.layout.own_brand] += state.today.advertising.spend
    state.goodwill = adstock(state.goodwill, spend, state.numbers.customers_of, state.numbers.advertising)


def _share_data(state: MarketState) -> None:
    """Put the firm's offer to the distributors whose commitment is over, or who get a contract of another kind.

    What is agreed holds for the commitment: the data, and the payment for it.
    """
    distributors = state.distributors
    asked = (state.due_in("share_data") | state.changed_in("sharing_contract"))[distributors.territory]
    if asked.any():
        distributors.payment[asked] = Manufacturer.decide_sharing_offer(state).payment[asked]
        distributors.shares_data[asked] = Distributor.decide_sharing(state).shares[asked]


def _price(state: MarketState) -> None:
    """Set the prices of all offers, by distributor and price group, relative and in minor units."""
    layout, numbers = state.layout, state.numbers
    own = np.array(layout.own_offers)
    state.distributors.price[:] = Distributor.decide_retail_prices(state).price
    state.rivals.price[:] = Competitor.decide_prices(state).price
    discount = MarketDepartment.decide_discounts(state).discount
    state.today.discount = np.zeros((len(discount), len(layout.offers)), dtype=np.int64)
    state.today.discount[:, own] = np.rint(discount[:, None] * numbers.list_price[own])
    minor = np.empty((len(state.distributors), len(discount), len(layout.offers)), dtype=np.float64)
    net = 1.0 - state.params.channel.pass_through * take_off_prices(state, discount)
    minor[:, :, own] = state.distributors.price[:, None, :] * net
    minor[:, :, state.rivals.offer] = state.rivals.price * numbers.reference_price[state.rivals.offer]
    charged = np.rint(minor).astype(np.int64)
    relative = (charged / numbers.reference_price).astype(np.float32)
    state.board = state.board._replace(price=sealed_array(relative), price_minor=sealed_array(charged))


def _push(state: MarketState) -> None:
    """Renew the appeal of offers where promotion or distributors' effort changes it; without either it stays as built."""
    today, territory = state.today, state.distributors.territory
    push = np.zeros((len(state.distributors), len(state.layout.offers)))
    if today.promotion is not None:
        push += today.promotion[territory]
    if today.effort is not None:
        push += today.effort
    if state.pushed or push.any():
        state.pushed = bool(push.any())
        appeal = offers_appeal(state.layout, state.params, push).astype(state.board.appeal.dtype)
        state.board = state.board._replace(appeal=sealed_array(appeal))


def _staff_service(state: MarketState) -> None:
    """Set the service engineers of each territory, and how designers work with them; where nothing fails, nobody asks."""
    if not state.upkeep.on:
        return
    today, table = state.today, state.service
    today.service = TechnicalDepartment.decide_service(state)
    today.technical = TechnicalDepartment.decide_technical(state, today.service)
    today.staff_change = today.service.engineers - table.engineers if state.week else np.zeros(len(table))
    table.engineers[:] = today.service.engineers
